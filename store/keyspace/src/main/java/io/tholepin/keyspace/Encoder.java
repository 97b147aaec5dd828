package io.tholepin.keyspace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Checksum;

/** Appends numbers and byte strings to a growing array: unsigned varints for lengths, zigzag varints for numbers. */
final class Encoder {
    private byte[] buffer;
    private int length;

    Encoder(int capacity) {
        buffer = new byte[capacity];
    }

    void putByte(int value) {
        reserve(1);
        buffer[length++] = (byte) value;
    }

    void putFlag(boolean value) {
        putByte(value ? 1 : 0);
    }

    void putLength(int value) {
        putUnsigned(value);
    }

    /** A number that is not negative. */
    void putInt(int value) {
        putUnsigned(value);
    }

    void putLong(long value) {
        putUnsigned((value << 1) ^ (value >> 63));
    }

    /** Eight bytes, most significant first, so that encoded order is numeric order for what is not negative. */
    void putFixedLong(long value) {
        reserve(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            buffer[length++] = (byte) (value >>> shift);
        }
    }

    /** Four bytes, most significant first. */
    void putFixedInt(int value) {
        reserve(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            buffer[length++] = (byte) (value >>> shift);
        }
    }

    void putBytes(byte[] bytes) {
        putUnsigned(bytes.length);
        putRaw(bytes);
    }

    /** What {@code other} has, with its length. */
    void putBytes(Encoder other) {
        putUnsigned(other.length);
        reserve(other.length);
        System.arraycopy(other.buffer, 0, buffer, length, other.length);
        length += other.length;
    }

    void putString(String text) {
        putBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    void putStrings(List<String> texts) {
        putLength(texts.size());
        texts.forEach(this::putString);
    }

    /** The bytes themselves, without their length. */
    void putRaw(byte[] bytes) {
        reserve(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    /** A number as protobuf writes it: an unsigned varint of its two's complement. */
    void putVarint(long value) {
        putUnsigned(value);
    }

    /** Bytes put so far. */
    int length() {
        return length;
    }

    /** Starts again, with the space it has. */
    void clear() {
        length = 0;
    }

    /** Adds what was put so far to {@code checksum}. */
    void update(Checksum checksum) {
        checksum.update(buffer, 0, length);
    }

    /** What was put so far, perhaps in the very array that this encoder goes on with: nothing may be put afterwards. */
    byte[] toBytes() {
        return length == buffer.length ? buffer : Arrays.copyOf(buffer, length);
    }

    /** What was put so far, as an array of its own. */
    byte[] copy() {
        return Arrays.copyOf(buffer, length);
    }

    private void putUnsigned(long value) {
        reserve(10);
        if ((value & ~0x7FL) == 0) {
            buffer[length++] = (byte) value;
            return;
        }
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[length++] = (byte) rest;
    }

    private void reserve(int bytes) {
        if (buffer.length - length < bytes) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + bytes));
        }
    }
}
