package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.Outcome;
import io.tholepin.kv.Cluster;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The membership: a table in the replicated state. The leader checks what the table cannot know, puts the change into
 * the log, and {@link Enrolment} makes the Raft engine follow. Changes come one at a time. Thread-safe. Source:
 * contract
 * 2.16.
 */
final class ReplicaMembers implements Cluster {
    private static final int ADD = 11;
    private static final int REMOVE = 12;
    private static final int UPDATE = 13;
    private static final int PROMOTE = 14;

    /** Longest wait of a change for the Raft engine to follow; it does so later otherwise. */
    private static final long FOLLOWED_MILLIS_MAX = 5_000;

    /** Longest wait for a successor. */
    private static final long TRANSFER_MILLIS_MAX = 7_000;

    private static final long LOOK_MILLIS = 20;

    private final long self;
    private final ReplicaConfig config;
    private final RaftEngine engine;
    private final Keyspace keyspace;
    private final ReplicaMachine machine;
    private final Proposals proposals;
    private final ReadRounds rounds;
    private final LeaderCalls calls;
    private final Enrolment enrolment;
    private final Executor chores;
    private final @Nullable PeerTransport transport;
    private final Executor pause = CompletableFuture.delayedExecutor(LOOK_MILLIS, TimeUnit.MILLISECONDS);

    /** The last change begun here; the next one begins after it. */
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    /** @param chores runs what it is given on the chores' thread */
    ReplicaMembers(
            long self,
            ReplicaConfig config,
            RaftEngine engine,
            Keyspace keyspace,
            ReplicaMachine machine,
            Proposals proposals,
            ReadRounds rounds,
            LeaderCalls calls,
            Enrolment enrolment,
            Executor chores,
            @Nullable PeerTransport transport) {
        this.self = self;
        this.config = config;
        this.engine = engine;
        this.keyspace = keyspace;
        this.machine = machine;
        this.proposals = proposals;
        this.rounds = rounds;
        this.calls = calls;
        this.enrolment = enrolment;
        this.chores = chores;
        this.transport = transport;
        calls.serve(ADD, in -> {
            List<String> urls = PeerCodec.takeTexts(in);
            boolean learner = in.readBoolean();
            return inTurn(() -> addHere(urls, learner));
        });
        calls.serve(REMOVE, in -> {
            long id = in.readLong();
            return inTurn(() -> removeHere(id));
        });
        calls.serve(UPDATE, in -> {
            long id = in.readLong();
            List<String> urls = PeerCodec.takeTexts(in);
            return inTurn(() -> updateHere(id, urls));
        });
        calls.serve(PROMOTE, in -> {
            long id = in.readLong();
            return inTurn(() -> promoteHere(id));
        });
    }

    @Override
    public CompletableFuture<List<ClusterMember>> members(boolean linearizable) {
        if (!linearizable || rounds.mayReadNow()) {
            return CompletableFuture.completedFuture(keyspace.members());
        }
        return Answers.plain(rounds.confirm().thenApply(_ -> keyspace.members()));
    }

    @Override
    public CompletableFuture<ClusterMember> add(List<String> peerUrls, boolean learner) {
        return checked(
                peerUrls,
                () -> asked(
                        ADD,
                        out -> {
                            PeerCodec.putTexts(out, peerUrls);
                            out.writeBoolean(learner);
                        },
                        in -> PeerCodec.takeMembers(in).getFirst()));
    }

    @Override
    public CompletableFuture<List<ClusterMember>> remove(long id) {
        return asked(REMOVE, out -> out.writeLong(id), PeerCodec::takeMembers);
    }

    @Override
    public CompletableFuture<List<ClusterMember>> update(long id, List<String> peerUrls) {
        return checked(
                peerUrls,
                () -> asked(
                        UPDATE,
                        out -> {
                            out.writeLong(id);
                            PeerCodec.putTexts(out, peerUrls);
                        },
                        PeerCodec::takeMembers));
    }

    @Override
    public CompletableFuture<List<ClusterMember>> promote(long id) {
        return asked(PROMOTE, out -> out.writeLong(id), PeerCodec::takeMembers);
    }

