package io.tholepin.replica;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Txn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Measures a store in this process: time from open to leader, puts of 256 B values at several numbers of writers (each
 * waits for its answer before the next put), and reads of an idle member. Not a test; run it by hand with a folder as
 * argument.
 */
final class PutMeasurement {
    private static final int KEYS = 100_000;
    private static final long WARM_SECONDS = 6;
    private static final long RUN_SECONDS = 4;

    private PutMeasurement() {}

    /** Argument: the data folder; a second one, "cold", ends after the start. */
    public static void main(String[] args) throws Exception {
        long begin = System.nanoTime();
        ReplicaConfig config = ReplicaConfig.in(Path.of(args[0]));
        try (ReplicaStore store = ReplicaStore.open(config)) {
            say("open to leader %.0f ms, since JVM start %d ms", millis(begin), sinceStart());
            memory();
            if (args.length == 1) {
                run(store, 64, WARM_SECONDS);
                for (int writers : new int[] {1, 16, 64, 256}) {
                    run(store, writers, 1);
                    run(store, writers, RUN_SECONDS);
                }
                reads(store);
                idle();
                memory();
                size(Path.of(args[0]));
            }
            begin = System.nanoTime();
        }
        say("close %.0f ms", millis(begin));
    }

    private static void run(ReplicaStore store, int writers, long seconds) throws InterruptedException {
        AtomicLong puts = new AtomicLong();
        long[][] nanos = new long[writers][(1 << 20) / writers];
        int[] counts = new int[writers];
        CountDownLatch ended = new CountDownLatch(writers);
        long index = store.status().appliedIndex();
        long begin = System.nanoTime();
        long end = begin + TimeUnit.SECONDS.toNanos(seconds);
        for (int writer = 0; writer < writers; writer++) {
            int one = writer;
            Thread.ofVirtual().start(() -> {
                Random random = new Random(one);
                long before = System.nanoTime();
                while (before < end) {
                    store.txn(put(random)).join();
                    long after = System.nanoTime();
                    nanos[one][counts[one]++ % nanos[one].length] = after - before;
                    before = after;
                    puts.incrementAndGet();
                }
                ended.countDown();
            });
        }
        ended.await();
        double elapsed = (System.nanoTime() - begin) / 1e9;
        long entries = store.status().appliedIndex() - index;
        long[] all = new long[Math.toIntExact(puts.get())];
        int position = 0;
        for (int writer = 0; writer < writers; writer++) {
            int kept = Math.min(counts[writer], nanos[writer].length);
            System.arraycopy(nanos[writer], 0, all, position, kept);
            position += kept;
        }
        all = Arrays.copyOf(all, position);
        Arrays.sort(all);
        say(
                "%3d writers: %7.0f puts/s, p50 %6.0f us, p99 %6.0f us, %6.0f log entries (fsyncs)/s, %5.1f puts each",
                writers,
                puts.get() / elapsed,
                all[all.length / 2] / 1e3,
                all[(int) (all.length * 0.99)] / 1e3,
                entries / elapsed,
                puts.get() / (double) entries);
    }

    private static Txn put(Random random) {
        byte[] value = new byte[256];
        random.nextBytes(value);
        Bytes key = Bytes.utf8("key" + (10_000_000 + random.nextInt(KEYS)));
        return Txn.of(Op.Put.of(key, Bytes.wrap(value)));
    }

    private static void reads(ReplicaStore store) {
        RangeRequest one = RangeRequest.of(KeyRange.prefix(Bytes.utf8("key1000")));
        for (int round = 0; round < 3; round++) {
            int times = 200_000;
            long begin = System.nanoTime();
            for (int i = 0; i < times; i++) {
                store.currentRevision().join();
            }
            double revision = millis(begin) * 1e3 / times;
            begin = System.nanoTime();
            for (int i = 0; i < times; i++) {
                store.range(RangeRequest.of(KeyRange.key(Bytes.utf8("key" + (10_000_000 + i % KEYS)))))
                        .join();
            }
            double single = millis(begin) * 1e3 / times;
            begin = System.nanoTime();
            for (int i = 0; i < 2_000; i++) {
                store.range(one.limit(100)).join();
            }
            say("currentRevision %.2f us, get %.2f us, range of 100 %.0f us", revision, single, millis(begin) / 2);
        }
    }

    /** Processor time of ten seconds in which nobody asks for anything. */
    private static void idle() throws InterruptedException {
        System.gc();
        long before = processorNanos();
        Thread.sleep(10_000);
        say("idle: %.1f ms of processor time a second", (processorNanos() - before) / 1e7);
    }

    private static long processorNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    private static void size(Path folder) throws IOException {
        for (String part : List.of("raft", "keyspace/db")) {
            try (Stream<Path> files = Files.walk(folder.resolve(part))) {
                say(
                        "%s: %d MiB",
                        part, files.mapToLong(file -> file.toFile().length()).sum() >> 20);
            }
        }
    }

    private static long sinceStart() {
        return System.currentTimeMillis()
                - java.lang.management.ManagementFactory.getRuntimeMXBean().getStartTime();
    }

    private static void memory() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
        lines.stream()
                .filter(line -> line.startsWith("VmRSS") || line.startsWith("Threads"))
                .forEach(line -> say("%s", line.replaceAll("\\s+", " ")));
    }

    private static double millis(long begin) {
        return (System.nanoTime() - begin) / 1e6;
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
