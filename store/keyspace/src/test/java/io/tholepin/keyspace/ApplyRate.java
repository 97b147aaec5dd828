package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Txn;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Measures how fast one thread applies commands on each engine: creations, guarded updates as Kubernetes makes them,
 * reads, compaction and a restart. A program, not a test: {@code ApplyRate [keys] [valueBytes] [commandsPerCommit]}.
 */
final class ApplyRate {
    private static final PrintStream OUT = System.out;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private final Keyspace keyspace;
    private final int keys;
    private final Bytes value;
    private final int batch;
    private long index;

    private ApplyRate(Engine engine, int keys, int valueBytes, int batch) {
        this.keyspace = new Keyspace(engine);
        this.keys = keys;
        byte[] bytes = new byte[valueBytes];
        new SplittableRandom(1).nextBytes(bytes);
        this.value = Bytes.wrap(bytes);
        this.batch = batch;
        this.index = keyspace.appliedIndex();
    }

    public static void main(String[] arguments) throws IOException {
        int keys = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200_000;
        int valueBytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 512;
        int batch = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 32;
        OUT.printf("%d keys, values of %d bytes, %d commands per commit%n", keys, valueBytes, batch);
        for (int round = 0; round < 2; round++) {
            new ApplyRate(new HeapEngine(), keys, valueBytes, batch).measure("heap");
            Path folder = Files.createTempDirectory("apply-rate");
            new ApplyRate(RocksEngine.open(folder), keys, valueBytes, batch).measure("rocks");
            long start = CPU.getCurrentThreadCpuTime();
            Keyspace reopened = new Keyspace(RocksEngine.open(folder));
            OUT.printf(
                    "rocks  restart          %8.0f ms of CPU for %d keys%n",
                    (CPU.getCurrentThreadCpuTime() - start) / 1e6, keys);
            reopened.close();
        }
    }

    private void measure(String engine) {
        SplittableRandom random = new SplittableRandom(7);
        time(engine, "create", keys, i -> apply(key(i), 0));
        time(engine, "guarded update", keys, i -> {
            Bytes key = key(random.nextInt(keys));
            apply(key, present(key));
        });
        time(engine, "read one", keys, i -> keyspace.range(RangeRequest.of(KeyRange.key(key(random.nextInt(keys))))));
        time(
                engine,
                "count a page",
                keys,
                i -> keyspace.range(RangeRequest.of(new KeyRange(key(random.nextInt(keys)), Bytes.wrap(new byte[1])))
                        .counting()));
        long start = CPU.getCurrentThreadCpuTime();
        keyspace.apply(++index, new Command.Compact(keyspace.revision()));
        keyspace.commit();
        while (keyspace.sweep(1_000)) {
            keyspace.commit();
        }
        keyspace.commit();
        OUT.printf("%-6s compaction       %8.0f ms of CPU%n", engine, (CPU.getCurrentThreadCpuTime() - start) / 1e6);
        keyspace.close();
    }

    private interface Step {
        void run(int i);
    }

    private void time(String engine, String what, int count, Step step) {
        long start = System.nanoTime();
        long cpuStart = CPU.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            step.run(i);
            if (i % batch == batch - 1) {
                keyspace.commit();
            }
        }
        keyspace.commit();
        double cpu = CPU.getCurrentThreadCpuTime() - cpuStart;
        double wall = System.nanoTime() - start;
        OUT.printf(
                "%-6s %-16s %7.2f us of CPU each, %9.0f per CPU second; %8.2f us of wall time%n",
                engine, what, cpu / count / 1e3, count * 1e9 / cpu, wall / count / 1e3);
    }

    private void apply(Bytes key, long at) {
        Txn txn = new Txn(
                List.of(Compare.modRevisionIs(key, at)),
                List.of(Op.Put.of(key, value)),
                List.of(new Op.Get(RangeRequest.of(KeyRange.key(key)))));
        keyspace.apply(++index, new Command.Write(txn));
    }

    /** The key's revision, uncommitted changes included, as a writer knows it who has just read the object. */
    private long present(Bytes key) {
        KeyHistory history = keyspace.working().index().find(key);
        return history == null ? 0 : history.head().modRevision;
    }

    private static Bytes key(int i) {
        int mixed = (i * 0x9E3779B1) >>> 8;
        return Bytes.utf8("/registry/pods/namespace-" + mixed % 500 + "/workload-" + i);
    }
}
