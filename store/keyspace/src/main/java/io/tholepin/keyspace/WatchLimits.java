package io.tholepin.keyspace;

/**
 * Bounds of a {@link WatchHub}.
 *
 * @param queueEventsMax events waiting for one watcher; beyond it the watcher is closed as SLOW_WATCHER, unless they
 *     are of a single commit
 * @param queueBytesMax bytes of keys and values waiting for one watcher; likewise
 * @param backlogEventsMax events waiting to be matched; beyond it all watchers catch up from the history instead
 * @param sliceEventsMax changes looked at in one go while watchers catch up, rounded up to a whole revision
 * @param threads threads that match and deliver
 */
public record WatchLimits(
        int queueEventsMax, long queueBytesMax, int backlogEventsMax, int sliceEventsMax, int threads) {
    /** For a server. */
    public static final WatchLimits DEFAULT = new WatchLimits(16_384, 64L << 20, 65_536, 1_000, 4);

    public WatchLimits {
        if (queueEventsMax < 1 || queueBytesMax < 1 || backlogEventsMax < 1 || sliceEventsMax < 1 || threads < 1) {
            throw new IllegalArgumentException("a limit below 1");
        }
    }
}
