package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The head of a database, kept twice, on the pages 0 and 1; the valid one with the higher transaction id counts.
 *
 * @param pageBytes size of a page
 * @param rootPage root of the bucket of buckets
 * @param freelistPage first page of the list of free pages, {@link #NO_FREELIST} when it is not kept
 * @param pages pages in use, free ones included; pages behind them are void
 * @param txid transaction that wrote this
 */
record BoltMeta(int pageBytes, long rootPage, long freelistPage, long pages, long txid) {
    static final long NO_FREELIST = -1;

    private static final int CHECKED_BYTES = 56;
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    /** Reads and checks the meta behind the page header at {@code offset}. */
    static BoltMeta read(MemorySegment file, long offset) throws IOException {
        String where = "meta at byte " + offset;
        long end = offset + BoltFormat.PAGE_HEADER_BYTES + BoltFormat.META_BYTES;
        if (end > file.byteSize()) {
            throw BoltFormat.corrupt(where, "file ends at", file.byteSize(), ">= " + end);
        }
        MemorySegment meta = file.asSlice(offset + BoltFormat.PAGE_HEADER_BYTES, BoltFormat.META_BYTES);
        require(where, "magic", meta.get(BoltFormat.INT, 0), BoltFormat.MAGIC);
        require(where, "version", meta.get(BoltFormat.INT, 4), BoltFormat.VERSION);
        long checksum = checksum(meta);
        if (meta.get(BoltFormat.LONG, CHECKED_BYTES) != checksum) {
            throw BoltFormat.corrupt(
                    where,
                    "checksum",
                    Long.toHexString(meta.get(BoltFormat.LONG, CHECKED_BYTES)),
                    Long.toHexString(checksum));
        }
        int pageBytes = meta.get(BoltFormat.INT, 8);
        if (pageBytes < BoltFormat.PAGE_BYTES_MIN
                || pageBytes > BoltFormat.PAGE_BYTES_MAX
                || Integer.bitCount(pageBytes) != 1) {
            throw BoltFormat.corrupt(where, "page size", pageBytes, "a power of two from 1024 to 16777216");
        }
        return new BoltMeta(
                pageBytes,
                meta.get(BoltFormat.LONG, 16),
                meta.get(BoltFormat.LONG, 32),
                meta.get(BoltFormat.LONG, 40),
                meta.get(BoltFormat.LONG, 48));
    }

    /** Writes this behind the page header at {@code offset}. */
    void write(MemorySegment page, long offset) {
        MemorySegment meta = page.asSlice(offset + BoltFormat.PAGE_HEADER_BYTES, BoltFormat.META_BYTES);
        meta.set(BoltFormat.INT, 0, BoltFormat.MAGIC);
        meta.set(BoltFormat.INT, 4, BoltFormat.VERSION);
        meta.set(BoltFormat.INT, 8, pageBytes);
        meta.set(BoltFormat.LONG, 16, rootPage);
        meta.set(BoltFormat.LONG, 32, freelistPage);
        meta.set(BoltFormat.LONG, 40, pages);
        meta.set(BoltFormat.LONG, 48, txid);
        meta.set(BoltFormat.LONG, CHECKED_BYTES, checksum(meta));
    }

    private static void require(String where, String what, int found, int expected) throws IOException {
        if (found != expected) {
            throw BoltFormat.corrupt(where, what, Integer.toHexString(found), Integer.toHexString(expected));
        }
    }

    /** FNV-1a, 64 bits. */
    private static long checksum(MemorySegment meta) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < CHECKED_BYTES; i++) {
            hash = (hash ^ (meta.get(ValueLayout.JAVA_BYTE, i) & 0xFF)) * FNV_PRIME;
        }
        return hash;
    }
}
