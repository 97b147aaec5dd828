package io.tholepin.benchmarks;

import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Snapshot;
import io.tholepin.watchcache.WatchCache;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Iterator;

/**
 * Heap per cached pod, everything counted: the JSON, the object around it, its names, labels and fields, and its share
 * of the tree. Reads the heap in use after full collections, with the cache and without.
 *
 * <p>{@code testing/benchmarks/run CacheHeap [pods, 100000 when left out]}
 */
public final class CacheHeap {
    private static final int COLLECTIONS = 4;

    private CacheHeap() {}

    /** Prints one line a figure. */
    public static void main(String[] args) {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
        PrintStream out = System.out;
        try (CachedPods pods = new CachedPods(count)) {
            long before = heapInUse();
            long start = System.nanoTime();
            WatchCache cache = pods.fill();
            double seconds = (System.nanoTime() - start) / 1e9;
            long heap = heapInUse() - before;
            Snapshot snapshot = cache.latest();
            long json = 0;
            for (Iterator<CachedObject> all = snapshot.iterator("", ""); all.hasNext(); ) {
                json += all.next().json().length;
            }
            if (snapshot.count("") != count) {
                throw new IllegalStateException("cached: " + snapshot.count("") + " (expected: " + count + ")");
            }
            out.printf("pods            %,d%n", count);
            out.printf("json per pod    %,d bytes%n", json / count);
            out.printf("heap per pod    %,d bytes%n", heap / count);
            out.printf("heap / json     %.3f%n", (double) heap / json);
            out.printf("fill            %.1f s, making and decoding the pods included%n", seconds);
        }
    }

    private static long heapInUse() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
