package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.kv.Alarm;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StateHash;
import io.tholepin.kv.StoreException;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares what the members hold: the leader asks each for the hash of the keys at one revision, and raises CORRUPT for
 * those that differ from a majority of the cluster. Hashes at another compaction, or of members that are not as far
 * yet,
 * say nothing and are left out. Source: contract 2.12 and 2.13.
 */
final class CorruptionCheck {
    private static final System.Logger LOG = System.getLogger(CorruptionCheck.class.getName());

    /** Longest wait for a member's hash. */
    private static final long ANSWER_MILLIS_MAX = 60_000;

    /** Longest wait for connections to the peers before their hashes are asked for. */
    private static final long PEERS_MILLIS_MAX = 2_000;

    private static final long LOOK_MILLIS = 20;

    private final long self;
    private final long periodMillis;
    private final long compactionMillis;
    private final Keyspace keyspace;
    private final ReplicaMachine machine;
    private final ReplicaReads reads;
    private final Proposals proposals;
    private final @Nullable PeerTransport transport;
    private final LongSupplier millisClock;
    private long dueMillis;
    private long compactionDueMillis;

    /** The last compaction after which the members were compared. */
    private long comparedAt = -1;

    CorruptionCheck(
            long self,
            ReplicaConfig config,
            Keyspace keyspace,
            ReplicaMachine machine,
            ReplicaReads reads,
            Proposals proposals,
            @Nullable PeerTransport transport,
            LongSupplier millisClock) {
        this.self = self;
        this.periodMillis = config.upkeep().corruptionCheck().toMillis();
        this.keyspace = keyspace;
        this.machine = machine;
        this.reads = reads;
        this.proposals = proposals;
        this.transport = transport;
        this.millisClock = millisClock;
        this.compactionMillis = config.upkeep().compactionCheck().toMillis();
        this.compactionDueMillis = millisClock.getAsLong() + compactionMillis;
        this.dueMillis = millisClock.getAsLong() + periodMillis;
        if (transport != null) {
            transport.handle(PeerMessages.HASH, this::handle);
        }
    }

    /** Begins a check when one is due and this member leads. For the chores. */
    void round() {
        long now = millisClock.getAsLong();
        if (!machine.leads()) {
            return;
        }
        if (periodMillis > 0 && now >= dueMillis) {
            dueMillis = now + periodMillis;
            check();
        }
        if (compactionMillis > 0 && now >= compactionDueMillis) {
            compactionDueMillis = now + compactionMillis;
            long compacted = keyspace.compactRevision();
            if (compacted != comparedAt) {
                comparedAt = compacted;
                check();
            }
        }
    }

    /**
     * Waits a moment for the peers and asks those who are there whether they hold the same as this member; completes
     * with the ids of those that do not, although they have compacted as much. Raises nothing: who of the two is right
     * is not known here. Source: etcd's initial corruption check.
     */
    CompletableFuture<List<Long>> differing() {
        return connected(PEERS_MILLIS_MAX)
                .thenCompose(_ -> own(keyspace.revision()).thenCompose(this::differingFrom));
    }

