package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A tree of entries in key order.
 *
 * @param name empty for the bucket of buckets
 * @param rootPage its root; 0 for a small bucket that lives in its parent's entry
 * @param inline that entry's page
 */
record BoltBucket(
        BoltFile file, String name, long rootPage, @Nullable MemorySegment inline) {
    /** The bucket whose header is {@code value}, the value of an entry of its parent. */
    static BoltBucket of(BoltFile file, String name, MemorySegment value) throws IOException {
        if (value.byteSize() < BoltFormat.BUCKET_HEADER_BYTES) {
            throw BoltFormat.corrupt(
                    "bucket " + name, "header bytes", value.byteSize(), ">= " + BoltFormat.BUCKET_HEADER_BYTES);
        }
        long rootPage = value.get(BoltFormat.LONG, 0);
        return new BoltBucket(
                file, name, rootPage, rootPage == 0 ? value.asSlice(BoltFormat.BUCKET_HEADER_BYTES) : null);
    }

    /** A walk over the entries from the first one on. */
    BoltCursor cursor() throws IOException {
        return new BoltCursor(this);
    }

    BoltPage root(PageSet visited) throws IOException {
        return inline == null ? file.page(rootPage, visited) : BoltPage.check("inline page of bucket " + name, inline);
    }

    /** The largest key, null when there are no entries. */
    @Nullable
    MemorySegment lastKey() throws IOException {
        PageSet visited = new PageSet();
        BoltPage page = root(visited);
        while (!page.isLeaf()) {
            if (page.count() == 0) {
                throw BoltFormat.corrupt(page.name(), "elements of a branch", 0, "> 0");
            }
            page = file.page(page.child(page.count() - 1), visited);
        }
        return page.count() == 0 ? null : page.key(page.count() - 1);
    }
}
