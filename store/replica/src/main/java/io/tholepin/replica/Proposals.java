package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.CommandCodec;
import io.tholepin.keyspace.Outcome;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreObserver;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: commands that come while an append is under way wait and then go into the log together, as one entry
 * with one fsync. With one append under way at a time the batch grows by itself as the load or the disk's latency
 * grows, and a lone writer never waits for company. The entry goes to whoever leads; the callers are answered when this
 * very member applies it, so that what they read here next holds it.
 *
 * <p>What becomes of a batch: it is <i>applied</i>; or <i>refused</i>, is certainly not in the log, and goes to the
 * next
 * leader; or <i>lost</i>: it may be in the log, so it is never sent again and keeps waiting until it is applied or its
 * time is over, and its callers are told that the outcome is unknown.
 *
 * <p>Thread-safe. Bounds: {@link #WAITING_MAX} commands and {@link #WAITING_BYTES_MAX} bytes wait, {@link #BATCH_MAX}
 * commands and {@link #BATCH_BYTES_MAX} bytes (but at least one command) go together; {@link #PENDING_MAX} batches have
 * no outcome yet; a command waits at most {@code waitNanos} for its outcome.
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

    /** Most batches without an outcome: one under way and those that were lost. */
    static final int PENDING_MAX = 64;

    /** Pause after a refusal before the next attempt. */
    private static final long RETRY_MILLIS = 20;

    /** Sends a batch to a leader; {@link Batch#refused}, {@link Batch#lost} or {@link Batch#done} may follow. */
    @FunctionalInterface
    interface Route {
        /** Must not block and must not call back before it returns unless the batch was refused. */
        void send(Batch batch, Leadership leader);
    }

    private final Route route;
    private final LongSupplier nanoClock;
    private final long waitNanos;
    private final long origin;
    private final Executor pause;
    private final StoreObserver observer;
    private final ArrayDeque<Waiting<?>> waiting = new ArrayDeque<>();
    private final Map<Long, Batch> pending = new HashMap<>();
    private int waitingBytes;
    private int pendingCommands;
    private long sequence;
    private @Nullable Batch underWay;
    private boolean pausing;
    private Leadership leader = Leadership.NONE;
    private @Nullable StoreException ended;

    /**
     * Takes commands at once; they wait until there is a leader.
     *
     * @param nanoClock a clock like {@link System#nanoTime}
     * @param waitNanos longest wait of a command for its outcome
     * @param origin of the entries; not 0, never used before
     */
    Proposals(Route route, LongSupplier nanoClock, long waitNanos, long origin, StoreObserver observer) {
        this(
                route,
                nanoClock,
                waitNanos,
                origin,
                observer,
                CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** @param pause runs what it is given a little later */
    Proposals(
            Route route, LongSupplier nanoClock, long waitNanos, long origin, StoreObserver observer, Executor pause) {
        this.route = route;
        this.nanoClock = nanoClock;
        this.waitNanos = waitNanos;
        this.origin = origin;
        this.observer = observer;
        this.pause = pause;
    }

    /**
     * Sends {@code command} into the log. The future completes once it is durable and applied here, with what
     * {@code reading} makes of its outcome. It fails with the outcome's own exception when the command was refused,
     * with kind UNAVAILABLE when it never reached the log, with UNKNOWN when it may have.
     *
     * @param reading takes any outcome but a refusal; runs on the engine's thread
     */
    <T> CompletableFuture<T> submit(Command command, Function<Outcome, T> reading) {
        return submitIndexed(command, (_, outcome) -> reading.apply(outcome));
    }

    /** The same, but {@code reading} also takes the index of the log entry. */
    <T> CompletableFuture<T> submitIndexed(Command command, BiFunction<Long, Outcome, T> reading) {
        Waiting<T> newcomer = new Waiting<>(
                command, CommandCodec.encode(command), new CompletableFuture<>(), reading, nanoClock.getAsLong());
        Sending next;
        synchronized (this) {
            StoreException refusal = refusal(newcomer);
            if (refusal != null) {
                observer.proposalsFailed(1);
                return CompletableFuture.failedFuture(refusal);
            }
            waiting.add(newcomer);
            waitingBytes += newcomer.encoded().length;
            next = next();
        }
        send(next);
        return newcomer.answer();
    }

    /**
     * The entry is on disk and about to be applied: if it is a batch of this origin that still waits, returns it, and
     * starts the next one, so that disk and state machine work side by side. Whoever gets it completes it.
     */
    @Nullable
    Batch take(ByteBuffer entry) {
        if (CommandCodec.origin(entry) != origin) {
            return null;
        }
        Batch batch;
        Sending next;
        synchronized (this) {
            batch = forget(CommandCodec.sequence(entry));
            next = next();
        }
        send(next);
        return batch;
    }

    /** Commands go to {@code changed} from now on; what is under way to another leader counts as lost. */
    void led(Leadership changed) {
        Sending next;
        synchronized (this) {
            leader = changed;
            if (underWay != null && !underWay.sentTo().equals(changed)) {
                underWay = null;
            }
            next = next();
        }
        send(next);
    }

    /** Takes no more; what waits never reached the log. What is under way may still come to its end. */
    void refuse(StoreException cause) {
        fail(drain(cause), cause);
    }

    /** No outcome will come any more. What waits never reached the log; what is under way may have. */
    void end(StoreException cause) {
        refuse(cause);
        List<Batch> lost;
        synchronized (this) {
            lost = new ArrayList<>(pending.values());
            pending.clear();
            underWay = null;
            pendingCommands = 0;
        }
        StoreException unknown = StoreException.unknown(cause.code(), "the request was under way", cause);
        lost.forEach(batch -> batch.fail(unknown));
    }

    /** Fails what has waited too long. Call it about twice a second. */
    void expire() {
        long now = nanoClock.getAsLong();
        List<Waiting<?>> late = new ArrayList<>();
        List<Batch> lateBatches = new ArrayList<>();
        boolean led;
        Sending next;
        synchronized (this) {
            led = leader.isKnown();
            while (!waiting.isEmpty() && now - waiting.getFirst().since() > waitNanos) {
                Waiting<?> first = waiting.removeFirst();
                waitingBytes -= first.encoded().length;
                late.add(first);
            }
            for (Batch batch : List.copyOf(pending.values())) {
                if (now - batch.since() > waitNanos) {
                    lateBatches.add(batch);
                    forget(batch.sequence());
                }
            }
            next = next();
        }
        send(next);
        fail(
                late,
                led
                        ? StoreException.of(Code.TOO_MANY_REQUESTS, "the log took no more in time", null)
                        : StoreException.unavailable(Code.TIMED_OUT, "no leader in time"));
        StoreException unknown = StoreException.unknown(Code.TIMED_OUT, "no outcome in time", null);
        lateBatches.forEach(batch -> batch.fail(unknown));
    }

    private @Nullable StoreException refusal(Waiting<?> newcomer) {
        if (ended != null) {
            return ended;
        }
        if (waiting.size() >= WAITING_MAX || waitingBytes > WAITING_BYTES_MAX - newcomer.encoded().length) {
            return StoreException.of(Code.TOO_MANY_REQUESTS);
        }
        return null;
    }

    private record Sending(Batch batch, Leadership leader) {}

    /** The next batch when it may go, else null. Holding the lock. */
    private @Nullable Sending next() {
        observer.proposalsPending(waiting.size() + pendingCommands);
        if (underWay != null || pausing || waiting.isEmpty() || !leader.isKnown() || pending.size() >= PENDING_MAX) {
            return null;
        }
        Batch batch = takeBatch();
        underWay = batch;
        pending.put(batch.sequence(), batch);
        pendingCommands += batch.size();
        return new Sending(batch, leader);
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
        return new Batch(taken, this, origin, ++sequence, leader);
    }

    private void send(@Nullable Sending next) {
        if (next != null) {
            route.send(next.batch(), next.leader());
        }
    }

    /** Holding the lock. */
    private @Nullable Batch forget(long batchSequence) {
        Batch batch = pending.remove(batchSequence);
        if (batch != null) {
            pendingCommands -= batch.size();
            if (underWay == batch) {
                underWay = null;
            }
        }
        return batch;
    }

    /** It is in the log, or may be: the next one may go. */
    private void released(Batch batch) {
        Sending next;
        synchronized (this) {
            if (underWay == batch) {
                underWay = null;
            }
            next = next();
        }
        send(next);
    }

    /** It is not in the log: its commands are first in the queue again, after a pause. */
    private void returned(Batch batch) {
        StoreException cause;
        boolean resume = false;
        synchronized (this) {
            if (forget(batch.sequence()) == null) {
                return;
            }
            cause = ended;
            if (cause == null) {
                for (int i = batch.members().size() - 1; i >= 0; i--) {
                    Waiting<?> member = batch.members().get(i);
                    waiting.addFirst(member);
                    waitingBytes += member.encoded().length;
                }
                resume = !pausing;
                pausing = true;
            }
        }
        if (cause != null) {
            batch.fail(cause);
        } else if (resume) {
            pause.execute(this::resume);
        }
    }

    private void resume() {
        Sending next;
        synchronized (this) {
            pausing = false;
            next = next();
        }
        send(next);
    }

    private synchronized List<Waiting<?>> drain(StoreException cause) {
        ended = ended == null ? cause : ended;
        List<Waiting<?>> all = new ArrayList<>(waiting);
        waiting.clear();
        waitingBytes = 0;
        return all;
    }

    private void fail(List<Waiting<?>> late, StoreException cause) {
        if (!late.isEmpty()) {
            observer.proposalsFailed(late.size());
            late.forEach(one -> one.answer().completeExceptionally(cause));
        }
    }

    private record Waiting<T>(
            Command command,
            byte[] encoded,
            CompletableFuture<T> answer,
            BiFunction<Long, Outcome, T> reading,
            long since) {
        void complete(long index, Outcome outcome) {
            if (outcome instanceof Outcome.Refused refused) {
                answer.completeExceptionally(refused.cause());
            } else {
                answer.complete(reading.apply(index, outcome));
            }
        }
    }

    /** Commands on their way into the log as one entry. */
    static final class Batch implements RaftEngine.Proposal {
        private final List<Waiting<?>> members;
        private final Proposals proposals;
        private final byte[] entry;
        private final long sequence;
        private final Leadership sentTo;

        private Batch(List<Waiting<?>> members, Proposals proposals, long origin, long sequence, Leadership sentTo) {
            this.members = members;
            this.proposals = proposals;
            this.sequence = sequence;
            this.sentTo = sentTo;
            this.entry = CommandCodec.encodeEntry(
                    origin,
                    sequence,
                    members.stream().<byte[]>map(Waiting::encoded).toList());
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
        void complete(long index, List<Outcome> outcomes) {
            for (int i = 0; i < outcomes.size(); i++) {
                members.get(i).complete(index, outcomes.get(i));
            }
        }

        /** Answers every caller with {@code cause}. */
        void fail(StoreException cause) {
            proposals.fail(members, cause);
        }

        /** The leader has it in the log; it is applied here soon. */
        void done() {
            proposals.released(this);
        }

        @Override
        public void refused(String why) {
            proposals.returned(this);
        }

        @Override
        public void lost(String why) {
            proposals.released(this);
        }

        private List<Waiting<?>> members() {
            return members;
        }

        private int size() {
            return members.size();
        }

        private long sequence() {
            return sequence;
        }

        private Leadership sentTo() {
            return sentTo;
        }

        private long since() {
            return members.getFirst().since();
        }
    }
}
