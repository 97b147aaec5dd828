package io.tholepin.interop;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.tholepin.etcdwire.etcdserverpb.HashKVRequest;
import io.tholepin.etcdwire.etcdserverpb.HashKVResponse;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.WatchRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One round: clients and watches on all members, a fault, health again, and everything that was seen. */
final class FaultRound {
    private static final long CALM_MILLIS = 500;
    /** How long members may take until all have and tell the same. */
    private static final Duration SETTLED_MAX = Duration.ofSeconds(90);

    private static final int PAGE = 5000;

    private final EtcdCluster cluster;
    private final FaultLoad load;
    private final List<ResumingWatch> watches = new ArrayList<>();
    private String done = "";

    private FaultRound(EtcdCluster cluster, FaultLoad load) {
        this.cluster = cluster;
        this.load = load;
    }

    /**
     * What came of it.
     *
     * @param done what was done to whom
     * @param record what was seen
     */
    record Seen(String done, RoundRecord record) {}

    /**
     * Runs one.
     *
     * @param number the round's number, part of every key
     * @param begin revision up to which the history is known
     * @param before every pair at {@code begin}
     * @param strangers values of earlier rounds that may yet be written
     */
    static Seen run(
            FaultKind kind,
            EtcdCluster cluster,
            MemberDisks disks,
            Random random,
            int number,
            long begin,
            Map<String, KeyValue> before,
            Set<String> strangers) {
        try (FaultLoad load = new FaultLoad(cluster, number)) {
            FaultRound round = new FaultRound(cluster, load);
            round.watch(begin + 1);
            try {
                List<FaultLeases.Promise> leases = round.use(kind, disks, random);
                return new Seen(round.done, round.record(begin, before, strangers, leases));
            } finally {
                round.watches.forEach(ResumingWatch::close);
            }
        }
    }

    /** One at each member, and some that go from one to the next, which leave something out. */
    private void watch(long from) {
        KeyRange all = KeyRange.prefix(Bytes.utf8(FaultLoad.ROOT));
        KeyRange registers = KeyRange.prefix(Bytes.utf8(load.key(0)));
        for (int i = 0; i < cluster.size(); i++) {
            watches.add(new ResumingWatch(cluster, i, false, WatchRequest.of(all, from)));
        }
        watches.add(new ResumingWatch(cluster, 0, true, WatchRequest.of(all, from)));
        watches.add(new ResumingWatch(cluster, 1, true, new WatchRequest(all, from, false, true, false)));
        watches.add(new ResumingWatch(cluster, 2, true, new WatchRequest(registers, from, false, false, true)));
    }

    private List<FaultLeases.Promise> use(FaultKind kind, MemberDisks disks, Random random) {
        FaultLeases leases = new FaultLeases(cluster, load, random);
        try {
            load.start(random);
            EtcdCluster.pause(CALM_MILLIS);
            done = new FaultInjector(
                            cluster, (NamespaceNetwork) cluster.network(), disks, load, this::heardMost, random)
                    .run(kind);
            cluster.awaitHealthy();
            EtcdCluster.pause(CALM_MILLIS);
            load.stop();
        } finally {
            leases.close();
        }
        return leases.promises();
    }

    private long heardMost() {
        return watches.stream().mapToLong(ResumingWatch::heard).max().orElse(0);
    }

    private RoundRecord record(
            long begin, Map<String, KeyValue> before, Set<String> strangers, List<FaultLeases.Promise> leases) {
        long end = lastWrite();
        for (ResumingWatch watch : watches) {
            await("a watch to hear of revision " + end, () -> watch.heard() >= end);
        }
        List<RoundRecord.MemberState> members = settled(end);
        watches.forEach(ResumingWatch::close);
        Map<Long, Long> arrivals = new HashMap<>();
        for (ResumingWatch watch : watches) {
            watch.arrivals().forEach((revision, nanos) -> arrivals.merge(revision, nanos, Math::min));
        }
        return new RoundRecord(
                load.prefix(),
                begin,
                end,
                before,
                load.operations(),
                watches.stream().flatMap(watch -> watch.stretches().stream()).toList(),
                watches.stream().flatMap(watch -> watch.broken().stream()).toList(),
                leases,
                arrivals,
                members,
                strangers);
    }

    /** A write that comes after everything that was answered; its revision. */
    private long lastWrite() {
        long[] revision = new long[1];
        await("a write", () -> {
            for (int i = 0; i < cluster.size() && revision[0] == 0; i++) {
                revision[0] = load.record(load.at(99, i).put(load.prefix() + "end", load.value(99)))
                        .revision();
            }
            return revision[0] > 0;
        });
        return revision[0];
    }

    private List<RoundRecord.MemberState> settled(long end) {
        List<RoundRecord.MemberState> members = new ArrayList<>();
        await("equal hashes of all members, or at least the same compaction: " + members, () -> {
            members.clear();
            for (int i = 0; i < cluster.size(); i++) {
                try {
                    members.add(state(i, end));
                } catch (StatusRuntimeException e) {
                    return false; // not that far yet
                }
            }
            return members.stream()
                            .map(RoundRecord.MemberState::compacted)
                            .distinct()
                            .count()
                    == 1;
        });
        return members;
    }

    private RoundRecord.MemberState state(int member, long end) {
        List<KeyValue> pairs = pairs(cluster, member, load.prefix(), end);
        HashKVResponse hash = MaintenanceGrpc.newBlockingStub(
                        cluster.channel(member).open())
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .hashKV(HashKVRequest.newBuilder().setRevision(end).build());
        return new RoundRecord.MemberState(member, hash.getHash(), hash.getCompactRevision(), pairs);
    }

    /** Every pair below a prefix at a revision, as a member has it without asking another. */
    static List<KeyValue> pairs(EtcdCluster cluster, int member, String prefix, long revision) {
        List<KeyValue> pairs = new ArrayList<>();
        ByteString start = ByteString.copyFromUtf8(prefix);
        ByteString end = ByteString.copyFrom(Bytes.utf8(prefix).prefixEnd().array());
        while (true) {
            RangeResponse page = KVGrpc.newBlockingStub(cluster.channel(member).open())
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(start)
                            .setRangeEnd(end)
                            .setRevision(revision)
                            .setSerializable(true)
                            .setLimit(PAGE)
                            .build());
            page.getKvsList().forEach(pair -> pairs.add(ResumingWatch.pair(pair)));
            if (!page.getMore()) {
                return pairs;
            }
            start = page.getKvs(page.getKvsCount() - 1).getKey().concat(ByteString.copyFrom(new byte[1]));
        }
    }

    static void await(String what, BooleanSupplier reached) {
        long deadline = System.nanoTime() + SETTLED_MAX.toNanos();
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + SETTLED_MAX.toSeconds() + " s for " + what);
            }
            EtcdCluster.pause(50);
        }
    }
}
