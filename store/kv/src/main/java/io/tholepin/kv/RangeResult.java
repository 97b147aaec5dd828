package io.tholepin.kv;

import java.util.List;

/**
 * The answer to a {@link RangeRequest}.
 *
 * @param revision the store's current revision when it was read, not the one asked for
 * @param more whether {@code limit} cut the result
 * @param count exact number of keys in the range at the revision read, whatever limit and filters say
 */
public record RangeResult(long revision, List<KeyValue> kvs, boolean more, long count) {}
