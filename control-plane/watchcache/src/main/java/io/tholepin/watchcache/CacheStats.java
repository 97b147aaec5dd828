package io.tholepin.watchcache;

/**
 * How one cache is doing: its state at this moment and its counts since it was opened. Source of what is counted:
 * contract 1.11.
 *
 * @param group API group of the resource, empty for the core group
 * @param version API version; a resource that is served in several has a cache for each
 * @param objects objects at this moment
 * @param revision up to which it is complete, 0 before the first fill
 * @param watchers live watchers
 * @param fills times it was filled
 * @param received changes that came from the store, all of them offered to the watchers
 * @param initial objects sent as initial events of watches
 * @param terminated watchers ended because they were too slow
 * @param capacity changes that the history has room for
 * @param capacityIncreases times the history grew
 * @param capacityDecreases times the history shrank
 * @param checksPassed comparisons with the store that found it equal
 * @param checksFailed comparisons that found a difference; each filled the cache anew
 * @param checksUndecided comparisons that the store could not answer
 */
public record CacheStats(
        String group,
        String version,
        String resource,
        long objects,
        long revision,
        long watchers,
        long fills,
        long received,
        long initial,
        long terminated,
        long capacity,
        long capacityIncreases,
        long capacityDecreases,
        long checksPassed,
        long checksFailed,
        long checksUndecided) {}
