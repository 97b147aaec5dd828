package io.tholepin.apiserver;

/**
 * Which reads may be answered from the watch caches; the others go to the store. Reads that accept any age always come
 * from the caches. Source: KEP-2340; contract 1.1 and 1.4.
 *
 * @param lists whether reads of the most recent state, and of one exact revision, may
 * @param progress whether the caches can find out how fresh they are, so that one may wait for them; without it no
 *     list can
 * @param why in words, when one of them is off; else empty
 */
public record CacheReads(boolean lists, boolean progress, String why) {
    /** All of them. */
    public static final CacheReads ALL = new CacheReads(true, true, "");

    public CacheReads {
        if (lists && !progress) {
            throw new IllegalArgumentException("lists from a cache that cannot tell how fresh it is");
        }
    }

    /** Lists go to the store because somebody wants it so. */
    public static CacheReads switchedOff(String why) {
        return new CacheReads(false, true, why);
    }

    /** Lists go to the store because its watches do not tell their progress. */
    public static CacheReads withoutProgress(String why) {
        return new CacheReads(false, false, why);
    }
}
