package io.tholepin.watchcache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One watcher's bounded queue of events. One consumer at a time; the cache never waits for it: when the queue is full the
 * watch ends.
 */
public interface CacheWatch extends AutoCloseable {
    /**
     * Takes the next event, waiting at most {@code patience}.
     *
     * @return null when nothing came in time
     * @throws EndedException when the watch has ended and everything queued before was taken
     */
    @Nullable
    CacheEvent next(Duration patience) throws InterruptedException;

    /** Highest revision up to which everything has been queued for this watcher: what a bookmark may carry once drained. */
    long progress();

    @Override
    void close();

    /** The watch is over: the watcher was too slow, the cache was rebuilt, or the server stops. */
    final class EndedException extends RuntimeException {
        public EndedException(String message) {
            super(message, null, false, false);
        }
    }
}
