package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.util.BitSet;

/** The pages that a walk has been on: one bit a page. Bounds every walk by the size of the file. */
final class PageSet {
    private final BitSet pages = new BitSet();

    /** Notes {@code count} pages from {@code id} on; refuses when one of them is known already. */
    void add(String name, long id, long count) throws IOException {
        int from = Math.toIntExact(id);
        int to = Math.toIntExact(id + count);
        int known = pages.nextSetBit(from);
        if (known >= 0 && known < to) {
            throw BoltFormat.corrupt(name, "references to page " + known, "more than one", "one");
        }
        pages.set(from, to);
    }
}
