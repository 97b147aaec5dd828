package io.tholepin.watchcache;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map of elements sorted by key: a B+ tree that knows how many elements lie below each branch. A change
 * makes a new tree that shares all but one path with the old one. Every operation is O(log n); iteration is O(1) a
 * step.
 *
 * <p>Keys are not stored, they are the elements' own; branches keep the shortest strings that separate their children.
 *
 * @param <E> the elements: objects, or what an index keeps
 */
final class ObjectTree<E extends Keyed> {
    /** Most objects of a leaf, and most children of a branch. */
    static final int WIDTH_MAX = 32;
    /** A node smaller than this is joined with a neighbour when both fit in one. */
    private static final int WIDTH_MIN = 12;
    /** How full a tree is built from a sorted list: room for a few more. */
    private static final int WIDTH_BUILT = 28;

    private static final ObjectTree<Keyed> EMPTY = new ObjectTree<>(new Leaf(new Keyed[0]));

    private final Node root;

    private ObjectTree(Node root) {
        this.root = root;
    }

    private sealed interface Grown {}

    private sealed interface Node extends Grown {
        int count();

        int width();
    }

    private record Leaf(Keyed[] objects) implements Node {
        @Override
        public int count() {
            return objects.length;
        }

        @Override
        public int width() {
            return objects.length;
        }
    }

    /**
     * Children in order.
     *
     * @param separators all of child i < separators[i] <= all of child i + 1
     * @param ends number of objects in the children up to and including i
     */
    private record Branch(Node[] children, String[] separators, int[] ends) implements Node {
        static Branch of(Node[] children, String[] separators) {
            int[] ends = new int[children.length];
            int sum = 0;
            for (int i = 0; i < ends.length; i++) {
                sum += children[i].count();
                ends[i] = sum;
            }
            return new Branch(children, separators, ends);
        }

        @Override
        public int count() {
            return ends[ends.length - 1];
        }

        @Override
        public int width() {
            return children.length;
        }

