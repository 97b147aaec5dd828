package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.CommandCodec;
import io.tholepin.keyspace.Committed;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.LeaseTimers;
import io.tholepin.keyspace.Outcome;
import io.tholepin.keyspace.ResyncSource;
import io.tholepin.keyspace.WatchHub;
import io.tholepin.kv.Auth;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies the log to a keyspace: an entry is a batch of commands and becomes one commit, together with its index; then
 * the watch hub hears of it and the callers are answered. An entry that the keyspace already holds, which a restart
 * brings again, is passed over.
 *
 * <p>The keyspace's owner is whoever holds this object's lock: the engine's thread while it applies, the chores while
 * they sweep.
 */
final class ReplicaMachine implements RaftEngine.Machine {
    private final long memberId;
    private final Keyspace keyspace;
    private final Path staged;
    private final WatchHub hub;
    private final Proposals proposals;
    private final LeaseTimers timers;
    private final LongSupplier millisClock;
    private final StoreObserver observer;
    private final Consumer<String> onBroken;
    private final List<Runnable> onMembers = new CopyOnWriteArrayList<>();
    private final List<Consumer<Leadership>> onLeader = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private volatile Auth.@Nullable TokenListener onToken;
    private volatile Leadership leadership = Leadership.NONE;
    private volatile long logBytes;
    private volatile long logEntries;
    private volatile @Nullable ResyncClient resync;

    // The owner's.
    private int resyncs;
    private boolean sweeping;
    private long sweepBegan;
    private boolean closed;

    /**
     * @param staged folder of a state that was fetched and is to be installed
     * @param onBroken told once or more that the engine or the keyspace has failed for good; must not block
     */
    ReplicaMachine(
            long memberId,
            Keyspace keyspace,
            Path staged,
            WatchHub hub,
            Proposals proposals,
            LeaseTimers timers,
            LongSupplier millisClock,
            StoreObserver observer,
            Consumer<String> onBroken) {
        this.memberId = memberId;
        this.keyspace = keyspace;
        this.staged = staged;
        this.hub = hub;
        this.proposals = proposals;
        this.timers = timers;
        this.millisClock = millisClock;
        this.observer = observer;
        this.onBroken = onBroken;
    }

    /** Tells {@code listener}, on the engine's thread, that the members are others than before. */
    void onMembers(Runnable listener) {
        onMembers.add(listener);
    }

    /** Tells {@code listener}, on the engine's thread, who leads. */
    void onLeader(Consumer<Leadership> listener) {
        onLeader.add(listener);
    }

    void onToken(Auth.TokenListener listener) {
        onToken = listener;
    }

    /** Completes when there is a leader for the first time; fails when this member breaks before. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    Leadership leadership() {
        return leadership;
    }

    /** Whether this member leads. */
    boolean leads() {
        return leadership.here();
    }

    /** Bytes of entries applied since {@link #resetLog}. */
    long logBytes() {
        return logBytes;
    }

    /** Entries applied since {@link #resetLog}. */
    long logEntries() {
        return logEntries;
    }

    /** Starts counting afresh; what is applied at the same moment may be missed. */
    void resetLog() {
        logBytes = 0;
        logEntries = 0;
    }

    @Override
    public void apply(long index, ByteBuffer data, RaftEngine.@Nullable Proposal proposal) {
        Proposals.Batch batch = proposals.take(data);
        count(data.remaining());
        if (index > keyspace.appliedIndex()) {
            long began = System.nanoTime();
            List<Command> commands = batch != null ? batch.commands() : decode(data);
            List<Outcome> outcomes;
            try {
                outcomes = commit(index, commands);
            } catch (RuntimeException failure) {
                if (batch != null) {
                    batch.fail(
                            StoreException.unknown(Code.CORRUPT, "entry " + index + " could not be applied", failure));
                }
                throw failure;
            }
            observer.applied(System.nanoTime() - began, commands.size());
            if (batch != null) {
                batch.complete(index, outcomes);
            }
        } else if (batch != null) {
            // The state came from another member with this entry in it, and without what it answered.
            batch.fail(StoreException.unknown(Code.TIMED_OUT, "applied elsewhere", null));
        }
        if (proposal instanceof Forwarding.Forwarded forwarded) {
            forwarded.applied();
        }
    }

