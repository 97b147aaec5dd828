package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The numbers of the bbolt file format, version 2. A page is a header (id 8 bytes, flags 2, count 2, overflow 4) and
 * elements of 16 bytes each that say where, counted from themselves, their key and value are. All numbers are little
 * endian: bbolt writes the machine's own order and we read what common machines write. Source: bbolt internal/common.
 */
final class BoltFormat {
    static final int MAGIC = 0xED0CDAED;
    static final int VERSION = 2;

    static final int PAGE_HEADER_BYTES = 16;
    static final int ELEMENT_BYTES = 16;
    static final int BUCKET_HEADER_BYTES = 16;
    static final int META_BYTES = 64;

    static final int PAGE_BYTES_MIN = 1 << 10;
    static final int PAGE_BYTES_MAX = 1 << 24;

    static final int BRANCH = 0x01;
    static final int LEAF = 0x02;
    static final int META = 0x04;
    static final int FREELIST = 0x10;

    /** Flag of a leaf element whose value is the header of a bucket. */
    static final int BUCKET_ELEMENT = 0x01;

    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private BoltFormat() {}

    /** A file that is not what it should be: where, what was found, what was expected. */
    static IOException corrupt(String where, String what, Object found, Object expected) {
        return new IOException(where + ": " + what + ": " + found + " (expected: " + expected + ")");
    }
}
