package io.tholepin.etcdprotocol;

import com.google.protobuf.MessageLite;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.etcdserverpb.CompactionRequest;
import io.tholepin.etcdwire.etcdserverpb.CompactionResponse;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeRequest;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeResponse;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.PutResponse;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.RangeStreamResponse;
import io.tholepin.etcdwire.etcdserverpb.TxnRequest;
import io.tholepin.etcdwire.etcdserverpb.TxnResponse;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.util.concurrent.CompletableFuture;

/** Keys and values: each request becomes one of the store. Source: contract 2.4 to 2.6. */
final class KvService extends KVGrpc.KVImplBase {
    /** Most pairs of a range whose answer is made where others wait for theirs. */
    private static final int SMALL_PAIRS_MAX = 16;

    /** What etcd's log adds to a request: a header with an id, and the request's own tag and length. */
    private static final int LOG_BYTES = 18;

    private final EtcdServerConfig config;
    private final Access access;
    private final CallGate gate;
    private final Headers headers;

    KvService(EtcdServerConfig config, Access access, CallGate gate, Headers headers) {
        this.config = config;
        this.access = access;
        this.gate = gate;
        this.headers = headers;
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> out) {
        boolean small = request.getRangeEnd().isEmpty()
                || request.getCountOnly()
                || request.getLimit() > 0 && request.getLimit() <= SMALL_PAIRS_MAX;
        if (small) {
            Answers.unary(out, () -> read(request), this::rangeResponse);
        } else {
            Answers.large(out, () -> read(request), this::rangeResponse);
        }
    }

    private CompletableFuture<RangeResult> read(RangeRequest request) {
        if (!request.getSerializable()) {
            gate.requireVoter();
        }
        io.tholepin.kv.RangeRequest read = Requests.range(request);
        return access.forRange(read.range()).range(read);
    }

    private RangeResponse rangeResponse(RangeResult result) {
        return Responses.range(headers.at(result.revision()), result);
    }

    @Override
    public void rangeStream(RangeRequest request, StreamObserver<RangeStreamResponse> out) {
        try {
            if (!request.getSerializable()) {
                gate.requireVoter();
            }
            io.tholepin.kv.RangeRequest read = Requests.range(request);
            RangeStream.check(read);
            Store store = access.forRange(read.range());
            new RangeStream(store, read, headers, config.requestBytesMax(), (ServerCallStreamObserver<
                                    RangeStreamResponse>)
                            out)
                    .start();
        } catch (RuntimeException e) {
            Answers.fail(out, e);
        }
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> out) {
        Answers.unary(
                out,
                () -> {
                    Txn txn = Txn.of(Requests.put(request));
                    requireFitting(request);
                    return access.forTxn(txn).txn(txn);
                },
                result -> Responses.put(headers.at(result.revision()), (OpResult.Put)
                        result.results().getFirst()));
    }

    @Override
    public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> out) {
        Answers.unary(
                out,
                () -> {
                    Txn txn = Txn.of(Requests.delete(request));
                    requireFitting(request);
                    return access.forTxn(txn).txn(txn);
                },
                result -> Responses.delete(headers.at(result.revision()), (OpResult.Delete)
                        result.results().getFirst()));
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> out) {
        Answers.unary(
                out,
                () -> {
                    Txn txn = Requests.txn(request, config.txnOpsMax());
                    if (!txn.isReadOnly()) {
                        requireFitting(request);
                    }
                    return access.forTxn(txn).txn(txn);
                },
                result -> Responses.txn(headers.at(result.revision()), result));
    }

    @Override
    public void compact(CompactionRequest request, StreamObserver<CompactionResponse> out) {
        Answers.unary(
                out,
                () -> access.requireAdmin().compact(request.getRevision(), request.getPhysical()),
                revision -> CompactionResponse.newBuilder()
                        .setHeader(headers.at(revision))
                        .build());
    }

    /** What counts is the entry that etcd would put into its log. */
    private void requireFitting(MessageLite request) {
        if (request.getSerializedSize() > config.requestBytesMax() - LOG_BYTES) {
            throw StoreException.of(StoreException.Code.REQUEST_TOO_LARGE);
        }
    }
}
