package io.tholepin.watchcache;

import java.time.Duration;

/**
 * Limits of a cache. Source of the history's numbers: contract 1.8; of the waits: KEP-2340.
 *
 * @param historyEventsMin changes kept however old they are
 * @param historyEventsMax changes kept at most, however young
 * @param historyBytesMax JSON bytes that only the history keeps alive, at most; goes before {@code historyEventsMin}
 * @param historyWindow changes younger than this are kept as long as the two upper bounds allow
 * @param queueEventsMax events queued for one watcher; one that falls further behind reads on from the history by
 *     itself and ends only when the history has moved past it
 * @param inboundBytesMax what the store has delivered and the cache has not yet decoded; above it the store watch is
 *     closed and opened again from where the cache is
 * @param freshnessWait longest wait for the cache to reach a revision
 * @param progressInterval how often the store is asked again for progress while somebody waits
 * @param idleInterval how often a cache without changes asks for progress so that its watchers' bookmarks advance
 * @param pageBytes what one page of the first fill should hold, about
 * @param checkInterval how often, at most, a cache compares itself with the store; up to half as long again passes
 * @param retryMax longest pause between two attempts to fill; the first pause is a hundredth of it
 */
public record CacheSettings(
        int historyEventsMin,
        int historyEventsMax,
        long historyBytesMax,
        Duration historyWindow,
        int queueEventsMax,
        long inboundBytesMax,
        Duration freshnessWait,
        Duration progressInterval,
        Duration idleInterval,
        int pageBytes,
        Duration checkInterval,
        Duration retryMax) {

    public CacheSettings {
        if (historyEventsMin < 0 || historyEventsMax < historyEventsMin) {
            throw new IllegalArgumentException("historyEventsMax: " + historyEventsMax + " (expected: >= "
                    + historyEventsMin + ", which is >= 0)");
        }
        if (queueEventsMax < 1) {
            throw new IllegalArgumentException("queueEventsMax: " + queueEventsMax + " (expected: >= 1)");
        }
        if (pageBytes < 1) {
            throw new IllegalArgumentException("pageBytes: " + pageBytes + " (expected: >= 1)");
        }
    }

    /** What a server uses. */
    public static CacheSettings defaults() {
        return new CacheSettings(
                100,
                100 * 1024,
                256L << 20,
                Duration.ofSeconds(75),
                1000,
                64L << 20,
                Duration.ofSeconds(3),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                1 << 20,
                Duration.ofMinutes(5),
                Duration.ofSeconds(5));
    }

    /** The same with another history. */
    public CacheSettings history(int eventsMin, int eventsMax, long bytesMax) {
        return new CacheSettings(
                eventsMin,
                eventsMax,
                bytesMax,
                historyWindow,
                queueEventsMax,
                inboundBytesMax,
                freshnessWait,
                progressInterval,
                idleInterval,
                pageBytes,
                checkInterval,
                retryMax);
    }

    /** The same with another bound on a watcher's queue. */
    public CacheSettings queue(int eventsMax) {
        return new CacheSettings(
                historyEventsMin,
                historyEventsMax,
                historyBytesMax,
                historyWindow,
                eventsMax,
                inboundBytesMax,
                freshnessWait,
                progressInterval,
                idleInterval,
                pageBytes,
                checkInterval,
                retryMax);
    }

    /** The same with other bounds on what comes from the store: pages of the fill, and events not yet decoded. */
    public CacheSettings inbound(int pageBytes, long inboundBytesMax) {
        return new CacheSettings(
                historyEventsMin,
                historyEventsMax,
                historyBytesMax,
                historyWindow,
                queueEventsMax,
                inboundBytesMax,
                freshnessWait,
                progressInterval,
                idleInterval,
                pageBytes,
                checkInterval,
                retryMax);
    }
}
