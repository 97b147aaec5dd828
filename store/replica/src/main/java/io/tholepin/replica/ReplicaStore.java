package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.Engine;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.LeaseTimers;
import io.tholepin.keyspace.Outcome;
import io.tholepin.keyspace.RocksEngine;
import io.tholepin.keyspace.TxnRules;
import io.tholepin.keyspace.WatchHub;
import io.tholepin.keyspace.WatchLimits;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One member of the replicated store: a Raft log with group commit, a keyspace that the log drives, watches and leases.
 * For now the group has one member.
 *
 * <p>Durable when? A write is answered after its log entry has been synced to disk; the state itself is written behind,
 * and the log is replayed from there after a crash. Reads of a single key are computed by the calling thread, larger
 * ones by the store's own threads. Answers come on the store's threads.
 *
 * <p>When the disk refuses a write or an invariant breaks, the store stops for good: nothing more is acknowledged,
 * requests under way fail as unknown, the others as CORRUPT, and {@link #broken} completes, upon which the process
 * should end with that message. Source: contract 0 and 2.9; Raft dissertation 6.4.
 */
public final class ReplicaStore implements Store {
    private static final System.Logger LOG = System.getLogger(ReplicaStore.class.getName());

    /** Longest wait for the log to be replayed at the start. */
    private static final long START_SECONDS_MAX = 120;

    /** Threads for larger reads, and most reads waiting for one; one more is told TOO_MANY_REQUESTS. */
    private static final int READERS = 2;

    private static final int READS_WAITING_MAX = 4_096;

    private final DataFolder folder;
    private final RaftEngine engine;
    private final Keyspace keyspace;
    private final WatchHub hub;
    private final Proposals proposals;
    private final ReadRounds rounds;
    private final ReplicaMachine machine;
    private final Chores chores;
    private final LeaseTimers timers = new LeaseTimers();
    private final LongSupplier millisClock;
    private final SecureRandom random = new SecureRandom();
    private final ThreadPoolExecutor readers;
    private final CompletableFuture<StoreException> broken = new CompletableFuture<>();
    private final AtomicReference<@Nullable StoreException> ended = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private ReplicaStore(ReplicaConfig config, DataFolder folder, Engine state, LongSupplier millisClock) {
        this.folder = folder;
        this.millisClock = millisClock;
        this.engine = new JRaftEngine(folder.raft(), folder.clusterId(), folder.memberId());
        this.keyspace = new Keyspace(state);
        this.hub = new WatchHub(keyspace, WatchLimits.DEFAULT);
        this.proposals = new Proposals(engine, System::nanoTime);
        this.rounds = new ReadRounds(engine, config.confirmReads(), System::nanoTime);
        this.machine = new ReplicaMachine(keyspace, hub, proposals, timers, millisClock, this::breakDown);
        this.chores = new Chores(config, engine, machine, keyspace, proposals, rounds, timers, millisClock);
        this.readers = new ThreadPoolExecutor(
                READERS,
                READERS,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(READS_WAITING_MAX),
                Thread.ofPlatform().daemon().name("replica-reader-", 1).factory());
        readers.allowCoreThreadTimeOut(true);
    }

    /**
     * Opens the store in its folder, creating it when there is none, replays the log and returns when it takes
     * requests.
     *
     * @throws IOException when the folder is in use, not writable, damaged or of a newer format; the message is one
     *     line
     */
    public static ReplicaStore open(ReplicaConfig config) throws IOException {
        return open(config, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    /** @param millisClock what leases and the compaction interval are measured by; does not jump */
    static ReplicaStore open(ReplicaConfig config, LongSupplier millisClock) throws IOException {
        DataFolder folder = DataFolder.open(config.folder());
        Engine state = null;
        ReplicaStore store = null;
        try {
            state = RocksEngine.open(folder.keyspace());
            store = new ReplicaStore(config, folder, state, millisClock);
            store.start();
            return store;
        } catch (RuntimeException failure) {
            if (store != null) {
                store.end(false);
            } else if (state != null) {
                state.close();
            }
            folder.close();
            throw new IOException(
                    "data folder " + config.folder() + " cannot be opened: " + failure.getMessage(), failure);
        }
    }

    /**
     * Completes when the store has stopped for good because the disk or an invariant failed; never when it was closed.
     */
    public CompletableFuture<StoreException> broken() {
        return broken.copy();
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        try {
            TxnRules.check(txn);
        } catch (StoreException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        if (txn.isReadOnly()) {
            return read(isLocal(txn), false, () -> keyspace.read(txn));
        }
        return proposals.submit(new Command.Write(txn), outcome -> ((Outcome.Wrote) outcome).result());
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        try {
            TxnRules.check(request);
        } catch (StoreException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        boolean small = request.range().isSingleKey() || request.countOnly();
        return read(request.serializable(), small, () -> keyspace.range(request));
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        return read(false, true, keyspace::revision);
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return hub.open(request, listener);
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        CompletableFuture<Long> logical = proposals.submit(new Command.Compact(revision), ReplicaStore::revision);
        if (!physical) {
            return logical;
        }
        CompletableFuture<Long> answer = new CompletableFuture<>();
        logical.whenComplete((current, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                chores.swept().whenComplete((_, stopped) -> {
                    if (stopped != null) {
                        answer.completeExceptionally(stopped);
                    } else {
                        answer.complete(current);
                    }
                });
            }
        });
        return answer;
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        if (ttlSeconds > LeaseTimers.TTL_SECONDS_MAX) {
            return CompletableFuture.failedFuture(StoreException.of(Code.LEASE_TTL_TOO_LARGE));
        }
        long chosen = id != 0 ? id : random.nextLong(1, Long.MAX_VALUE);
        long ttl = Math.max(ttlSeconds, LeaseTimers.TTL_SECONDS_MIN);
        return proposals.submit(new Command.LeaseGrant(chosen, ttl), _ -> {
            timers.granted(chosen, ttl, millisClock.getAsLong());
            return new Lease(chosen, ttl, ttl, List.of());
        });
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        return proposals.submit(new Command.LeaseRevoke(id), outcome -> {
            timers.revoked(id);
            return revision(outcome);
        });
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        return read(false, true, () -> {
            long ttl = timers.renew(id, millisClock.getAsLong());
            return new Lease(id, ttl, ttl, List.of());
        });
    }

    @Override
    public CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys) {
        return read(false, true, () -> {
            Lease lease = keyspace.lease(id, keys);
            long remaining = timers.remainingSeconds(id, millisClock.getAsLong());
            return lease == null || remaining < 0
                    ? new Lease(id, 0, -1, List.of())
                    : new Lease(id, lease.grantedTtlSeconds(), remaining, lease.keys());
        });
    }

    @Override
    public CompletableFuture<List<Long>> leases() {
        return read(true, true, () -> List.copyOf(keyspace.leaseTtls().keySet()));
    }

    @Override
    public StoreStatus status() {
        return new StoreStatus(
                folder.clusterId(),
                folder.memberId(),
                machine.leads() ? folder.memberId() : 0,
                machine.term(),
                keyspace.revision(),
                keyspace.compactRevision(),
                keyspace.appliedIndex(),
                keyspace.appliedIndex(),
                keyspace.bytesTotal(),
                keyspace.bytesTotal(),
                0,
                false);
    }

    @Override
    public void close() {
        end(true);
    }

    private void start() {
        engine.start(machine);
        try {
            machine.ready().get(START_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException("the log was not replayed within " + START_SECONDS_MAX + " s", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        } catch (ExecutionException broken) {
            throw new IllegalStateException("its log could not be replayed: " + why(broken), broken);
        }
        chores.start();
    }

    /** Stops everything, in an order in which nobody calls what is gone already. Idempotent. */
    private void end(boolean snapshot) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        StoreException stopped = StoreException.of(Code.STOPPED);
        boolean whole = ended.compareAndSet(null, stopped);
        proposals.refuse(stopped);
        chores.close();
        if (whole && snapshot) {
            chores.lastSnapshot();
        }
        engine.close();
        proposals.end(stopped);
        rounds.end(stopped);
        readers.shutdown();
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
        StoreException cause =
                StoreException.of(Code.CORRUPT, why + " (" + folder.freeMebibytes() + " MiB free)", null);
        if (ended.compareAndSet(null, cause)) {
            LOG.log(Level.ERROR, "the store has stopped: {0}", why);
            // Not a daemon: the word must get out even if nothing else keeps the process.
            Thread.ofPlatform().daemon(false).name("replica-broken").start(() -> {
                proposals.end(cause);
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

    private static long revision(Outcome outcome) {
        return ((Outcome.Done) outcome).revision();
    }

    private static boolean isLocal(Txn txn) {
        return Stream.concat(txn.success().stream(), txn.failure().stream())
                .allMatch(op -> op instanceof Op.Get get && get.request().serializable());
    }

    /** Runs a read once the state is recent enough; where depends on how large it may get. */
    private <T> CompletableFuture<T> read(boolean local, boolean small, Supplier<T> reading) {
        StoreException stopped = ended.get();
        if (stopped != null) {
            return CompletableFuture.failedFuture(stopped);
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (local || rounds.mayReadNow()) {
            run(small ? Runnable::run : readers, answer, reading);
        } else {
            rounds.confirm().whenComplete((_, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                } else {
                    run(readers, answer, reading);
                }
            });
        }
        return answer;
    }

    private static <T> void run(Executor where, CompletableFuture<T> answer, Supplier<T> reading) {
        try {
            where.execute(() -> {
                try {
                    answer.complete(reading.get());
                } catch (StoreException failure) {
                    answer.completeExceptionally(failure);
                } catch (RuntimeException failure) {
                    answer.completeExceptionally(StoreException.of(Code.CORRUPT, "a read failed", failure));
                }
            });
        } catch (RejectedExecutionException full) {
            answer.completeExceptionally(StoreException.of(Code.TOO_MANY_REQUESTS));
        }
    }
}
