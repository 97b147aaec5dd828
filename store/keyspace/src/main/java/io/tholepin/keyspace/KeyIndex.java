package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Every key that has a version, in key order: an immutable B+tree whose nodes know how many live keys are below them. A
 * change copies the path to one leaf and yields a new index, so a reader keeps whatever index it began with. Counting
 * the live keys of a range costs O(log n).
 *
 * <p>A node has for each of its keys the eight bytes that follow what all of them begin with, so that searching it
 * touches one array and, at its end, one key.
 *
 * <p>"Live" in a node's count means live in the newest state this index was built for; a reader of an older revision
 * counts by visiting.
 */
final class KeyIndex {
    /** Most entries of a leaf and most children of an inner node. */
    private static final int WIDTH_MAX = 64;

    /** A node with fewer is joined with a neighbour when both fit in one. */
    private static final int WIDTH_MIN = 16;

    private static final KeyIndex EMPTY = new KeyIndex(null);

    private final @Nullable Node root;

    private KeyIndex(@Nullable Node root) {
        this.root = root;
    }

    static KeyIndex empty() {
        return EMPTY;
    }

    /** Builds an index of {@code sorted}, which is in key order without duplicates, live as of its newest versions. */
    static KeyIndex of(List<KeyHistory> sorted) {
        List<Node> level = new ArrayList<>();
        int step = WIDTH_MAX * 3 / 4;
        for (int i = 0; i < sorted.size(); i += step) {
            List<KeyHistory> part = sorted.subList(i, Math.min(i + step, sorted.size()));
            level.add(Leaf.of(part.toArray(KeyHistory[]::new)));
        }
        while (level.size() > 1) {
            List<Node> above = new ArrayList<>();
            for (int i = 0; i < level.size(); i += step) {
                above.add(new Inner(
                        level.subList(i, Math.min(i + step, level.size())).toArray(Node[]::new)));
            }
            level = above;
        }
        return level.isEmpty() ? EMPTY : new KeyIndex(level.getFirst());
    }

    /** Number of keys, dead ones included. */
    int size() {
        return root == null ? 0 : root.size;
    }

    @Nullable
    KeyHistory find(Bytes key) {
        Node node = root;
        while (node instanceof Inner inner) {
            node = inner.children[inner.childFor(key)];
        }
        if (!(node instanceof Leaf leaf)) {
            return null;
        }
        int at = leaf.search(key);
        return at < 0 ? null : leaf.entries[at];
    }

    /** With one more key, which is live and was not there. */
    KeyIndex insert(KeyHistory entry) {
        if (root == null) {
            return new KeyIndex(Leaf.of(new KeyHistory[] {entry}));
        }
        Node[] grown = root.insert(entry);
        return new KeyIndex(grown.length == 1 ? grown[0] : new Inner(grown));
    }

    /** With the same keys, after {@code key}, which is there, was created again (1) or deleted (-1). */
    KeyIndex adjustLive(Bytes key, int delta) {
        return new KeyIndex(present().adjustLive(key, delta));
    }

    /** Without {@code key}, which is there and not live. */
    KeyIndex remove(Bytes key) {
        Node rest = present().remove(key);
        while (rest instanceof Inner inner && inner.children.length == 1) {
            rest = inner.children[0];
        }
        return rest == null ? EMPTY : new KeyIndex(rest);
    }

    /** Number of keys in {@code range} that are live in this index's own state, of revision {@code revision}. */
    int liveCount(KeyRange range, long revision) {
        if (range.isSingleKey()) {
            KeyHistory entry = find(range.start());
            return entry == null || entry.live(revision) == null ? 0 : 1;
        }
        if (root == null) {
            return 0;
        }
        int below = range.isOpenEnded() ? root.live : root.liveBelow(range.end(), revision);
        return Math.max(0, below - root.liveBelow(range.start(), revision));
    }

