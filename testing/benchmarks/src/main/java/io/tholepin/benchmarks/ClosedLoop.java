package io.tholepin.benchmarks;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * N logical clients, each with one unary call under way at any time, over a few connections. A call counts when its
 * response bytes and the trailers of status 0 have arrived; anything else is an error. The event loop owns everything.
 */
final class ClosedLoop {
    private static final long DRAIN_SECONDS_MAX = 20;
    private static final long LATENCY_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private final GrpcMethod method;
    private final Requests requests;
    private final int responseBytesMin;
    private final Histogram latency = new Histogram(1, LATENCY_NANOS_MAX, 3);
    private final CountDownLatch running;
    private long end;
    private long counted;
    private long acknowledged;
    private long errors;
    private String firstError = "";

    private ClosedLoop(GrpcMethod method, Requests requests, int responseBytesMin, int clients) {
        this.method = method;
        this.requests = requests;
        this.responseBytesMin = responseBytesMin;
        running = new CountDownLatch(clients);
    }

    /** Where the next request comes from; called on the event loop. */
    interface Requests {
        /** A frame that the connection takes over, or null if there is nothing more to do. */
        @Nullable
        ByteBuf next();
    }

    /**
     * What the clients do.
     *
     * @param responseBytesMin a shorter response is an error
     */
    record Work(GrpcMethod method, Requests requests, int responseBytesMin) {}

    /** Runs {@code clients} logical clients for {@code duration}. */
    static LoadResult run(
            LoadClient client, List<GrpcConnection> connections, int clients, Work work, Duration duration, Members on)
            throws IOException, InterruptedException {
        ClosedLoop load = new ClosedLoop(work.method, work.requests, work.responseBytesMin, clients);
        MachineNoise.Counters before = MachineNoise.Counters.now();
        double serverCpu = on.cpuSeconds();
        double clientCpu = client.cpuSeconds();
        long begin = System.nanoTime();
        client.loop().execute(() -> load.begin(connections, clients, begin + duration.toNanos()));
        boolean exhausted = load.running.await(duration.toNanos(), TimeUnit.NANOSECONDS);
        double seconds = (System.nanoTime() - begin) / 1e9;
        serverCpu = on.cpuSeconds() - serverCpu;
        clientCpu = client.cpuSeconds() - clientCpu;
        MachineNoise noise = MachineNoise.between(before, MachineNoise.Counters.now(), serverCpu);
        boolean drained = exhausted || load.running.await(DRAIN_SECONDS_MAX, TimeUnit.SECONDS);
        if (!drained) {
            throw new IOException(load.running.getCount() + " calls not answered " + DRAIN_SECONDS_MAX + " s later");
        }
        return new LoadResult(
                load.counted,
                load.acknowledged,
                load.errors,
                load.firstError,
                load.latency,
                seconds,
                serverCpu,
                clientCpu,
                noise);
    }

    private void begin(List<GrpcConnection> connections, int clients, long until) {
        end = until;
        for (int i = 0; i < clients; i++) {
            new Client(connections.get(i % connections.size())).start(System.nanoTime());
        }
        connections.forEach(GrpcConnection::flush);
    }

    private final class Client {
        private final GrpcConnection connection;

        Client(GrpcConnection connection) {
            this.connection = connection;
        }

        void start(long now) {
            ByteBuf request = now < end && connection.isOpen() ? requests.next() : null;
            if (request == null) {
                running.countDown();
            } else {
                connection.start(method, request, true, new Call(this, now));
            }
        }

        void ended(int status, int bytes, String message, long begun) {
            long now = System.nanoTime();
            if (status == 0 && bytes >= responseBytesMin) {
                acknowledged++;
                counted += now <= end ? 1 : 0;
                latency.recordValue(Math.min(now - begun, LATENCY_NANOS_MAX));
            } else {
                firstError = errors++ == 0 ? "status " + status + ", " + bytes + " bytes: " + message : firstError;
            }
            start(now);
        }
    }

    private static final class Call extends GrpcCall {
        private final Client client;
        private final long begun;
        private int bytes;

        Call(Client client, long begun) {
            this.client = client;
            this.begun = begun;
        }

        @Override
        void onData(ByteBuf data) {
            bytes += data.readableBytes();
        }

        @Override
        void onEnd(int status, String message) {
            client.ended(status, bytes, message, begun);
        }
    }
}
