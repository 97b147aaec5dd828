package io.tholepin.benchmarks;

import com.sun.management.ThreadMXBean;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Snapshot;
import io.tholepin.watchcache.WatchCache;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.HdrHistogram.Histogram;

/**
 * A LIST of pods from the watch cache up to the point where a socket would take it: a consistent snapshot, then the
 * stored bytes put together through a buffer of 64 KiB. No HTTP. Each list is also checked to be as long as the first.
 *
 * <p>{@code testing/benchmarks/run CacheList [pods, 10000 when left out] [seconds, 5 when left out]}
 */
public final class CacheList {
    private static final int BUFFER_BYTES = 64 << 10;

    /** Takes bytes as a connection does: copies them into a buffer that is handed on when it is full. */
    private static final class Wire extends OutputStream {
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private int used;
        private long total;

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            for (int done = 0; done < length; ) {
                int part = Math.min(length - done, BUFFER_BYTES - used);
                System.arraycopy(bytes, offset + done, buffer, used, part);
                used = used + part == BUFFER_BYTES ? 0 : used + part;
                done += part;
            }
            total += length;
        }
    }

    private final WatchCache cache;
    private final int typeMetaLength;
    private final Wire wire = new Wire();

    private CacheList(WatchCache cache, int typeMetaLength) {
        this.cache = cache;
        this.typeMetaLength = typeMetaLength;
    }

    /** Prints one line for each kind of list. */
    public static void main(String[] args) {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        try (CachedPods pods = new CachedPods(count)) {
            CacheList lists = new CacheList(pods.fill(), pods.typeMetaLength());
            PrintStream out = System.out;
            lists.measure(out, "all", object -> true, seconds);
            String app = "service-07";
            lists.measure(
                    out, "one in twenty, by label", o -> app.equals(o.labels().get("app.kubernetes.io/name")), seconds);
        }
    }

    private void measure(PrintStream out, String title, Predicate<CachedObject> matches, int seconds) {
        long bytes = list(matches);
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds); System.nanoTime() < end; ) {
            list(matches); // warms up
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Histogram micros = new Histogram(3);
        long start = System.nanoTime();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long lists = 0;
        for (long end = start + TimeUnit.SECONDS.toNanos(seconds); System.nanoTime() < end; lists++) {
            long begin = System.nanoTime();
            if (list(matches) != bytes) {
                throw new IllegalStateException("a list of another length (expected: " + bytes + ")");
            }
            micros.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin));
        }
        double elapsed = (System.nanoTime() - start) / 1e9;
        allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
        out.printf(
                "%-24s %,d bytes a list, %,.0f MB/s, p50 %.2f ms, p99 %.2f ms, %,d bytes allocated a list%n",
                title,
                bytes,
                bytes * lists / elapsed / 1e6,
                micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                allocated / lists);
    }

    /** Writes one list; returns its length. */
    private long list(Predicate<CachedObject> matches) {
        Snapshot snapshot = cache.consistent().join();
        long before = wire.total;
        byte[] head = ("{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\""
                        + snapshot.revision() + "\"},\"items\":[")
                .getBytes(StandardCharsets.UTF_8);
        wire.write(head, 0, head.length);
        byte[] separator = {',', '{'};
        int open = 1;
        for (Iterator<CachedObject> all = snapshot.iterator("", ""); all.hasNext(); ) {
            CachedObject object = all.next();
            if (matches.test(object)) {
                wire.write(separator, open, 2 - open);
                wire.write(object.json(), typeMetaLength, object.json().length - typeMetaLength);
                open = 0;
            }
        }
        wire.write(new byte[] {']', '}', '\n'}, 0, 3);
        return wire.total - before;
    }
}