    /**
     * Visits the keys of {@code range} in order until {@code visitor} returns false; false when it did.
     *
     * @param skipDead pass over subtrees without a live key; only for readers of this index's own state
     */
    boolean visit(KeyRange range, boolean skipDead, Predicate<KeyHistory> visitor) {
        if (range.isSingleKey()) {
            KeyHistory entry = find(range.start());
            return entry == null || visitor.test(entry);
        }
        Bytes end = range.isOpenEnded() ? null : range.end();
        return root == null || root.visit(range.start(), end, skipDead, visitor);
    }

    private Node present() {
        if (root == null) {
            throw new IllegalStateException("the index is empty");
        }
        return root;
    }

    /**
     * What tells the keys of a node apart at a glance. Keys with different marks are in the order of their marks; of
     * equal marks the keys decide.
     *
     * @param shared number of bytes that all keys begin with
     * @param of for each key the eight bytes after those, zeros where it ends, as numbers whose signed order is the
     *     unsigned order of the bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // Never changed, never compared.
    private record Marks(int shared, long[] of) {
        private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

        static Marks of(KeyHistory[] entries) {
            int shared = shared(entries[0].key, entries[entries.length - 1].key);
            long[] of = new long[entries.length];
            for (int i = 0; i < of.length; i++) {
                of[i] = mark(entries[i].key, shared);
            }
            return new Marks(shared, of);
        }

        static Marks of(Node[] children) {
            int shared = shared(children[0].first, children[children.length - 1].first);
            long[] of = new long[children.length];
            for (int i = 0; i < of.length; i++) {
                of[i] = mark(children[i].first, shared);
            }
            return new Marks(shared, of);
        }

        /** For {@code entries}, of which the one at {@code at} is new. */
        Marks insert(KeyHistory[] entries, int at) {
            if (shared(entries[0].key, entries[entries.length - 1].key) < shared) {
                return of(entries);
            }
            long[] grown = Arrays.copyOf(of, entries.length);
            System.arraycopy(of, at, grown, at + 1, of.length - at);
            grown[at] = mark(entries[at].key, shared);
            return new Marks(shared, grown);
        }

        /** How many bytes the first and the last key, and so all between them, begin with. */
        private static int shared(Bytes first, Bytes last) {
            int differs = Arrays.mismatch(first.array(), last.array());
            return differs < 0 ? first.length() : differs;
        }

        static long mark(Bytes key, int from) {
            byte[] bytes = key.array();
            long mark = 0;
            if (bytes.length - from >= Long.BYTES) {
                mark = (long) LONGS.get(bytes, from);
            } else {
                for (int i = 0; i < Long.BYTES; i++) {
                    mark = mark << 8 | (from + i < bytes.length ? bytes[from + i] & 0xFF : 0);
                }
            }
            return mark ^ Long.MIN_VALUE;
        }

