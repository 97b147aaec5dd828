package io.tholepin.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Sends a read and a write each millisecond, whether or not the earlier ones were answered, and remembers the longest
 * wait: a pause of the server of any length from a few milliseconds up is seen in full. It has an event loop of its
 * own.
 */
final class Prober implements AutoCloseable {
    private static final int OUTSTANDING_MAX = 256;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long NANOS_MAX = TimeUnit.MINUTES.toNanos(5);

    private final LoadClient client;
    private final GrpcConnection connection;
    private final EtcdFrames gets;
    private final EtcdFrames puts;
    private @Nullable ScheduledFuture<?> ticks;
    private int reading;
    private int writing;
    private long lastTick;
    private Waits waits = new Waits();

    /** How long reads and writes waited; and how late the prober itself was, which a wait may contain. */
    static final class Waits {
        private final Histogram reads = new Histogram(1, NANOS_MAX, 3);
        private final Histogram writes = new Histogram(1, NANOS_MAX, 3);
        private final Histogram own = new Histogram(1, NANOS_MAX, 3);
        private long errors;
        private String firstError = "";

        String firstError() {
            return firstError;
        }

        private static void record(Histogram histogram, long nanos) {
            histogram.recordValue(Math.clamp(nanos, 1, NANOS_MAX));
        }

        Map<String, Double> values() {
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("worst read ms", reads.getMaxValue() / 1e6);
            values.put("worst write ms", writes.getMaxValue() / 1e6);
            values.put("p99.9 of reads ms", reads.getValueAtPercentile(99.9) / 1e6);
            values.put("p99.9 of writes ms", writes.getValueAtPercentile(99.9) / 1e6);
            values.put("p50 of writes ms", writes.getValueAtPercentile(50) / 1e6);
            values.put("the prober's own worst ms", own.getMaxValue() / 1e6);
            values.put("probes answered", (double) reads.getTotalCount() + writes.getTotalCount());
            values.put("errors", (double) errors);
            return values;
        }
    }

    /** Probes keys below {@code keys} with values of {@code valueBytes}. */
    Prober(InetSocketAddress address, int keys, int valueBytes) throws InterruptedException, ExecutionException {
        client = new LoadClient();
        connection = client.connect(address);
        gets = EtcdFrames.gets(keys, false, 1);
        puts = EtcdFrames.puts(keys, valueBytes, 2);
    }

    void start() {
        client.loop().execute(() -> {
            lastTick = System.nanoTime();
            ticks = client.loop().scheduleAtFixedRate(this::tick, TICK_NANOS, TICK_NANOS, TimeUnit.NANOSECONDS);
        });
    }

    private void tick() {
        long now = System.nanoTime();
        Waits.record(waits.own, now - lastTick - TICK_NANOS);
        lastTick = now;
        if (reading < OUTSTANDING_MAX) {
            reading++;
            connection.start(GrpcMethod.RANGE, gets.next(), true, new Probe(true, now));
        }
        if (writing < OUTSTANDING_MAX) {
            writing++;
            connection.start(GrpcMethod.PUT, puts.next(), true, new Probe(false, now));
        }
        connection.flush();
    }

    private void ended(Probe probe, int status, String message) {
        if (probe.read) {
            reading--;
        } else {
            writing--;
        }
        if (status == 0) {
            Waits.record(probe.read ? waits.reads : waits.writes, System.nanoTime() - probe.begun);
        } else {
            waits.firstError = waits.errors++ == 0 ? "status " + status + " " + message : waits.firstError;
        }
    }

    /** The waits since the last call of this method; probes that are under way count when they end. */
    Waits take() throws IOException, InterruptedException {
        try {
            return client.loop()
                    .submit(() -> {
                        Waits taken = waits;
                        waits = new Waits();
                        return taken;
                    })
                    .get();
        } catch (ExecutionException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        client.loop().execute(() -> {
            if (ticks != null) {
                ticks.cancel(false);
            }
        });
        connection.shut();
        client.close();
    }

    private final class Probe extends GrpcCall {
        private final boolean read;
        private final long begun;

        Probe(boolean read, long begun) {
            this.read = read;
            this.begun = begun;
        }

        @Override
        void onData(ByteBuf data) {}

        @Override
        void onEnd(int status, String message) {
            ended(this, status, message);
        }
    }
}