    @Override
    public CompletableFuture<Void> moveLeader(long id) {
        if (!machine.leads()) {
            return CompletableFuture.failedFuture(StoreException.of(Code.NOT_LEADER));
        }
        if (id == self) {
            return CompletableFuture.completedFuture(null);
        }
        if (!engine.group().voters().contains(id)) {
            return CompletableFuture.failedFuture(StoreException.of(Code.BAD_TRANSFEREE));
        }
        String problem = engine.transfer(id);
        if (problem != null) {
            return CompletableFuture.failedFuture(StoreException.of(Code.UNHEALTHY_CLUSTER, problem, null));
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        watch(
                () -> hasMoved(id),
                TRANSFER_MILLIS_MAX,
                answer,
                StoreException.of(Code.TIMED_OUT, "leader transfer took too long", null));
        return answer;
    }

    /**
     * Whether {@code id} leads. The engine gives a transfer up after one election timeout, which a busy disk can take,
     * and leads on: then it is asked again.
     */
    private boolean hasMoved(long id) {
        if (machine.leads()) {
            engine.transfer(id);
        }
        return machine.leadership().leader() == id;
    }

    @Override
    public Set<Long> connected() {
        return transport == null ? Set.of() : transport.connected();
    }

    @Override
    public Optional<String> downgradeTarget() {
        return keyspace.downgradeTarget();
    }

    @Override
    public CompletableFuture<Long> setDowngradeTarget(Optional<String> target) {
        return proposals.submit(new Command.DowngradeTarget(target), outcome -> ((Outcome.Done) outcome).revision());
    }

    // ---- The leader's.

    private CompletableFuture<List<ClusterMember>> addHere(List<String> urls, boolean learner) {
        PeerUrl.check(urls);
        if (transport == null) {
            throw StoreException.of(Code.UNHEALTHY_CLUSTER, "this member was started without peer URLs", null);
        }
        if (isStrict()) {
            rules().checkAdd(learner);
        }
        String token = config.peers().map(ReplicaConfig.Peers::token).orElse(ReplicaConfig.Peers.TOKEN);
        int learnersMax = config.peers().map(ReplicaConfig.Peers::learnersMax).orElse(LEARNERS_MAX);
        long id = MemberIds.member(urls, token, Instant.now().getEpochSecond());
        ClusterMember added = new ClusterMember(id, "", urls, List.of(), learner);
        return submit(new Command.MemberAdd(added, learnersMax))
                .thenApply(members ->
                        members.stream().filter(member -> member.id() == id).toList());
    }

    private CompletableFuture<List<ClusterMember>> removeHere(long id) {
        ClusterMember removed = find(id);
        if (isStrict()) {
            rules().checkRemove(removed);
        }
        return submit(new Command.MemberRemove(id)).thenCompose(members -> {
            if (id == self) {
                // Its connections end with its membership: the answer goes first.
                return CompletableFuture.completedFuture(members);
            }
            CompletableFuture<List<ClusterMember>> answer = new CompletableFuture<>();
            CompletableFuture<Void> followed = new CompletableFuture<>();
            watch(() -> !engine.group().contains(id), FOLLOWED_MILLIS_MAX, followed, StoreException.of(Code.TIMED_OUT));
            followed.whenComplete((_, _) -> answer.complete(members));
            return answer;
        });
    }

    private CompletableFuture<List<ClusterMember>> updateHere(long id, List<String> urls) {
        PeerUrl.check(urls);
        return submit(new Command.MemberUpdate(id, urls));
    }

    private CompletableFuture<List<ClusterMember>> promoteHere(long id) {
        try {
            rules().checkPromote(find(id), engine.matchIndex(id), engine.commitIndex(), isStrict());
        } catch (StoreException refusal) {
            config.observer().learnerRefused(refusal.code().text());
            throw refusal;
        }
        return submit(new Command.MemberPromote(id)).whenComplete((_, failure) -> {
            if (failure == null) {
                config.observer().learnerPromoted();
            }
        });
    }

    private CompletableFuture<List<ClusterMember>> submit(Command command) {
        return proposals
                .submit(command, outcome -> ((Outcome.Members) outcome).members())
                .whenComplete((_, _) -> chores.execute(enrolment::round));
    }

    private MembershipRules rules() {
        return new MembershipRules(
                keyspace.members(), self, id -> transport == null ? -1 : transport.connectedMillis(id));
    }

    private boolean isStrict() {
        return config.peers().map(ReplicaConfig.Peers::strict).orElse(true);
    }

    private ClusterMember find(long id) {
        return keyspace.members().stream()
                .filter(member -> member.id() == id)
                .findFirst()
                .orElseThrow(() -> StoreException.of(Code.MEMBER_NOT_FOUND));
    }

    /** What a change does once it is its turn. */
    @FunctionalInterface
    private interface Change {
        CompletableFuture<List<ClusterMember>> begin();
    }

    private synchronized CompletableFuture<byte[]> inTurn(Change change) {
        CompletableFuture<byte[]> done = last.handle((_, _) -> null)
                .thenCompose(_ -> change.begin())
                .thenApply(members -> PeerCodec.bytes(out -> PeerCodec.putMembers(out, members)));
        last = done;
        return done;
    }

    private <T> CompletableFuture<T> asked(int number, PeerCodec.Fields arguments, LeaderCalls.Answer<T> reading) {
        return calls.call(new LeaderCalls.Request(number, PeerCodec.bytes(arguments), false), reading);
    }

    private static <T> CompletableFuture<T> checked(List<String> urls, Supplier<CompletableFuture<T>> then) {
        try {
            PeerUrl.check(urls);
        } catch (StoreException invalid) {
            return CompletableFuture.failedFuture(invalid);
        }
        return then.get();
    }

    /** Looks until it holds or the time is over. */
    private void watch(
            BooleanSupplier condition, long millis, CompletableFuture<Void> answer, StoreException otherwise) {
        if (condition.getAsBoolean()) {
            answer.complete(null);
        } else if (millis <= 0) {
            answer.completeExceptionally(otherwise);
        } else {
            pause.execute(() -> watch(condition, millis - LOOK_MILLIS, answer, otherwise));
        }
    }
}
