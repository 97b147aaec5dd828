package io.tholepin.watchcache;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a store for its current revision on behalf of many readers. A reader never joins a call that is already under
 * way, because the store may have looked before the write that the reader must see; those who come meanwhile share the
 * next call. So at most one call is under way and at most one is waiting to begin. Thread-safe.
 */
final class RevisionRounds {
    private final Supplier<CompletableFuture<Long>> question;
    private boolean busy;
    private @Nullable CompletableFuture<Long> waiting;

    /** @param question asks the store: {@link io.tholepin.kv.Store#currentRevision} or what promises the same */
    RevisionRounds(Supplier<CompletableFuture<Long>> question) {
        this.question = question;
    }

    /** A revision that the store had at some moment after this call began. Fails with what the store fails with. */
    CompletableFuture<Long> next() {
        CompletableFuture<Long> round = new CompletableFuture<>();
        synchronized (this) {
            if (busy) {
                if (waiting == null) {
                    waiting = round;
                }
                return waiting;
            }
            busy = true;
        }
        run(round);
        return round;
    }

    /** Runs a round and those that gather while it runs. */
    private void run(CompletableFuture<Long> first) {
        for (CompletableFuture<Long> round = first; round != null; ) {
            CompletableFuture<Long> call = ask();
            if (!call.isDone()) {
                CompletableFuture<Long> mine = round;
                call.whenComplete((revision, failure) -> {
                    CompletableFuture<Long> following = follow();
                    if (following != null) {
                        run(following);
                    }
                    settle(call, mine);
                });
                return;
            }
            CompletableFuture<Long> following = follow();
            settle(call, round);
            round = following;
        }
    }

    private CompletableFuture<Long> ask() {
        try {
            return question.get();
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** The round that gathered meanwhile, which must run now; null when none did, and the next reader begins one. */
    private synchronized @Nullable CompletableFuture<Long> follow() {
        CompletableFuture<Long> following = waiting;
        waiting = null;
        busy = following != null;
        return following;
    }

    private static void settle(CompletableFuture<Long> call, CompletableFuture<Long> round) {
        if (call.isCompletedExceptionally()) {
            round.completeExceptionally(call.exceptionNow());
        } else {
            round.complete(call.resultNow());
        }
    }
}
