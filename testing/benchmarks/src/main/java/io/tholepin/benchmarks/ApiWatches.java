package io.tholepin.benchmarks;

import io.tholepin.apiserver.TypedCodec;
import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Op;
import io.tholepin.kv.Txn;
import io.tholepin.load.SamplePods;
import io.tholepin.objects.BuiltInResources;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * One writer and thousands of watches through the API server's handler, up to the point where a socket would take the
 * bytes. First every watch sees every change, in each encoding; then each watches the pods of one node, and a change
 * concerns one of them. The writer waits while more than {@link #AHEAD_MAX} changes have not reached everybody.
 *
 * <p>{@code testing/benchmarks/run ApiWatches [watches, 10000 when left out] [seconds, 5 when left out]}
 */
public final class ApiWatches {
    private static final int AHEAD_MAX = 20;
    private static final int PODS = 200;
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private static final String METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";

    private final ResourceType type = Objects.requireNonNull(BuiltInResources.find("", "v1", "pods"));
    private final TypedCodec codec = new TypedCodec(type, SchemaPack.builtIn());
    private final SamplePods pods = new SamplePods(PODS);
    private final LocalStore store;
    private final ApiInProcess api;
    private final PrintStream out = System.out;

    private ApiWatches(LocalStore store, ApiInProcess api) {
        this.store = store;
        this.api = api;
    }

    /** Prints one line for each kind of watch. */
    public static void main(String[] args) throws InterruptedException {
        int watches = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        try (LocalStore store = LocalStore.ephemeral();
                ApiInProcess api = new ApiInProcess(store)) {
            ApiWatches run = new ApiWatches(store, api);
            run.write(0, "node-0");
            api.fillPods();
            IntFunction<String> everything = i -> "/api/v1/pods?watch=1&resourceVersion=";
            run.measure("all see all, JSON", watches, seconds, everything, "application/json", true);
            run.measure("all see all, table", watches, seconds, everything, TABLE, true);
            run.measure("all see all, metadata", watches, seconds, everything, METADATA, true);
            run.measure(
                    "all see all, protobuf",
                    watches,
                    seconds,
                    everything,
                    "application/vnd.kubernetes.protobuf;stream=watch",
                    true);
            run.measure(
                    "each sees one node",
                    watches,
                    seconds,
                    i -> "/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dnode-" + i + "&resourceVersion=",
                    "application/json",
                    false);
        }
    }

    private long write(int i, String node) {
        Map<String, Object> pod = pods.pod(i % PODS);
        io.tholepin.objects.Json.child(pod, "spec").put("nodeName", node);
        String key = type.storagePrefix() + pods.namespace(i % PODS) + "/" + pods.name(i % PODS);
        return store.txn(Txn.of(Op.Put.of(Bytes.utf8(key), codec.encode(pod))))
                .join()
                .revision();
    }

    /** Counts writes: each is one batch of events, usually of one. */
    private static final class Counting extends ApiInProcess.Sink {
        private final AtomicLong events;
        private final boolean lines;

        Counting(AtomicLong bytes, AtomicLong events, boolean lines) {
            super(bytes);
            this.events = events;
            this.lines = lines;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            super.write(buffer, offset, length);
            int count = 0;
            if (lines) {
                for (int i = offset; i < offset + length; i++) {
                    count += buffer[i] == '\n' ? 1 : 0;
                }
            } else {
                for (int i = offset; i < offset + length; count++) {
                    i += 4
                            + ((buffer[i] & 255) << 24
                                    | (buffer[i + 1] & 255) << 16
                                    | (buffer[i + 2] & 255) << 8
                                    | buffer[i + 3] & 255);
                }
            }
            events.addAndGet(count);
        }
    }

    private void measure(String title, int watches, int seconds, IntFunction<String> uri, String accept, boolean shared)
            throws InterruptedException {
        AtomicLong bytes = new AtomicLong();
        AtomicLong events = new AtomicLong();
        long from = write(1, "node-0");
        List<ApiInProcess.Sink> sinks = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < watches; i++) {
            Counting sink = new Counting(bytes, events, !accept.contains("protobuf"));
            sinks.add(sink);
            String own = uri.apply(i) + from;
            threads.add(Thread.ofVirtual().start(() -> api.get(own, accept, sink)));
        }
        int each = shared ? watches : 1;
        long expected = 0;
        int writes = 0;
        long start = 0;
        long startEvents = 0;
        long startWrites = 0;
        long warmUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long end = warmUp + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            if (start == 0 && System.nanoTime() > warmUp) {
                start = System.nanoTime();
                startEvents = events.get();
                startWrites = writes;
            }
            // Pod i stays on its node, so that a change is seen by one watch.
            write(writes % PODS, "node-" + writes % PODS);
            writes++;
            expected = (long) writes * each;
            while (expected - events.get() > (long) AHEAD_MAX * each && System.nanoTime() < end) {
                LockSupport.parkNanos(50_000);
            }
        }
        double elapsed = (System.nanoTime() - start) / 1e9;
        double deliveries = (events.get() - startEvents) / elapsed;
        out.printf(
                "%-22s %,d watches, %,.0f writes/s, %,.0f deliveries/s, %,.0f MB/s%n",
                title,
                watches,
                (writes - startWrites) / elapsed,
                deliveries,
                bytes.get() / (double) Math.max(1, events.get()) * deliveries / 1e6);
        sinks.forEach(ApiInProcess.Sink::leave);
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
