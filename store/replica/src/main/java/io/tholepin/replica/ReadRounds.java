package io.tholepin.replica;

import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Linearizable reads, many to a round: one question to the engine is under way at a time and answers all who waited
 * when it was asked; who comes meanwhile shares the next one. A reader may not join the round under way: its question
 * was asked before the reader came and says nothing about what was acknowledged in between. A round that fails, for
 * instance because nobody leads, is asked again after a pause, until the readers' time is over. Source: Raft
 * dissertation 6.4.
 *
 * <p>Thread-safe. At most {@link #WAITING_MAX} readers wait, each {@code waitNanos}.
 */
final class ReadRounds {
    /** Most readers waiting for the next round; one more is told TOO_MANY_REQUESTS. */
    static final int WAITING_MAX = 65_536;

    /** Pause after a round that failed. */
    private static final long RETRY_MILLIS = 30;

    private record Reader(CompletableFuture<Void> future, long since) {}

    private final RaftEngine engine;
    private final boolean alwaysAsk;
    private final LongSupplier nanoClock;
    private final long waitNanos;
    private final Executor pause;
    private final StoreObserver observer;
    private List<Reader> waiting = new ArrayList<>();
    private List<Reader> asked = List.of();
    private boolean underWay;
    private long round;
    private long askedAt;
    private @Nullable StoreException ended;

    /**
     * @param alwaysAsk ask the engine even while this member leads alone and needs nobody's word
     * @param nanoClock a clock like {@link System#nanoTime}
     * @param waitNanos longest wait of a reader
     */
    ReadRounds(RaftEngine engine, boolean alwaysAsk, LongSupplier nanoClock, long waitNanos, StoreObserver observer) {
        this(
                engine,
                alwaysAsk,
                nanoClock,
                waitNanos,
                observer,
                CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** @param pause runs what it is given a little later */
    ReadRounds(
            RaftEngine engine,
            boolean alwaysAsk,
            LongSupplier nanoClock,
            long waitNanos,
            StoreObserver observer,
            Executor pause) {
        this.engine = engine;
        this.alwaysAsk = alwaysAsk;
        this.nanoClock = nanoClock;
        this.waitNanos = waitNanos;
        this.observer = observer;
        this.pause = pause;
    }

    /** Whether a read may be answered right now, without a round. */
    boolean mayReadNow() {
        return !alwaysAsk && engine.leadsAlone();
    }

    /** Completes once this member's state holds every write acknowledged before the call. */
    CompletableFuture<Void> confirm() {
        CompletableFuture<Void> future = new CompletableFuture<>();
        synchronized (this) {
            if (ended != null) {
                return CompletableFuture.failedFuture(ended);
            }
            if (waiting.size() >= WAITING_MAX) {
                return CompletableFuture.failedFuture(StoreException.of(Code.TOO_MANY_REQUESTS));
            }
            waiting.add(new Reader(future, nanoClock.getAsLong()));
            if (underWay) {
                return future;
            }
            underWay = true;
        }
        ask();
        return future;
    }

    /** Somebody else leads, or nobody: a round under way may have no answer for long and is asked again. */
    void leaderChanged() {
        synchronized (this) {
            if (asked.isEmpty()) {
                return;
            }
            List<Reader> all = new ArrayList<>(asked);
            all.addAll(waiting);
            waiting = all;
            asked = List.of();
            round++;
        }
        pause.execute(this::ask);
    }

    /** Fails readers that have waited too long, and gives a round up that has no answer. Call it twice a second. */
    void expire() {
        List<Reader> late = new ArrayList<>();
        boolean again = false;
        long now = nanoClock.getAsLong();
        synchronized (this) {
            if (!asked.isEmpty() && now - askedAt > waitNanos) {
                late.addAll(asked);
                asked = List.of();
                round++;
                again = !waiting.isEmpty();
                underWay = again;
            }
            for (Iterator<Reader> each = waiting.iterator(); each.hasNext(); ) {
                Reader reader = each.next();
                if (now - reader.since() <= waitNanos) {
                    break;
                }
                each.remove();
                late.add(reader);
            }
        }
        if (again) {
            ask();
        }
        fail(late, StoreException.of(Code.TIMED_OUT));
    }

    /** Fails everyone who waits and all who come. */
    void end(StoreException cause) {
        List<Reader> failed = new ArrayList<>();
        synchronized (this) {
            ended = cause;
            failed.addAll(asked);
            failed.addAll(waiting);
            asked = List.of();
            waiting = new ArrayList<>();
        }
        fail(failed, cause);
    }

    private void ask() {
        long mine;
        synchronized (this) {
            asked = waiting;
            waiting = new ArrayList<>();
            askedAt = nanoClock.getAsLong();
            mine = ++round;
        }
        engine.readIndex(problem -> answered(mine, problem));
    }

    private void answered(long which, @Nullable String problem) {
        List<Reader> readers;
        boolean again;
        long took;
        synchronized (this) {
            if (which != round) {
                return;
            }
            took = nanoClock.getAsLong() - askedAt;
            readers = asked;
            asked = List.of();
            if (problem != null && ended == null) {
                // Older than those who came meanwhile.
                readers.addAll(waiting);
                waiting = readers;
                readers = List.of();
            }
            again = !waiting.isEmpty();
            underWay = again;
        }
        if (problem != null) {
            observer.readIndexFailed();
            if (again) {
                pause.execute(this::ask);
            }
        } else {
            observer.readIndexed(took);
            if (again) {
                ask();
            }
            readers.forEach(reader -> reader.future().complete(null));
        }
    }

    private static void fail(List<Reader> readers, StoreException cause) {
        readers.forEach(reader -> reader.future().completeExceptionally(cause));
    }
}
