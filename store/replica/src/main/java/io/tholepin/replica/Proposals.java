package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.CommandCodec;
import io.tholepin.keyspace.Outcome;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: commands that come while an append is under way wait and then go into the log together, as one entry
 * with one fsync. With one append under way at a time the batch grows by itself as the load or the disk's latency
 * grows, and a lone writer never waits for company.
 *
 * <p>Thread-safe. Bounds: {@link #WAITING_MAX} commands and {@link #WAITING_BYTES_MAX} bytes wait, {@link #BATCH_MAX}
 * commands and {@link #BATCH_BYTES_MAX} bytes (but at least one command) go together; a command waits at most
 * {@link #WAIT_NANOS_MAX} for its outcome.
 */
final class Proposals {
    /** Most commands waiting; one more is told TOO_MANY_REQUESTS. */
    static final int WAITING_MAX = 10_000;

    /** Most bytes of commands waiting; a command beyond is told TOO_MANY_REQUESTS. */
    static final int WAITING_BYTES_MAX = 64 << 20;

    /** Most commands in one log entry. */
    static final int BATCH_MAX = 4_096;

    /** Most bytes of commands in one log entry, unless a single one is larger. */
    static final int BATCH_BYTES_MAX = 1 << 20;

    /** Longest wait for an outcome: etcd's 5 s plus two election timeouts. Source: contract 2.9. */
    static final long WAIT_NANOS_MAX = 7_000_000_000L;

    private final RaftEngine engine;
    private final LongSupplier nanoClock;
    private final ArrayDeque<Waiting<?>> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private @Nullable Batch underWay;
    private boolean leading;
    private @Nullable StoreException ended;

    /** @param nanoClock a clock like {@link System#nanoTime} */
    Proposals(RaftEngine engine, LongSupplier nanoClock) {
        this.engine = engine;
        this.nanoClock = nanoClock;
    }

    /**
     * Sends {@code command} into the log. The future completes once it is durable and applied, with what
     * {@code reading} makes of its outcome. It fails with the outcome's own exception when the command was refused,
     * with kind UNAVAILABLE when it never reached the log, with UNKNOWN when it may have.
     *
     * @param reading takes any outcome but a refusal; runs on the engine's thread
     */
    <T> CompletableFuture<T> submit(Command command, Function<Outcome, T> reading) {
        Waiting<T> newcomer = new Waiting<>(
                command, CommandCodec.encode(command), new CompletableFuture<>(), reading, nanoClock.getAsLong());
        Batch batch;
        synchronized (this) {
            StoreException refusal = refusal(newcomer);
            if (refusal != null) {
                return CompletableFuture.failedFuture(refusal);
            }
            waiting.add(newcomer);
            waitingBytes += newcomer.encoded().length;
            batch = nextBatch();
        }
        propose(batch);
        return newcomer.answer();
    }

    /**
     * The append under way is on disk; starts the next one. Call it first, so that disk and state machine work side by
     * side.
     */
    void appended(Batch batch) {
        Batch next;
        synchronized (this) {
            next = underWay == batch ? batchAfter() : null;
        }
        propose(next);
    }

    /** This member leads: commands are taken. */
    synchronized void leading() {
        leading = true;
    }

    /** This member leads no more: new commands are refused, those waiting never reached the log. */
    void notLeading() {
        fail(drain(null), StoreException.of(Code.NO_LEADER));
    }

    /** Takes no more; what waits never reached the log. What is under way may still come to its end. */
    void refuse(StoreException cause) {
        fail(drain(cause), cause);
    }

    /** No outcome will come any more. What waits never reached the log; what is under way may have. */
    void end(StoreException cause) {
        refuse(cause);
        Batch lost;
        synchronized (this) {
            lost = underWay;
        }
        if (lost != null) {
            lost.fail(StoreException.unknown(cause.code(), "the request was under way", cause));
        }
    }

    /** Fails what has waited too long. Call it about twice a second. */
    void expire() {
        long now = nanoClock.getAsLong();
        List<Waiting<?>> late = new ArrayList<>();
        Batch lateBatch = null;
        synchronized (this) {
            while (!waiting.isEmpty() && now - waiting.getFirst().since() > WAIT_NANOS_MAX) {
                Waiting<?> first = waiting.removeFirst();
                waitingBytes -= first.encoded().length;
                late.add(first);
            }
            if (underWay != null && now - underWay.since() > WAIT_NANOS_MAX) {
                lateBatch = underWay;
            }
        }
        fail(late, StoreException.of(Code.TOO_MANY_REQUESTS, "the log took no more for 7 s", null));
        if (lateBatch != null) {
            lateBatch.fail(StoreException.unknown(Code.TIMED_OUT, "no outcome after 7 s", null));
        }
    }

    private @Nullable StoreException refusal(Waiting<?> newcomer) {
        if (ended != null) {
            return ended;
        }
        if (!leading) {
            return StoreException.of(Code.NO_LEADER);
        }
        if (waiting.size() >= WAITING_MAX || waitingBytes > WAITING_BYTES_MAX - newcomer.encoded().length) {
            return StoreException.of(Code.TOO_MANY_REQUESTS);
        }
        return null;
    }

    /** The next batch when none is under way, else null. Holding the lock. */
    private @Nullable Batch nextBatch() {
        return underWay == null ? batchAfter() : null;
    }

    private @Nullable Batch batchAfter() {
        underWay = waiting.isEmpty() ? null : takeBatch();
        return underWay;
    }

    private Batch takeBatch() {
        List<Waiting<?>> taken = new ArrayList<>();
        int bytes = 0;
        do {
            Waiting<?> next = waiting.removeFirst();
            bytes += next.encoded().length;
            taken.add(next);
        } while (taken.size() < BATCH_MAX
                && !waiting.isEmpty()
                && bytes + waiting.getFirst().encoded().length <= BATCH_BYTES_MAX);
        waitingBytes -= bytes;
        return new Batch(taken, this);
    }

    private void propose(@Nullable Batch batch) {
        if (batch != null) {
            engine.propose(batch);
        }
    }

    private synchronized List<Waiting<?>> drain(@Nullable StoreException cause) {
        leading = false;
        ended = ended == null ? cause : ended;
        List<Waiting<?>> all = new ArrayList<>(waiting);
        waiting.clear();
        waitingBytes = 0;
        return all;
    }

    private static void fail(List<Waiting<?>> late, StoreException cause) {
        late.forEach(one -> one.answer().completeExceptionally(cause));
    }

    private record Waiting<T>(
            Command command, byte[] encoded, CompletableFuture<T> answer, Function<Outcome, T> reading, long since) {
        void complete(Outcome outcome) {
            if (outcome instanceof Outcome.Refused refused) {
                answer.completeExceptionally(refused.cause());
            } else {
                answer.complete(reading.apply(outcome));
            }
        }
    }

    /** Commands on their way into the log as one entry. */
    static final class Batch implements RaftEngine.Proposal {
        private final List<Waiting<?>> members;
        private final Proposals proposals;
        private final byte[] entry;

        private Batch(List<Waiting<?>> members, Proposals proposals) {
            this.members = members;
            this.proposals = proposals;
            this.entry = CommandCodec.encodeEntry(
                    0, 0, members.stream().<byte[]>map(Waiting::encoded).toList());
        }

        @Override
        public byte[] entry() {
            return entry;
        }

        /** The commands, in the order of the entry. */
        List<Command> commands() {
            return members.stream().<Command>map(Waiting::command).toList();
        }

        /** Answers the callers, each with the outcome of its command, in the order of the entry. */
        void complete(List<Outcome> outcomes) {
            for (int i = 0; i < outcomes.size(); i++) {
                members.get(i).complete(outcomes.get(i));
            }
        }

        /** Answers every caller with {@code cause}. */
        void fail(StoreException cause) {
            Proposals.fail(members, cause);
        }

        @Override
        public void lost(String why) {
            fail(StoreException.unknown(Code.TIMED_OUT, why, null));
            proposals.appended(this);
        }

        private long since() {
            return members.getFirst().since();
        }
    }
}
