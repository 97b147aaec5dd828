package io.tholepin.kv;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An immutable string of bytes, ordered bytewise unsigned as etcd orders keys. Wraps its array without copying: whoever
 * creates one gives the array away, whoever takes {@link #array()} must not write to it.
 */
public final class Bytes implements Comparable<Bytes> {
    /** The empty string. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;
    private int hash;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** Wraps {@code array} without copying it; the caller gives it away. */
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array);
    }

    /** The UTF-8 form of {@code text}. */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The wrapped array itself, not a copy; read only. */
    public byte[] array() {
        return array;
    }

    /** Length in bytes. */
    public int length() {
        return array.length;
    }

    /** Whether there are no bytes. */
    public boolean isEmpty() {
        return array.length == 0;
    }

    /** Whether the first bytes are {@code prefix}; the empty prefix starts everything. */
    public boolean startsWith(Bytes prefix) {
        return array.length >= prefix.array.length
                && Arrays.mismatch(array, 0, prefix.array.length, prefix.array, 0, prefix.array.length) < 0;
    }

    /** This followed by {@code other}. */
    public Bytes concat(Bytes other) {
        byte[] joined = Arrays.copyOf(array, array.length + other.array.length);
        System.arraycopy(other.array, 0, joined, array.length, other.array.length);
        return wrap(joined);
    }

    /** The smallest key that is larger than this one: this followed by a zero byte. */
    public Bytes successor() {
        return wrap(Arrays.copyOf(array, array.length + 1));
    }

    /**
     * The end (exclusive) of the range of keys with this prefix: the last byte that is not 0xFF incremented, the rest
     * cut; a single zero byte ("everything from the key on") when there is none. Source: contract 2.3.
     */
    public Bytes prefixEnd() {
        for (int i = array.length - 1; i >= 0; i--) {
            if (array[i] != (byte) 0xFF) {
                byte[] end = Arrays.copyOf(array, i + 1);
                end[i]++;
                return wrap(end);
            }
        }
        return wrap(new byte[1]);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        int h = hash;
        if (h == 0) {
            h = Arrays.hashCode(array);
            hash = h;
        }
        return h;
    }

    /** The bytes read as UTF-8; malformed bytes become the replacement character. */
    @Override
    public String toString() {
        return new String(array, StandardCharsets.UTF_8);
    }
}
