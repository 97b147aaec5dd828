package io.tholepin.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/**
 * One writer and many watchers of the key it writes. The writer has one put under way at a time, and waits while more
 * than a given number of puts have not reached every watcher, so that no backlog builds up. The event loop owns it.
 */
final class FanOut implements WatchStream.Listener {
    private static final long WAIT_SECONDS_MAX = 30;
    private static final long LATENCY_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final int VALUE_BYTES = 256;

    private final LoadClient client;
    private final Members members;
    private final List<GrpcConnection> connections = new ArrayList<>();
    private final GrpcConnection writing;
    private final ByteBuf put;
    private final int watchers;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private CompletableFuture<Void> drained = new CompletableFuture<>();
    private Histogram latency = new Histogram(1, LATENCY_NANOS_MAX, 3);
    private int created;
    private long end;
    private int window = 1;
    private boolean underWay;
    private long puts;
    private long deliveries;
    private long deliveriesCounted;
    private long errors;
    private String firstError = "";

    private FanOut(LoadClient client, Members members, int watchers) throws InterruptedException {
        this.client = client;
        this.members = members;
        this.watchers = watchers;
        writing = client.connect(members.address(0));
        put = EtcdFrames.frame(EtcdFrames.put(0, VALUE_BYTES, new SplittableRandom(1)));
    }

    /** Opens {@code streams} streams of {@code each} watchers over {@code connections} connections to one member. */
    static FanOut open(LoadClient client, Members members, int connections, int streams, int each)
            throws IOException, InterruptedException {
        FanOut made = new FanOut(client, members, streams * each);
        for (int i = 0; i < connections; i++) {
            made.connections.add(client.connect(members.address(0)));
        }
        client.loop().execute(() -> {
            for (int i = 0; i < streams; i++) {
                new WatchStream(made).open(made.connections.get(i % connections), EtcdFrames.key(0), each);
            }
        });
        await(made.ready, streams * each + " watchers");
        return made;
    }

    int watchers() {
        return watchers;
    }

    /**
     * One sample: operations are deliveries, and latency is from the start of a put to its arrival at a watcher.
     *
     * @param windowPuts how many puts may be on their way to watchers
     */
    LoadResult run(int windowPuts, Duration duration) throws IOException, InterruptedException {
        MachineNoise.Counters before = MachineNoise.Counters.now();
        double serverCpu = members.cpuSeconds();
        double clientCpu = client.cpuSeconds();
        long begin = System.nanoTime();
        client.loop().execute(() -> begin(windowPuts, begin + duration.toNanos()));
        TimeUnit.NANOSECONDS.sleep(begin + duration.toNanos() - System.nanoTime());
        serverCpu = members.cpuSeconds() - serverCpu;
        clientCpu = client.cpuSeconds() - clientCpu;
        double seconds = (System.nanoTime() - begin) / 1e9;
        MachineNoise noise = MachineNoise.between(before, MachineNoise.Counters.now(), serverCpu);
        await(drained, "the last deliveries");
        return new LoadResult(
                deliveriesCounted, deliveries, errors, firstError, latency, seconds, serverCpu, clientCpu, noise);
    }

    private void begin(int windowPuts, long until) {
        if (deliveries != puts * watchers) {
            error("after " + puts * watchers + " deliveries " + (deliveries - puts * watchers) + " more");
        }
        window = windowPuts;
        end = until;
        puts = 0;
        deliveries = 0;
        deliveriesCounted = 0;
        latency = new Histogram(1, LATENCY_NANOS_MAX, 3);
        drained = new CompletableFuture<>();
        step(System.nanoTime());
        writing.flush();
    }

    /** Puts again, or ends, or does nothing because something is still on its way. */
    private void step(long now) {
        long onTheirWay = puts * watchers - deliveries;
        if (now >= end) {
            if (!underWay && onTheirWay <= 0) {
                drained.complete(null);
            }
        } else if (!underWay && onTheirWay <= (long) (window - 1) * watchers) {
            underWay = true;
            puts++;
            ByteBuf frame = Unpooled.copiedBuffer(put);
            frame.setLong(frame.writerIndex() - Long.BYTES, now);
            writing.start(GrpcMethod.PUT, frame, true, new Put());
            writing.flush();
        }
    }

    @Override
    public void created() {
        if (++created == watchers) {
            ready.complete(null);
        }
    }

    @Override
    public void event(long sent) {
        long now = System.nanoTime();
        deliveries++;
        deliveriesCounted += now <= end ? 1 : 0;
        latency.recordValue(Math.clamp(now - sent, 1, LATENCY_NANOS_MAX));
        if (deliveries % watchers == 0) {
            step(now);
        }
    }

    @Override
    public void ended(String why) {
        error("a watch ended: " + why);
        ready.completeExceptionally(new IOException(why));
    }

    private void error(String why) {
        firstError = errors++ == 0 ? why : firstError;
    }

    private static void await(CompletableFuture<Void> future, String what) throws IOException, InterruptedException {
        try {
            future.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(what + ": not there within " + WAIT_SECONDS_MAX + " s", e);
        }
    }

    void shut() {
        connections.forEach(GrpcConnection::shut);
        writing.shut();
    }

    private final class Put extends GrpcCall {
        @Override
        void onData(ByteBuf data) {}

        @Override
        void onEnd(int status, String message) {
            underWay = false;
            if (status != 0) {
                error("put: status " + status + " " + message);
                puts--;
            }
            step(System.nanoTime());
        }
    }
}
