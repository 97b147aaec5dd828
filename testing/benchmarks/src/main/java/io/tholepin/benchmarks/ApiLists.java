package io.tholepin.benchmarks;

import com.sun.management.ThreadMXBean;
import io.tholepin.apiserver.TypedCodec;
import io.tholepin.kv.Bytes;
import io.tholepin.load.SamplePods;
import io.tholepin.objects.BuiltInResources;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * LISTs of pods through the API server's handler, up to the point where a socket would take the bytes: every encoding,
 * and selectors that an index answers. Tells how much each allocates, of which only what is alive at once takes memory:
 * run it with a small heap to see that a list of any size needs none to speak of.
 *
 * <p>{@code testing/benchmarks/run ApiLists [pods, 150000 when left out] [seconds, 3 when left out]}
 */
public final class ApiLists {
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private static final String METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

    private final ApiInProcess api;
    private final int seconds;
    private final PrintStream out = System.out;

    private ApiLists(ApiInProcess api, int seconds) {
        this.api = api;
        this.seconds = seconds;
    }

    /** Prints one line for each kind of list. */
    public static void main(String[] args) {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 150_000;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        ResourceType type = Objects.requireNonNull(BuiltInResources.find("", "v1", "pods"));
        TypedCodec codec = new TypedCodec(type, SchemaPack.builtIn());
        SamplePods pods = new SamplePods(count);
        List<Bytes> keys = pods.keys(count).stream()
                .map(key -> Bytes.utf8(type.storagePrefix() + key))
                .toList();
        try (SampleStore store = new SampleStore(keys, i -> codec.encode(pods.pod(i)));
                ApiInProcess api = new ApiInProcess(store)) {
            api.fillPods();
            ApiLists lists = new ApiLists(api, seconds);
            String all = "/api/v1/pods?resourceVersion=0";
            lists.measure("all, JSON", all, "application/json");
            lists.measure("all, metadata", all, METADATA);
            lists.measure("all, table", all, TABLE);
            lists.measure("all, protobuf", all, "application/vnd.kubernetes.protobuf");
            lists.measure("one node's", all + "&fieldSelector=spec.nodeName%3Dnode-00007", "application/json");
            lists.measure(
                    "one replica set's",
                    all + "&labelSelector=pod-template-hash%3D" + pods.name(7).split("-")[2],
                    "application/json");
            lists.measure(
                    "one in twenty", all + "&labelSelector=app.kubernetes.io/name%3Dservice-07", "application/json");
            lists.measure("page of 500", "/api/v1/pods?limit=500", "application/json");
        }
    }

    private void measure(String title, String uri, String accept) {
        long bytes = list(uri, accept);
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds); System.nanoTime() < end; ) {
            list(uri, accept); // warms up
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Histogram micros = new Histogram(3);
        resetPeaks();
        long start = System.nanoTime();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long lists = 0;
        for (long end = start + TimeUnit.SECONDS.toNanos(seconds); System.nanoTime() < end; lists++) {
            long begin = System.nanoTime();
            list(uri, accept);
            micros.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin));
        }
        double elapsed = (System.nanoTime() - start) / 1e9;
        allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
        out.printf(
                "%-18s %,13d bytes a list, %,7.0f MB/s, p50 %,.3f ms, p99 %,.3f ms, %,d bytes allocated a list%n",
                title,
                bytes,
                bytes * lists / elapsed / 1e6,
                micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                allocated / lists);
    }

    private static void resetPeaks() {
        ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
    }

    private long list(String uri, String accept) {
        AtomicLong bytes = new AtomicLong();
        ApiInProcess.Sink sink = new ApiInProcess.Sink(bytes);
        api.get(uri, accept, sink);
        if (sink.status() != 200) {
            throw new IllegalStateException(uri + ": " + sink.status() + " (expected: 200)");
        }
        return bytes.get();
    }
}
