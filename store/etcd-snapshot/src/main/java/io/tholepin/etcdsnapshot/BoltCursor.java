package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One walk over a bucket's entries in key order. Ends, whatever the file says: it is on no page twice. */
final class BoltCursor {
    private final BoltBucket bucket;
    private final PageSet visited = new PageSet();
    private final Deque<Branch> branches = new ArrayDeque<>();
    private BoltPage leaf;
    private int index = -1;
    private @Nullable MemorySegment previous;

    BoltCursor(BoltBucket bucket) throws IOException {
        this.bucket = bucket;
        BoltPage root = bucket.root(visited);
        if (root.isLeaf()) {
            leaf = root;
        } else {
            leaf = down(root);
        }
    }

    /** Steps to the next entry; false when there is none. */
    boolean next() throws IOException {
        if (index + 1 < leaf.count()) {
            index++;
            return true;
        }
        if (leaf.count() > 0) {
            previous = leaf.key(leaf.count() - 1);
        }
        while (!branches.isEmpty()) {
            Branch branch = branches.getLast();
            if (++branch.index < branch.page.count()) {
                BoltPage child = bucket.file().page(branch.page.child(branch.index), visited);
                leaf = child.isLeaf() ? filled(child) : down(child);
                checkOrder();
                index = 0;
                return true;
            }
            branches.removeLast();
        }
        return false;
    }

    /** The entry's key, a view. */
    MemorySegment key() {
        return leaf.key(index);
    }

    /** The entry's value, a view. */
    MemorySegment value() {
        return leaf.value(index);
    }

    /** Whether the entry is a bucket. */
    boolean isBucket() {
        return leaf.isBucket(index);
    }

    private BoltPage down(BoltPage from) throws IOException {
        BoltPage page = from;
        while (!page.isLeaf()) {
            if (page.count() == 0) {
                throw BoltFormat.corrupt(page.name(), "elements of a branch", 0, "> 0");
            }
            branches.addLast(new Branch(page));
            page = bucket.file().page(page.child(0), visited);
        }
        return filled(page);
    }

    private static BoltPage filled(BoltPage page) throws IOException {
        if (page.count() == 0) {
            throw BoltFormat.corrupt(page.name(), "elements of a leaf below a branch", 0, "> 0");
        }
        return page;
    }

    private void checkOrder() throws IOException {
        MemorySegment before = previous;
        if (before != null && BoltPage.compare(before, leaf.key(0)) >= 0) {
            throw BoltFormat.corrupt(leaf.name(), "first key", BoltPage.hex(leaf.key(0)), "> " + BoltPage.hex(before));
        }
    }

    /** A branch page on the way down and which of its children the walk is in. */
    private static final class Branch {
        private final BoltPage page;
        private int index;

        Branch(BoltPage page) {
            this.page = page;
        }
    }
}
