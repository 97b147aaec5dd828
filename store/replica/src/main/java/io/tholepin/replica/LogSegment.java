package io.tholepin.replica;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of a {@link SegmentLog}: a head and then records ({@link LogRecords}), filled with zeros ahead of them, so
 * that syncing a record does not have to write down the file's new length. One thread appends; {@link #read} by any,
 * while nobody closes.
 *
 * <pre>
 * 8 bytes  MAGIC
 * int      format
 * int      1 when what lies in segments before is void, else 0
 * long     number of the segment
 * long     salt of its records
 * long     index of its first entry; what earlier segments have from there on is void
 * int      CRC-32C of all that
 * </pre>
 */
final class LogSegment implements AutoCloseable {
    /** Where the first record begins. */
    static final int HEAD_BYTES = 64;

    /** How far ahead of the records the file is filled, at least. */
    static final int FILL_BYTES = 256 << 10;

    private static final long MAGIC = 0x74686F6C656C6F67L; // "tholelog"
    private static final int FORMAT = 1;
    private static final int CRC_AT = 40;
    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(FILL_BYTES).asReadOnlyBuffer();

    private final Path file;
    private final FileChannel channel;

    /** Not the channel: that would be closed when a thread that reads is interrupted. */
    private final RandomAccessFile reader;

    private final Head head;
    private int[] offsets = new int[64];
    private int[] lengths = new int[64];
    private int count;
    private int end = HEAD_BYTES;
    private long filled;

    private LogSegment(Path file, FileChannel channel, Head head) throws IOException {
        this.file = file;
        this.channel = channel;
        this.head = head;
        this.filled = channel.size();
        this.reader = new RandomAccessFile(file.toFile(), "r");
    }

    /**
     * What the first bytes say.
     *
     * @param restart whether what lies in earlier segments is void
     * @param first index of the first entry
     */
    record Head(boolean restart, long number, long salt, long first) {}

    /**
     * Makes a segment in {@code folder}; it is complete and durable when this returns, or not there.
     *
     * @param used a file that is no longer needed and is made over, or null
     */
    static LogSegment create(Path folder, Head head, @Nullable Path used) throws IOException {
        Path file = folder.resolve("%016x.log".formatted(head.number));
        Path draft = folder.resolve("draft.new");
        Files.deleteIfExists(draft);
        if (used != null) {
            Files.move(used, draft, StandardCopyOption.ATOMIC_MOVE);
        }
        FileChannel channel = open(draft);
        try {
            ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES);
            bytes.putLong(MAGIC).putInt(FORMAT).putInt(head.restart ? 1 : 0);
            bytes.putLong(head.number).putLong(head.salt).putLong(head.first);
            bytes.putInt(crc(bytes.array())).position(0);
            writeFully(channel, bytes, 0);
            fill(channel, channel.size(), FILL_BYTES);
            channel.force(true);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            DataFolder.sync(folder);
            return new LogSegment(file, channel, head);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /** Reads the head of {@code file}; null when it was made over for another number than its name says. */
    static @Nullable LogSegment open(Path file, long number) throws IOException {
        FileChannel channel = open(file);
        ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
            // Until it is whole.
        }
        bytes.flip();
        Head head = null;
        if (bytes.limit() == HEAD_BYTES && bytes.getLong() == MAGIC && bytes.getInt(CRC_AT) == crc(bytes.array())) {
            int format = bytes.getInt();
            if (format != FORMAT) {
                channel.close();
                throw new IOException("format " + format + " of " + file + " (expected: " + FORMAT + ")");
            }
            head = new Head(bytes.getInt() == 1, bytes.getLong(), bytes.getLong(), bytes.getLong());
        }
        if (head == null) {
            channel.close();
            throw new IOException("damaged head of " + file);
        }
        if (head.number != number) {
            channel.close();
            return null;
        }
        return new LogSegment(file, channel, head);
    }