        int childOf(String key) {
            int low = 0;
            int high = separators.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (KeyOrder.compare(separators[middle], key) <= 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        /** Start of child i, counted in objects. */
        int start(int i) {
            return i == 0 ? 0 : ends[i - 1];
        }

        /** The same with another child, sharing what the exchange leaves as it is. */
        Branch with(int i, Node child) {
            Node[] changed = children.clone();
            changed[i] = child;
            return child.count() == children[i].count()
                    ? new Branch(changed, separators, ends)
                    : of(changed, separators);
        }
    }

    /** A node that became too wide. */
    private record Split(Node left, String separator, Node right) implements Grown {}

    /** The tree without elements. */
    @SuppressWarnings("unchecked") // holds none
    static <E extends Keyed> ObjectTree<E> empty() {
        return (ObjectTree<E>) EMPTY;
    }

    /** The tree of elements that are already sorted by key, without repetition. */
    static <E extends Keyed> ObjectTree<E> of(List<E> sorted) {
        if (sorted.isEmpty()) {
            return empty();
        }
        int leaves = (sorted.size() + WIDTH_BUILT - 1) / WIDTH_BUILT;
        Node[] level = new Node[leaves];
        String[] separators = new String[leaves - 1];
        for (int i = 0; i < leaves; i++) {
            int from = (int) ((long) sorted.size() * i / leaves);
            int to = (int) ((long) sorted.size() * (i + 1) / leaves);
            level[i] = new Leaf(sorted.subList(from, to).toArray(Keyed[]::new));
            if (i > 0) {
                separators[i - 1] = KeyOrder.between(
                        sorted.get(from - 1).treeKey(), sorted.get(from).treeKey());
            }
        }
        while (level.length > 1) {
            int branches = (level.length + WIDTH_BUILT - 1) / WIDTH_BUILT;
            Node[] above = new Node[branches];
            String[] aboveSeparators = new String[branches - 1];
            for (int i = 0; i < branches; i++) {
                int from = (int) ((long) level.length * i / branches);
                int to = (int) ((long) level.length * (i + 1) / branches);
                above[i] = Branch.of(Arrays.copyOfRange(level, from, to), Arrays.copyOfRange(separators, from, to - 1));
                if (i > 0) {
                    aboveSeparators[i - 1] = separators[from - 1];
                }
            }
            level = above;
            separators = aboveSeparators;
        }
        return new ObjectTree<>(level[0]);
    }

    /** Number of objects. */
    int size() {
        return root.count();
    }

    /** The object with this key, null when there is none. */
    @SuppressWarnings("unchecked") // only elements of this type come in
    @Nullable
    E get(String key) {
        Node node = root;
        while (node instanceof Branch branch) {
            node = branch.children[branch.childOf(key)];
        }
        Keyed[] objects = ((Leaf) node).objects;
        int i = search(objects, key);
        return i < 0 ? null : (E) objects[i];
    }

    /** Number of objects with a smaller key. */
    int rank(String key) {
        Node node = root;
        int before = 0;
        while (node instanceof Branch branch) {
            int i = branch.childOf(key);
            before += branch.start(i);
            node = branch.children[i];
        }
        int i = search(((Leaf) node).objects, key);
        return before + (i < 0 ? ~i : i);
    }

    /** Index of the object with this key, else the complement of the index where it belongs. */
    private static int search(Keyed[] objects, String key) {
        int low = 0;
        int high = objects.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = KeyOrder.compare(objects[middle], key);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return ~low;
    }

    /** The tree with this object, in place of the one with the same key if there is one. */
    ObjectTree<E> with(E object) {
        return switch (put(root, object.treeKey(), object)) {
            case Node node -> new ObjectTree<>(node);
            case Split split ->
                new ObjectTree<>(Branch.of(new Node[] {split.left, split.right}, new String[] {split.separator}));
        };
    }

    private static Grown put(Node node, String key, Keyed object) {
        return switch (node) {
            case Leaf leaf -> putInLeaf(leaf, key, object);
            case Branch branch -> {
                int i = branch.childOf(key);
                yield switch (put(branch.children[i], key, object)) {
                    case Node child -> branch.with(i, child);
                    case Split split -> splitChild(branch, i, split);
                };
            }
        };
    }

    private static Grown putInLeaf(Leaf leaf, String key, Keyed object) {
        int i = search(leaf.objects, key);
        if (i >= 0) {
            Keyed[] changed = leaf.objects.clone();
            changed[i] = object;
            return new Leaf(changed);
        }
        Keyed[] longer = inserted(leaf.objects, ~i, object);
        if (longer.length <= WIDTH_MAX) {
            return new Leaf(longer);
        }
        int half = longer.length / 2;
        return new Split(
                new Leaf(Arrays.copyOf(longer, half)),
                KeyOrder.between(longer[half - 1].treeKey(), longer[half].treeKey()),
                new Leaf(Arrays.copyOfRange(longer, half, longer.length)));
    }

    private static Grown splitChild(Branch branch, int i, Split split) {
        Node[] children = inserted(branch.children, i + 1, split.right);
        children[i] = split.left;
        String[] separators = inserted(branch.separators, i, split.separator);
        if (children.length <= WIDTH_MAX) {
            return Branch.of(children, separators);
        }
        int half = children.length / 2;
        return new Split(
                Branch.of(Arrays.copyOf(children, half), Arrays.copyOf(separators, half - 1)),
                separators[half - 1],
                Branch.of(
                        Arrays.copyOfRange(children, half, children.length),
                        Arrays.copyOfRange(separators, half, separators.length)));
    }

    /** The tree without the object of this key; this tree itself when there is none. */
    ObjectTree<E> without(String key) {
        if (get(key) == null) {
            return this;
        }
        Node rest = remove(root, key);
        while (rest instanceof Branch branch && branch.children.length == 1) {
            rest = branch.children[0];
        }
        return rest.count() == 0 ? empty() : new ObjectTree<>(rest);
    }

    /** The node without a key that is in it; of width 0 when nothing is left. */
    private static Node remove(Node node, String key) {
        return switch (node) {
            case Leaf leaf -> new Leaf(removed(leaf.objects, search(leaf.objects, key)));
            case Branch branch -> {
                int i = branch.childOf(key);
                yield shrunk(branch, i, remove(branch.children[i], key));
            }
        };
    }

    private static Node shrunk(Branch branch, int i, Node child) {
        if (child.width() == 0) {
            return branch.children.length == 1
                    ? child
                    : Branch.of(
                            removed(branch.children, i),
                            removed(branch.separators, Math.min(i, branch.separators.length - 1)));
        }
        if (child.width() < WIDTH_MIN) {
            if (i + 1 < branch.children.length && child.width() + branch.children[i + 1].width() <= WIDTH_MAX) {
                return joined(branch.with(i, child), i);
            }
            if (i > 0 && child.width() + branch.children[i - 1].width() <= WIDTH_MAX) {
                return joined(branch.with(i, child), i - 1);
            }
        }
        return branch.with(i, child);
    }

    /** The branch with children i and i + 1 made one. */
    private static Branch joined(Branch branch, int i) {
        Node both = join(branch.children[i], branch.separators[i], branch.children[i + 1]);
        Node[] children = removed(branch.children, i + 1);
        children[i] = both;
        return Branch.of(children, removed(branch.separators, i));
    }

    private static Node join(Node left, String separator, Node right) {
        if (left instanceof Leaf(Keyed[] first) && right instanceof Leaf(Keyed[] second)) {
            return new Leaf(concat(first, second));
        }
        Branch first = (Branch) left;
        Branch second = (Branch) right;
        String[] separators = inserted(first.separators, first.separators.length, separator);
        return Branch.of(concat(first.children, second.children), concat(separators, second.separators));
    }

    private static <T> T[] inserted(T[] array, int i, T element) {
        T[] longer = Arrays.copyOf(array, array.length + 1);
        System.arraycopy(array, i, longer, i + 1, array.length - i);
        longer[i] = element;
        return longer;
    }

    private static <T> T[] removed(T[] array, int i) {
        T[] shorter = Arrays.copyOf(array, array.length - 1);
        System.arraycopy(array, i + 1, shorter, i, shorter.length - i);
        return shorter;
    }

    private static <T> T[] concat(T[] first, T[] second) {
        T[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** The objects from position {@code from} (inclusive) to {@code to} (exclusive), in key order. */
    Iterator<E> iterator(int from, int to) {
        return new Walk<>(root, from, Math.min(to, size()));
    }

    /** Goes from leaf to leaf; finds the next leaf by position, once for each leaf. */
    private static final class Walk<E extends Keyed> implements Iterator<E> {
        private final Node root;
        private final int to;
        private int position;
        private Keyed[] leaf = {};
        private int leafAt;

        Walk(Node root, int from, int to) {
            this.root = root;
            this.position = from;
            this.to = to;
        }

        @Override
        public boolean hasNext() {
            return position < to;
        }

        @Override
        @SuppressWarnings("unchecked") // only elements of this type come in
        public E next() {
            if (position >= to) {
                throw new java.util.NoSuchElementException();
            }
            if (leafAt == leaf.length) {
                descend();
            }
            position++;
            return (E) leaf[leafAt++];
        }

        private void descend() {
            Node node = root;
            int rest = position;
            while (node instanceof Branch branch) {
                int i = Arrays.binarySearch(branch.ends, rest + 1);
                int child = i < 0 ? ~i : i;
                rest -= branch.start(child);
                node = branch.children[child];
            }
            leaf = ((Leaf) node).objects;
            leafAt = rest;
        }
    }
}
