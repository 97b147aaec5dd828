package io.tholepin.watchcache;

import java.util.concurrent.atomic.LongAdder;

/** What one cache counts over its life, over all its fills. Thread-safe. */
final class CacheCounters {
    final LongAdder fills = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder initial = new LongAdder();
    final LongAdder terminated = new LongAdder();
    final LongAdder capacityIncreases = new LongAdder();
    final LongAdder capacityDecreases = new LongAdder();
    final LongAdder checksPassed = new LongAdder();
    final LongAdder checksFailed = new LongAdder();
    final LongAdder checksUndecided = new LongAdder();
}
