package io.tholepin.benchmarks;

import io.netty.buffer.ByteBuf;
import io.tholepin.etcdwire.etcdserverpb.RequestOp;
import io.tholepin.etcdwire.etcdserverpb.TxnRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Writes neighbouring keys with random values, each once, in order: a database quickly, or a known part of it anew. */
final class Fill implements ClosedLoop.Requests {
    private static final Duration TIME_MAX = Duration.ofMinutes(8);
    private static final int RESPONSE_BYTES_MIN = 10;

    private final int end;
    private final int valueBytes;
    private final int keysInRequest;
    private final SplittableRandom random;
    private int next;

    /**
     * The keys from {@code start} up to {@code end}, exclusive.
     *
     * @param keysInRequest 1 for puts, more for transactions of so many
     */
    Fill(int start, int end, int valueBytes, int keysInRequest, long seed) {
        next = start;
        this.end = end;
        this.valueBytes = valueBytes;
        this.keysInRequest = keysInRequest;
        random = new SplittableRandom(seed);
    }

    /** Returns when all are acknowledged. */
    static LoadResult run(Bench bench, Members members, Fill fill) throws IOException, InterruptedException {
        return run(bench, members, fill, 8);
    }

    static LoadResult run(Bench bench, Members members, Fill fill, int clients)
            throws IOException, InterruptedException {
        List<GrpcConnection> connections = bench.connect(clients, List.of(members.address(members.leader())));
        try {
            GrpcMethod method = fill.keysInRequest == 1 ? GrpcMethod.PUT : GrpcMethod.TXN;
            LoadResult result = ClosedLoop.run(
                    bench.client(),
                    connections,
                    clients,
                    new ClosedLoop.Work(method, fill, RESPONSE_BYTES_MIN),
                    TIME_MAX,
                    members);
            if (result.errors() > 0 || fill.next < fill.end) {
                throw new IOException("filling " + members.name() + ": " + result.errors() + " errors, the first: "
                        + result.firstError() + "; at key " + fill.next + " of " + fill.end);
            }
            return result;
        } finally {
            connections.forEach(GrpcConnection::shut);
        }
    }

    @Override
    public @Nullable ByteBuf next() {
        if (next >= end) {
            return null;
        }
        if (keysInRequest == 1) {
            return EtcdFrames.frame(EtcdFrames.put(next++, valueBytes, random));
        }
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = 0; i < keysInRequest && next < end; i++) {
            txn.addSuccess(RequestOp.newBuilder().setRequestPut(EtcdFrames.put(next++, valueBytes, random)));
        }
        return EtcdFrames.frame(txn.build());
    }
}
