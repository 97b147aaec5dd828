package io.tholepin.keyspace;

import io.tholepin.kv.KeyValue;
import java.util.ArrayDeque;

/**
 * Keeps the pairs that were written or read last in memory, up to a number of bytes: for a commit's own reads, for
 * ranges, for the previous pairs of keys that change often and for watches that are slightly behind. A pair that was
 * not committed yet is nowhere else and stays. Thread-safe.
 */
final class RecentPairs {
    /** Bytes of values to keep, an estimate: this share of the largest heap, within these bounds. */
    private static final int HEAP_SHARE = 16;

    private static final long BYTES_MIN = 16L << 20;
    static final long BYTES_MAX = 64L << 20;

    private static final int OVERHEAD_BYTES = 96;

    private final long bytesMax;
    private final ArrayDeque<Version> versions = new ArrayDeque<>();
    private long bytes;

    /** What is newer must stay. */
    private long committed;

    RecentPairs() {
        this(Math.clamp(Runtime.getRuntime().maxMemory() / HEAP_SHARE, BYTES_MIN, BYTES_MAX));
    }

    RecentPairs(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Keeps the pair of a version that was written. Owner only. */
    synchronized void written(Version version) {
        add(version);
    }

    /** Keeps the pair of a committed version, which was read from the engine. */
    synchronized void read(Version version, KeyValue pair) {
        if (version.pair == null) {
            version.pair = pair;
            add(version);
            trim();
        }
    }

    /** Everything up to {@code revision} is in the engine now. Owner only. */
    synchronized void committed(long revision) {
        committed = revision;
        trim();
    }

    /** Forgets everything, for another state. Owner only. */
    synchronized void clear() {
        versions.clear();
        bytes = 0;
        committed = 0;
    }

    private void add(Version version) {
        versions.addLast(version);
        bytes += cost(version);
    }

    private void trim() {
        while (bytes > bytesMax && versions.getFirst().modRevision <= committed) {
            Version oldest = versions.removeFirst();
            bytes -= cost(oldest);
            oldest.pair = null;
        }
    }

    private static long cost(Version version) {
        return OVERHEAD_BYTES + version.valueLength;
    }
}