    private CompletableFuture<List<Long>> differingFrom(@Nullable StateHash ours) {
        if (ours == null) {
            return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.CORRUPT));
        }
        Map<Long, CompletableFuture<@Nullable StateHash>> asked = new HashMap<>();
        for (ClusterMember member : keyspace.members()) {
            if (member.id() != self) {
                asked.put(member.id(), hash(member.id(), ours.hashRevision()));
            }
        }
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(_ -> asked.entrySet().stream()
                        .filter(peer -> differs(ours, peer.getValue().join()))
                        .map(Map.Entry::getKey)
                        .toList());
    }

    /** Hashes at different compactions say nothing, nor does one that is not there. */
    static boolean differs(StateHash ours, @Nullable StateHash theirs) {
        return theirs != null && theirs.compactRevision() == ours.compactRevision() && theirs.hash() != ours.hash();
    }

    private CompletableFuture<Void> connected(long millis) {
        boolean all = transport == null
                || keyspace.members().stream()
                        .allMatch(member -> member.id() == self || transport.isConnected(member.id()));
        return all || millis <= 0
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.supplyAsync(
                                () -> connected(millis - LOOK_MILLIS),
                                CompletableFuture.delayedExecutor(LOOK_MILLIS, TimeUnit.MILLISECONDS))
                        .thenCompose(further -> further);
    }

    /** Compares all members that can be reached; completes with the ids of those that differ from the majority. */
    CompletableFuture<List<Long>> check() {
        long revision = keyspace.revision();
        List<ClusterMember> members = keyspace.members();
        Map<Long, CompletableFuture<@Nullable StateHash>> asked = new HashMap<>();
        for (ClusterMember member : members) {
            asked.put(member.id(), member.id() == self ? own(revision) : hash(member.id(), revision));
        }
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(_ -> {
                    Map<Long, StateHash> hashes = new HashMap<>();
                    asked.forEach((id, answer) -> {
                        StateHash hash = answer.join();
                        if (hash != null) {
                            hashes.put(id, hash);
                        }
                    });
                    List<Long> differing = differing(hashes, members.size());
                    differing.forEach(this::raise);
                    return differing;
                });
    }

    /** Members whose hash is not the one that a majority of {@code size} members has at the same compaction. */
    static List<Long> differing(Map<Long, StateHash> hashes, int size) {
        Map<StateHash, Integer> votes = new HashMap<>();
        hashes.values().forEach(hash -> votes.merge(comparable(hash), 1, Integer::sum));
        for (Map.Entry<StateHash, Integer> vote : votes.entrySet()) {
            if (vote.getValue() > size / 2) {
                List<Long> differing = new ArrayList<>();
                hashes.forEach((id, hash) -> {
                    if (hash.compactRevision() == vote.getKey().compactRevision()
                            && hash.hash() != vote.getKey().hash()) {
                        differing.add(id);
                    }
                });
                return differing;
            }
        }
        return List.of();
    }

    /** Without the member's present revision, which is of no concern. */
    private static StateHash comparable(StateHash hash) {
        return new StateHash(hash.hash(), 0, hash.hashRevision(), hash.compactRevision());
    }

    private void raise(long id) {
        LOG.log(Level.ERROR, "the data of member {0} differs from the majority''s", MemberIds.text(id));
        Alarm alarm = new Alarm(id, Alarm.Type.CORRUPT);
        if (!keyspace.alarms().contains(alarm)) {
            proposals.submit(new Command.AlarmRaise(alarm), outcome -> outcome);
        }
    }

    private CompletableFuture<@Nullable StateHash> own(long revision) {
        return reads.read(true, false, () -> keyspace.hashKv(revision))
                .handle((hash, failure) -> failure == null ? hash : null);
    }

    private CompletableFuture<@Nullable StateHash> hash(long member, long revision) {
        CompletableFuture<@Nullable StateHash> answer = new CompletableFuture<>();
        PeerFailure unsent = transport == null
                ? new PeerFailure(PeerFailure.Kind.NOT_SENT, "alone")
                : transport.call(
                        member,
                        PeerMessages.HASH,
                        PeerCodec.body(out -> out.writeLong(revision)),
                        ANSWER_MILLIS_MAX,
                        (body, _) -> answer.complete(body == null ? null : decode(body)));
        if (unsent != null) {
            answer.complete(null);
        }
        return answer;
    }

    private static @Nullable StateHash decode(ByteBuffer body) {
        DataInputStream in = PeerCodec.reader(body);
        try {
            return new StateHash(in.readInt(), in.readLong(), in.readLong(), in.readLong());
        } catch (IOException malformed) {
            return null;
        }
    }

    /** The leader asks. It may be ahead by a moment: what it asked for is applied here soon. */
    private void handle(long from, ByteBuffer body, PeerHandler.Answer answer) {
        long revision = body.getLong();
        attempt(revision, answer, 20);
    }

    private void attempt(long revision, PeerHandler.Answer answer, int attempts) {
        if (keyspace.revision() < revision && attempts > 0) {
            CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS)
                    .execute(() -> attempt(revision, answer, attempts - 1));
            return;
        }
        reads.read(true, false, () -> keyspace.hashKv(revision)).whenComplete((hash, failure) -> {
            if (failure != null) {
                answer.refuse(
                        failure instanceof StoreException known ? known.code().text() : "failed");
            } else {
                answer.send(PeerCodec.body(out -> {
                    out.writeInt(hash.hash());
                    out.writeLong(hash.revision());
                    out.writeLong(hash.hashRevision());
                    out.writeLong(hash.compactRevision());
                }));
            }
        });
    }
}
