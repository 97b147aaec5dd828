package io.tholepin.replica;

import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Linearizable reads, many to a round: one question to the engine is under way at a time and answers all who waited
 * when it was asked; who comes meanwhile shares the next one. A reader may not join the round under way: its question
 * was asked before the reader came and says nothing about what was acknowledged in between. Source: Raft dissertation
 * 6.4.
 *
 * <p>Thread-safe. At most {@link #WAITING_MAX} readers wait.
 */
final class ReadRounds {
    /** Most readers waiting for the next round; one more is told TOO_MANY_REQUESTS. */
    static final int WAITING_MAX = 65_536;

    private final RaftEngine engine;
    private final boolean alwaysAsk;
    private final LongSupplier nanoClock;
    private List<CompletableFuture<Void>> waiting = new ArrayList<>();
    private List<CompletableFuture<Void>> asked = List.of();
    private boolean underWay;
    private long askedAt;
    private @Nullable StoreException ended;

    /**
     * @param alwaysAsk ask the engine even while this member leads alone and needs nobody's word
     * @param nanoClock a clock like {@link System#nanoTime}
     */
    ReadRounds(RaftEngine engine, boolean alwaysAsk, LongSupplier nanoClock) {
        this.engine = engine;
        this.alwaysAsk = alwaysAsk;
        this.nanoClock = nanoClock;
    }

    /** Whether a read may be answered right now, without a round. */
    boolean mayReadNow() {
        return !alwaysAsk && engine.leadsAlone();
    }

    /** Completes once this member's state holds every write acknowledged before the call. */
    CompletableFuture<Void> confirm() {
        CompletableFuture<Void> reader = new CompletableFuture<>();
        synchronized (this) {
            if (ended != null) {
                return CompletableFuture.failedFuture(ended);
            }
            if (waiting.size() >= WAITING_MAX) {
                return CompletableFuture.failedFuture(StoreException.of(Code.TOO_MANY_REQUESTS));
            }
            waiting.add(reader);
            if (underWay) {
                return reader;
            }
            underWay = true;
        }
        ask();
        return reader;
    }

    /** Fails the readers of a round that has had no answer for too long. Call it about twice a second. */
    void expire() {
        List<CompletableFuture<Void>> late;
        synchronized (this) {
            if (!underWay || nanoClock.getAsLong() - askedAt <= Proposals.WAIT_NANOS_MAX) {
                return;
            }
            late = asked;
            asked = List.of();
        }
        StoreException cause = StoreException.of(Code.TIMED_OUT);
        late.forEach(reader -> reader.completeExceptionally(cause));
    }

    /** Fails everyone who waits and all who come. */
    void end(StoreException cause) {
        List<CompletableFuture<Void>> failed = new ArrayList<>();
        synchronized (this) {
            ended = cause;
            failed.addAll(asked);
            failed.addAll(waiting);
            asked = List.of();
            waiting = new ArrayList<>();
        }
        failed.forEach(reader -> reader.completeExceptionally(cause));
    }

    private void ask() {
        synchronized (this) {
            asked = waiting;
            waiting = new ArrayList<>();
            askedAt = nanoClock.getAsLong();
        }
        engine.readIndex(this::answered);
    }

    private void answered(@Nullable String problem) {
        List<CompletableFuture<Void>> readers;
        boolean again;
        synchronized (this) {
            readers = asked;
            asked = List.of();
            again = !waiting.isEmpty();
            underWay = again;
        }
        if (again) {
            ask();
        }
        if (problem == null) {
            readers.forEach(reader -> reader.complete(null));
        } else {
            StoreException cause = StoreException.of(Code.NO_LEADER, problem, null);
            readers.forEach(reader -> reader.completeExceptionally(cause));
        }
    }
}
