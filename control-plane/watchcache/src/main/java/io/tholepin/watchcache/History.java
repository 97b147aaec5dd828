package io.tholepin.watchcache;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The recent changes of one resource in order, and the states between them. Changes have positions, counted from 0 on
 * and never used again; the oldest ones are forgotten. Grows and shrinks within the bounds of {@link CacheSettings}.
 * Not thread-safe; the owner locks.
 */
final class History {
    private static final int CAPACITY_MIN = 16;

    private final CacheSettings settings;
    private final CacheCounters counters;
    private @Nullable Change[] ring = new Change[CAPACITY_MIN];
    private long first;
    private long next;
    private long bytes;
    private IndexedTree baseTree;
    private long baseRevision;

    /** No change yet: {@code tree} is the state at {@code revision}, the oldest that will be known. */
    History(IndexedTree tree, long revision, CacheSettings settings, CacheCounters counters) {
        this.baseTree = tree;
        this.baseRevision = revision;
        this.settings = settings;
        this.counters = counters;
    }

    /** The oldest revision whose state, and after which every change, is known. */
    long baseRevision() {
        return baseRevision;
    }

    /** Position of the oldest change that is kept. */
    long first() {
        return first;
    }

    /** Position that the next change will have. */
    long next() {
        return next;
    }

    /** Number of changes kept. */
    int size() {
        return (int) (next - first);
    }

    /** Number of changes there is room for at this moment. */
    int capacity() {
        return ring.length;
    }

    /** Adds a change of the same or a later revision than the last. */
    void append(Change change) {
        if (next - first == ring.length) {
            resize(ring.length * 2);
            counters.capacityIncreases.increment();
        }
        ring[slot(next++)] = change;
        bytes += change.bytes();
    }

    /** Forgets what the bounds no longer allow. */
    void trim(long nowNanos) {
        while (next > first && mustGo(at(first), nowNanos)) {
            Change gone = at(first);
            ring[slot(first++)] = null;
            bytes -= gone.bytes();
            baseTree = gone.after();
            baseRevision = gone.revision();
        }
        if (ring.length > CAPACITY_MIN && size() < ring.length / 4) {
            resize(ring.length / 2);
            counters.capacityDecreases.increment();
        }
    }

    private boolean mustGo(Change oldest, long nowNanos) {
        if (bytes > settings.historyBytesMax() || size() > settings.historyEventsMax()) {
            return true;
        }
        return size() > settings.historyEventsMin()
                && nowNanos - oldest.atNanos() > settings.historyWindow().toNanos();
    }

    /** The state at a revision, which must not lie in the future; null when it is older than what is known. */
    @Nullable
    IndexedTree treeAt(long revision) {
        if (revision < baseRevision) {
            return null;
        }
        long position = after(revision);
        return position == first ? baseTree : at(position - 1).after();
    }

    /** Position of the first change after a revision. */
    long after(long revision) {
        long low = first;
        long high = next;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (at(middle).revision() <= revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The changes from a position on that is still kept, at most {@code max}. */
    Change[] from(long position, int max) {
        Change[] some = new Change[(int) Math.min(max, next - position)];
        for (int i = 0; i < some.length; i++) {
            some[i] = at(position + i);
        }
        return some;
    }

    /** The change at a position that is kept. */
    Change at(long position) {
        Change change = ring[slot(position)];
        if (change == null || position < first) {
            throw new IllegalStateException("position: " + position + " (expected: " + first + " to " + next + ")");
        }
        return change;
    }

    private int slot(long position) {
        return (int) position & ring.length - 1;
    }

    private void resize(int capacity) {
        @Nullable Change[] other = new Change[capacity];
        for (long position = first; position < next; position++) {
            other[(int) position & capacity - 1] = at(position);
        }
        Arrays.fill(ring, null);
        ring = other;
    }
}