    /**
     * Finds the records.
     *
     * @param visitor told of those whose kind is not 0
     * @return whether something of an append that was cut short lies behind the last of them
     * @throws IOException a record is damaged that was on disk before a later one was written
     */
    boolean load(Visitor visitor) throws IOException {
        // Its memory goes back at once, not when the collector comes by.
        try (Arena arena = Arena.ofConfined()) {
            ByteBuffer whole =
                    arena.allocate(channel.size(), LogRecords.ALIGNMENT).asByteBuffer();
            while (whole.hasRemaining() && channel.read(whole, whole.position()) >= 0) {
                // Until it is whole.
            }
            whole.flip();
            find(whole, visitor);
            return leftover(whole);
        }
    }

    private void find(ByteBuffer whole, Visitor visitor) {
        LogRecords.Found next = LogRecords.at(whole, end, head.salt);
        while (next != null && next.index() == next()) {
            add(next.offset(), next.length());
            end = next.end();
            if (next.kind() != 0) {
                byte[] entry = new byte[next.length()];
                whole.get(next.entryOffset(), entry);
                visitor.entry(next.index(), entry);
            }
            next = LogRecords.at(whole, end, head.salt);
        }
    }

    private boolean leftover(ByteBuffer whole) throws IOException {
        boolean torn = false;
        for (int at = end; at <= whole.limit() - LogRecords.HEAD_BYTES; at += LogRecords.ALIGNMENT) {
            LogRecords.Found later = LogRecords.at(whole, at, head.salt);
            if (later != null) {
                if (later.append() > end) {
                    throw new IOException("the log is damaged: " + file + " has no valid record of entry " + next()
                            + " at byte " + end + ", but one of entry " + later.index() + " at byte " + at
                            + "; restore this member from a snapshot, or remove it and add it anew");
                }
                torn = true;
            }
        }
        return torn;
    }

    /** Told of entries in order. */
    @FunctionalInterface
    interface Visitor {
        void entry(long index, byte[] bytes);
    }

    Head head() {
        return head;
    }

    Path file() {
        return file;
    }

    long first() {
        return head.first;
    }

    /** Index of the entry that would be appended next. */
    synchronized long next() {
        return head.first + count;
    }

    int end() {
        return end;
    }

    /**
     * Writes {@code entries} behind the others and, if {@code sync}, waits until they are on disk.
     *
     * @param scratch room for all of them
     */
    void append(List<LogRecords.Entry> entries, ByteBuffer scratch, boolean sync) throws IOException {
        scratch.clear();
        LogRecords.write(scratch, entries, next(), end, head.salt);
        scratch.flip();
        int bytes = scratch.limit();
        if (end + bytes > filled) {
            filled = fill(channel, filled, end + bytes + FILL_BYTES);
        }
        writeFully(channel, scratch, end);
        if (sync) {
            channel.force(false);
        }
        int at = end;
        synchronized (this) {
            for (LogRecords.Entry entry : entries) {
                add(at, entry.bytes().length);
                at += LogRecords.bytes(entry.bytes().length);
            }
            end = at;
        }
    }

    /** The entry {@code index}, which must be here. */
    synchronized byte[] read(long index) throws IOException {
        int i = Math.toIntExact(index - head.first);
        byte[] bytes = new byte[lengths[i]];
        reader.seek(offsets[i] + LogRecords.HEAD_BYTES);
        reader.readFully(bytes);
        return bytes;
    }

    private void add(int offset, int length) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        offsets[count] = offset;
        lengths[count++] = length;
    }

    /** Writes zeros from byte {@code from} on until the file is at least {@code size} long; returns where they end. */
    private static long fill(FileChannel channel, long from, long size) throws IOException {
        long at = from;
        while (at < size) {
            writeFully(channel, ZEROS.duplicate(), at);
            at += FILL_BYTES;
        }
        return at;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        reader.close();
    }

    private static FileChannel open(Path file) throws IOException {
        return DataFolder.openPrivate(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long begin = at - bytes.position();
        while (bytes.hasRemaining()) {
            channel.write(bytes, begin + bytes.position());
        }
    }

    private static int crc(byte[] head) {
        CRC32C crc = new CRC32C();
        crc.update(head, 0, CRC_AT);
        return (int) crc.getValue();
    }
}
