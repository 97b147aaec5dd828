package io.tholepin.interop;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.tholepin.etcdwire.etcdserverpb.CompactionRequest;
import io.tholepin.etcdwire.etcdserverpb.HashKVRequest;
import io.tholepin.etcdwire.etcdserverpb.HashKVResponse;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.interop.FaultHistory.Asked;
import io.tholepin.interop.FaultHistory.End;
import io.tholepin.kv.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of one fault each against three real processes under load. After each everything heals, and then: nothing
 * acknowledged is lost, what clients saw is linearizable, every watch kept its promises, and all members hold the same.
 *
 * <p>{@code main} takes the number of rounds and the first seed: {@code testing/interop/faults 200 1}. A round's seed
 * chooses its fault, its times and the load's operations; threads and processes are not repeated exactly.
 */
final class FaultRounds implements AutoCloseable {
    private static final int CLIENTS = 8;
    private static final int ROUNDS_PER_CLUSTER = 12;
    private static final String DISK = "384m";
    private static final long CATCH_UP_MILLIS_MAX = 45_000;

    private final EtcdLike kind;
    private final Path folder;
    private @Nullable EtcdCluster cluster;
    private int clusters;
    private int roundsHere;

    FaultRounds(EtcdLike kind, Path folder) {
        this.kind = kind;
        this.folder = folder;
    }

    /**
     * One round's outcome, a row of the table.
     *
     * @param violation what promise was broken, empty for none
     */
    record Row(
            long seed, Fault fault, int done, int unknown, int refused, long silenceMillis, int streams, String note,
            Optional<String> violation) {
        static final String HEAD = "| seed | fault | answered | unknown | refused | longest silence | watch streams | verdict |\n"
                + "|---|---|---|---|---|---|---|---|";

        @Override
        public String toString() {
            return "| " + seed + " | " + fault + (note.isEmpty() ? "" : " (" + note + ")") + " | " + done + " | "
                    + unknown + " | " + refused + " | " + silenceMillis + " ms | " + streams + " | "
                    + violation.orElse("held").replace('\n', ' ') + " |";
        }
    }

    /** The fault that a seed chooses. */
    Fault fault(long seed) {
        List<Fault> possible =
                Arrays.stream(Fault.values()).filter(fault -> fault.appliesTo(kind)).toList();
        return possible.get(new SplittableRandom(seed).nextInt(possible.size()));
    }

    Row round(long seed) {
        return round(seed, fault(seed));
    }

    /** One round on the cluster at hand, or on a fresh one. */
    Row round(long seed, Fault fault) {
        EtcdCluster here = cluster();
        Random random = new Random(seed);
        FaultHistory history = new FaultHistory();
        StringBuilder note = new StringBuilder();
        RangeResponse start = read(here, 0, false);
        long first = start.getHeader().getRevision();
        compact(here, first);
        FaultLoad load = new FaultLoad(here, history, Long.toString(seed));
        List<FaultWatch> watches = watches(here, first + 1, random);
        Optional<String> violation = Optional.empty();
        try {
            load.start(CLIENTS, random);
            EtcdCluster.pause(500 + random.nextInt(700));
            fault.strike(new Stage(here, load, random, note));
            here.network();
            EtcdCluster.pause(500);
            here.awaitHealthy();
            EtcdCluster.pause(500);
        } catch (RuntimeException | AssertionError e) {
            violation = Optional.of("did not come back: " + e);
        } finally {
            load.close();
        }
        if (violation.isEmpty()) {
            violation = judge(here, history, watches, start);
        }
        watches.forEach(FaultWatch::close);
        long old = history.all().stream()
                .filter(asked -> asked.local() && asked.end() == End.DONE && asked.revision() < first)
                .count();
        if (old > 0) {
            note.append(note.isEmpty() ? "" : "; ").append("local reads from before the round ").append(old);
        }
        int behind = watches.stream().mapToInt(FaultWatch::progressesBehind).sum();
        if (behind > 0) {
            note.append(note.isEmpty() ? "" : "; ").append("progress behind ").append(behind);
        }
        Row row = row(seed, fault, history, watches, note.toString(), violation);
        if (violation.isPresent()) {
            System.out.println(here.logs(6));
            keep(seed);
            closeCluster();
        }
        return row;
    }