    /**
     * Removes some of what compactions made invisible; returns whether there is more. Blocks while entries are applied.
     * Nothing is removed while a peer catches up from this state.
     */
    boolean sweep(int changesMax) {
        synchronized (this) {
            if (resyncs > 0 || keyspace.compactRevision() <= keyspace.sweptRevision()) {
                return false;
            }
            long before = keyspace.versionsSwept();
            long began = System.nanoTime();
            sweepBegan = sweeping ? sweepBegan : began;
            sweeping = keyspace.sweep(changesMax);
            keyspace.commit();
            long ended = System.nanoTime();
            observer.sweptSome(keyspace.versionsSwept() - before, ended - began);
            if (!sweeping) {
                observer.swept(ended - sweepBegan);
            }
            return sweeping;
        }
    }

    /**
     * Pins this state for a peer at {@code revision}, 0 for one that takes everything. Nothing is swept until it is
     * closed. Null when this member stops.
     */
    synchronized @Nullable ResyncSource resyncSource(long revision) {
        if (closed) {
            return null;
        }
        ResyncSource source = keyspace.resyncSource(revision, this::resyncEnded);
        resyncs++;
        return source;
    }

    private synchronized void resyncEnded() {
        resyncs--;
    }

    @Override
    public boolean fetch(long index, BooleanSupplier cancelled) {
        ResyncClient how = resync;
        return how != null && how.fetch(index, cancelled);
    }

    @Override
    public synchronized void install() {
        try {
            if (keyspace.become(staged)) {
                hub.reset();
                onMembers.forEach(Runnable::run);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Fetches the state of others with {@code how}. */
    void resync(ResyncClient how) {
        resync = how;
    }

    @Override
    public long appliedIndex() {
        return keyspace.appliedIndex();
    }

    @Override
    public synchronized void reached(long index) {
        if (index > keyspace.appliedIndex()) {
            keyspace.skip(index);
            keyspace.commit();
        }
    }

    @Override
    public void leading(long term) {
        timers.reset(keyspace.leaseTtls(), keyspace.leaseSeconds(), millisClock.getAsLong());
        led(Leadership.here(memberId, term));
    }

    @Override
    public void notLeading() {
        led(Leadership.none(leadership.term()));
    }

    @Override
    public void following(long leader, long term) {
        led(Leadership.at(leader, term));
    }

    @Override
    public void leaderless(long term) {
        if (!leadership.here()) {
            led(Leadership.none(term));
        }
    }

    @Override
    public void makeDurable() {
        keyspace.flush();
    }

    @Override
    public void broken(String why) {
        leadership = Leadership.none(leadership.term());
        ready.completeExceptionally(new IllegalStateException(why));
        onBroken.accept(why);
    }

    /** Closes the keyspace; the engine must have stopped. */
    synchronized void close() {
        closed = true;
        keyspace.close();
    }

    private void led(Leadership now) {
        Leadership before = leadership;
        leadership = now;
        proposals.led(now);
        if (before.leader() != now.leader()) {
            observer.leaderChanged(now.leader());
        }
        onLeader.forEach(listener -> listener.accept(now));
        if (now.isKnown()) {
            ready.complete(null);
        }
    }

    private synchronized List<Outcome> commit(long index, List<Command> commands) {
        List<Outcome> outcomes = new ArrayList<>(commands.size());
        boolean leads = leads();
        for (Command command : commands) {
            Outcome outcome = keyspace.apply(index, command);
            AppliedWork.tell(observer, command, outcome);
            if (leads) {
                keepTime(command, outcome);
            }
            outcomes.add(outcome);
        }
        long began = System.nanoTime();
        Committed committed = keyspace.commit();
        observer.stateCommitted(System.nanoTime() - began);
        hub.publish(committed);
        tell(committed);
        return outcomes;
    }

    private void tell(Committed committed) {
        Auth.TokenListener listener = onToken;
        if (listener != null) {
            committed.tokens().forEach(token -> listener.assigned(token.user(), token.token()));
        }
        if (committed.membersChanged()) {
            onMembers.forEach(Runnable::run);
        }
    }

    /** The leader's clocks run from here on, whichever member was asked. */
    private void keepTime(Command command, Outcome outcome) {
        if (outcome instanceof Outcome.Refused) {
            return;
        }
        switch (command) {
            case Command.Guarded guarded -> keepTime(guarded.command(), outcome);
            case Command.LeaseGrant grant -> timers.granted(grant.id(), grant.ttlSeconds(), millisClock.getAsLong());
            case Command.LeaseRevoke revoke -> timers.revoked(revoke.id());
            default -> {
                // Of no concern to leases.
            }
        }
    }

    private static List<Command> decode(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        return CommandCodec.decodeEntry(bytes).commands();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Only the engine's thread adds.
    private void count(int bytes) {
        logBytes += bytes;
        logEntries++;
    }
}
