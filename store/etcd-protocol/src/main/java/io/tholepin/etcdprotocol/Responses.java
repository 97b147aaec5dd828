package io.tholepin.etcdprotocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeResponse;
import io.tholepin.etcdwire.etcdserverpb.PutResponse;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.ResponseHeader;
import io.tholepin.etcdwire.etcdserverpb.ResponseOp;
import io.tholepin.etcdwire.etcdserverpb.TxnResponse;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.TxnResult;
import java.util.List;

/** The store's results become responses of the wire. Keys and values are shared, not copied. */
final class Responses {
    private Responses() {}

    static ByteString bytes(Bytes bytes) {
        return bytes.isEmpty() ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(bytes.array());
    }

    static io.tholepin.etcdwire.mvccpb.KeyValue pair(KeyValue kv) {
        return io.tholepin.etcdwire.mvccpb.KeyValue.newBuilder()
                .setKey(bytes(kv.key()))
                .setCreateRevision(kv.createRevision())
                .setModRevision(kv.modRevision())
                .setVersion(kv.version())
                .setValue(bytes(kv.value()))
                .setLease(kv.lease())
                .build();
    }

    static RangeResponse range(ResponseHeader header, RangeResult result) {
        RangeResponse.Builder response = RangeResponse.newBuilder()
                .setHeader(header)
                .setMore(result.more())
                .setCount(result.count());
        addPairs(response, result.kvs());
        return response.build();
    }

    static void addPairs(RangeResponse.Builder response, List<KeyValue> kvs) {
        for (KeyValue kv : kvs) {
            response.addKvs(pair(kv));
        }
    }

    static PutResponse put(ResponseHeader header, OpResult.Put result) {
        KeyValue previous = result.previous();
        PutResponse.Builder response = PutResponse.newBuilder().setHeader(header);
        return previous == null
                ? response.build()
                : response.setPrevKv(pair(previous)).build();
    }

    static DeleteRangeResponse delete(ResponseHeader header, OpResult.Delete result) {
        DeleteRangeResponse.Builder response =
                DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(result.deleted());
        for (KeyValue previous : result.previous()) {
            response.addPrevKvs(pair(previous));
        }
        return response.build();
    }

    static TxnResponse txn(ResponseHeader header, TxnResult result) {
        long before = changes(result) ? result.revision() - 1 : result.revision();
        return new TxnResponses(before, result.revision()).txn(header, result);
    }

    private static boolean changes(TxnResult result) {
        return result.results().stream().anyMatch(Responses::changes);
    }

    private static boolean changes(OpResult result) {
        return switch (result) {
            case OpResult.Get _ -> false;
            case OpResult.Put _ -> true;
            case OpResult.Delete delete -> delete.deleted() > 0;
            case OpResult.Nested nested -> changes(nested.txn());
        };
    }

    /** Walks through a transaction's results: each tells the revision that the store had after it. */
    private static final class TxnResponses {
        private final long before;
        private final long after;
        private boolean changed;

        TxnResponses(long before, long after) {
            this.before = before;
            this.after = after;
        }

        TxnResponse txn(ResponseHeader header, TxnResult result) {
            TxnResponse.Builder response =
                    TxnResponse.newBuilder().setHeader(header).setSucceeded(result.succeeded());
            for (OpResult one : result.results()) {
                response.addResponses(op(one));
            }
            return response.build();
        }

        private ResponseOp op(OpResult result) {
            ResponseOp.Builder op = ResponseOp.newBuilder();
            if (result instanceof OpResult.Nested nested) {
                // etcd gives it a header and leaves that empty.
                return op.setResponseTxn(txn(ResponseHeader.getDefaultInstance(), nested.txn()))
                        .build();
            }
            changed |= changes(result);
            ResponseHeader header = Headers.nested(changed ? after : before);
            return switch (result) {
                case OpResult.Get get ->
                    op.setResponseRange(range(header, get.range())).build();
                case OpResult.Put put -> op.setResponsePut(put(header, put)).build();
                case OpResult.Delete delete ->
                    op.setResponseDeleteRange(delete(header, delete)).build();
                case OpResult.Nested _ -> throw new IllegalStateException("taken above");
            };
        }
    }
}
