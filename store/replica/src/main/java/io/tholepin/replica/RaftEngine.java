package io.tholepin.replica;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * All that this module asks of a Raft library: a log of opaque entries that is agreed on, made durable and handed back
 * in order. One implementation, {@link JRaftEngine}; nothing else in the project knows which library it is.
 *
 * <p>Thread-safe. Source of the rules: Raft dissertation 3.5 (commitment), 5.1 (snapshots), 6.4 (read index).
 */
interface RaftEngine extends AutoCloseable {
    /**
     * Opens the log, creating it when there is none, and stands for election. {@link Machine#leading} follows once the
     * log has been replayed into {@code machine}. Blocks while files are opened. Once.
     *
     * @throws IllegalStateException when the log cannot be opened, is damaged, or begins after the machine's state ends
     */
    void start(Machine machine);

    /**
     * Appends {@code proposal.entry()} to the log. Does not block. Either {@link Machine#apply} follows with this very
     * proposal once the entry is on the disk of a majority, or {@link Proposal#lost} does; never both.
     */
    void propose(Proposal proposal);

    /**
     * Confirms that this member leads and that everything committed before the call has been applied. Does not block;
     * the callback runs on a thread of the engine.
     */
    void readIndex(ReadIndexCallback callback);

    /**
     * Whether this member leads a group of which it is the only voter, with an entry of its own term committed. Then no
     * other process can acknowledge a write, so what it has applied is all that was ever acknowledged and
     * {@link #readIndex} has nothing to ask anybody. True until the process ends or the engine stops: a member that was
     * paused in between is still the only writer, because the data folder is locked by it.
     */
    boolean leadsAlone();

    /**
     * Starts {@link Machine#makeDurable} in the background and drops the log entries that it made superfluous. Does
     * nothing while one is under way.
     *
     * @param done run when it ended, well or not, or at once when there is nothing to do
     */
    void snapshot(Runnable done);

    /** Stops and waits until no further call of the {@link Machine} can come. Idempotent. */
    @Override
    void close();

    /** An entry on its way into the log. */
    interface Proposal {
        /** What to append; read once, not changed afterwards. */
        byte[] entry();

        /** The engine cannot say what became of it: it may still be in the log and be applied after a restart. */
        void lost(String why);
    }

    /** Answer to {@link #readIndex}. */
    interface ReadIndexCallback {
        /** Leadership was confirmed and the state is recent enough when {@code problem} is null. */
        void done(@Nullable String problem);
    }

    /**
     * What the log drives. Called by one thread of the engine, one call at a time; only {@link #makeDurable} has a
     * thread of its own.
     */
    interface Machine {
        /**
         * The next committed entry. Indexes rise; after a restart, entries come again from the last snapshot on. An
         * exception stops the engine: {@link #broken} follows.
         *
         * @param proposal what brought it here when this member proposed it since it started, else null
         */
        void apply(long index, ByteBuffer entry, @Nullable Proposal proposal);

        /** Index of the last entry that the machine has applied or {@link #reached}, on its disk or in memory. */
        long appliedIndex();

        /**
         * Every entry up to {@code index} is behind us; those that {@link #apply} was not called for were the engine's
         * own. Comes before {@link #makeDurable}, which makes it durable too.
         */
        void reached(long index);

        /** This member leads and has applied every entry of earlier terms. */
        void leading(long term);

        /** This member does not lead any more. */
        void notLeading();

        /**
         * Puts on the disk everything applied before the call, at least; returns when it is there. Runs beside
         * {@link #apply}.
         */
        void makeDurable();

        /** The engine or the machine failed and the engine has stopped for good. May come more than once. */
        void broken(String why);
    }
}
