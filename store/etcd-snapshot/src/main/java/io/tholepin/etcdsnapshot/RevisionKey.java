package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Key of a version in the bucket {@code key}: revision, underscore, position in the revision, and a {@code t} when the
 * version is a deletion. The order of the bytes is the order of the changes.
 */
record RevisionKey(long main, long sub, boolean tombstone) {
    private static final int BYTES = 17;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    static RevisionKey read(String where, MemorySegment key) throws IOException {
        long length = key.byteSize();
        boolean tombstone = length == BYTES + 1 && key.get(ValueLayout.JAVA_BYTE, BYTES) == 't';
        if ((length != BYTES && !tombstone) || key.get(ValueLayout.JAVA_BYTE, 8) != '_') {
            throw BoltFormat.corrupt(where, "revision", BoltPage.hex(key), "8 bytes, '_', 8 bytes, and 't' or nothing");
        }
        RevisionKey read = new RevisionKey(key.get(LONG, 0), key.get(LONG, 9), tombstone);
        if (read.main < 0 || read.sub < 0) {
            throw BoltFormat.corrupt(where, "revision", read.main + "/" + read.sub, ">= 0");
        }
        return read;
    }

    byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(tombstone ? BYTES + 1 : BYTES);
        bytes.putLong(main).put((byte) '_').putLong(sub);
        if (tombstone) {
            bytes.put((byte) 't');
        }
        return bytes.array();
    }

    boolean isAfter(RevisionKey other) {
        return main != other.main ? main > other.main : sub > other.sub;
    }
}
