package io.tholepin.etcdprotocol;

import io.tholepin.etcdwire.etcdserverpb.DeleteRangeRequest;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.RequestOp;
import io.tholepin.etcdwire.etcdserverpb.TxnRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchRequest;
import io.tholepin.kv.Compare;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Txn;

/**
 * The store's requests as the wire has them; the other direction of {@link Requests}. Keys and values are shared, not
 * copied.
 */
final class WireRequests {
    private WireRequests() {}

    static io.tholepin.etcdwire.etcdserverpb.RangeRequest range(RangeRequest request) {
        return io.tholepin.etcdwire.etcdserverpb.RangeRequest.newBuilder()
                .setKey(Responses.bytes(request.range().start()))
                .setRangeEnd(Responses.bytes(request.range().end()))
                .setRevision(request.revision())
                .setLimit(request.limit())
                .setCountOnly(request.countOnly())
                .setKeysOnly(request.keysOnly())
                .setSerializable(request.serializable())
                .setSortOrder(io.tholepin.etcdwire.etcdserverpb.RangeRequest.SortOrder.valueOf(
                        request.order().name()))
                .setSortTarget(io.tholepin.etcdwire.etcdserverpb.RangeRequest.SortTarget.valueOf(
                        request.target().name()))
                .setMinModRevision(request.minModRevision())
                .setMaxModRevision(request.maxModRevision())
                .setMinCreateRevision(request.minCreateRevision())
                .setMaxCreateRevision(request.maxCreateRevision())
                .build();
    }

    static TxnRequest txn(Txn txn) {
        TxnRequest.Builder wire = TxnRequest.newBuilder();
        txn.compares().forEach(compare -> wire.addCompare(compare(compare)));
        txn.success().forEach(op -> wire.addSuccess(op(op)));
        txn.failure().forEach(op -> wire.addFailure(op(op)));
        return wire.build();
    }

    private static io.tholepin.etcdwire.etcdserverpb.Compare compare(Compare compare) {
        io.tholepin.etcdwire.etcdserverpb.Compare.Builder wire = io.tholepin.etcdwire.etcdserverpb.Compare.newBuilder()
                .setKey(Responses.bytes(compare.range().start()))
                .setRangeEnd(Responses.bytes(compare.range().end()))
                .setResult(io.tholepin.etcdwire.etcdserverpb.Compare.CompareResult.valueOf(
                        compare.result().name()))
                .setTarget(io.tholepin.etcdwire.etcdserverpb.Compare.CompareTarget.valueOf(
                        compare.target().name()));
        switch (compare.target()) {
            case VERSION -> wire.setVersion(compare.number());
            case CREATE -> wire.setCreateRevision(compare.number());
            case MOD -> wire.setModRevision(compare.number());
            case LEASE -> wire.setLease(compare.number());
            case VALUE -> wire.setValue(Responses.bytes(compare.value()));
        }
        return wire.build();
    }

    private static RequestOp op(Op op) {
        RequestOp.Builder wire = RequestOp.newBuilder();
        return switch (op) {
            case Op.Get get -> wire.setRequestRange(range(get.request())).build();
            case Op.Put put -> wire.setRequestPut(put(put)).build();
            case Op.Delete delete -> wire.setRequestDeleteRange(delete(delete)).build();
            case Op.Nested nested -> wire.setRequestTxn(txn(nested.txn())).build();
        };
    }

    private static PutRequest put(Op.Put put) {
        return PutRequest.newBuilder()
                .setKey(Responses.bytes(put.key()))
                .setValue(Responses.bytes(put.value()))
                .setLease(put.lease())
                .setPrevKv(put.previous())
                .setIgnoreValue(put.ignoreValue())
                .setIgnoreLease(put.ignoreLease())
                .build();
    }

    private static DeleteRangeRequest delete(Op.Delete delete) {
        return DeleteRangeRequest.newBuilder()
                .setKey(Responses.bytes(delete.range().start()))
                .setRangeEnd(Responses.bytes(delete.range().end()))
                .setPrevKv(delete.previous())
                .build();
    }

    /** A watch under an id of ours, from {@code start} on; large answers may come in fragments. */
    static WatchRequest watch(long id, io.tholepin.kv.WatchRequest request, long start) {
        WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder()
                .setWatchId(id)
                .setKey(Responses.bytes(request.range().start()))
                .setRangeEnd(Responses.bytes(request.range().end()))
                .setStartRevision(start)
                .setPrevKv(request.previous())
                .setFragment(true);
        if (request.skipPuts()) {
            create.addFilters(WatchCreateRequest.FilterType.NOPUT);
        }
        if (request.skipDeletes()) {
            create.addFilters(WatchCreateRequest.FilterType.NODELETE);
        }
        return WatchRequest.newBuilder().setCreateRequest(create).build();
    }
}
