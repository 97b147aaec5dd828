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
    private int[] lengths = new int[ROOM_KEPT];
    private int count;
    private int bytes;

    /** Adds all of an array. */
    void add(byte[] array) {
        add(array, array.length);
    }

    /** Adds the beginning of an array. */
    void add(byte[] array, int length) {
        if (count == arrays.length) {
            arrays = Arrays.copyOf(arrays, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        arrays[count] = array;
        lengths[count] = length;
        count++;
        bytes = Math.addExact(bytes, length);
    }

    /** Bytes of all pieces. */
    int bytes() {
        return bytes;
    }

    int count() {
        return count;
    }

    /** The array that piece {@code i} is the beginning of. */
    byte[] array(int i) {
        return arrays[i];
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
            System.arraycopy(arrays[i], 0, joined, at, lengths[i]);
            at += lengths[i];
        }
        return joined;
    }

    /** Forgets them. */
    void clear() {
        if (arrays.length > ROOM_KEPT) {
            arrays = new byte[ROOM_KEPT][];
            lengths = new int[ROOM_KEPT];
        } else {
            Arrays.fill(arrays, 0, count, null);
        }
        count = 0;
        bytes = 0;
    }
}
