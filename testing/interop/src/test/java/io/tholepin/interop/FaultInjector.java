package io.tholepin.interop;

import io.grpc.StatusRuntimeException;
import io.tholepin.etcdwire.etcdserverpb.CompactionRequest;
import io.tholepin.etcdwire.etcdserverpb.DefragmentRequest;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.MoveLeaderRequest;
import io.tholepin.etcdwire.etcdserverpb.StatusRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** Does one fault to a cluster, for as long as it lasts, and takes it back. Owned by the thread of the round. */
final class FaultInjector {
    private static final long LASTS_MILLIS_MIN = 1000;
    private static final long LASTS_MILLIS_MAX = 4000;
    private static final int AWAY_WRITERS = 8;
    private static final int AWAY_WRITES = 100;
    private static final long HISTORY_KEPT = 50;
    private static final Path FAKETIME = EtcdLike.CLIENTS.resolve("libfaketime.so.1");

    private final EtcdCluster cluster;
    private final NamespaceNetwork network;
    private final MemberDisks disks;
    private final FaultLoad load;
    private final LongSupplier heard;
    private final Random random;

    /** @param heard the newest revision that a watch heard of */
    FaultInjector(
            EtcdCluster cluster,
            NamespaceNetwork network,
            MemberDisks disks,
            FaultLoad load,
            LongSupplier heard,
            Random random) {
        this.cluster = cluster;
        this.network = network;
        this.disks = disks;
        this.load = load;
        this.heard = heard;
        this.random = random;
    }

    /** Does it and undoes it; members may need a while afterwards. Returns what was done to whom. */
    String run(FaultKind kind) {
        return switch (kind) {
            case KILL_LEADER -> kill(List.of(cluster.leader()));
            case KILL_FOLLOWER -> kill(List.of(follower()));
            case KILL_TWO -> kill(shuffled().subList(0, 2));
            case KILL_ALL -> kill(shuffled());
            case PAUSE_LEADER -> pauseLeader();
            case PAUSE_FOLLOWER -> pause(follower());
            case CUT_LEADER -> cut(cluster.leader());
            case CUT_FOLLOWER -> cut(follower());
            case CUT_ONE_WAY -> cutOneWay();
            case UNPLUG -> unplug();
            case SLOW_NETWORK -> slow();
            case FULL_DISK -> fillDisk();
            case TORN_RECORD -> tear();
            case CLOCK_JUMP -> jump();
            case MOVE_LEADER -> moveLeader();
            case COMPACT -> compact();
            case AWAY -> away();
            case KILL_AND_PAUSE -> killAndPause();
            case STUTTER -> stutter();
            case CUT_ALL -> cutAll();
        };
    }

    private void last() {
        EtcdCluster.pause(random.nextLong(LASTS_MILLIS_MIN, LASTS_MILLIS_MAX));
    }

    private List<Integer> shuffled() {
        List<Integer> all =
                new ArrayList<>(IntStream.range(0, cluster.size()).boxed().toList());
        Collections.shuffle(all, random);
        return all;
    }

    private int anybody() {
        return random.nextInt(cluster.size());
    }

    private int follower() {
        return otherThan(cluster.leader());
    }

    private int otherThan(int member) {
        return (member + 1 + random.nextInt(cluster.size() - 1)) % cluster.size();
    }

    private String kill(List<Integer> members) {
        members.forEach(member -> cluster.member(member).kill());
        last();
        members.forEach(this::start);
        return "m" + members;
    }

    private void start(int member) {
        cluster.member(member).start();
        cluster.channel(member).hurry();
    }

    private String pause(int member) {
        cluster.member(member).pause();
        last();
        cluster.member(member).resume();
        return "m" + member;
    }

