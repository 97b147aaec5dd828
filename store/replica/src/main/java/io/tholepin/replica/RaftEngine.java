package io.tholepin.replica;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that this module asks of a Raft library: a log of opaque entries that is agreed on, made durable and handed back
 * in order. One implementation, {@link JRaftEngine}; nothing else in the project knows which library it is.
 *
 * <p>Thread-safe. Source of the rules: Raft dissertation 3.5 (commitment), 3.10 (leadership transfer), 4 (membership),
 * 5.1 (snapshots), 6.4 (read index).
 */
interface RaftEngine extends AutoCloseable {
    /**
     * Opens the log, creating it when there is none, and takes part in elections. Blocks while files are opened. Once.
     *
     * @throws IllegalStateException when the log cannot be opened, is damaged, or begins after the machine's state ends
     */
    void start(Machine machine);

    /**
     * Appends {@code proposal.entry()} to the log of the leader, which this member has to be. Does not block. One of
     * three follows: {@link Machine#apply} with this very proposal once the entry is on the disk of a majority,
     * {@link Proposal#refused}, or {@link Proposal#lost}.
     */
    void propose(Proposal proposal);

    /**
     * Confirms with a majority who leads, and that everything committed before the call has been applied here; on any
     * member. Does not block; the callback runs on a thread of the engine.
     */
    void readIndex(ReadIndexCallback callback);

    /**
     * Whether this member leads a group of which it is the only voter, with an entry of its own term committed. Then no
     * other process can acknowledge a write, so what it has applied is all that was ever acknowledged and
     * {@link #readIndex} has nothing to ask anybody. True until the process ends, the engine stops or another voter is
     * about to be added: a member that was paused in between is still the only writer, because the data folder is
     * locked by it, and nobody else is elected without its vote.
     */
    boolean leadsAlone();

    /** The configuration this member goes by; the newer one while it changes. */
    RaftGroup group();

    /**
     * Makes {@code target} the configuration, which differs from the present one in one member. Only the leader can;
     * one
     * change at a time. A new voter is brought up to date first, which may take long.
     *
     * @param done told null when it is committed, else why not
     */
    void change(RaftGroup target, Consumer<@Nullable String> done);

    /**
     * Hands leadership to {@code member}. Returns why not, or null when it has begun; if the member does not take over
     * within an election timeout, this one goes on.
     */
    @Nullable
    String transfer(long member);

    /** Index of the last entry known to be committed. */
    long commitIndex();

    /** Index up to which the log of {@code member} is known to match that of this leader; 0 when not known. */
    long matchIndex(long member);

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

        /** The only term in which it may be appended; -1 for any. */
        default long term() {
            return -1;
        }

        /** The peer that waits for it to be applied there; 0 for none. It hears at once that it is committed. */
        default long from() {
            return 0;
        }

        /** It is not in the log and never will be. */
        void refused(String why);

        /** The engine cannot say what became of it: it may be in the log, and be applied without this proposal. */
        void lost(String why);
    }

    /** Answer to {@link #readIndex}. */
    interface ReadIndexCallback {
        /** Leadership was confirmed and the state is recent enough when {@code problem} is null. */
        void done(@Nullable String problem);
    }

    /**
     * What the log drives. Called by one thread of the engine, one call at a time; only {@link #makeDurable} and
     * {@link #fetch} have threads of their own.
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

        /** {@code leader} leads in {@code term}. */
        default void following(long leader, long term) {}

        /** Nobody leads as far as this member knows. */
        default void leaderless(long term) {}

        /**
         * Puts on the disk everything applied before the call, at least; returns when it is there. Runs beside
         * {@link #apply}.
         */
        void makeDurable();

        /**
         * The log that comes next is not to be had any more: gets the state of the leader, at {@code index} or later,
         * and keeps it on the disk until {@link #install}. Blocks; runs beside everything else.
         *
         * @param cancelled whether to give up
         * @return whether it is there
         */
        default boolean fetch(long index, BooleanSupplier cancelled) {
            return false;
        }

        /** Becomes the state that was fetched last; afterwards {@link #appliedIndex} is at least its index. */
        default void install() {}

        /** The engine or the machine failed and the engine has stopped for good. May come more than once. */
        void broken(String why);
    }
}
