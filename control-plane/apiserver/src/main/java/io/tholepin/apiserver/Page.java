package io.tholepin.apiserver;

import io.tholepin.watchcache.CachedObject;

/**
 * What a list answers.
 *
 * @param revision its resourceVersion
 * @param continueToken empty when it is complete
 * @param remaining objects after this page, -1 when not told
 * @param objects the same each time they are gone through; found as the answer is written
 * @param origin where they come from
 */
record Page(long revision, String continueToken, long remaining, Iterable<CachedObject> objects, Origin origin) {
    /**
     * How a list was found.
     *
     * @param cache whether in the cache, else in the store
     * @param index of the cache that was used, empty for none
     * @param fetched objects that were looked at or will be
     */
    record Origin(boolean cache, String index, long fetched) {}
}
