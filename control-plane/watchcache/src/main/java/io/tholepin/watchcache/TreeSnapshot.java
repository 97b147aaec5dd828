package io.tholepin.watchcache;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A tree and the revision up to which it is complete. */
record TreeSnapshot(ObjectTree tree, long revision) implements Snapshot {
    @Override
    public @Nullable CachedObject get(String namespace, String name) {
        return tree.get(namespace.isEmpty() ? name : namespace + "/" + name);
    }

    @Override
    public Iterator<CachedObject> iterator(String namespace, String startKey) {
        return tree.iterator(from(namespace, startKey), end(namespace));
    }

    @Override
    public long count(String namespace) {
        return countFrom(namespace, "");
    }

    @Override
    public long countFrom(String namespace, String startKey) {
        return Math.max(0, end(namespace) - from(namespace, startKey));
    }

    private int from(String namespace, String startKey) {
        int start = startKey.isEmpty() ? 0 : tree.rank(startKey);
        return namespace.isEmpty() ? start : Math.max(start, tree.rank(namespace + "/"));
    }

    /** Where the namespace ends: at the first key after all that begin with {@code namespace/}. */
    private int end(String namespace) {
        return namespace.isEmpty() ? tree.size() : tree.rank(namespace + (char) ('/' + 1));
    }
}
