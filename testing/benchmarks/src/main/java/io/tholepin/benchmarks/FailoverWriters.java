package io.tholepin.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writers that do not give up: each has one put under way, and when that fails, or is not answered in time, begins
 * another through the next member that is still connected. The event loop owns everything but {@link #gone}.
 */
final class FailoverWriters {
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long SWEEP_MILLIS = 5;
    private static final long RETRY_MILLIS = 2;

    private final LoadClient client;
    private final List<GrpcConnection> connections;
    private final List<Writer> writers = new ArrayList<>();
    private final EtcdFrames puts;
    private final CompletableFuture<Long> firstSuccess = new CompletableFuture<>();
    private volatile long gone = Long.MAX_VALUE;
    private @Nullable ScheduledFuture<?> sweep;
    private boolean stopped;

    /** {@code connections} leads to each member once. */
    FailoverWriters(LoadClient client, List<GrpcConnection> connections, int count, EtcdFrames puts) {
        this.client = client;
        this.connections = connections;
        this.puts = puts;
        for (int i = 0; i < count; i++) {
            writers.add(new Writer(i % connections.size()));
        }
    }

    void start() {
        client.loop().execute(() -> {
            writers.forEach(Writer::next);
            connections.forEach(GrpcConnection::flush);
            sweep = client.loop()
                    .scheduleAtFixedRate(
                            () -> writers.forEach(Writer::giveUpIfLate),
                            SWEEP_MILLIS,
                            SWEEP_MILLIS,
                            TimeUnit.MILLISECONDS);
        });
    }

    /** Says that the leader is gone since {@code nanoTime}; what is begun later is what counts. */
    void gone(long nanoTime) {
        gone = nanoTime;
    }

    /** The moment at which the first put that was begun after the leader was gone had succeeded. */
    CompletableFuture<Long> firstSuccess() {
        return firstSuccess;
    }

    void stop() {
        client.loop()
                .submit(() -> {
                    stopped = true;
                    if (sweep != null) {
                        sweep.cancel(false);
                    }
                })
                .awaitUninterruptibly();
        connections.forEach(GrpcConnection::shut);
    }

    private final class Writer {
        private int target;
        private @Nullable Put underWay;

        Writer(int target) {
            this.target = target;
        }

        void next() {
            for (int i = 0; i < connections.size() && !stopped; i++) {
                GrpcConnection connection = connections.get(target);
                if (connection.isOpen()) {
                    underWay = new Put(this, connection, System.nanoTime());
                    connection.start(GrpcMethod.PUT, puts.next(), true, underWay);
                    return;
                }
                target = (target + 1) % connections.size();
            }
        }

        void giveUpIfLate() {
            Put late = underWay;
            if (late != null && System.nanoTime() - late.begun > PATIENCE_NANOS) {
                late.connection.cancel(late);
            }
        }

        void ended(Put put, int status) {
            underWay = null;
            if (status == 0) {
                if (put.begun >= gone) {
                    firstSuccess.complete(System.nanoTime());
                }
                next();
                return;
            }
            target = (target + 1) % connections.size();
            client.loop().schedule(this::again, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }

        private void again() {
            next();
            if (underWay != null) {
                underWay.connection.flush();
            }
        }
    }

    private static final class Put extends GrpcCall {
        private final Writer writer;
        private final GrpcConnection connection;
        private final long begun;

        Put(Writer writer, GrpcConnection connection, long begun) {
            this.writer = writer;
            this.connection = connection;
            this.begun = begun;
        }

        @Override
        void onData(ByteBuf data) {}

        @Override
        void onEnd(int status, String message) {
            writer.ended(this, status);
        }
    }
}
