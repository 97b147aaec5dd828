package io.tholepin.keyspace;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A small summary of a large set of numbers from which the difference to another set can be read off, as long as the
 * difference is small: an invertible Bloom lookup table. Its size goes with the difference, not with the sets. One
 * thread at a time. Source: Goodrich and Mitzenmacher, "Invertible Bloom Lookup Tables", 2011; Eppstein et al., "What's
 * the Difference?", 2011.
 */
final class ResyncSketch {
    /** Bytes of a cell: a count, the numbers' exclusive or, and that of their checks. */
    static final int CELL_BYTES = 16;

    /** Cells that a number is in. Each has a third of the table to itself. */
    private static final int PLACES = 3;

    /** Cells for each number of the difference; below 1.23 reading it off fails more and more often. */
    private static final double CELLS_PER_NUMBER = 1.5;

    private static final int SPARE_CELLS = 60;

    private final int[] counts;
    private final long[] numbers;
    private final int[] checks;

    /** An empty one. */
    ResyncSketch(int cells) {
        if (cells < PLACES || cells % PLACES != 0) {
            throw new IllegalArgumentException("cells: " + cells + " (expected: a multiple of " + PLACES + ")");
        }
        counts = new int[cells];
        numbers = new long[cells];
        checks = new int[cells];
    }

    /** How many cells are enough to read off a difference of so many numbers. */
    static int cellsFor(int difference) {
        int cells = (int) Math.ceil(difference * CELLS_PER_NUMBER) + SPARE_CELLS;
        return cells + (PLACES - cells % PLACES) % PLACES;
    }

    /** The number for what is summed up: bytes and another number, mixed well. */
    static long number(long seed, byte[] bytes, long other) {
        long mixed = mix(seed ^ mix(other) ^ bytes.length);
        long word = 0;
        for (int i = 0; i < bytes.length; i++) {
            word = word << 8 | bytes[i] & 0xFF;
            if ((i & 7) == 7) {
                mixed = mix(mixed ^ word);
                word = 0;
            }
        }
        return mix(mixed ^ word);
    }

    void add(long number) {
        change(number, 1);
    }

    /** Takes away what {@code other}, of the same size, has. */
    void subtract(ResyncSketch other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] -= other.counts[i];
            numbers[i] ^= other.numbers[i];
            checks[i] ^= other.checks[i];
        }
    }

    /**
     * After {@link #subtract}: the numbers that were added here and not there. Null when they cannot be told, or when
     * there are numbers that are only there. Destroys the sketch.
     */
    @Nullable
    Set<Long> surplus() {
        Set<Long> found = new HashSet<>();
        ArrayDeque<Integer> pure = new ArrayDeque<>();
        for (int i = 0; i < counts.length; i++) {
            if (isPure(i)) {
                pure.add(i);
            }
        }
        while (!pure.isEmpty()) {
            int cell = pure.remove();
            if (!isPure(cell)) {
                continue;
            }
            long number = numbers[cell];
            found.add(number);
            change(number, -1);
            for (int place = 0; place < PLACES; place++) {
                int neighbour = cell(number, place);
                if (isPure(neighbour)) {
                    pure.add(neighbour);
                }
            }
        }
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0 || numbers[i] != 0 || checks[i] != 0) {
                return null;
            }
        }
        return found;
    }

    /** As bytes. */
    byte[] encode() {
        Encoder out = new Encoder(counts.length * CELL_BYTES);
        for (int i = 0; i < counts.length; i++) {
            out.putFixedInt(counts[i]);
            out.putFixedLong(numbers[i]);
            out.putFixedInt(checks[i]);
        }
        return out.toBytes();
    }

    static ResyncSketch decode(byte[] bytes) {
        ResyncSketch sketch = new ResyncSketch(bytes.length / CELL_BYTES);
        Decoder in = new Decoder(bytes);
        for (int i = 0; i < sketch.counts.length; i++) {
            sketch.counts[i] = in.takeFixedInt();
            sketch.numbers[i] = in.takeFixedLong();
            sketch.checks[i] = in.takeFixedInt();
        }
        in.expectEnd();
        return sketch;
    }

    private boolean isPure(int cell) {
        return counts[cell] == 1 && checks[cell] == check(numbers[cell]);
    }

    private void change(long number, int count) {
        for (int place = 0; place < PLACES; place++) {
            int cell = cell(number, place);
            counts[cell] += count;
            numbers[cell] ^= number;
            checks[cell] ^= check(number);
        }
    }

    private int cell(long number, int place) {
        int third = counts.length / PLACES;
        return place * third + (int) Long.remainderUnsigned(mix(number + place), third);
    }

    private static int check(long number) {
        return (int) (mix(~number) >>> 32);
    }

    /** The last step of SplitMix64. */
    private static long mix(long value) {
        long mixed = value + 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
