package io.tholepin.etcdsnapshot;

import java.util.Arrays;

/**
 * Appends the fields of one protobuf message the way etcd does, byte for byte: in ascending order, without those that
 * have their default value.
 */
final class ProtoWriter {
    private byte[] buffer;
    private int length;

    ProtoWriter(int capacity) {
        buffer = new byte[capacity];
    }

    /** A number, nothing when it is 0. */
    ProtoWriter number(int field, long value) {
        if (value != 0) {
            varint((long) field << 3);
            varint(value);
        }
        return this;
    }

    /** Bytes or text, nothing when they are empty. */
    ProtoWriter bytes(int field, byte[] value) {
        return value.length == 0 ? this : element(field, value);
    }

    /** One element of a repeated field, or a message that is there though it is empty. */
    ProtoWriter element(int field, byte[] value) {
        varint((long) field << 3 | 2);
        varint(value.length);
        reserve(value.length);
        System.arraycopy(value, 0, buffer, length, value.length);
        length += value.length;
        return this;
    }

    byte[] toBytes() {
        return length == buffer.length ? buffer : Arrays.copyOf(buffer, length);
    }

    private void varint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[length++] = (byte) rest;
    }

    private void reserve(int bytes) {
        if (buffer.length - length < bytes) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, Math.addExact(length, bytes)));
        }
    }
}