    /** A leader that slept while another was elected must not answer from before. */
    private String pauseLeader() {
        int old = cluster.leader();
        cluster.member(old).pause();
        last();
        int next = cluster.leader();
        String key = load.key(0);
        boolean written =
                load.record(load.at(90, next).put(key, load.value(90))).isDone();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> reads = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int reader = 100 + i;
                reads.add(readers.submit(() -> {
                    for (int n = 0; n < 5; n++) {
                        load.record(load.at(reader, old).get(key, true));
                    }
                }));
            }
            EtcdCluster.pause(50); // the requests lie in the socket
            cluster.member(old).resume();
        }
        return "m" + old + " while m" + next + " led" + (written ? "" : ", which took no write");
    }

    private String cut(int member) {
        network.cut(member);
        last();
        network.heal();
        return "m" + member;
    }

    private String cutOneWay() {
        int leader = cluster.leader();
        int other = otherThan(leader);
        int third = cluster.size() - leader - other;
        String what = switch (random.nextInt(5)) {
            case 0 -> {
                network.silence(leader, other);
                network.silence(leader, third);
                yield "leader is not heard";
            }
            case 1 -> {
                network.silence(other, leader);
                network.silence(third, leader);
                yield "leader hears nobody";
            }
            case 2 -> {
                network.silence(leader, other);
                yield "leader is not heard by one";
            }
            case 3 -> {
                network.silence(leader, other);
                network.silence(other, leader);
                yield "leader and one follower apart";
            }
            default -> {
                network.silence(other, leader);
                network.silence(third, other);
                yield "a ring";
            }
        };
        last();
        network.heal();
        return "m" + leader + ": " + what;
    }

    private String unplug() {
        int member = anybody();
        network.unplug(member);
        last();
        network.heal();
        return "m" + member;
    }

    private String slow() {
        int members = 1 + random.nextInt(cluster.size());
        int kilobits = 200 + random.nextInt(600);
        List<Integer> slow = shuffled().subList(0, members);
        slow.forEach(member -> network.slow(member, kilobits));
        last();
        network.heal();
        return "m" + slow + " at " + kilobits + " kbit/s";
    }

    private String fillDisk() {
        int member = anybody();
        disks.fill(member);
        last();
        boolean survived = cluster.member(member).isAlive();
        disks.free(member);
        if (!cluster.member(member).isAlive()) {
            start(member);
        } else if (!becomesHealthy(member)) {
            boolean sick = cluster.member(member).isAlive();
            cluster.member(member).kill(); // what an operator does
            start(member);
            return "m" + member + (sick ? ", which needed a restart" : ", which stopped later");
        }
        return "m" + member + (survived ? ", which lived on" : ", which stopped");
    }

    private boolean becomesHealthy(int member) {
        try {
            cluster.awaitHealthy(member);
            return true;
        } catch (AssertionError sick) {
            return false;
        }
    }

    /**
     * A write that was under way when the machine stopped is at the end of the log in part. What is cut off is on both
     * other members: they took a write without this one.
     */
    private String tear() {
        int member = anybody();
        cluster.member(member).kill();
        int other = otherThan(member);
        last();
        boolean written = false;
        for (int i = 0; i < 20 && !written; i++) {
            written = load.record(load.at(90, other).put(load.key(1), load.value(90)))
                    .isDone();
        }
        Optional<TornLog> log = TornLog.newest(cluster.member(member).data());
        String how = "no log to tear";
        if (log.isPresent() && written) {
            how = random.nextBoolean() ? log.get().cutLast(random) : log.get().appendPart(random);
        }
        start(member);
        return "m" + member + ", " + how;
    }

    private String jump() {
        if (!Files.exists(FAKETIME)) {
            return "no libfaketime";
        }
        int member = random.nextBoolean() ? cluster.leader() : anybody();
        Path offset = cluster.folder().resolve("clock-" + member);
        EtcdMember jumping = cluster.member(member);
        write(offset, "+0");
        jumping.stop();
        jumping.environment()
                .putAll(Map.of(
                        "LD_PRELOAD",
                        FAKETIME.toString(),
                        "FAKETIME_TIMESTAMP_FILE",
                        offset.toString(),
                        "FAKETIME_DONT_FAKE_MONOTONIC",
                        "1",
                        "FAKETIME_CACHE_DURATION",
                        "1"));
        start(member);
        cluster.awaitHealthy(member);
        int seconds = (random.nextBoolean() ? 3600 : 86_400) * (random.nextBoolean() ? 1 : -1);
        write(offset, (seconds > 0 ? "+" : "") + seconds);
        EtcdCluster.pause(1000);
        last();
        write(offset, "+0");
        EtcdCluster.pause(1500); // it looks once a second
        jumping.stop();
        jumping.environment().keySet().removeIf(name -> name.startsWith("FAKETIME") || name.equals("LD_PRELOAD"));
        start(member);
        return "m" + member + " by " + seconds + " s";
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String moveLeader() {
        int moves = 2 + random.nextInt(4);
        int done = 0;
        for (int i = 0; i < moves; i++) {
            int leader = cluster.leader();
            int target = otherThan(leader);
            try {
                long id = maintenance(target)
                        .status(StatusRequest.getDefaultInstance())
                        .getHeader()
                        .getMemberId();
                maintenance(leader)
                        .moveLeader(
                                MoveLeaderRequest.newBuilder().setTargetID(id).build());
                done++;
            } catch (StatusRuntimeException e) {
                System.out.println("  move m" + leader + " to m" + target + ": " + e.getStatus());
            }
            EtcdCluster.pause(random.nextLong(800));
        }
        return done + " of " + moves + " moves";
    }

    private String compact() {
        int victim = anybody();
        List<Integer> others =
                shuffled().stream().filter(member -> member != victim).toList();
        compactTo(others.getFirst());
        cluster.member(victim).kill();
        int compacted = 1;
        for (int i = 0; i < 4; i++) {
            EtcdCluster.pause(random.nextLong(200, 700));
            compacted += compactTo(others.get(i % others.size())) ? 1 : 0;
            for (int member : others) {
                try {
                    maintenance(member).defragment(DefragmentRequest.getDefaultInstance());
                } catch (StatusRuntimeException e) {
                    System.out.println("  defragment m" + member + ": " + e.getStatus());
                }
            }
        }
        start(victim);
        return compacted + " compactions, without m" + victim;
    }

    private boolean compactTo(int member) {
        try {
            KVGrpc.newBlockingStub(cluster.channel(member).open())
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .compact(CompactionRequest.newBuilder()
                            .setRevision(heard.getAsLong() - HISTORY_KEPT)
                            .setPhysical(random.nextBoolean())
                            .build());
            return true;
        } catch (StatusRuntimeException e) {
            return false; // no leader, or compacted already
        }
    }

    private MaintenanceGrpc.MaintenanceBlockingStub maintenance(int member) {
        return MaintenanceGrpc.newBlockingStub(cluster.channel(member).open()).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private String away() {
        int member = anybody();
        cluster.member(member).kill();
        try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int w = 0; w < AWAY_WRITERS; w++) {
                int writer = 50 + w;
                int other = otherThan(member);
                writers.submit(() -> {
                    for (int n = 0; n < AWAY_WRITES; n++) {
                        load.record(load.at(writer, other).put(load.appended(writer, n), load.value(writer)));
                    }
                });
            }
        }
        last();
        start(member);
        return "m" + member;
    }

    private String killAndPause() {
        int leader = cluster.leader();
        int killed = otherThan(leader);
        cluster.member(killed).kill();
        cluster.member(leader).pause();
        last();
        cluster.member(leader).resume();
        start(killed);
        return "m" + killed + " killed, m" + leader + " paused";
    }

    private String stutter() {
        int member = random.nextBoolean() ? cluster.leader() : anybody();
        for (int i = 0; i < 8; i++) {
            cluster.member(member).pause();
            EtcdCluster.pause(random.nextLong(30, 600));
            cluster.member(member).resume();
            EtcdCluster.pause(random.nextLong(10, 200));
        }
        return "m" + member;
    }

    private String cutAll() {
        IntStream.range(0, cluster.size()).forEach(network::cut);
        last();
        network.heal();
        return "";
    }
}
