package io.tholepin.keyspace;

import java.util.ArrayDeque;

/**
 * Keeps the pairs of the newest versions in memory, up to a number of bytes: enough for a commit's own reads, for the
 * previous pairs of keys that change often and for watches that are slightly behind. Owned by the keyspace's owner.
 */
final class RecentPairs {
    /** Bytes of keys and values to keep, an estimate. */
    static final long BYTES_MAX = 16L << 20;

    private static final int OVERHEAD_BYTES = 96;

    private final ArrayDeque<Version> versions = new ArrayDeque<>();
    private long bytes;

    void add(Version version) {
        versions.addLast(version);
        bytes += cost(version);
    }

    /** Drops the oldest ones beyond the limit. Only between commits: an uncommitted pair is nowhere else. */
    void trim() {
        while (bytes > BYTES_MAX) {
            Version oldest = versions.removeFirst();
            bytes -= cost(oldest);
            oldest.pair = null;
        }
    }

    void clear() {
        versions.clear();
        bytes = 0;
    }

    private static long cost(Version version) {
        var pair = version.pair;
        return OVERHEAD_BYTES + (pair == null ? 0 : pair.value().length());
    }
}
