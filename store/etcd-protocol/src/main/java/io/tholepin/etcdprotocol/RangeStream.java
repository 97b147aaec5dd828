package io.tholepin.etcdprotocol;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.RangeStreamResponse;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeRequest.SortOrder;
import io.tholepin.kv.RangeRequest.SortTarget;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import org.jspecify.annotations.Nullable;

/**
 * One RangeStream call: reads a chunk when the client has taken the one before, all at the revision of the first, so
 * that no more than one chunk is in memory. Chunks grow and shrink to stay near the size of a large request. Merged,
 * the messages are what Range would answer. Source: contract 2.4.
 */
final class RangeStream {
    private static final long CHUNK_PAIRS_FIRST = 10;

    private final Store store;
    private final Headers headers;
    private final int chunkBytes;
    private final ServerCallStreamObserver<RangeStreamResponse> out;

    // Guarded by this.
    private RangeRequest next;
    private long left;
    private long chunkPairs = CHUNK_PAIRS_FIRST;
    private @Nullable RangeResult first;
    private boolean reading;
    private boolean ended;

    RangeStream(
            Store store,
            RangeRequest request,
            Headers headers,
            int chunkBytes,
            ServerCallStreamObserver<RangeStreamResponse> out) {
        this.store = store;
        this.next = inKeyOrder(request, request.range(), request.revision(), request.serializable());
        this.headers = headers;
        this.chunkBytes = chunkBytes;
        this.out = out;
        this.left = request.limit() > 0 ? request.limit() : Long.MAX_VALUE;
    }

    /** Refuses what is not served in a stream, so that clients page instead. */
    static void check(RangeRequest request) {
        boolean inKeyOrder = request.order() == SortOrder.NONE
                || request.target() == SortTarget.KEY && request.order() == SortOrder.ASCEND;
        if (!inKeyOrder) {
            throw StatusMapping.refusal(Status.Code.UNIMPLEMENTED, "RangeStream does not support custom sort orders");
        }
        boolean filtered = request.minModRevision() != 0
                || request.maxModRevision() != 0
                || request.minCreateRevision() != 0
                || request.maxCreateRevision() != 0;
        if (filtered) {
            throw StatusMapping.refusal(Status.Code.UNIMPLEMENTED, "RangeStream does not support revision filters");
        }
    }

    /** Begins; within the service's method. */
    void start() {
        out.setOnReadyHandler(this::pump);
        out.setOnCancelHandler(this::stop);
        pump();
    }

    private synchronized void stop() {
        ended = true;
    }

    /** Reads the next chunk if the client waits for it. */
    private void pump() {
        RangeRequest request;
        synchronized (this) {
            // The first chunk does not wait: it finds out whether there is an answer at all.
            if (ended || reading || first != null && !out.isReady()) {
                return;
            }
            reading = true;
            request = next.countOnly() ? next : next.limit(Math.min(chunkPairs, left));
        }
        store.range(request).whenComplete((result, failure) -> {
            if (failure != null) {
                stop();
                Answers.fail(out, failure);
            } else {
                send(result);
                pump();
            }
        });
    }

    private void send(RangeResult result) {
        RangeStreamResponse message;
        boolean last;
        synchronized (this) {
            if (ended) {
                return;
            }
            reading = false;
            RangeResult whole = first == null ? result : first;
            first = whole;
            left -= result.kvs().size();
            last = !result.more() || left <= 0;
            ended = last;
            RangeResponse.Builder response = RangeResponse.newBuilder();
            Responses.addPairs(response, result.kvs());
            if (last) {
                response.setHeader(headers.at(whole.revision()))
                        .setCount(whole.count())
                        .setMore(result.more());
            } else {
                advance(whole, result);
            }
            message =
                    RangeStreamResponse.newBuilder().setRangeResponse(response).build();
        }
        out.onNext(message);
        if (last) {
            out.onCompleted();
        }
    }

    /** From the key after the last one, at the revision of the first chunk, which this member has reached. */
    private void advance(RangeResult whole, RangeResult result) {
        long bytes = 0;
        for (KeyValue kv : result.kvs()) {
            bytes += kv.key().length() + kv.value().length();
        }
        if (bytes < chunkBytes / 2) {
            chunkPairs *= 2;
        } else if (bytes > chunkBytes * 2L) {
            chunkPairs = Math.max(1, chunkPairs / 2);
        }
        KeyRange range = next.range();
        long revision = next.revision() > 0 ? next.revision() : whole.revision();
        KeyRange rest = new KeyRange(result.kvs().getLast().key().successor(), range.end());
        next = inKeyOrder(next, rest, revision, true);
    }

    private static RangeRequest inKeyOrder(RangeRequest like, KeyRange range, long revision, boolean serializable) {
        return new RangeRequest(
                range,
                revision,
                0,
                like.countOnly(),
                like.keysOnly(),
                serializable,
                SortOrder.NONE,
                SortTarget.KEY,
                0,
                0,
                0,
                0);
    }
}
