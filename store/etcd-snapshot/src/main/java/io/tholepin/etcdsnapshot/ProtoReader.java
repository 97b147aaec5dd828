package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the fields of one protobuf message: {@link #next}, {@link #field}, then one of the readers or nothing,
 * which skips it. Never reads beyond the message.
 */
final class ProtoReader {
    /** A value larger than this is taken for damage. etcd refuses requests above 1.5 MiB unless told otherwise. */
    static final int VALUE_BYTES_MAX = 1 << 28;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final String where;
    private final MemorySegment message;
    private long position;
    private int field;
    private int wire;
    private long number;
    private MemorySegment content = MemorySegment.NULL;

    /** Reads {@code message}, which messages call {@code where}. */
    ProtoReader(String where, MemorySegment message) {
        this.where = where;
        this.message = message;
    }

    /** Steps to the next field; false at the end. */
    boolean next() throws IOException {
        if (position == message.byteSize()) {
            return false;
        }
        long tag = readVarint();
        wire = (int) (tag & 7);
        field = (int) (tag >>> 3);
        if (tag >>> 3 == 0 || tag >>> 3 > 0x1FFFFFFF) {
            throw BoltFormat.corrupt(where, "field number", tag >>> 3, "1..536870911");
        }
        switch (wire) {
            case VARINT -> number = readVarint();
            case FIXED64 -> take(Long.BYTES);
            case LENGTH -> take(readVarint());
            case FIXED32 -> take(Integer.BYTES);
            default -> throw BoltFormat.corrupt(where, "wire type of field " + field, wire, "0, 1, 2 or 5");
        }
        return true;
    }

    /** Number of the field. */
    int field() {
        return field;
    }

    /** The field as a number. */
    long number() throws IOException {
        expect(VARINT);
        return number;
    }

    /** The field as bytes, a copy. */
    byte[] bytes() throws IOException {
        expect(LENGTH);
        if (content.byteSize() > VALUE_BYTES_MAX) {
            throw BoltFormat.corrupt(where, "bytes of field " + field, content.byteSize(), "<= " + VALUE_BYTES_MAX);
        }
        return content.toArray(ValueLayout.JAVA_BYTE);
    }

    /** The field as text. */
    String text() throws IOException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /** The field as a message. */
    ProtoReader message() throws IOException {
        expect(LENGTH);
        return new ProtoReader(where, content);
    }

    private void expect(int expected) throws IOException {
        if (wire != expected) {
            throw BoltFormat.corrupt(where, "wire type of field " + field, wire, expected);
        }
    }

    private void take(long bytes) throws IOException {
        if (bytes < 0 || bytes > message.byteSize() - position) {
            throw BoltFormat.corrupt(where, "bytes of field " + field, bytes, "<= " + (message.byteSize() - position));
        }
        content = message.asSlice(position, bytes);
        position += bytes;
    }

    private long readVarint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (position == message.byteSize()) {
                throw BoltFormat.corrupt(where, "varint ends at", position, "a byte below 0x80");
            }
            byte next = message.get(ValueLayout.JAVA_BYTE, position++);
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw BoltFormat.corrupt(where, "varint", "longer than 10 bytes", "at most 10");
    }
}
