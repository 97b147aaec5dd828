package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watchers of ranges, found by a key that lies in their range: a treap over the distinct ranges, ordered by start,
 * whose nodes know how far the ranges below them reach. Finding costs O(log n + matches). Not thread-safe.
 */
final class RangeIndex {
    private static final class Node {
        final KeyRange range;
        final int priority;
        final Set<Watcher> watchers = new LinkedHashSet<>();
        /** Largest end below this node, null for "no end". */
        @Nullable
        Bytes reach;

        @Nullable
        Node left;

        @Nullable
        Node right;

        Node(KeyRange range) {
            this.range = range;
            this.priority = mixed(range.hashCode());
            this.reach = end(range);
        }
    }

    private @Nullable Node root;

    void add(KeyRange range, Watcher watcher) {
        Node node = find(range);
        if (node == null) {
            node = new Node(range);
            root = insert(root, node);
        }
        node.watchers.add(watcher);
    }

    void remove(KeyRange range, Watcher watcher) {
        Node node = find(range);
        if (node != null && node.watchers.remove(watcher) && node.watchers.isEmpty()) {
            root = delete(root, range);
        }
    }

    void match(Bytes key, Consumer<Watcher> each) {
        match(root, key, each);
    }

    private static void match(@Nullable Node from, Bytes key, Consumer<Watcher> each) {
        Node node = from;
        while (node != null && (node.reach == null || key.compareTo(node.reach) < 0)) {
            match(node.left, key, each);
            if (key.compareTo(node.range.start()) < 0) {
                return;
            }
            Bytes end = end(node.range);
            if (end == null || key.compareTo(end) < 0) {
                node.watchers.forEach(each);
            }
            node = node.right;
        }
    }

    private @Nullable Node find(KeyRange range) {
        Node node = root;
        while (node != null) {
            int order = compare(range, node.range);
            if (order == 0) {
                return node;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    private static Node insert(@Nullable Node at, Node added) {
        if (at == null) {
            return added;
        }
        if (compare(added.range, at.range) < 0) {
            at.left = insert(at.left, added);
            return settle(at.left.priority > at.priority ? rotateRight(at, at.left) : at);
        }
        at.right = insert(at.right, added);
        return settle(at.right.priority > at.priority ? rotateLeft(at, at.right) : at);
    }

    private static @Nullable Node delete(@Nullable Node at, KeyRange range) {
        if (at == null) {
            return null;
        }
        int order = compare(range, at.range);
        if (order < 0) {
            at.left = delete(at.left, range);
            return settle(at);
        }
        if (order > 0) {
            at.right = delete(at.right, range);
            return settle(at);
        }
        return join(at.left, at.right);
    }

    private static @Nullable Node join(@Nullable Node left, @Nullable Node right) {
        if (left == null) {
            return right;
        }
        if (right == null) {
            return left;
        }
        if (left.priority > right.priority) {
            left.right = join(left.right, right);
            return settle(left);
        }
        right.left = join(left, right.left);
        return settle(right);
    }

    private static Node rotateRight(Node node, Node up) {
        node.left = up.right;
        up.right = settle(node);
        return up;
    }

    private static Node rotateLeft(Node node, Node up) {
        node.right = up.left;
        up.left = settle(node);
        return up;
    }

    private static Node settle(Node node) {
        node.reach = farther(end(node.range), farther(reach(node.left), reach(node.right)));
        return node;
    }

    private static @Nullable Bytes reach(@Nullable Node node) {
        return node == null ? Bytes.EMPTY : node.reach;
    }

    private static @Nullable Bytes farther(@Nullable Bytes one, @Nullable Bytes other) {
        if (one == null || other == null) {
            return null;
        }
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static @Nullable Bytes end(KeyRange range) {
        return range.isOpenEnded() ? null : range.end();
    }

    private static int compare(KeyRange one, KeyRange other) {
        int order = one.start().compareTo(other.start());
        return order != 0 ? order : one.end().compareTo(other.end());
    }

    private static int mixed(int hash) {
        int mixed = hash * 0x9E3779B9;
        mixed ^= mixed >>> 15;
        return mixed * 0x85EBCA6B;
    }
}
