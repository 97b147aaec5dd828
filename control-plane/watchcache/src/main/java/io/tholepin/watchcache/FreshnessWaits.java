package io.tholepin.watchcache;

import io.tholepin.watchcache.WatchCache.NotReadyException;
import io.tholepin.watchcache.WatchCache.TooNewException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/** Readers that wait for a cache to reach a revision. Not thread-safe; belongs to the cache's dispatcher. */
final class FreshnessWaits {
    private record Wait(long revision, long sinceNanos, CompletableFuture<Snapshot> answer) {}

    private final PriorityQueue<Wait> waits = new PriorityQueue<>(Comparator.comparingLong(Wait::revision));

    boolean isEmpty() {
        return waits.isEmpty();
    }

    void add(long revision, long nowNanos, CompletableFuture<Snapshot> answer) {
        waits.add(new Wait(revision, nowNanos, answer));
    }

    /** Answers those who wait for no more than this state. */
    void serve(Snapshot snapshot) {
        for (Wait first = waits.peek(); first != null && first.revision <= snapshot.revision(); first = waits.peek()) {
            waits.remove();
            first.answer.complete(snapshot);
        }
    }

    /** Fails those who began to wait at or before a moment: the cache was filled and had reached {@code current}. */
    void expire(long sinceNanos, long current) {
        for (Wait wait : take(sinceNanos)) {
            wait.answer.completeExceptionally(new TooNewException(wait.revision, current));
        }
    }

    /** Fails those who began to wait at or before a moment: the cache was not filled. */
    void expire(long sinceNanos, String why) {
        for (Wait wait : take(sinceNanos)) {
            wait.answer.completeExceptionally(new NotReadyException(why));
        }
    }

    /** Fails all. */
    void close(String why) {
        waits.forEach(wait -> wait.answer.completeExceptionally(new NotReadyException(why)));
        waits.clear();
    }

    private List<Wait> take(long sinceNanos) {
        List<Wait> expired = new ArrayList<>();
        waits.removeIf(wait -> wait.sinceNanos - sinceNanos <= 0 && expired.add(wait));
        return expired;
    }
}
