package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes protobuf from back to front, so that the length of a message is known when its length is written. What is
 * written last comes first.
 */
final class WireWriter {
    private byte[] bytes;
    private int start;

    WireWriter(int capacity) {
        bytes = new byte[capacity];
        start = capacity;
    }

    /** Bytes written so far. */
    int size() {
        return bytes.length - start;
    }

    byte[] toBytes() {
        return Arrays.copyOfRange(bytes, start, bytes.length);
    }

    private void reserve(int count) {
        if (start < count) {
            int used = size();
            byte[] larger = new byte[Math.max(bytes.length * 2, Math.addExact(used, count) + 64)];
            System.arraycopy(bytes, start, larger, larger.length - used, used);
            start = larger.length - used;
            bytes = larger;
        }
    }

    void raw(byte[] value) {
        reserve(value.length);
        start -= value.length;
        System.arraycopy(value, 0, bytes, start, value.length);
    }

    void varint(long value) {
        int length = value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
        reserve(length);
        start -= length;
        long rest = value;
        for (int i = 0; i < length - 1; i++) {
            bytes[start + i] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[start + length - 1] = (byte) rest;
    }

    void fixed64(double value) {
        reserve(8);
        start -= 8;
        long bits = Double.doubleToRawLongBits(value);
        for (int i = 0; i < 8; i++) {
            bytes[start + i] = (byte) (bits >>> 8 * i);
        }
    }

    /** The bytes of a text and, before them, their number. */
    void string(String value) {
        int mark = size();
        utf8(value);
        varint(size() - mark);
    }

    private void utf8(String value) {
        int length = value.length();
        reserve(length);
        int at = start;
        for (int i = length - 1; i >= 0; i--) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                raw(value.getBytes(StandardCharsets.UTF_8));
                return;
            }
            bytes[--at] = (byte) c;
        }
        start = at;
    }

    /** The number of bytes written since {@code mark}, which end up behind it: the length of a message. */
    void length(int mark) {
        varint(size() - mark);
    }
}