    private static Row row(
            long seed, Fault fault, FaultHistory history, List<FaultWatch> watches, String note,
            Optional<String> violation) {
        int[] ends = new int[End.values().length];
        history.all().forEach(asked -> ends[asked.end().ordinal()]++);
        return new Row(
                seed,
                fault,
                ends[End.DONE.ordinal()],
                ends[End.UNKNOWN.ordinal()],
                ends[End.REFUSED.ordinal()],
                history.longestSilenceMillis(),
                watches.stream().mapToInt(FaultWatch::streams).sum(),
                note,
                violation);
    }

    private static List<FaultWatch> watches(EtcdCluster cluster, long from, Random random) {
        List<FaultWatch> watches = new ArrayList<>();
        // The first is the round's own record of everything.
        watches.add(watch(cluster, FaultLoad.PREFIX, from, true, false, false, random));
        watches.add(watch(cluster, FaultLoad.PREFIX, from, true, false, false, random));
        watches.add(watch(cluster, FaultLoad.PREFIX, from, false, true, false, random));
        watches.add(watch(cluster, FaultLoad.PREFIX, from, true, false, true, random));
        watches.add(watch(cluster, FaultLoad.PREFIX + "1", from, true, false, false, random));
        watches.add(watch(cluster, "nothing/", from, false, false, false, random));
        return watches;
    }

    private static FaultWatch watch(
            EtcdCluster cluster, String prefix, long from, boolean previous, boolean skipPuts, boolean skipDeletes,
            Random random) {
        return new FaultWatch(
                cluster,
                FaultWatch.below(prefix, from, previous, skipPuts, skipDeletes),
                new Random(random.nextLong()));
    }

    private static Optional<String> judge(
            EtcdCluster cluster, FaultHistory history, List<FaultWatch> watches, RangeResponse start) {
        long first = start.getHeader().getRevision();
        RangeResponse end = read(cluster, 0, false);
        long last = end.getHeader().getRevision();
        List<Event> events = events(cluster, first + 1, last);
        Map<String, String> initial = new LinkedHashMap<>();
        start.getKvsList().forEach(kv -> initial.put(kv.getKey().toStringUtf8(), kv.getValue().toStringUtf8()));
        Optional<String> violation = new FaultCheck(history.all(), events, initial, first, last)
                .violation()
                .or(() -> sameEverywhere(cluster, end, last));
        for (FaultWatch watch : watches) {
            if (violation.isEmpty() && !watch.awaitHeard(last, CATCH_UP_MILLIS_MAX)) {
                violation = Optional.of("a watch never heard of revision " + last);
            }
            violation = violation.or(() -> watch.broken(events));
        }
        if (history.all().stream().noneMatch(asked -> asked.end() == End.DONE && asked.wrote())) {
            violation = violation.or(() -> Optional.of("nothing was written"));
        }
        return violation;
    }

    /** Every event below the load's prefix, read by a watch after everything healed. */
    private static List<Event> events(EtcdCluster cluster, long from, long to) {
        if (from > to) {
            return List.of();
        }
        try (FaultWatch watch = new FaultWatch(
                cluster, FaultWatch.below(FaultLoad.PREFIX, from, true, false, false), new Random(to))) {
            if (!watch.awaitHeard(to, CATCH_UP_MILLIS_MAX)) {
                throw new AssertionError("the history to " + to + " cannot be read");
            }
            return watch.events();
        }
    }

