package io.tholepin.replica;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How entries lie in a segment of a {@link SegmentLog}: a head and the entry's bytes, each record at a multiple of
 * {@link #ALIGNMENT} bytes.
 *
 * <pre>
 * int   MARK
 * int   CRC-32C of the segment's salt, the record's offset and all that follows
 * long  index of the entry
 * int   bytes from the start of the append that this record belongs to; 0 for its first
 * int   bytes of the entry
 * int   kind of the entry
 * int   0
 *       the entry, and zeros up to the alignment
 * </pre>
 *
 * The salt is drawn for each segment, so what an earlier use of the file left behind is no record of it, nor is what a
 * client put into a value.
 */
final class LogRecords {
    /** Where records begin, in bytes. */
    static final int ALIGNMENT = 8;

    /** The first four bytes of each record. */
    static final int MARK = 0x7E0C0DED;

    /** Bytes before an entry. */
    static final int HEAD_BYTES = 32;

    private static final int CRC_AT = 4;
    private static final int INDEX_AT = 8;
    private static final int BACK_AT = 16;
    private static final int LENGTH_AT = 20;
    private static final int KIND_AT = 24;

    private LogRecords() {}

    /**
     * What is to be written.
     *
     * @param kind 0 for one that need not be told of when the log is opened
     */
    record Entry(int kind, byte[] bytes) {}

    /**
     * A record that was found.
     *
     * @param offset of its head in the segment
     * @param append offset of the append's first record
     * @param length bytes of the entry
     */
    record Found(int offset, int append, long index, int length, int kind) {
        int entryOffset() {
            return offset + HEAD_BYTES;
        }

        int end() {
            return offset + LogRecords.bytes(length);
        }
    }

    /** What an entry of {@code length} bytes takes. */
    static int bytes(int length) {
        return HEAD_BYTES + length + (-length & ALIGNMENT - 1);
    }

    /** What all of {@code entries} take. */
    static long bytes(List<Entry> entries) {
        long sum = 0;
        for (Entry entry : entries) {
            sum += bytes(entry.bytes.length);
        }
        return sum;
    }

    /**
     * Writes {@code entries}, which have consecutive indexes from {@code first}, into {@code target} from its position
     * on, as one append at {@code offset} of the segment.
     */
    static void write(ByteBuffer target, List<Entry> entries, long first, int offset, long salt) {
        int start = target.position();
        for (int i = 0; i < entries.size(); i++) {
            byte[] entry = entries.get(i).bytes;
            int at = target.position();
            target.putInt(MARK).putInt(0).putLong(first + i).putInt(at - start).putInt(entry.length);
            target.putInt(entries.get(i).kind).putInt(0);
            target.put(entry);
            while ((target.position() - start) % ALIGNMENT != 0) {
                target.put((byte) 0);
            }
            target.putInt(at + CRC_AT, crc(target, at, entry.length, offset + at - start, salt));
        }
    }

    /** The record at {@code at} of {@code segment}, which holds the whole file; null when there is none. */
    static @Nullable Found at(ByteBuffer segment, int at, long salt) {
        if (at > segment.limit() - HEAD_BYTES || segment.getInt(at) != MARK) {
            return null;
        }
        int length = segment.getInt(at + LENGTH_AT);
        int back = segment.getInt(at + BACK_AT);
        if (length < 0 || length > segment.limit() - at - HEAD_BYTES || back < 0 || back > at) {
            return null;
        }
        return segment.getInt(at + CRC_AT) == crc(segment, at, length, at, salt)
                ? new Found(at, at - back, segment.getLong(at + INDEX_AT), length, segment.getInt(at + KIND_AT))
                : null;
    }

    private static int crc(ByteBuffer bytes, int at, int length, int offset, long salt) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                .putLong(salt)
                .putInt(offset)
                .flip());
        crc.update(bytes.duplicate().limit(at + HEAD_BYTES + length).position(at + INDEX_AT));
        return (int) crc.getValue();
    }
}
