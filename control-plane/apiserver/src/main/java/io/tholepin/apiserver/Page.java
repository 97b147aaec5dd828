package io.tholepin.apiserver;

import io.tholepin.watchcache.CachedObject;

/**
 * What a list answers.
 *
 * @param revision its resourceVersion
 * @param continueToken empty when it is complete
 * @param remaining objects after this page, -1 when not told
 * @param objects the same each time they are gone through; found as the answer is written
 */
record Page(long revision, String continueToken, long remaining, Iterable<CachedObject> objects) {}
