package io.tholepin.watchcache;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The cache of one resource. Fed by one store watch on the resource's registry prefix; filled by a paged list first.
 * Thread-safe; nothing blocks except where it says so.
 */
public interface WatchCache extends AutoCloseable {
    /** Whether the first fill is complete and the store watch is open. */
    boolean ready();

    /** The newest state; any age. Fails with {@link NotReadyException} before the first fill. */
    Snapshot latest();

    /**
     * A state that contains every write acknowledged before the call: asks the store for its current revision (one
     * round for all calls waiting at the time) and waits until the cache has reached it.
     *
     * <p>Completes on a thread of the cache or of the store, so a dependent action must not block.
     *
     * @return fails with {@link TooNewException} when the cache is 3 s behind, {@link NotReadyException} when it has
     *     not been filled 3 s after, or the store's StoreException
     */
    CompletableFuture<Snapshot> consistent();

    /**
     * A state not older than {@code revision}; waits at most 3 s, then fails with {@link TooNewException}, or
     * {@link NotReadyException} when it has not been filled. 0 waits for the first fill. Completes as
     * {@link #consistent} does.
     */
    CompletableFuture<Snapshot> notOlderThan(long revision);

    /** The state exactly at {@code revision}, null when it is no longer held (or not reached yet). */
    @Nullable
    Snapshot exactly(long revision);

    /**
     * Opens a watch of the changes after {@code afterRevision}. Fails with {@link TooOldException} when the history no
     * longer reaches back that far, with {@link NotReadyException} before the first fill. A revision in the future is
     * allowed: silent until then.
     */
    CacheWatch watch(long afterRevision, Selection selection);

    /**
     * Opens a watch that begins with an ADDED event for every selected object of a snapshot, then, if asked, a BOOKMARK
     * that ends the initial events, then live events after it, without gap or repetition. Fails as {@link #watch} does.
     */
    CacheWatch watchFrom(Snapshot snapshot, Selection selection, boolean endBookmark);

    @Override
    void close();

    /** The cache is (re)initialising: 429 with Retry-After. */
    final class NotReadyException extends RuntimeException {
        private final Duration downtime;

        public NotReadyException(String message) {
            this(message, Duration.ZERO);
        }

        /**
         * @param downtime how long it has not been ready; zero when that is not known
         */
        public NotReadyException(String message, Duration downtime) {
            super(message, null, false, false);
            this.downtime = downtime;
        }

        /** How long it has not been ready; zero when that is not known. */
        public Duration downtime() {
            return downtime;
        }
    }

    /** The cache did not reach a revision in time: 504 "Too large resource version: wanted, current: current". */
    final class TooNewException extends RuntimeException {
        private final long wanted;
        private final long current;

        public TooNewException(long wanted, long current) {
            super("Too large resource version: " + wanted + ", current: " + current, null, false, false);
            this.wanted = wanted;
            this.current = current;
        }

        /** The revision waited for. */
        public long wanted() {
            return wanted;
        }

        /** The revision the cache had. */
        public long current() {
            return current;
        }
    }

    /** A watch from before the ring: 410 "too old resource version: wanted (oldest)". */
    final class TooOldException extends RuntimeException {
        private final long wanted;
        private final long oldest;

        public TooOldException(long wanted, long oldest) {
            super("too old resource version: " + wanted + " (" + oldest + ")", null, false, false);
            this.wanted = wanted;
            this.oldest = oldest;
        }

        /** The revision asked for. */
        public long wanted() {
            return wanted;
        }

        /** The oldest revision a watch may start after. */
        public long oldest() {
            return oldest;
        }
    }
}
