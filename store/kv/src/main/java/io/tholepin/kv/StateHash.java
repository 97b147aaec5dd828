package io.tholepin.kv;

/**
 * A hash of what a store holds, equal on members that hold the same.
 *
 * @param hash unsigned 32 bits
 * @param revision the store's revision when it was computed
 * @param hashRevision up to which revision it was computed
 * @param compactRevision the compaction it assumes, -1 for none
 */
public record StateHash(int hash, long revision, long hashRevision, long compactRevision) {}
