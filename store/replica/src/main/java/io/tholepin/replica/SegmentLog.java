package io.tholepin.replica;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A log of entries with consecutive indexes, in files that are filled with zeros ahead and used again: an append is one
 * write and one fsync that has no length to write down.
 *
 * <p>After a crash: everything whose append had returned is there. Of an append under way there may be a first part.
 * What was cut short is told from damage: each record knows where its append began, and a later append only began when
 * those before were on disk. So a valid record of a later append behind an invalid record means damage, and the log is
 * refused ({@link LogSegment#load}).
 *
 * <p>Dropping the end is a new segment whose head says from where on the earlier ones are void, so it happens at once
 * or not at all; and what is void can never come back, because nothing is appended behind it.
 *
 * <p>One thread appends and drops; any may read. Bounds: a segment takes {@code segmentBytesMax}, or a single append;
 * {@link #SPARE_MAX} files wait to be used again. Source of the idea of preallocated files that are recycled: etcd's
 * wal package.
 */
final class SegmentLog implements AutoCloseable {
    /** Size at which the next segment begins, by default. */
    static final int SEGMENT_BYTES_MAX = 16 << 20;

    /** Most files that are kept to be used again. */
    static final int SPARE_MAX = 2;

    private static final int SCRATCH_BYTES_KEPT = 2 << 20;
    private static final Pattern SEGMENT = Pattern.compile("([0-9a-f]{16})\\.log");
    private static final String SPARE = ".spare";

    private final Path folder;
    private final boolean sync;
    private final int segmentBytesMax;
    private final SecureRandom random = new SecureRandom();
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final List<LogSegment> segments = new ArrayList<>();
    private final ArrayDeque<Path> spare = new ArrayDeque<>();
    private ByteBuffer scratch = ByteBuffer.allocateDirect(64 << 10);
    private boolean torn;

    private SegmentLog(Path folder, boolean sync, int segmentBytesMax) {
        this.folder = folder;
        this.sync = sync;
        this.segmentBytesMax = segmentBytesMax;
    }

    /**
     * Opens the log in {@code folder}, which is made when it is missing; the first entry of a new one is 1.
     *
     * @param sync whether an append waits for the disk
     * @param visitor told, in order, of the entries whose kind is not 0
     * @throws IOException also when the log is damaged
     */
    static SegmentLog open(Path folder, boolean sync, int segmentBytesMax, LogSegment.Visitor visitor)
            throws IOException {
        DataFolder.create(folder);
        SegmentLog log = new SegmentLog(folder, sync, segmentBytesMax);
        try {
            log.load(visitor);
        } catch (IOException | RuntimeException failed) {
            log.close();
            throw failed;
        }
        return log;
    }

    private void load(LogSegment.Visitor visitor) throws IOException {
        findFiles();
        List<LogSegment> found = List.copyOf(segments);
        // What a later segment says is void is not told.
        long[] ends = new long[found.size()];
        long end = Long.MAX_VALUE;
        for (int i = found.size() - 1; i >= 0; i--) {
            ends[i] = end;
            end = Math.min(end, found.get(i).first());
        }
        for (int i = 0; i < found.size(); i++) {
            long known = ends[i];
            torn = found.get(i).load((index, bytes) -> {
                if (index < known) {
                    visitor.entry(index, bytes);
                }
            });
            if (i + 1 < found.size() && found.get(i).next() < known) {
                throw new IOException("the log is damaged: " + found.get(i).file() + " ends before entry "
                        + found.get(i).next() + " (expected: " + known + ", with which the next file begins)");
            }
        }
    }

    private void findFiles() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            Matcher segment = SEGMENT.matcher(name);
            if (segment.matches()) {
                LogSegment opened = LogSegment.open(file, Long.parseUnsignedLong(segment.group(1), 16));
                if (opened == null) {
                    Files.delete(file);
                    continue;
                }
                boolean gap = !segments.isEmpty()
                        && segments.getLast().head().number() + 1
                                != opened.head().number();
                if (opened.head().restart() || gap) {
                    // Left of a removal that the crash cut short; when it was not, the engine misses entries and says
                    // so.
                    retire(segments.size());
                }
                segments.add(opened);
            } else if (name.endsWith(SPARE)) {
                spare.add(file);
            } else if (name.endsWith(".new")) {
                Files.delete(file);
            } else {
                throw new IOException("unknown file " + file + " (expected: nothing but the log)");
            }
        }
    }

    /** Index of the first entry, or of the next when there is none. */
    long first() {
        lock.readLock().lock();
        try {
            return segments.isEmpty() ? 1 : segments.getFirst().first();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Index that the next entry gets. */
    long next() {
        lock.readLock().lock();
        try {
            return segments.isEmpty() ? 1 : segments.getLast().next();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Appends {@code entries}, in one write and one fsync. After a failure nothing may be appended any more. */
    void append(List<LogRecords.Entry> entries) throws IOException {
        long bytes = LogRecords.bytes(entries);
        if (bytes > Integer.MAX_VALUE - segmentBytesMax) {
            throw new IOException("an append of " + bytes + " bytes is too large");
        }
        boolean full = !segments.isEmpty()
                && segments.getLast().end() > LogSegment.HEAD_BYTES
                && segments.getLast().end() + bytes > segmentBytesMax;
        if (segments.isEmpty() || full || torn) {
            begin(next(), false);
        }
        if (scratch.capacity() < bytes) {
            scratch = ByteBuffer.allocateDirect((int) bytes);
        }
        segments.getLast().append(entries, scratch, sync);
        if (scratch.capacity() > SCRATCH_BYTES_KEPT) {
            scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES_KEPT);
        }
    }

    /** The entry {@code index}; empty when it is not, or no longer, in the log. */
    Optional<byte[]> read(long index) throws IOException {
        lock.readLock().lock();
        try {
            for (int i = segments.size() - 1; i >= 0; i--) {
                // The latest that begins at or before the entry: what earlier ones have of it is void.
                LogSegment segment = segments.get(i);
                if (index >= segment.first()) {
                    return index < segment.next() ? Optional.of(segment.read(index)) : Optional.empty();
                }
            }
            return Optional.empty();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Lets go of entries before {@code index}, as far as they fill segments; all when it is behind the last. */
    void dropBefore(long index) throws IOException {
        if (index > next()) {
            restart(index);
            return;
        }
        int whole = 0;
        while (whole + 1 < segments.size() && segments.get(whole + 1).first() <= index) {
            whole++;
        }
        retire(whole);
    }

    /** Lets go of {@code index} and all behind it. */
    void dropFrom(long index) throws IOException {
        if (index < next()) {
            begin(Math.max(index, first()), false);
        }
    }

    /** Lets go of everything; the next entry is {@code index}. */
    void restart(long index) throws IOException {
        begin(index, true);
        retire(segments.size() - 1);
    }

    private void begin(long first, boolean restart) throws IOException {
        long number = segments.isEmpty() ? 1 : segments.getLast().head().number() + 1;
        LogSegment next =
                LogSegment.create(folder, new LogSegment.Head(restart, number, random.nextLong(), first), spare.poll());
        lock.writeLock().lock();
        try {
            segments.add(next);
            torn = false;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Takes the first {@code count} segments out of the log, the oldest first, so that no crash leaves a gap. */
    private void retire(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            LogSegment oldest;
            lock.writeLock().lock();
            try {
                oldest = segments.removeFirst();
                oldest.close();
            } finally {
                lock.writeLock().unlock();
            }
            Path file = oldest.file();
            if (spare.size() < SPARE_MAX && Files.size(file) <= segmentBytesMax + LogSegment.FILL_BYTES) {
                Path kept = file.resolveSibling(file.getFileName() + SPARE);
                Files.move(file, kept);
                spare.add(kept);
            } else {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() throws IOException {
        lock.writeLock().lock();
        try {
            for (LogSegment segment : segments) {
                segment.close();
            }
            segments.clear();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
