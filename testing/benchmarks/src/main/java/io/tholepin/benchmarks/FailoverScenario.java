package io.tholepin.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Three members, 16 writers over all of them; the leader is killed with signal 9, again and again. */
final class FailoverScenario {
    private static final int MEMBERS = 3;
    private static final int WRITERS = 16;
    private static final long SECONDS_MAX = 60;
    private static final Duration BEFORE = Duration.ofSeconds(2);
    private static final Duration AFTERWARDS = Duration.ofSeconds(1);

    private FailoverScenario() {}

    static void run(Bench bench) throws IOException, InterruptedException {
        try (Pair pair = bench.start(MEMBERS)) {
            bench.warmUp(pair, List.of(PutScenario.puts()));
            for (int kill = 0; kill < bench.settings().kills(); kill++) {
                int number = kill;
                pair.each(kill, members -> kill(bench, members, number));
            }
        }
    }

    private static void kill(Bench bench, Members members, int number) throws IOException, InterruptedException {
        List<GrpcConnection> connections = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            connections.add(bench.client().connect(members.address(i)));
        }
        FailoverWriters writers = new FailoverWriters(
                bench.client(), connections, WRITERS, EtcdFrames.puts(PutScenario.KEYS, PutScenario.VALUE_BYTES, 5));
        MachineNoise.Counters before = MachineNoise.Counters.now();
        double cpu = members.cpuSeconds();
        int leader = members.leader();
        writers.start();
        Thread.sleep(BEFORE);
        long begin = System.nanoTime();
        members.member(leader).kill();
        writers.gone(System.nanoTime());
        Map<String, Double> values = new LinkedHashMap<>();
        String note = "";
        try {
            long success = writers.firstSuccess().get(SECONDS_MAX, TimeUnit.SECONDS);
            values.put("until the first success ms", (success - begin) / 1e6);
        } catch (TimeoutException | ExecutionException e) {
            note = "no put succeeded in " + SECONDS_MAX + " s";
        }
        Thread.sleep(AFTERWARDS);
        writers.stop();
        cpu = members.cpuSeconds() - cpu;
        MachineNoise noise = MachineNoise.between(before, MachineNoise.Counters.now(), cpu);
        values.put("server CPU s", cpu);
        values.put("CPU steal %", noise.steal() * 100);
        values.put("CPU of others %", noise.other() * 100);
        values.put("restart until it serves s", members.restart(leader));
        bench.report()
                .add(new Measurement(
                        "failover, 3 members, 16 writers",
                        "kill -9 of the leader",
                        number,
                        members.name(),
                        values,
                        note));
        Thread.sleep(BEFORE);
    }
}
