package io.tholepin.etcdprotocol;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set of keys as disjoint intervals in ascending order; intervals that touch are one. Immutable. Asking costs a
 * binary search.
 *
 * <p>{@code starts} are inclusive, {@code ends} exclusive; a null end means that there is no upper end.
 */
final class Intervals {
    static final Intervals NONE = of(List.of());

    private final Bytes[] starts;
    private final @Nullable Bytes[] ends;

    private Intervals(List<Interval> disjoint) {
        starts = new Bytes[disjoint.size()];
        ends = new Bytes[disjoint.size()];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = disjoint.get(i).start;
            ends[i] = disjoint.get(i).end;
        }
    }

    /** The union of {@code ranges}; ranges without a key add nothing. */
    static Intervals of(List<KeyRange> ranges) {
        List<Interval> sorted = ranges.stream()
                .map(Interval::of)
                .filter(interval -> !interval.isEmpty())
                .sorted(Comparator.comparing(Interval::start))
                .toList();
        List<Interval> disjoint = new ArrayList<>();
        for (Interval next : sorted) {
            Interval last = disjoint.isEmpty() ? null : disjoint.getLast();
            if (last != null && last.touches(next)) {
                disjoint.set(disjoint.size() - 1, last.until(next.end));
            } else {
                disjoint.add(next);
            }
        }
        return new Intervals(disjoint);
    }

    /**
     * Whether every key of {@code range} is in the set. A range whose start is not below its end has no keys; it counts
     * as contained where its start is and its end is not beyond, as in etcd.
     */
    boolean contains(KeyRange range) {
        int at = floor(range.start());
        if (at < 0) {
            return false;
        }
        Bytes end = ends[at];
        if (end == null) {
            return true;
        }
        Interval asked = Interval.of(range);
        return range.start().compareTo(end) < 0 && asked.end != null && asked.end.compareTo(end) <= 0;
    }

    /** Index of the last interval that starts at or before {@code key}, -1 for none. */
    private int floor(Bytes key) {
        int low = 0;
        int high = starts.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (starts[middle].compareTo(key) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private record Interval(Bytes start, @Nullable Bytes end) {
        static Interval of(KeyRange range) {
            if (range.isSingleKey()) {
                return new Interval(range.start(), range.start().successor());
            }
            return new Interval(range.start(), range.isOpenEnded() ? null : range.end());
        }

        boolean isEmpty() {
            return end != null && start.compareTo(end) >= 0;
        }

        /** Whether {@code next}, which does not start earlier, overlaps this one or begins where it ends. */
        boolean touches(Interval next) {
            return end == null || next.start.compareTo(end) <= 0;
        }

        Interval until(@Nullable Bytes other) {
            if (end == null || other == null) {
                return new Interval(start, null);
            }
            return end.compareTo(other) >= 0 ? this : new Interval(start, other);
        }
    }
}
