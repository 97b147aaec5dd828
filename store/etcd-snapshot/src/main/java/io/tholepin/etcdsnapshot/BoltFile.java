package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A bbolt database, mapped read-only: its size costs address space and no heap. Whatever is wrong with it is an
 * {@link IOException} that says where. Nobody may shorten the file meanwhile: no process can survive that safely.
 */
final class BoltFile implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment bytes;
    private final BoltMeta meta;

    private BoltFile(Arena arena, MemorySegment bytes, BoltMeta meta) {
        this.arena = arena;
        this.bytes = bytes;
        this.meta = meta;
    }

    /**
     * Opens the database in the first {@code length} bytes of {@code file}.
     */
    static BoltFile open(Path file, long length) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, length, arena);
            return new BoltFile(arena, bytes, newestMeta(bytes));
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static BoltMeta newestMeta(MemorySegment bytes) throws IOException {
        IOException first;
        try {
            return newer(bytes, BoltMeta.read(bytes, 0));
        } catch (IOException e) {
            first = e;
        }
        // Where the second one is depends on the page size, which only the metas know.
        for (long pageBytes = BoltFormat.PAGE_BYTES_MIN; pageBytes <= BoltFormat.PAGE_BYTES_MAX; pageBytes <<= 1) {
            try {
                BoltMeta second = BoltMeta.read(bytes, pageBytes);
                if (second.pageBytes() == pageBytes) {
                    return checked(bytes, second);
                }
            } catch (IOException e) {
                first.addSuppressed(e);
            }
        }
        throw new IOException(
                "not a bbolt database, or both its heads are damaged; the first: " + first.getMessage(), first);
    }

    private static BoltMeta newer(MemorySegment bytes, BoltMeta first) throws IOException {
        BoltMeta second;
        try {
            second = BoltMeta.read(bytes, first.pageBytes());
        } catch (IOException e) {
            return checked(bytes, first);
        }
        return checked(bytes, Long.compareUnsigned(second.txid(), first.txid()) > 0 ? second : first);
    }

    private static BoltMeta checked(MemorySegment bytes, BoltMeta meta) throws IOException {
        long held = bytes.byteSize() / meta.pageBytes();
        if (meta.pages() < 3 || meta.pages() > held) {
            throw BoltFormat.corrupt("meta of transaction " + meta.txid(), "pages", meta.pages(), "3.." + held);
        }
        return meta;
    }

    /** The bucket of buckets. */
    BoltBucket root() {
        return new BoltBucket(this, "", meta.rootPage(), null);
    }

    /** Pages in use, free ones included. */
    long pages() {
        return meta.pages();
    }

    /** Bytes in use, those of free pages included: what etcd calls the total size. */
    long size() {
        return meta.pages() * meta.pageBytes();
    }

    /**
     * The branch or leaf page {@code id}, checked.
     *
     * @param visited gets every page it covers; one that is there already is refused, so nobody walks in circles
     */
    BoltPage page(long id, PageSet visited) throws IOException {
        String name = "page " + Long.toUnsignedString(id);
        if (id < 2 || id >= meta.pages()) {
            throw BoltFormat.corrupt(name, "id", Long.toUnsignedString(id), "2.." + (meta.pages() - 1));
        }
        long offset = id * meta.pageBytes();
        long found = bytes.get(BoltFormat.LONG, offset);
        if (found != id) {
            throw BoltFormat.corrupt(name, "id in its header", Long.toUnsignedString(found), id);
        }
        long overflow = Integer.toUnsignedLong(bytes.get(BoltFormat.INT, offset + 12));
        if (overflow >= meta.pages() - id) {
            throw BoltFormat.corrupt(name, "overflow", overflow, "< " + (meta.pages() - id));
        }
        visited.add(name, id, overflow + 1);
        return BoltPage.check(name, bytes.asSlice(offset, (overflow + 1) * meta.pageBytes()));
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