        /** Below 0 when {@code key} is before every key that begins as {@code first}, above 0 when after, else 0. */
        int sideOf(Bytes first, Bytes key) {
            byte[] bytes = key.array();
            int length = Math.min(shared, bytes.length);
            int order = Arrays.compareUnsigned(bytes, 0, length, first.array(), 0, length);
            return order != 0 || bytes.length >= shared ? order : -1;
        }
    }

    private abstract static sealed class Node permits Leaf, Inner {
        final Bytes first;
        final int size;
        final int live;
        final Marks marks;

        Node(Bytes first, int size, int live, Marks marks) {
            this.first = first;
            this.size = size;
            this.live = live;
            this.marks = marks;
        }

        /** The key of an entry, or the first key of a child. */
        abstract Bytes key(int at);

        /** Index of {@code key}, or -(insertion point) - 1. */
        final int search(Bytes key) {
            int side = marks.sideOf(first, key);
            if (side != 0) {
                return side < 0 ? -1 : -width() - 1;
            }
            long mark = Marks.mark(key, marks.shared);
            int low = 0;
            int high = width() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = Long.compare(marks.of[middle], mark);
                if (order == 0) {
                    order = key(middle).compareTo(key);
                }
                if (order < 0) {
                    low = middle + 1;
                } else if (order > 0) {
                    high = middle - 1;
                } else {
                    return middle;
                }
            }
            return -low - 1;
        }

        /** This with one more entry: one node, or two when it had to be split. */
        abstract Node[] insert(KeyHistory entry);

        abstract Node adjustLive(Bytes key, int delta);

        /** This with one entry less; null when nothing is left. */
        abstract @Nullable Node remove(Bytes key);

        /** Number of live keys smaller than {@code key}. */
        abstract int liveBelow(Bytes key, long revision);

        /** Returns false when the visitor did. */
        abstract boolean visit(Bytes from, @Nullable Bytes to, boolean skipDead, Predicate<KeyHistory> visitor);

        /** Number of entries or children. */
        abstract int width();

        /** This and the right neighbour, which is of the same kind, as one node. */
        abstract Node join(Node right);
    }

    private static final class Leaf extends Node {
        final KeyHistory[] entries;

        private Leaf(KeyHistory[] entries, int live) {
            this(entries, live, Marks.of(entries));
        }

        private Leaf(KeyHistory[] entries, int live, Marks marks) {
            super(entries[0].key, entries.length, live, marks);
            this.entries = entries;
        }

        static Leaf of(KeyHistory[] entries) {
            int live = 0;
            for (KeyHistory entry : entries) {
                live += entry.head().isTombstone() ? 0 : 1;
            }
            return new Leaf(entries, live);
        }

        @Override
        Bytes key(int at) {
            return entries[at].key;
        }

        @Override
        Node[] insert(KeyHistory entry) {
            int at = -search(entry.key) - 1;
            if (at < 0) {
                throw new IllegalStateException("already there: " + entry.key);
            }
            KeyHistory[] grown = new KeyHistory[entries.length + 1];
            System.arraycopy(entries, 0, grown, 0, at);
            grown[at] = entry;
            System.arraycopy(entries, at, grown, at + 1, entries.length - at);
            if (grown.length <= WIDTH_MAX) {
                return new Node[] {new Leaf(grown, live + 1, marks.insert(grown, at))};
            }
            // Keys often arrive in ascending order; splitting at the end then leaves full leaves behind.
            int cut = at == grown.length - 1 ? grown.length - 1 : grown.length / 2;
            return new Node[] {Leaf.of(Arrays.copyOf(grown, cut)), Leaf.of(Arrays.copyOfRange(grown, cut, grown.length))
            };
        }

        @Override
        Node adjustLive(Bytes key, int delta) {
            return new Leaf(entries, live + delta, marks);
        }

        @Override
        @Nullable
        Node remove(Bytes key) {
            int at = search(key);
            if (at < 0) {
                throw new IllegalStateException("not there: " + key);
            }
            if (entries.length == 1) {
                return null;
            }
            KeyHistory[] rest = new KeyHistory[entries.length - 1];
            System.arraycopy(entries, 0, rest, 0, at);
            System.arraycopy(entries, at + 1, rest, at, rest.length - at);
            return new Leaf(rest, live);
        }

        @Override
        int liveBelow(Bytes key, long revision) {
            int at = search(key);
            int end = at < 0 ? -at - 1 : at;
            if (end == entries.length) {
                return live;
            }
            int count = 0;
            for (int i = 0; i < end; i++) {
                count += entries[i].live(revision) == null ? 0 : 1;
            }
            return count;
        }

        @Override
        boolean visit(Bytes from, @Nullable Bytes to, boolean skipDead, Predicate<KeyHistory> visitor) {
            int at = search(from);
            for (int i = at < 0 ? -at - 1 : at; i < entries.length; i++) {
                if (to != null && entries[i].key.compareTo(to) >= 0) {
                    return false;
                }
                if (!visitor.test(entries[i])) {
                    return false;
                }
            }
            return true;
        }

        @Override
        int width() {
            return entries.length;
        }

        @Override
        Node join(Node right) {
            Leaf other = (Leaf) right;
            KeyHistory[] joined = Arrays.copyOf(entries, entries.length + other.entries.length);
            System.arraycopy(other.entries, 0, joined, entries.length, other.entries.length);
            return new Leaf(joined, live + other.live);
        }
    }

    private static final class Inner extends Node {
        final Node[] children;

        Inner(Node[] children) {
            this(children, sizeOf(children), liveOf(children), Marks.of(children));
        }

        private Inner(Node[] children, int size, int live, Marks marks) {
            super(children[0].first, size, live, marks);
            this.children = children;
        }

        @Override
        Bytes key(int at) {
            return children[at].first;
        }

        private static int sizeOf(Node[] children) {
            int size = 0;
            for (Node child : children) {
                size += child.size;
            }
            return size;
        }

        private static int liveOf(Node[] children) {
            int live = 0;
            for (Node child : children) {
                live += child.live;
            }
            return live;
        }

        /** The last child whose first key is not above {@code key}; the first one when all are. */
        int childFor(Bytes key) {
            int at = search(key);
            return at >= 0 ? at : Math.max(0, -at - 2);
        }

        @Override
        Node[] insert(KeyHistory entry) {
            int at = childFor(entry.key);
            Node[] grown = children[at].insert(entry);
            if (grown.length == 1) {
                return new Node[] {replace(at, grown[0])};
            }
            Node[] all = new Node[children.length + 1];
            System.arraycopy(children, 0, all, 0, at);
            all[at] = grown[0];
            all[at + 1] = grown[1];
            System.arraycopy(children, at + 1, all, at + 2, children.length - at - 1);
            if (all.length <= WIDTH_MAX) {
                return new Node[] {new Inner(all)};
            }
            int cut = at == children.length - 1 ? all.length - 1 : all.length / 2;
            return new Node[] {new Inner(Arrays.copyOf(all, cut)), new Inner(Arrays.copyOfRange(all, cut, all.length))};
        }

        @Override
        Node adjustLive(Bytes key, int delta) {
            int at = childFor(key);
            return replace(at, children[at].adjustLive(key, delta));
        }

        @Override
        @Nullable
        Node remove(Bytes key) {
            int at = childFor(key);
            Node rest = children[at].remove(key);
            if (rest == null) {
                return children.length == 1 ? null : without(at, children);
            }
            if (rest.width() < WIDTH_MIN) {
                int left = at + 1 < children.length ? at : at - 1;
                Node first = left == at ? rest : left < 0 ? null : children[left];
                Node second = left < 0 ? null : left == at ? children[at + 1] : rest;
                if (first != null && second != null && first.width() + second.width() <= WIDTH_MAX) {
                    Node[] joined = children.clone();
                    joined[left] = first.join(second);
                    return without(left + 1, joined);
                }
            }
            return replace(at, rest);
        }

        @Override
        int liveBelow(Bytes key, long revision) {
            int at = childFor(key);
            int count = children[at].liveBelow(key, revision);
            for (int i = 0; i < at; i++) {
                count += children[i].live;
            }
            return count;
        }

        @Override
        boolean visit(Bytes from, @Nullable Bytes to, boolean skipDead, Predicate<KeyHistory> visitor) {
            for (int i = childFor(from); i < children.length; i++) {
                if (skipDead && children[i].live == 0) {
                    continue;
                }
                if (!children[i].visit(from, to, skipDead, visitor)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        int width() {
            return children.length;
        }

        @Override
        Node join(Node right) {
            Inner other = (Inner) right;
            Node[] joined = Arrays.copyOf(children, children.length + other.children.length);
            System.arraycopy(other.children, 0, joined, children.length, other.children.length);
            return new Inner(joined);
        }

        private Inner replace(int at, Node child) {
            Node[] copy = children.clone();
            Node before = copy[at];
            copy[at] = child;
            return new Inner(
                    copy,
                    size + child.size - before.size,
                    live + child.live - before.live,
                    child.first.equals(before.first) ? marks : Marks.of(copy));
        }

        private static Inner without(int at, Node[] from) {
            Node[] rest = new Node[from.length - 1];
            System.arraycopy(from, 0, rest, 0, at);
            System.arraycopy(from, at + 1, rest, at, rest.length - at);
            return new Inner(rest);
        }
    }
}
