package io.tholepin.apiserver;

import java.util.Arrays;

/**
 * Bytes to be sent one after the other, by reference: what many responses have in common is not copied before it
 * reaches a socket. Whoever adds an array leaves it as it is. Belongs to one thread.
 */
final class Pieces {
    /** Room kept when empty: there may be thousands of watches. */
    private static final int ROOM_KEPT = 16;

    private byte[][] arrays = new byte[ROOM_KEPT][];
    private int[] offsets = new int[ROOM_KEPT];
    private int[] lengths = new int[ROOM_KEPT];
    private int count;
    private int bytes;

    /** Adds all of an array. */
    void add(byte[] array) {
        add(array, 0, array.length);
    }

    /** Adds a part of an array; one that begins where the last one ended makes no piece of its own. */
    @SuppressWarnings("ReferenceEquality") // the same array is meant
    void add(byte[] array, int offset, int length) {
        bytes = Math.addExact(bytes, length);
        int last = count - 1;
        if (last >= 0 && arrays[last] == array && offsets[last] + lengths[last] == offset) {
            lengths[last] += length;
            return;
        }
        if (count == arrays.length) {
            arrays = Arrays.copyOf(arrays, 2 * count);
            offsets = Arrays.copyOf(offsets, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        arrays[count] = array;
        offsets[count] = offset;
        lengths[count] = length;
        count++;
    }

    /** Bytes of all pieces. */
    int bytes() {
        return bytes;
    }

    int count() {
        return count;
    }

    /** The array that piece {@code i} is part of. */
    byte[] array(int i) {
        return arrays[i];
    }

    /** Where in its array piece {@code i} begins. */
    int offset(int i) {
        return offsets[i];
    }

    /** Bytes of piece {@code i}. */
    int length(int i) {
        return lengths[i];
    }

    /** All pieces in one new array. */
    byte[] joined() {
        byte[] joined = new byte[bytes];
        int at = 0;
        for (int i = 0; i < count; i++) {
            System.arraycopy(arrays[i], offsets[i], joined, at, lengths[i]);
            at += lengths[i];
        }
        return joined;
    }

    /** Forgets them. */
    void clear() {
        if (arrays.length > ROOM_KEPT) {
            arrays = new byte[ROOM_KEPT][];
            offsets = new int[ROOM_KEPT];
            lengths = new int[ROOM_KEPT];
        } else {
            Arrays.fill(arrays, 0, count, null);
        }
        count = 0;
        bytes = 0;
    }
}
