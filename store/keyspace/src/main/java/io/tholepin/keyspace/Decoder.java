package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads what {@link Encoder} wrote. Anything that cannot have been written fails as CORRUPT. */
final class Decoder {
    private final byte[] buffer;
    private int position;

    Decoder(byte[] buffer) {
        this.buffer = buffer;
    }

    static StoreException corrupt(String detail) {
        return StoreException.of(StoreException.Code.CORRUPT, detail, null);
    }

    int position() {
        return position;
    }

    int takeByte() {
        need(1);
        return buffer[position++] & 0xFF;
    }

    void expectByte(int expected, String what) {
        int found = takeByte();
        if (found != expected) {
            throw corrupt(what + ": " + found + " (expected: " + expected + ")");
        }
    }

    int takeLength() {
        long value = takeUnsigned();
        if (value < 0 || value > buffer.length - position) {
            throw corrupt("length: " + value + " (expected: <= " + (buffer.length - position) + ")");
        }
        return (int) value;
    }

    /** A small number that is not a length of what follows. */
    int takeInt() {
        return Math.toIntExact(takeUnsigned());
    }

    long takeLong() {
        long value = takeUnsigned();
        return (value >>> 1) ^ -(value & 1);
    }

    long takeFixedLong() {
        need(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = (value << 8) | (buffer[position++] & 0xFF);
        }
        return value;
    }

    int takeFixedInt() {
        need(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = (value << 8) | (buffer[position++] & 0xFF);
        }
        return value;
    }

    Bytes takeBytes() {
        int length = takeLength();
        Bytes bytes = Bytes.wrap(Arrays.copyOfRange(buffer, position, position + length));
        position += length;
        return bytes;
    }

    String takeString() {
        int length = takeLength();
        String text = new String(buffer, position, length, StandardCharsets.UTF_8);
        position += length;
        return text;
    }

    List<String> takeStrings() {
        int count = takeLength();
        List<String> texts = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            texts.add(takeString());
        }
        return texts;
    }

    boolean takeFlag() {
        int flag = takeByte();
        if (flag > 1) {
            throw corrupt("flag: " + flag + " (expected: 0 or 1)");
        }
        return flag == 1;
    }

    <T> T takeOneOf(List<T> values) {
        int ordinal = takeByte();
        if (ordinal >= values.size()) {
            throw corrupt("ordinal: " + ordinal + " (expected: < " + values.size() + ")");
        }
        return values.get(ordinal);
    }

    boolean isAtEnd() {
        return position == buffer.length;
    }

    void expectEnd() {
        if (position != buffer.length) {
            throw corrupt("bytes left over: " + (buffer.length - position));
        }
    }

    private long takeUnsigned() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = takeByte();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw corrupt("varint longer than 10 bytes at " + position);
    }

    private void need(int bytes) {
        if (buffer.length - position < bytes) {
            throw corrupt("ends at " + buffer.length + " (expected: " + bytes + " more after " + position + ")");
        }
    }
}
