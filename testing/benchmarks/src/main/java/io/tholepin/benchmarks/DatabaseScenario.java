package io.tholepin.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** One member with a big database of 4 KiB values: start, snapshot, and defragmentation under load. */
final class DatabaseScenario {
    static final int VALUE_BYTES = 4096;
    static final int KEYS_IN_TXN = 64;
    private static final int BYTES_OF_MIB = 1 << 20;
    private static final int REPEATS_MAX = 3;
    private static final int PROBED_KEYS_MAX = 10_000;
    private static final int PROBED_SAMPLES = 5;
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final String QUOTA = "--quota-backend-bytes";
    private static final String QUOTA_BYTES = Long.toString(8L << 30);

    private final Bench bench;
    private final int keys;

    private DatabaseScenario(Bench bench) {
        this.bench = bench;
        keys = keys(bench.settings());
    }

    static int keys(Settings settings) {
        return Math.toIntExact((long) settings.databaseMib() * BYTES_OF_MIB / VALUE_BYTES);
    }

    static void run(Bench bench) throws IOException, InterruptedException {
        DatabaseScenario scenario = new DatabaseScenario(bench);
        for (Members.Program program :
                List.of(bench.settings().ours(), bench.settings().peer())) {
            try (Members members = bench.start(program, 1, QUOTA, QUOTA_BYTES)) {
                scenario.all(members);
            }
            Bench.remove(bench.settings().data());
        }
    }

    private void all(Members members) throws IOException, InterruptedException {
        LoadResult filled = Fill.run(bench, members, new Fill(0, keys, VALUE_BYTES, KEYS_IN_TXN, 1));
        Map<String, Double> values = measured(filled.seconds(), filled.serverCpuSeconds(), filled.noise());
        values.put("MiB/s", bench.settings().databaseMib() / filled.seconds());
        add(members, "fill", 0, values, filled.firstError());
        int repeats = Math.min(bench.settings().rounds(), REPEATS_MAX);
        for (int round = 0; round < repeats; round++) {
            snapshot(members, round);
        }
        for (int round = 0; round < repeats; round++) {
            start(members, round);
        }
        // A third of the keys anew, so that there is something to give back.
        Fill.run(bench, members, new Fill(0, keys / 3, VALUE_BYTES, KEYS_IN_TXN, 2));
        defragmentation(members);
    }

    private void snapshot(Members members, int round) throws IOException, InterruptedException {
        GrpcConnection connection = bench.client().connect(members.address(0));
        MachineNoise.Counters before = MachineNoise.Counters.now();
        double cpu = members.cpuSeconds();
        long begin = System.nanoTime();
        long bytes = new Upkeep(bench.client(), connection).snapshot();
        double seconds = (System.nanoTime() - begin) / 1e9;
        cpu = members.cpuSeconds() - cpu;
        Map<String, Double> values =
                measured(seconds, cpu, MachineNoise.between(before, MachineNoise.Counters.now(), cpu));
        values.put("MiB", bytes / (double) BYTES_OF_MIB);
        add(members, "snapshot", round, values, "");
        connection.shut();
    }

    private void start(Members members, int round) throws IOException, InterruptedException {
        members.member(0).stop();
        MachineNoise.Counters before = MachineNoise.Counters.now();
        double cpu = members.cpuSeconds();
        double seconds = members.restart(0);
        cpu = members.cpuSeconds() - cpu;
        Map<String, Double> values =
                measured(seconds, cpu, MachineNoise.between(before, MachineNoise.Counters.now(), cpu));
        values.put("resident MiB", members.residentMib());
        add(members, "start until a linearizable read", round, values, "");
    }

    private void defragmentation(Members members) throws IOException, InterruptedException {
        GrpcConnection connection = bench.client().connect(members.address(0));
        Upkeep upkeep = new Upkeep(bench.client(), connection);
        try (Prober prober = new Prober(members.address(0), Math.min(keys / 2, PROBED_KEYS_MAX), VALUE_BYTES)) {
            prober.start();
            Thread.sleep(bench.settings().warmUp().dividedBy(3));
            upkeep.compact(members.revision(0));
            Thread.sleep(PAUSE);
            prober.take();
            probe(members, prober, "no defragmentation", () -> {});
            probe(members, prober, "defragmentation", upkeep::defragment);
        } catch (ExecutionException e) {
            throw new IOException(e);
        }
        connection.shut();
    }

    private interface Action {
        void run() throws IOException, InterruptedException;
    }

    /** Probes while {@code action} runs, and afterwards until the least time is over: what goes on later counts too. */
    private void probe(Members members, Prober prober, String point, Action action)
            throws IOException, InterruptedException {
        double sizeBefore = members.status(0).getDbSize();
        MachineNoise.Counters before = MachineNoise.Counters.now();
        double cpu = members.cpuSeconds();
        long begin = System.nanoTime();
        action.run();
        double seconds = (System.nanoTime() - begin) / 1e9;
        Duration least = bench.settings().sample().multipliedBy(PROBED_SAMPLES);
        Thread.sleep(Duration.ofNanos(Math.max(0, begin + least.toNanos() - System.nanoTime())));
        Thread.sleep(PAUSE);
        cpu = members.cpuSeconds() - cpu;
        MachineNoise noise = MachineNoise.between(before, MachineNoise.Counters.now(), cpu);
        Prober.Waits waits = prober.take();
        Map<String, Double> values = measured(seconds, cpu, noise);
        values.putAll(waits.values());
        values.put("database before MiB", sizeBefore / BYTES_OF_MIB);
        values.put("database after MiB", members.status(0).getDbSize() / (double) BYTES_OF_MIB);
        add(members, point, 0, values, waits.firstError());
    }

    static Map<String, Double> measured(double seconds, double cpuSeconds, MachineNoise noise) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("seconds", seconds);
        values.put("server CPU s", cpuSeconds);
        values.put("CPU steal %", noise.steal() * 100);
        values.put("CPU of others %", noise.other() * 100);
        return values;
    }

    private void add(Members members, String point, int round, Map<String, Double> values, String note) {
        String scenario = "database of " + bench.settings().databaseMib() + " MiB";
        bench.report().add(new Measurement(scenario, point, round, members.name(), values, note));
    }
}
