package io.tholepin.objects;

/**
 * A cursor over protobuf bytes. Every length is checked against the end of what encloses it.
 *
 * <p>Own code rather than the protobuf runtime's: the JSON writer copies strings from the wire without making them, so
 * it needs positions, not values.
 */
final class WireReader {
    final byte[] bytes;
    int position;

    WireReader(byte[] bytes) {
        this.bytes = bytes;
    }

    static IllegalArgumentException malformed(String what) {
        return new IllegalArgumentException("protobuf: " + what);
    }

    /** A tag, or an error when its field number is 0. */
    int tag(int end) {
        long tag = varint(end);
        if (tag >>> 3 == 0 || tag >>> 32 != 0) {
            throw malformed("illegal tag " + tag);
        }
        return (int) tag;
    }

    long varint(int end) {
        if (position < end && bytes[position] >= 0) {
            return bytes[position++];
        }
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position >= end) {
                throw malformed("unexpected end");
            }
            byte next = bytes[position++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("integer overflow");
    }

    /** Reads a length and returns where it ends; the cursor stands at its beginning. */
    int lengthEnd(int end) {
        long length = varint(end);
        if (length < 0 || length > end - position) {
            throw malformed("length " + length + " (expected: at most " + (end - position) + ")");
        }
        return position + (int) length;
    }

    double fixed64(int end) {
        if (end - position < 8) {
            throw malformed("unexpected end");
        }
        long bits = 0;
        for (int i = 7; i >= 0; i--) {
            bits = bits << 8 | bytes[position + i] & 0xff;
        }
        position += 8;
        return Double.longBitsToDouble(bits);
    }

    /** Steps over the value behind a tag. */
    void skip(int tag, int end) {
        switch (tag & 7) {
            case 0 -> varint(end);
            case 1 -> fixed64(end);
            case 2 -> position = lengthEnd(end);
            case 5 -> {
                if (end - position < 4) {
                    throw malformed("unexpected end");
                }
                position += 4;
            }
            default -> throw malformed("wire type " + (tag & 7));
        }
    }
}
