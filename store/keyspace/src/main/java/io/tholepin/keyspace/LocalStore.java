package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.Auth;
import io.tholepin.kv.Cluster;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Maintenance;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A store of one process without a log, and so the only member of its cluster: a keyspace, a watch hub and one owner
 * thread that applies whatever waits as one
 * commit. Nothing is durable before {@link #close}, whatever the engine; for that there is the replica.
 *
 * <p>Reads are computed by the calling thread. When too many writes wait, more are refused with TOO_MANY_REQUESTS.
 */
public final class LocalStore implements StoreMember {
    private static final System.Logger LOG = System.getLogger(LocalStore.class.getName());

    /** Requests that may wait for the owner. */
    private static final int QUEUE_MAX = 8192;

    /** Requests that share a commit. */
    private static final int BATCH_MAX = 512;

    /** Of the member and of the cluster. */
    private static final long ID = 1;

    private static final int SWEEP_CHANGES = 1_000;
    private static final int EXPIRED_MAX = 500;
    private static final long LEASE_CHECK_MILLIS = 500;

    /** A command and who waits for it. */
    private record Request<T>(Command command, Function<Outcome, T> answer, CompletableFuture<T> future) {
        void complete(Outcome outcome) {
            if (outcome instanceof Outcome.Refused refused) {
                future.completeExceptionally(refused.cause());
            } else {
                future.complete(answer.apply(outcome));
            }
        }
    }

    private record Reclaiming(long revision, CompletableFuture<Long> future) {}

    private final Keyspace keyspace;
    private final Quota quota;
    private final ClusterMember self;
    private final LocalCluster cluster;
    private final LocalMaintenance maintenance;
    private final LocalAuth auth;
    private final WatchHub hub;
    private final LongSupplier clockMillis;
    private final RandomGenerator random;
    private final LeaseTimers timers = new LeaseTimers();
    private final BlockingQueue<Request<?>> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final List<Reclaiming> reclaiming = new ArrayList<>();
    private final Thread owner;
    private volatile boolean stopped;

    /** Starts a store on {@code engine} that may hold as much as it can. */
    public LocalStore(Engine engine, WatchLimits limits, LongSupplier clockMillis, RandomGenerator random) {
        this(engine, Quota.NONE, limits, clockMillis, random);
    }

    /**
     * Starts a store on {@code engine}, which it closes at its end.
     *
     * @param clockMillis a clock that does not jump, for leases
     * @param random for the ids of leases and members
     */
    public LocalStore(
            Engine engine, Quota quota, WatchLimits limits, LongSupplier clockMillis, RandomGenerator random) {
        this.keyspace = new Keyspace(engine);
        this.quota = quota;
        this.self = join(keyspace);
        this.hub = new WatchHub(keyspace, limits);
        this.clockMillis = clockMillis;
        this.random = random;
        this.cluster = new LocalCluster(this, keyspace);
        this.maintenance = new LocalMaintenance(this, keyspace);
        this.auth = new LocalAuth(this, keyspace);
        Map<Long, Long> seconds = keyspace.leaseSeconds();
        timers.reset(keyspace.leaseTtls(), seconds, clockMillis.getAsLong());
        this.owner = Thread.ofPlatform().daemon().name("local-store").start(this::own);
    }

    /** An empty store on the heap, gone with the process. */
    public static LocalStore ephemeral() {
        return new LocalStore(
                new HeapEngine(),
                WatchLimits.DEFAULT,
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                RandomGenerator.of("L64X128MixRandom"));
    }

    /** The member that this process is: the first one ever; the others, if any were added, can never join. */
    private static ClusterMember join(Keyspace keyspace) {
        ClusterMember first = new ClusterMember(
                ID, "default", List.of("http://localhost:2380"), List.of("http://localhost:2379"), false);
        if (keyspace.members().isEmpty()) {
            keyspace.apply(keyspace.appliedIndex() + 1, new Command.MembersInit(List.of(first)));
            keyspace.commit();
        }
        return first;
    }

    @Override
    public long clusterId() {
        return ID;
    }

    @Override
    public long memberId() {
        return self.id();
    }

    @Override
    public long leaderId() {
        return self.id();
    }

    @Override
    public long term() {
        return 1;
    }

    @Override
    public long revision() {
        return keyspace.revision();
    }

    @Override
    public Cluster cluster() {
        return cluster;
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
        return new PermittedStore(this, command -> new Command.Guarded(authRevision, command));
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        return txn(txn, UnaryOperator.identity());
    }

    CompletableFuture<TxnResult> txn(Txn txn, UnaryOperator<Command> guard) {
        try {
            TxnRules.check(txn);
            if (txn.isReadOnly()) {
                requireRunning();
                return CompletableFuture.completedFuture(keyspace.read(txn));
            }
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
        return submit(guard.apply(new Command.Write(txn)), outcome -> ((Outcome.Wrote) outcome).result());
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        try {
            TxnRules.check(request);
            requireRunning();
            return CompletableFuture.completedFuture(keyspace.range(request));
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        if (stopped) {
            return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.STOPPED));
        }
        return CompletableFuture.completedFuture(keyspace.revision());
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return hub.open(request, listener);
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        return compact(revision, physical, UnaryOperator.identity());
    }

    CompletableFuture<Long> compact(long revision, boolean physical, UnaryOperator<Command> guard) {
        Command compact = guard.apply(new Command.Compact(revision));
        if (!physical) {
            return submit(compact, LocalStore::revision);
        }
        CompletableFuture<Long> reclaimed = new CompletableFuture<>();
        Request<Long> request = new Request<>(
                compact,
                outcome -> {
                    // Runs on the owner's thread.
                    reclaiming.add(new Reclaiming(revision(outcome), reclaimed));
                    return revision(outcome);
                },
                new CompletableFuture<>());
        request.future().whenComplete((_, failure) -> {
            if (failure != null) {
                reclaimed.completeExceptionally(failure);
            }
        });
        enqueue(request);
        return reclaimed;
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        return leaseGrant(id, ttlSeconds, UnaryOperator.identity());
    }

    CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds, UnaryOperator<Command> guard) {
        if (ttlSeconds > LeaseTimers.TTL_SECONDS_MAX) {
            return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.LEASE_TTL_TOO_LARGE));
        }
        long chosen = id != 0 ? id : randomId();
        long ttl = Math.max(ttlSeconds, LeaseTimers.TTL_SECONDS_MIN);
        return submit(guard.apply(new Command.LeaseGrant(chosen, ttl)), _ -> {
            timers.granted(chosen, ttl, clockMillis.getAsLong());
            return new Lease(chosen, ttl, ttl, List.of());
        });
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        return leaseRevoke(id, UnaryOperator.identity());
    }

    CompletableFuture<Long> leaseRevoke(long id, UnaryOperator<Command> guard) {
        return submit(guard.apply(new Command.LeaseRevoke(id)), outcome -> {
            timers.revoked(id);
            return revision(outcome);
        });
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        long ttl = timers.renew(id, clockMillis.getAsLong());
        return CompletableFuture.completedFuture(new Lease(id, ttl, ttl, List.of()));
    }

    @Override
    public CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys) {
        Lease lease = keyspace.lease(id, keys);
        long remaining = timers.remainingSeconds(id, clockMillis.getAsLong());
        return CompletableFuture.completedFuture(
                lease == null || remaining < 0
                        ? new Lease(id, 0, -1, List.of())
                        : new Lease(id, lease.grantedTtlSeconds(), remaining, lease.keys()));
    }

    @Override
    public CompletableFuture<List<Long>> leases() {
        return CompletableFuture.completedFuture(
                List.copyOf(keyspace.leaseTtls().keySet()));
    }

    @Override
    public boolean isLearner() {
        return false;
    }

    @Override
    public StoreStatus status() {
        return new StoreStatus(
                clusterId(),
                memberId(),
                leaderId(),
                term(),
                keyspace.revision(),
                keyspace.compactRevision(),
                keyspace.appliedIndex(),
                keyspace.appliedIndex(),
                keyspace.bytesTotal(),
                keyspace.bytesInUse(),
                quota.bytesMax(),
                keyspace.keys(),
                false);
    }

    @Override
    public void close() {
        stopped = true;
        maintenance.close();
        if (!Thread.currentThread().equals(owner)) {
            try {
                owner.interrupt();
                owner.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static long revision(Outcome outcome) {
        return ((Outcome.Done) outcome).revision();
    }

    /** A positive number. */
    long randomId() {
        synchronized (random) {
            return random.nextLong(1, Long.MAX_VALUE);
        }
    }

    private void requireRunning() {
        if (stopped) {
            throw StoreException.of(StoreException.Code.STOPPED);
        }
    }

    /** {@code answer} takes any outcome but a refusal, on the owner's thread. */
    <T> CompletableFuture<T> submit(Command command, Function<Outcome, T> answer) {
        if (!quota.admits(keyspace.bytesInUse(), command)) {
            Alarm alarm = new Alarm(memberId(), Alarm.Type.NO_SPACE);
            if (!keyspace.alarms().contains(alarm)) {
                enqueue(new Request<>(new Command.AlarmRaise(alarm), outcome -> outcome, new CompletableFuture<>()));
            }
            return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.NO_SPACE));
        }
        Request<T> request = new Request<>(command, answer, new CompletableFuture<>());
        enqueue(request);
        return request.future();
    }

    private void enqueue(Request<?> request) {
        if (!queue.offer(request)) {
            request.future().completeExceptionally(StoreException.of(StoreException.Code.TOO_MANY_REQUESTS));
        } else if (stopped) {
            // The owner may have looked for the last time already.
            refuseWaiting();
        }
    }

    private void refuseWaiting() {
        for (Request<?> left = queue.poll(); left != null; left = queue.poll()) {
            left.future().completeExceptionally(StoreException.of(StoreException.Code.STOPPED));
        }
    }

    private void own() {
        List<Request<?>> batch = new ArrayList<>(BATCH_MAX);
        boolean sweeping = true;
        try {
            while (!stopped) {
                Request<?> first = take(sweeping);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, BATCH_MAX - 1);
                }
                expireLeases(batch);
                apply(batch);
                batch.clear();
                sweeping = sweep();
            }
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "the store has stopped", e);
            stopped = true;
            for (Request<?> request : batch) {
                request.future()
                        .completeExceptionally(StoreException.unknown(StoreException.Code.CORRUPT, "stopped", e));
            }
        } finally {
            // The interruption that woke the owner has done its work.
            Thread.interrupted();
            refuseWaiting();
            reclaiming.forEach(
                    left -> left.future().completeExceptionally(StoreException.of(StoreException.Code.STOPPED)));
            hub.close();
            keyspace.close();
        }
    }

    private @Nullable Request<?> take(boolean sweeping) {
        try {
            return sweeping ? queue.poll() : queue.poll(LEASE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // close() interrupts to wake the owner; the loop sees why.
            return null;
        }
    }

    private void apply(List<Request<?>> batch) {
        if (batch.isEmpty()) {
            return;
        }
        List<Outcome> outcomes = new ArrayList<>(batch.size());
        long index = keyspace.appliedIndex();
        for (Request<?> request : batch) {
            outcomes.add(keyspace.apply(++index, request.command()));
        }
        Committed committed = keyspace.commit();
        hub.publish(committed);
        auth.tell(committed.tokens());
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).complete(outcomes.get(i));
        }
    }

    private void expireLeases(List<Request<?>> batch) {
        for (long id : timers.expired(clockMillis.getAsLong(), EXPIRED_MAX)) {
            batch.add(new Request<>(
                    new Command.LeaseRevoke(id),
                    _ -> {
                        timers.revoked(id);
                        return id;
                    },
                    new CompletableFuture<>()));
        }
    }

    /** Removes some of what compactions left; returns whether there is more. */
    private boolean sweep() {
        if (keyspace.compactRevision() <= keyspace.sweptRevision()) {
            return false;
        }
        boolean more = keyspace.sweep(SWEEP_CHANGES);
        keyspace.commit();
        if (!more) {
            reclaiming.forEach(done -> done.future().complete(done.revision()));
            reclaiming.clear();
        }
        return more;
    }
}
