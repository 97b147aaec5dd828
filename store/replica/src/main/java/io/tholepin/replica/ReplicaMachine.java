package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.CommandCodec;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.LeaseTimers;
import io.tholepin.keyspace.Outcome;
import io.tholepin.keyspace.WatchHub;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
    private final Keyspace keyspace;
    private final WatchHub hub;
    private final Proposals proposals;
    private final LeaseTimers timers;
    private final LongSupplier millisClock;
    private final Consumer<String> onBroken;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private volatile long term;
    private volatile boolean leading;
    private volatile long logBytes;

    /** @param onBroken told once or more that the engine or the keyspace has failed for good; must not block */
    ReplicaMachine(
            Keyspace keyspace,
            WatchHub hub,
            Proposals proposals,
            LeaseTimers timers,
            LongSupplier millisClock,
            Consumer<String> onBroken) {
        this.keyspace = keyspace;
        this.hub = hub;
        this.proposals = proposals;
        this.timers = timers;
        this.millisClock = millisClock;
        this.onBroken = onBroken;
    }

    /** Completes when this member leads for the first time; fails when it breaks before. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** Last term in which this member led, 0 for none. */
    long term() {
        return term;
    }

    /** Whether this member leads. */
    boolean leads() {
        return leading;
    }

    /** Bytes of entries applied since {@link #resetLogBytes}. */
    long logBytes() {
        return logBytes;
    }

    /** Starts counting afresh; what is applied at the same moment may be missed. */
    void resetLogBytes() {
        logBytes = 0;
    }

    @Override
    public void apply(long index, ByteBuffer entry, RaftEngine.@Nullable Proposal proposal) {
        Proposals.Batch batch = (Proposals.Batch) proposal;
        if (batch != null) {
            proposals.appended(batch);
        }
        countBytes(entry.remaining());
        if (index <= keyspace.appliedIndex()) {
            return;
        }
        try {
            List<Outcome> outcomes = commit(index, batch != null ? batch.commands() : decode(entry));
            if (batch != null) {
                batch.complete(outcomes);
            }
        } catch (RuntimeException failure) {
            if (batch != null) {
                batch.fail(StoreException.unknown(Code.CORRUPT, "entry " + index + " could not be applied", failure));
            }
            throw failure;
        }
    }

    /**
     * Removes some of what compactions made invisible; returns whether there is more. Blocks while entries are applied.
     */
    boolean sweep(int changesMax) {
        synchronized (this) {
            if (keyspace.compactRevision() <= keyspace.sweptRevision()) {
                return false;
            }
            boolean more = keyspace.sweep(changesMax);
            keyspace.commit();
            return more;
        }
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
    public void leading(long newTerm) {
        timers.reset(keyspace.leaseTtls(), keyspace.leaseSeconds(), millisClock.getAsLong());
        term = newTerm;
        leading = true;
        proposals.leading();
        ready.complete(null);
    }

    @Override
    public void notLeading() {
        leading = false;
        proposals.notLeading();
    }

    @Override
    public void makeDurable() {
        keyspace.flush();
    }

    @Override
    public void broken(String why) {
        leading = false;
        ready.completeExceptionally(new IllegalStateException(why));
        onBroken.accept(why);
    }

    /** Closes the keyspace; the engine must have stopped. */
    synchronized void close() {
        keyspace.close();
    }

    private synchronized List<Outcome> commit(long index, List<Command> commands) {
        List<Outcome> outcomes = new ArrayList<>(commands.size());
        for (Command command : commands) {
            outcomes.add(keyspace.apply(index, command));
        }
        hub.publish(keyspace.commit());
        return outcomes;
    }

    private static List<Command> decode(ByteBuffer entry) {
        byte[] bytes = new byte[entry.remaining()];
        entry.duplicate().get(bytes);
        return CommandCodec.decodeEntry(bytes).commands();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Only the engine's thread adds.
    private void countBytes(int bytes) {
        logBytes += bytes;
    }
}
