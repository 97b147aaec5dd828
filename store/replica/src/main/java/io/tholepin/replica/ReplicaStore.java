package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.Engine;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.LeaseTimers;
import io.tholepin.keyspace.Quota;
import io.tholepin.keyspace.RocksEngine;
import io.tholepin.keyspace.WatchHub;
import io.tholepin.keyspace.WatchLimits;
import io.tholepin.kv.Auth;
import io.tholepin.kv.Cluster;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Maintenance;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One member of the replicated store: a Raft log with group commit, a keyspace that the log drives, watches and leases.
 * Alone or with peers; every member takes every request.
 *
 * <p>Durable when? A write is answered after its log entry has been synced to disk by a majority and applied by the
 * member that was asked; the state itself is written behind, and the log is replayed from there after a crash. Reads of
 * a single key are computed by the calling thread, larger ones by the store's own threads. Answers come on the store's
 * threads.
 *
 * <p>When the disk refuses a write or an invariant breaks, the store stops for good: nothing more is acknowledged,
 * requests under way fail as unknown, the others as CORRUPT, and {@link #broken} completes, upon which the process
 * should end with that message. The same happens, with STOPPED, when the member was removed from its cluster. Source:
 * contract 0, 2.9 and 2.16; Raft dissertation 6.4.
 */
public final class ReplicaStore implements StoreMember {
    private static final System.Logger LOG = System.getLogger(ReplicaStore.class.getName());

    /** Longest wait for the log to be replayed at the start. */
    private static final long START_SECONDS_MAX = 120;

    private final ReplicaConfig config;
    private final DataFolder folder;
    private final Identification identification;
    private final @Nullable PeerTransport transport;
    private final PeerBook book;
    private final RaftEngine engine;
    private final Keyspace keyspace;
    private final WatchHub hub;
    private final Proposals proposals;
    private final ReadRounds rounds;
    private final ReplicaReads reads;
    private final ReplicaMachine machine;
    private final LeaderCalls calls;
    private final Chores chores;
    private final Enrolment enrolment;
    private final ReplicaMembers members;
    private final ReplicaAuth auth;
    private final ReplicaMaintenance maintenance;
    private final QuotaWatch quota;
    private final CorruptionCheck corruption;
    private final ReplicaParts parts;
    private final ReplicaRequests requests;
    private final AtomicBoolean publishing = new AtomicBoolean();
    private final CompletableFuture<StoreException> broken = new CompletableFuture<>();
    private final AtomicReference<@Nullable StoreException> ended = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable ResyncServer resyncServer;
    private @Nullable ResyncClient resyncClient;
    /** Whether the members of the cluster before a forced new one are gone from the table. The chores'. */
    private boolean forgotten;

    private volatile List<Integer> peerPorts = List.of();

    private ReplicaStore(
            ReplicaConfig config,
            DataFolder folder,
            Identification identification,
            Keyspace keyspace,
            @Nullable PeerTransport transport,
            LongSupplier millisClock)
            throws IOException {
        this.config = config;
        this.folder = folder;
        this.identification = identification;
        this.keyspace = keyspace;
        this.transport = transport;
        this.book = new PeerBook(transport, identification.bootstrap(folder, keyspace));
        long self = folder.memberId();
        this.engine = engine(config, folder, identification, transport);
        this.hub = new WatchHub(keyspace, WatchLimits.DEFAULT);
        long wait = config.timing().requestNanos();
        this.proposals = proposals(config, new Forwarding(engine, transport, wait), wait);
        this.rounds = new ReadRounds(engine, config.confirmReads(), System::nanoTime, wait, config.observer());
        this.reads = new ReplicaReads(rounds, ended::get);
        LeaseTimers timers = new LeaseTimers();
        this.machine = new ReplicaMachine(
                self,
                keyspace,
                folder.staged(),
                hub,
                proposals,
                timers,
                millisClock,
                config.observer(),
                this::breakDown);
        this.calls = new LeaderCalls(machine::leadership, transport, wait);
        this.chores = new Chores(config, engine, machine, keyspace, proposals, timers, millisClock);
        this.enrolment = new Enrolment(self, engine, keyspace, machine::leadership, transport, this::reviewMembers);
        this.members = new ReplicaMembers(
                self,
                config,
                engine,
                keyspace,
                machine,
                proposals,
                rounds,
                calls,
                enrolment,
                chores::execute,
                transport);
        ReplicaLeases leases =
                new ReplicaLeases(keyspace, machine, proposals, rounds, timers, calls, millisClock, config.observer());
        this.quota = new QuotaWatch(self, Quota.ofFlag(config.quotaBytes()), keyspace, proposals);
        this.auth = new ReplicaAuth(keyspace, proposals, machine);
        this.maintenance = new ReplicaMaintenance(keyspace, proposals, reads, machine);
        this.parts = new ReplicaParts(
                keyspace, hub, proposals, reads, leases, quota, config.limits(), chores, config.observer(), ended::get);
        this.requests = new ReplicaRequests(parts, this::status, OptionalLong.empty());
        this.corruption =
                new CorruptionCheck(self, config, keyspace, machine, reads, proposals, transport, millisClock);
        connect();
        schedule(leases, new Tidying(self, keyspace, machine, transport, millisClock));
    }

    private static Proposals proposals(ReplicaConfig config, Forwarding forwarding, long wait) {
        long origin = new SecureRandom().nextLong(1, Long.MAX_VALUE);
        return new Proposals(forwarding, System::nanoTime, wait, origin, config.observer());
    }

    private static RaftEngine engine(
            ReplicaConfig config, DataFolder folder, Identification identification, @Nullable PeerTransport transport)
            throws IOException {
        return new JRaftEngine(new JRaftEngine.Setup(
                folder.raft(),
                folder.clusterId(),
                folder.memberId(),
                identification.initialGroup(folder),
                config.timing(),
                config.syncLog(),
                config.forceNewCluster(),
                transport,
                config.observer()));
    }

    /** Whether a member has been set up in {@code folder} before. */
    public static boolean hasData(Path folder) {
        return DataFolder.exists(folder);
    }

    /** Makes the folder of a member that is to be, for its owner alone, unless it is there. */
    public static void createFolder(Path folder) throws IOException {
        DataFolder.create(folder);
    }

    /**
     * Opens the store in its folder, creating it when there is none, and replays the log. A member that is alone
     * returns when it takes requests; one with peers returns at once, answers what needs no leader, and lets the rest
     * wait: see {@link #ready}.
     *
     * @throws IOException when the folder is in use, not writable, damaged or of a newer format, when it cannot listen
     *     for peers, or the cluster to join is not the one configured; the message is one line
     */
    public static ReplicaStore open(ReplicaConfig config) throws IOException {
        return open(config, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    /** @param millisClock what leases and the compaction interval are measured by; does not jump */
    static ReplicaStore open(ReplicaConfig config, LongSupplier millisClock) throws IOException {
        Identification identification = new Identification(config);
        DataFolder folder = identification.open();
        PeerTransport transport = null;
        Engine state = null;
        ReplicaStore store = null;
        try {
            if (config.peers().isPresent()) {
                transport = new PeerTransport(
                        folder.clusterId(),
                        folder.memberId(),
                        config.peers().get().tls(),
                        config.timing(),
                        config.observer());
            }
            state = RocksEngine.open(folder.keyspace());
            Keyspace.recover(folder.staged(), state);
            store = new ReplicaStore(config, folder, identification, new Keyspace(state), transport, millisClock);
            store.start();
            return store;
        } catch (IOException | RuntimeException failure) {
            if (store != null) {
                store.end(false);
            } else {
                if (state != null) {
                    state.close();
                }
                if (transport != null) {
                    transport.close();
                }
            }
            folder.close();
            throw failure instanceof IOException known
                    ? known
                    : new IOException(
                            "data folder " + config.folder() + " cannot be opened: " + failure.getMessage(), failure);
        }
    }

    /**
     * Completes when the store has stopped for good because the disk or an invariant failed, or, with code STOPPED,
     * because the member was removed from its cluster; never when it was closed.
     */
    public CompletableFuture<StoreException> broken() {
        return broken.copy();
    }

    /** Completes when there is a leader for the first time since the start. */
    public CompletableFuture<Void> ready() {
        return machine.ready().copy();
    }

    /** The port of each URL that it listens at for peers, in order; empty without peers. */
    public List<Integer> peerPorts() {
        return peerPorts;
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        return requests.txn(txn);
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        return requests.range(request);
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        return requests.currentRevision();
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return requests.watch(request, listener);
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        return requests.compact(revision, physical);
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        return requests.leaseGrant(id, ttlSeconds);
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        return requests.leaseRevoke(id);
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        return requests.leaseKeepAlive(id);
    }

    @Override
    public CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys) {
        return requests.leaseTimeToLive(id, keys);
    }

    @Override
    public CompletableFuture<List<Long>> leases() {
        return requests.leases();
    }

    @Override
    public StoreStatus status() {
        Leadership leadership = machine.leadership();
        long applied = keyspace.appliedIndex();
        return new StoreStatus(
                folder.clusterId(),
                folder.memberId(),
                leadership.leader(),
                leadership.term(),
                keyspace.revision(),
                keyspace.compactRevision(),
                Math.max(applied, engine.commitIndex()),
                applied,
                keyspace.bytesTotal(),
                keyspace.bytesInUse(),
                Quota.ofFlag(config.quotaBytes()).bytesMax(),
                keyspace.keys(),
                isLearner());
    }

    @Override
    public boolean isLearner() {
        for (ClusterMember member : keyspace.members()) {
            if (member.id() == folder.memberId()) {
                return member.learner();
            }
        }
        return false;
    }

    @Override
    public long clusterId() {
        return folder.clusterId();
    }

    @Override
    public long memberId() {
        return folder.memberId();
    }

    @Override
    public long leaderId() {
        return machine.leadership().leader();
    }

    @Override
    public long term() {
        return machine.leadership().term();
    }

    @Override
    public long revision() {
        return keyspace.revision();
    }

    @Override
    public Cluster cluster() {
        return members;
    }

    @Override
    public Maintenance maintenance() {
        return maintenance;
    }

    @Override
    public Auth auth() {
        return auth;
    }

    @Override
    public Store permittedAt(long authRevision) {
        return new ReplicaRequests(parts, this::status, OptionalLong.of(authRevision));
    }

    @Override
    public void close() {
        if (transport != null && !closed.get()) {
            new Handover(engine, transport, machine::leadership).run();
        }
        end(true);
    }

    /** For tests: as if the network to and from these members, and no others, were gone. */
    void cut(Set<Long> others) {
        if (transport != null) {
            transport.cut(others);
        }
    }

    /** For tests: bytes of state taken from others since the start. */
    long resyncBytes() {
        return resyncClient == null ? 0 : resyncClient.bytesMoved();
    }

    /** For tests: flushes the state and marks the log; returns when it is done. */
    void mark() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        engine.snapshot(done::countDown);
        done.await();
    }

    /** For tests: the members whose data differs from the majority's; raises the alarm for them. */
    CompletableFuture<List<Long>> checkCorruption() {
        return corruption.check();
    }

    /**
     * Which of the other members that can be reached hold something else than this member, although they have compacted
     * as much; for before it serves clients. Takes at most a minute.
     */
    public CompletableFuture<List<Long>> differingMembers() {
        return corruption.differing();
    }

    /** For tests: who votes, as far as this member knows. */
    Set<Long> voters() {
        return engine.group().voters();
    }

    private void connect() {
        if (transport == null) {
            return;
        }
        Joining.serve(transport, keyspace::members);
        transport.removed(id -> id != 0
                && keyspace.removedMembers().contains(id)
                && !engine.group().contains(id));
        transport.handle(PeerMessages.REMOVED, (_, _, answer) -> {
            answer.send(PeerBody.EMPTY);
            removed();
        });
        transport.listener(new PeerTransport.Listener() {
            @Override
            public void connected(long peer) {
                chores.execute(enrolment::round);
            }

            @Override
            public void removed() {
                ReplicaStore.this.removed();
            }
        });
        ResyncServer server = new ResyncServer(transport, machine::resyncSource, config.observer());
        resyncServer = server;
        chores.also(server::expire);
        ResyncClient client =
                new ResyncClient(keyspace, folder.staged(), transport, machine::leadership, config.observer());
        resyncClient = client;
        machine.resync(client);
        machine.onMembers(() -> book.update(keyspace.members(), engine.group()));
    }

    private void schedule(ReplicaLeases leases, Tidying tidying) {
        chores.also(rounds::expire);
        chores.also(quota::round);
        chores.also(corruption::round);
        chores.also(tidying::round);
        chores.also(this::reviewMembers);
        chores.also(() -> {
            if (machine.leads()) {
                leases.checkpoint(Chores.EXPIRED_MAX);
            }
        });
        machine.onLeader(_ -> {
            rounds.leaderChanged();
            chores.execute(this::reviewMembers);
        });
    }

    /** What there is to do about the membership: begin the table, publish, follow it. On the chores' thread. */
    private void reviewMembers() {
        chores.execute(() -> {
            List<ClusterMember> table = keyspace.members();
            if (table.isEmpty()) {
                if (machine.leads()) {
                    once(new Command.MembersInit(identification.initialMembers(folder)));
                }
                return;
            }
            if (config.forceNewCluster() && !forgotten) {
                forgetOthers(table);
                return;
            }
            publish(table);
            book.update(table, engine.group());
            enrolment.round();
        });
    }

    /** This start began another cluster, of this member alone. */
    private void forgetOthers(List<ClusterMember> table) {
        List<ClusterMember> others = table.stream()
                .filter(member -> member.id() != folder.memberId())
                .toList();
        if (others.isEmpty()) {
            forgotten = true;
        } else if (machine.leads()) {
            once(new Command.MemberRemove(others.getFirst().id()));
        }
    }

    private void publish(List<ClusterMember> table) {
        ReplicaConfig.Member own = config.member();
        for (ClusterMember member : table) {
            boolean moved = table.size() == 1
                    && config.peers().isPresent()
                    && !member.peerUrls().equals(identification.ownUrls());
            if (moved && machine.leads()) {
                // Alone until now, perhaps without a word of where; nobody else has to be told.
                once(new Command.MemberUpdate(member.id(), identification.ownUrls()));
            }
            boolean news = member.id() == folder.memberId()
                    && !(member.name().equals(own.name()) && member.clientUrls().equals(own.clientUrls()));
            if (news && machine.leadership().isKnown()) {
                once(new Command.MemberPublish(folder.memberId(), own.name(), own.clientUrls()));
            }
        }
    }

    /** One such command at a time; what failed is tried again in the next round. */
    private void once(Command command) {
        if (publishing.compareAndSet(false, true)) {
            proposals.submit(command, outcome -> outcome).whenComplete((_, _) -> publishing.set(false));
        }
    }

    private void start() throws IOException {
        engine.start(machine);
        if (transport != null) {
            peerPorts = transport.listen(config.peers().orElseThrow().listenUrls());
            book.open();
        }
        chores.start();
        if (engine.group().voters().equals(Set.of(folder.memberId()))) {
            awaitReady();
        }
    }

    private void awaitReady() {
        try {
            machine.ready().get(START_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException("the log was not replayed within " + START_SECONDS_MAX + " s", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("its log could not be replayed: " + why(failed), failed);
        }
    }

    /** Stops everything, in an order in which nobody calls what is gone already. Idempotent. */
    private void end(boolean snapshot) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        StoreException stopped = StoreException.of(Code.STOPPED);
        boolean whole = ended.compareAndSet(null, stopped);
        proposals.refuse(stopped);
        calls.end(stopped);
        chores.close();
        if (whole && snapshot) {
            chores.lastSnapshot();
        }
        engine.close();
        if (transport != null) {
            transport.close();
        }
        if (resyncServer != null) {
            resyncServer.close();
        }
        proposals.end(stopped);
        rounds.end(stopped);
        reads.close();
        hub.close();
        machine.close();
        try {
            folder.close();
        } catch (IOException failure) {
            LOG.log(Level.WARNING, "the lock of the data folder was not released", failure);
        }
    }

    /** Nothing can be promised any more. Called by the thread that noticed, which must not wait for itself to end. */
    private void breakDown(String why) {
        stop(StoreException.of(Code.CORRUPT, why + " (" + folder.freeMebibytes() + " MiB free)", null));
    }

    /** The others go on without this member, for ever. */
    private void removed() {
        stop(StoreException.of(Code.STOPPED, "the member has been permanently removed from the cluster", null));
    }

    private void stop(StoreException cause) {
        if (ended.compareAndSet(null, cause)) {
            LOG.log(Level.ERROR, "the store has stopped: {0}", cause.getMessage());
            // Not a daemon: the word must get out even if nothing else keeps the process.
            Thread.ofPlatform().daemon(false).name("replica-broken").start(() -> {
                proposals.end(cause);
                calls.end(cause);
                rounds.end(cause);
                hub.close();
                broken.complete(cause);
            });
        }
    }

    private static String why(ExecutionException failed) {
        Throwable cause = failed.getCause();
        return cause == null ? failed.toString() : String.valueOf(cause.getMessage());
    }
}