    private static Optional<String> sameEverywhere(EtcdCluster cluster, RangeResponse end, long last) {
        Integer hash = null;
        for (int i = 0; i < cluster.size(); i++) {
            RangeResponse read = read(cluster, i, true);
            for (int tries = 0; read.getHeader().getRevision() < last && tries < 200; tries++) {
                EtcdCluster.pause(50);
                read = read(cluster, i, true);
            }
            if (!read.getKvsList().equals(end.getKvsList())) {
                return Optional.of("member " + i + " holds other pairs than member 0");
            }
            HashKVResponse said = MaintenanceGrpc.newBlockingStub(cluster.channel(i).open())
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .hashKV(HashKVRequest.newBuilder().setRevision(last).build());
            if (hash != null && hash != said.getHash()) {
                return Optional.of("member " + i + " has hash " + said.getHash() + " at " + last + ", member 0 " + hash);
            }
            hash = said.getHash();
        }
        return Optional.empty();
    }

    private static RangeResponse read(EtcdCluster cluster, int member, boolean serializable) {
        return KVGrpc.newBlockingStub(cluster.channel(member).open())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("f/"))
                        .setRangeEnd(ByteString.copyFromUtf8("f0"))
                        .setSerializable(serializable)
                        .build());
    }

    private static void compact(EtcdCluster cluster, long revision) {
        try {
            KVGrpc.newBlockingStub(cluster.channel(0).open())
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .compact(CompactionRequest.newBuilder().setRevision(revision).build());
        } catch (StatusRuntimeException e) {
            if (!String.valueOf(e.getStatus().getDescription()).contains("compacted")) {
                throw e;
            }
        }
    }

    private EtcdCluster cluster() {
        if (cluster != null && roundsHere++ < ROUNDS_PER_CLUSTER) {
            return cluster;
        }
        closeCluster();
        roundsHere = 1;
        Path place = folder.resolve("cluster" + clusters++);
        for (int i = 0; i < 3; i++) {
            Path disk = place.resolve("m" + i);
            try {
                Files.createDirectories(disk);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            EtcdLike.shell("mount", "-t", "tmpfs", "-o", "size=" + DISK, "tmpfs", disk.toString());
        }
        EtcdCluster fresh = EtcdCluster.prepare(kind, 3, place, NamespaceNetwork.create(3), List.of());
        cluster = fresh;
        fresh.startAll();
        return fresh;
    }

    private void closeCluster() {
        EtcdCluster old = cluster;
        if (old != null) {
            old.close();
            for (EtcdMember member : old.members()) {
                EtcdLike.shell("umount", member.data().getParent().toString());
            }
            cluster = null;
        }
    }

    /** Copies the members' folders and logs away, for whoever looks for the reason. */
    private void keep(long seed) {
        EtcdCluster old = cluster;
        if (old != null) {
            old.members().forEach(EtcdMember::kill);
            Path kept = folder.resolve("kept-" + seed);
            EtcdLike.shell("cp", "-r", old.folder().toString(), kept.toString());
            System.out.println("kept in " + kept);
        }
    }

    @Override
    public void close() {
        closeCluster();
    }

    private record Stage(EtcdCluster cluster, FaultLoad load, Random random, StringBuilder notes)
            implements Fault.Scene {
        @Override
        public NamespaceNetwork network() {
            return (NamespaceNetwork) cluster.network();
        }

        @Override
        public void note(String text) {
            notes.append(notes.isEmpty() ? "" : "; ").append(text);
        }
    }

    /** {@code rounds [first seed [fault]]}; {@code -Dtholepin.etcd} names the kind of server. */
    public static void main(String[] args) throws IOException {
        int rounds = Integer.parseInt(args[0]);
        long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
        Path folder = Files.createTempDirectory("faults");
        int violations = 0;
        System.out.println(Row.HEAD);
        try (FaultRounds faults = new FaultRounds(EtcdLike.underTest(), folder)) {
            for (int i = 0; i < rounds; i++) {
                Row row = args.length > 2
                        ? faults.round(seed + i, Fault.valueOf(args[2]))
                        : faults.round(seed + i);
                System.out.println(row);
                violations += row.violation().isPresent() ? 1 : 0;
            }
        }
        System.out.println(rounds + " rounds from seed " + seed + ", " + violations + " with a violation");
        System.exit(violations == 0 ? 0 : 1);
    }
}
