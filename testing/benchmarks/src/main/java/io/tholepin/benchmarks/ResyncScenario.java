package io.tholepin.benchmarks;

import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Three members, each in a network namespace of its own, with a big database. One follower is stopped, a tenth of the
 * keys is written anew, the follower starts again: how many bytes reach it until it has everything, and how long that
 * takes. Both systems keep so few log entries (kubeadm's {@code --snapshot-count}) that the log alone is not enough.
 */
final class ResyncScenario {
    private static final int MEMBERS = 3;
    private static final int SUBNET = 77;
    private static final int PARTS = 10;
    private static final int WRITERS = 64;
    private static final long MINUTES_MAX = 5;
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration AFTERWARDS = Duration.ofSeconds(3);
    private static final List<String> OPTIONS =
            List.of("--quota-backend-bytes", Long.toString(8L << 30), "--snapshot-count", "10000");

    private final Bench bench;
    private final int keys;

    private ResyncScenario(Bench bench) {
        this.bench = bench;
        keys = DatabaseScenario.keys(bench.settings());
    }

    static void run(Bench bench) throws IOException, InterruptedException {
        ResyncScenario scenario = new ResyncScenario(bench);
        for (Members.Program program :
                List.of(bench.settings().ours(), bench.settings().peer())) {
            Path folder = bench.emptyFolder(program);
            try (Namespaces places = Namespaces.create(MEMBERS, SUBNET);
                    Members members = Members.start(program, places, folder, OPTIONS, bench.client())) {
                scenario.all(members, places);
            }
            Bench.remove(bench.settings().data());
        }
    }

    private void all(Members members, Namespaces places) throws IOException, InterruptedException {
        Fill.run(bench, members, new Fill(0, keys, DatabaseScenario.VALUE_BYTES, DatabaseScenario.KEYS_IN_TXN, 1));
        int follower = (members.leader() + 1) % MEMBERS;
        awaitRevision(members, follower, members.revision(members.leader()));
        members.member(follower).stop();
        Fill.run(bench, members, new Fill(0, keys / PARTS, DatabaseScenario.VALUE_BYTES, 1, 2), WRITERS);
        long revision = members.revision(members.leader());
        MachineNoise.Counters before = MachineNoise.Counters.now();
        double cpu = members.cpuSeconds();
        long in = places.bytesInto(follower);
        long out = places.bytesOutOf(follower);
        long begin = System.nanoTime();
        members.restart(follower);
        awaitRevision(members, follower, revision);
        double seconds = (System.nanoTime() - begin) / 1e9;
        Thread.sleep(AFTERWARDS);
        in = places.bytesInto(follower) - in;
        out = places.bytesOutOf(follower) - out;
        cpu = members.cpuSeconds() - cpu;
        long changed = (long) (keys / PARTS)
                * (DatabaseScenario.VALUE_BYTES + EtcdFrames.key(0).size());
        Map<String, Double> values =
                DatabaseScenario.measured(seconds, cpu, MachineNoise.between(before, MachineNoise.Counters.now(), cpu));
        values.put("changed MiB", changed / 1048576.0);
        values.put("moved to it MiB", in / 1048576.0);
        values.put("moved from it MiB", out / 1048576.0);
        values.put("moved/changed", in / (double) changed);
        bench.report()
                .add(new Measurement(
                        "resync, 3 members, " + bench.settings().databaseMib() + " MiB",
                        "a tenth of the keys changed",
                        0,
                        members.name(),
                        values,
                        ""));
    }

    /** Waits until the member's own store has that revision. */
    private void awaitRevision(Members members, int index, long revision) throws IOException, InterruptedException {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(EtcdFrames.key(0))
                .setCountOnly(true)
                .setSerializable(true)
                .build();
        GrpcConnection connection = bench.client().connect(members.address(index));
        long until = System.nanoTime() + Duration.ofMinutes(MINUTES_MAX).toNanos();
        while (bench.client()
                        .call(connection, GrpcMethod.RANGE, request, RangeResponse.parser(), 10_000)
                        .getHeader()
                        .getRevision()
                < revision) {
            if (System.nanoTime() > until) {
                throw new IOException(members.name() + ": still behind revision " + revision);
            }
            Thread.sleep(POLL);
        }
        connection.shut();
    }
}
