package io.tholepin.etcdprotocol;

import io.tholepin.etcdwire.etcdserverpb.DeleteRangeResponse;
import io.tholepin.etcdwire.etcdserverpb.LeaseTimeToLiveResponse;
import io.tholepin.etcdwire.etcdserverpb.PutResponse;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.ResponseOp;
import io.tholepin.etcdwire.etcdserverpb.TxnResponse;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Lease;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.TxnResult;
import java.util.ArrayList;
import java.util.List;

/** Responses of the wire as the store's results; the other direction of {@link Responses}. */
final class WireResults {
    private WireResults() {}

    static KeyValue pair(io.tholepin.etcdwire.mvccpb.KeyValue wire) {
        return new KeyValue(
                Requests.bytes(wire.getKey()),
                Requests.bytes(wire.getValue()),
                wire.getCreateRevision(),
                wire.getModRevision(),
                wire.getVersion(),
                wire.getLease());
    }

    private static List<KeyValue> pairs(List<io.tholepin.etcdwire.mvccpb.KeyValue> wire) {
        List<KeyValue> pairs = new ArrayList<>(wire.size());
        for (io.tholepin.etcdwire.mvccpb.KeyValue pair : wire) {
            pairs.add(pair(pair));
        }
        return pairs;
    }

    static RangeResult range(RangeResponse wire) {
        return new RangeResult(
                wire.getHeader().getRevision(), pairs(wire.getKvsList()), wire.getMore(), wire.getCount());
    }

    static TxnResult txn(TxnResponse wire) {
        List<OpResult> results = new ArrayList<>(wire.getResponsesCount());
        for (ResponseOp op : wire.getResponsesList()) {
            results.add(op(op));
        }
        return new TxnResult(wire.getHeader().getRevision(), wire.getSucceeded(), results);
    }

    private static OpResult op(ResponseOp wire) {
        return switch (wire.getResponseCase()) {
            case RESPONSE_RANGE -> new OpResult.Get(range(wire.getResponseRange()));
            case RESPONSE_PUT -> put(wire.getResponsePut());
            case RESPONSE_DELETE_RANGE -> delete(wire.getResponseDeleteRange());
            case RESPONSE_TXN -> new OpResult.Nested(txn(wire.getResponseTxn()));
            case RESPONSE_NOT_SET -> throw new IllegalStateException("an operation of a transaction without a result");
        };
    }

    private static OpResult.Put put(PutResponse wire) {
        return new OpResult.Put(wire.hasPrevKv() ? pair(wire.getPrevKv()) : null);
    }

    private static OpResult.Delete delete(DeleteRangeResponse wire) {
        return new OpResult.Delete(wire.getDeleted(), pairs(wire.getPrevKvsList()));
    }

    static Event event(io.tholepin.etcdwire.mvccpb.Event wire) {
        boolean delete = wire.getType() == io.tholepin.etcdwire.mvccpb.Event.EventType.DELETE;
        return new Event(
                delete ? Event.Type.DELETE : Event.Type.PUT,
                pair(wire.getKv()),
                wire.hasPrevKv() ? pair(wire.getPrevKv()) : null);
    }

    static Lease lease(LeaseTimeToLiveResponse wire) {
        List<Bytes> keys =
                wire.getKeysList().stream().map(Requests::bytes).sorted().toList();
        return new Lease(wire.getID(), wire.getGrantedTTL(), wire.getTTL(), keys);
    }
}
