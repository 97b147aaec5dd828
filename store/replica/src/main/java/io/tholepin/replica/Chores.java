package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.CommandCodec;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.LeaseTimers;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What a member does by itself, on one thread, twice a second: fail requests that waited too long, revoke expired
 * leases and compact through the log while it leads, drop the log behind a flushed state, and remove what compactions
 * made invisible, in slices between which entries are applied.
 */
final class Chores implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Chores.class.getName());

    /** How often. Source: contract 2.8, lease expiry. */
    private static final long PERIOD_MILLIS = 500;

    /** Most leases revoked in one round. Source: contract 2.8. */
    static final int EXPIRED_MAX = 500;

    /** Changes looked at in one slice of a sweep, and the pause after it. Source: contract 2.6. */
    private static final int SWEEP_CHANGES = 1_000;

    private static final long SWEEP_PAUSE_MILLIS = 10;

    /** Longest wait for a last snapshot. */
    private static final long LAST_SNAPSHOT_SECONDS_MAX = 10;

    private final ReplicaConfig config;
    private final RaftEngine engine;
    private final ReplicaMachine machine;
    private final Keyspace keyspace;
    private final Proposals proposals;
    private final LeaseTimers timers;
    private final LongSupplier millisClock;
    private final AutoCompaction compaction;
    private final List<Runnable> others = new ArrayList<>();
    private final AtomicBoolean snapshotting = new AtomicBoolean();
    private final List<CompletableFuture<Void>> awaitingSweep = new ArrayList<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("replica-chores").unstarted(task));

    // The chores' thread's.
    private boolean sweepScheduled;

    Chores(
            ReplicaConfig config,
            RaftEngine engine,
            ReplicaMachine machine,
            Keyspace keyspace,
            Proposals proposals,
            LeaseTimers timers,
            LongSupplier millisClock) {
        this.config = config;
        this.engine = engine;
        this.machine = machine;
        this.keyspace = keyspace;
        this.proposals = proposals;
        this.timers = timers;
        this.millisClock = millisClock;
        this.compaction = new AutoCompaction(config.compaction(), millisClock.getAsLong(), keyspace.revision());
    }

    /** Does {@code chore} in each round as well; before the start. */
    void also(Runnable chore) {
        others.add(chore);
    }

    /** Starts the thread. */
    void start() {
        thread.scheduleWithFixedDelay(guarded(this::round), PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Completes when everything that a compaction of now or before made invisible has been removed. */
    CompletableFuture<Void> swept() {
        CompletableFuture<Void> swept = new CompletableFuture<>();
        try {
            thread.execute(guarded(() -> {
                awaitingSweep.add(swept);
                sweepLater();
            }));
        } catch (RejectedExecutionException closed) {
            swept.completeExceptionally(StoreException.of(Code.STOPPED));
        }
        return swept;
    }

    /** Flushes the state so that the next start need not replay the log; waits for it, but not for ever. */
    void lastSnapshot() {
        if (machine.logBytes() == 0) {
            return;
        }
        CountDownLatch done = new CountDownLatch(1);
        engine.snapshot(done::countDown);
        try {
            if (!done.await(LAST_SNAPSHOT_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.log(
                        Level.WARNING,
                        "no snapshot after {0} s; the next start reads the log",
                        LAST_SNAPSHOT_SECONDS_MAX);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops the thread and waits for the chore under way. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(PERIOD_MILLIS * 10, TimeUnit.MILLISECONDS)) {
                LOG.log(Level.WARNING, "a chore has not ended");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        awaitingSweep.forEach(swept -> swept.completeExceptionally(StoreException.of(Code.STOPPED)));
    }

    private void round() {
        proposals.expire();
        others.forEach(Runnable::run);
        boolean much = machine.logBytes() > config.upkeep().logBytesMax()
                || machine.logEntries() >= config.upkeep().snapshotEntries();
        if (much && snapshotting.compareAndSet(false, true)) {
            machine.resetLog();
            engine.snapshot(() -> snapshotting.set(false));
        }
        compaction.sample(millisClock.getAsLong(), keyspace.revision());
        if (machine.leads()) {
            expireLeases();
            compact();
        }
        sweepLater();
    }

    /**
     * Revokes what has run out, but only as the leader of the very term in which it ran out: a leader that was deposed
     * without noticing knows nothing of renewals since. Source: contract 2.8, "old leader".
     */
    private void expireLeases() {
        long term = machine.leadership().term();
        for (long id : timers.expired(millisClock.getAsLong(), EXPIRED_MAX)) {
            config.observer().leaseExpired();
            engine.propose(new Revocation(id, term));
        }
    }

    /** The timers offer a lease again whose revocation did not happen. */
    private record Revocation(long lease, long term) implements RaftEngine.Proposal {
        @Override
        public byte[] entry() {
            return CommandCodec.encodeEntry(0, 0, List.of(CommandCodec.encode(new Command.LeaseRevoke(lease))));
        }

        @Override
        public void refused(String why) {
            LOG.log(Level.DEBUG, "lease {0} not revoked: {1}", lease, why);
        }

        @Override
        public void lost(String why) {
            LOG.log(Level.DEBUG, "lease {0} perhaps not revoked: {1}", lease, why);
        }
    }

    private void compact() {
        long target = compaction.target(millisClock.getAsLong(), keyspace.revision());
        if (target > Math.max(0, keyspace.compactRevision())) {
            proposals.submit(new Command.Compact(target), Function.identity()).whenComplete((_, failure) -> {
                if (failure != null) {
                    LOG.log(Level.INFO, "not compacted at revision {0}: {1}", target, failure.getMessage());
                    execute(() -> compaction.failed(millisClock.getAsLong()));
                }
            });
        }
    }

    /** Runs {@code chore} on the chores' thread soon. */
    void execute(Runnable chore) {
        try {
            thread.execute(guarded(chore));
        } catch (RejectedExecutionException closed) {
            LOG.log(Level.DEBUG, "closed");
        }
    }

    private void sweepLater() {
        if (!sweepScheduled) {
            sweepScheduled = true;
            thread.execute(guarded(this::sweep));
        }
    }

    private void sweep() {
        if (machine.sweep(SWEEP_CHANGES)) {
            thread.schedule(guarded(this::sweep), SWEEP_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            sweepScheduled = false;
            awaitingSweep.forEach(swept -> swept.complete(null));
            awaitingSweep.clear();
        }
    }

    /** A chore that fails takes the member with it: what it left half done is not known. */
    private Runnable guarded(Runnable chore) {
        return () -> {
            try {
                chore.run();
            } catch (RejectedExecutionException closed) {
                LOG.log(Level.DEBUG, "closed");
            } catch (RuntimeException failure) {
                LOG.log(Level.ERROR, "a chore failed", failure);
                machine.broken("a chore failed: " + failure);
            }
        };
    }
}
