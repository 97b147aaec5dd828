package io.tholepin.watchcache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One watcher's stream of events. One consumer at a time; the cache never waits for it: a watcher that the cache's
 * history has moved past ends.
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

    /**
     * Highest revision up to which {@link #next} has returned everything: what a bookmark may carry. For the consumer.
     * 0 while initial events are still to come, and for a moment it may be less than the revision of the last event
     * taken: send no bookmark then. Advances also when nothing happens to the resource.
     */
    long progress();

    /** Its client was cut off because it took nothing: that counts as a watcher that was too slow. */
    void stalled();

    @Override
    void close();

    /** The watch is over: the watcher was too slow, the cache was rebuilt, or the server stops. */
    final class EndedException extends RuntimeException {
        public EndedException(String message) {
            super(message, null, false, false);
        }
    }
}
