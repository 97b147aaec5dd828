package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a bbolt database in one go: buckets in any order one after the other, entries within one in key order, then
 * {@link #finish}. Pages are only appended, the two heads at the front are written last, and no page is free.
 */
final class BoltWriter {
    static final int PAGE_BYTES = 4096;

    private final FileChannel channel;
    private final PageAppender pages;
    /** Headers by name. Names are ASCII, whose text order is the order of their bytes. */
    private final Map<String, byte[]> headers = new TreeMap<>();

    /** Starts at the beginning of an empty file, which stays the caller's. */
    BoltWriter(FileChannel channel) throws IOException {
        this.channel = channel;
        this.pages = new PageAppender(channel);
        pages.put(new byte[2 * PAGE_BYTES]);
    }

    /** Writes one bucket. */
    void bucket(String name, Entries entries) throws IOException {
        BoltTree tree = new BoltTree(pages);
        entries.into(tree);
        if (headers.put(name, tree.finish()) != null) {
            throw new IllegalArgumentException("bucket written twice: " + name);
        }
    }

    /** Writes the bucket of buckets, the list of free pages and the heads. The file ends at a page's end. */
    void finish() throws IOException {
        BoltTree tree = new BoltTree(pages);
        for (Map.Entry<String, byte[]> header : headers.entrySet()) {
            tree.addBucket(header.getKey().getBytes(StandardCharsets.US_ASCII), header.getValue());
        }
        long root = tree.finishRoot();
        long freelist = pages.position() / PAGE_BYTES;
        pages.putLong(freelist);
        pages.putShort(BoltFormat.FREELIST);
        pages.pad(PAGE_BYTES);
        pages.flush();
        long count = pages.position() / PAGE_BYTES;
        ByteBuffer heads = ByteBuffer.allocate(2 * PAGE_BYTES);
        MemorySegment segment = MemorySegment.ofBuffer(heads);
        for (int i = 0; i < 2; i++) {
            segment.set(BoltFormat.LONG, (long) i * PAGE_BYTES, i);
            segment.set(BoltFormat.SHORT, (long) i * PAGE_BYTES + 8, (short) BoltFormat.META);
            new BoltMeta(PAGE_BYTES, root, freelist, count, i).write(segment, (long) i * PAGE_BYTES);
        }
        long position = 0;
        while (heads.hasRemaining()) {
            position += channel.write(heads, position);
        }
    }

    /** Where a bucket's entries come from. */
    @FunctionalInterface
    interface Entries {
        /** Adds every entry, in key order. */
        void into(BoltTree tree) throws IOException;
    }
}
