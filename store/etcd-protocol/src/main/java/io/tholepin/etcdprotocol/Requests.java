package io.tholepin.etcdprotocol;

import com.google.protobuf.ByteString;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeRequest;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.RequestOp;
import io.tholepin.etcdwire.etcdserverpb.TxnRequest;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeRequest.SortOrder;
import io.tholepin.kv.RangeRequest.SortTarget;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests as the wire has them become requests of the store. Refuses what the store's records cannot express, lists
 * that are too long, and what one operation has wrong by itself, so that of several mistakes in a transaction the first
 * is told, as etcd does; every other rule is the store's. Source: contract 2.4 and 2.5.
 */
final class Requests {
    private Requests() {}

    static Bytes bytes(ByteString wire) {
        return wire.isEmpty() ? Bytes.EMPTY : Bytes.wrap(wire.toByteArray());
    }

    static KeyRange range(ByteString key, ByteString end) {
        return new KeyRange(bytes(key), bytes(end));
    }

    static RangeRequest range(io.tholepin.etcdwire.etcdserverpb.RangeRequest wire) {
        requireKey(wire.getKey());
        return new RangeRequest(
                range(wire.getKey(), wire.getRangeEnd()),
                wire.getRevision(),
                wire.getLimit(),
                wire.getCountOnly(),
                wire.getKeysOnly(),
                wire.getSerializable(),
                order(wire),
                target(wire),
                wire.getMinModRevision(),
                wire.getMaxModRevision(),
                wire.getMinCreateRevision(),
                wire.getMaxCreateRevision());
    }

    static Op.Put put(PutRequest wire) {
        requireKey(wire.getKey());
        if (wire.getIgnoreValue() && !wire.getValue().isEmpty()) {
            throw StoreException.of(StoreException.Code.VALUE_PROVIDED);
        }
        if (wire.getIgnoreLease() && wire.getLease() != 0) {
            throw StoreException.of(StoreException.Code.LEASE_PROVIDED);
        }
        return new Op.Put(
                bytes(wire.getKey()),
                bytes(wire.getValue()),
                wire.getLease(),
                wire.getPrevKv(),
                wire.getIgnoreValue(),
                wire.getIgnoreLease());
    }

    static Op.Delete delete(DeleteRangeRequest wire) {
        requireKey(wire.getKey());
        return new Op.Delete(range(wire.getKey(), wire.getRangeEnd()), wire.getPrevKv());
    }

    /** {@code opsMax} is the most operations in each list; what a list leaves of it is there for nested ones. */
    static Txn txn(TxnRequest wire, int opsMax) {
        int most = Math.max(wire.getCompareCount(), Math.max(wire.getSuccessCount(), wire.getFailureCount()));
        if (most > opsMax) {
            throw StoreException.of(StoreException.Code.TOO_MANY_OPS);
        }
        List<Compare> compares = new ArrayList<>(wire.getCompareCount());
        for (io.tholepin.etcdwire.etcdserverpb.Compare compare : wire.getCompareList()) {
            compares.add(compare(compare));
        }
        return new Txn(compares, ops(wire.getSuccessList(), opsMax - most), ops(wire.getFailureList(), opsMax - most));
    }

    private static List<Op> ops(List<RequestOp> wire, int opsMax) {
        List<Op> ops = new ArrayList<>(wire.size());
        for (RequestOp op : wire) {
            ops.add(
                    switch (op.getRequestCase()) {
                        case REQUEST_RANGE -> new Op.Get(range(op.getRequestRange()));
                        case REQUEST_PUT -> put(op.getRequestPut());
                        case REQUEST_DELETE_RANGE -> delete(op.getRequestDeleteRange());
                        case REQUEST_TXN -> new Op.Nested(txn(op.getRequestTxn(), opsMax));
                        case REQUEST_NOT_SET -> throw StoreException.of(StoreException.Code.KEY_NOT_FOUND);
                    });
        }
        return ops;
    }

    /** A union that is not set, or set to something else than the target, is 0 or empty. */
    private static Compare compare(io.tholepin.etcdwire.etcdserverpb.Compare wire) {
        requireKey(wire.getKey());
        KeyRange range = range(wire.getKey(), wire.getRangeEnd());
        Compare.Result result = switch (wire.getResult()) {
            case EQUAL -> Compare.Result.EQUAL;
            case GREATER -> Compare.Result.GREATER;
            case LESS -> Compare.Result.LESS;
            case NOT_EQUAL -> Compare.Result.NOT_EQUAL;
            case UNRECOGNIZED -> throw unknown("compare result", wire.getResultValue());
        };
        return switch (wire.getTarget()) {
            case VERSION -> new Compare(range, Compare.Target.VERSION, result, wire.getVersion(), Bytes.EMPTY);
            case CREATE -> new Compare(range, Compare.Target.CREATE, result, wire.getCreateRevision(), Bytes.EMPTY);
            case MOD -> new Compare(range, Compare.Target.MOD, result, wire.getModRevision(), Bytes.EMPTY);
            case LEASE -> new Compare(range, Compare.Target.LEASE, result, wire.getLease(), Bytes.EMPTY);
            case VALUE -> new Compare(range, Compare.Target.VALUE, result, 0, bytes(wire.getValue()));
            case UNRECOGNIZED -> throw unknown("compare target", wire.getTargetValue());
        };
    }

    private static void requireKey(ByteString key) {
        if (key.isEmpty()) {
            throw StoreException.of(StoreException.Code.EMPTY_KEY);
        }
    }

    private static SortOrder order(io.tholepin.etcdwire.etcdserverpb.RangeRequest wire) {
        return switch (wire.getSortOrder()) {
            case NONE -> SortOrder.NONE;
            case ASCEND -> SortOrder.ASCEND;
            case DESCEND -> SortOrder.DESCEND;
            case UNRECOGNIZED -> throw StoreException.of(StoreException.Code.INVALID_SORT);
        };
    }

    private static SortTarget target(io.tholepin.etcdwire.etcdserverpb.RangeRequest wire) {
        return switch (wire.getSortTarget()) {
            case KEY -> SortTarget.KEY;
            case VERSION -> SortTarget.VERSION;
            case CREATE -> SortTarget.CREATE;
            case MOD -> SortTarget.MOD;
            case VALUE -> SortTarget.VALUE;
            case UNRECOGNIZED -> throw StoreException.of(StoreException.Code.INVALID_SORT);
        };
    }

    private static RuntimeException unknown(String what, int number) {
        return StatusMapping.refusal(io.grpc.Status.Code.INVALID_ARGUMENT, "unknown " + what + ": " + number);
    }
}
