package io.tholepin.interop;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrantRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrantResponse;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrpc;
import io.tholepin.etcdwire.etcdserverpb.LeaseKeepAliveRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseKeepAliveResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Leases of one round, each with a key: one is kept alive through one member after another, one is left alone. Writes
 * down
 * until when each was promised to live. Owned by its thread; read after {@link #close}.
 */
final class FaultLeases implements AutoCloseable {
    private static final long TTL_SECONDS = 3;
    private static final long RENEW_MILLIS = 400;
    private static final long PATIENCE_SECONDS = 3;

    /**
     * A lease's key and the earliest instant at which it may be deleted.
     *
     * @param key deleted when the lease expires
     * @param notBefore nanoseconds: when the last renewal that was answered had been sent, and the TTL it was answered
     */
    record Promise(String key, long notBefore) {}

    private final EtcdCluster cluster;
    private final FaultLoad load;
    private final Random random;
    private final List<Promise> promises = new ArrayList<>();
    private final Thread thread;
    private volatile boolean over;

    FaultLeases(EtcdCluster cluster, FaultLoad load, Random random) {
        this.cluster = cluster;
        this.load = load;
        this.random = new Random(random.nextLong());
        thread = Thread.startVirtualThread(this::run);
    }

    private void run() {
        Promise alone = grant("alone").promise();
        Granted kept = grant("kept");
        long notBefore = kept.promise().notBefore();
        while (!over) {
            notBefore = Math.max(notBefore, renew(kept.lease()));
            EtcdCluster.pause(RENEW_MILLIS);
        }
        promises.add(alone);
        promises.add(new Promise(kept.promise().key(), notBefore));
    }

    private record Granted(long lease, Promise promise) {}

    /** Grants a lease, on any member that can, and puts a key under it. */
    private Granted grant(String name) {
        String key = load.prefix() + "l/" + name;
        while (!over) {
            int member = random.nextInt(cluster.size());
            try {
                long sent = System.nanoTime();
                LeaseGrantResponse granted = LeaseGrpc.newBlockingStub(
                                cluster.channel(member).open())
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .leaseGrant(LeaseGrantRequest.newBuilder()
                                .setTTL(TTL_SECONDS)
                                .build());
                long notBefore = sent + TimeUnit.SECONDS.toNanos(granted.getTTL());
                OneKey one = load.at(98, member);
                load.record(one.put(key, load.value(98), granted.getID()));
                return new Granted(granted.getID(), new Promise(key, notBefore));
            } catch (StatusRuntimeException e) {
                cluster.channel(member).hurry();
                EtcdCluster.pause(100);
            }
        }
        return new Granted(0, new Promise(key, Long.MIN_VALUE));
    }

    /** Until when the lease lives by the answer, nanoseconds; the least when there was none. */
    private long renew(long lease) {
        long sent = System.nanoTime();
        EtcdChannel channel = cluster.channel(random.nextInt(cluster.size()));
        CompletableFuture<LeaseKeepAliveResponse> answer = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> requests = LeaseGrpc.newStub(channel.open())
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .leaseKeepAlive(new First(answer));
        try {
            requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
            LeaseKeepAliveResponse response = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            requests.onCompleted();
            return response.getTTL() > 0 ? sent + TimeUnit.SECONDS.toNanos(response.getTTL()) : Long.MIN_VALUE;
        } catch (ExecutionException | TimeoutException e) {
            channel.hurry();
            return Long.MIN_VALUE;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first answer of a stream. */
    private record First(CompletableFuture<LeaseKeepAliveResponse> answer)
            implements StreamObserver<LeaseKeepAliveResponse> {
        @Override
        public void onNext(@Nullable LeaseKeepAliveResponse response) {
            answer.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            answer.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {
            answer.completeExceptionally(Status.CANCELLED.asRuntimeException());
        }
    }

    /** What was promised. */
    List<Promise> promises() {
        return List.copyOf(promises);
    }

    /** Renews no more. */
    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
