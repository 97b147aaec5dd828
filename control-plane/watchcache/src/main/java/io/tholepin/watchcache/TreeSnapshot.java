package io.tholepin.watchcache;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tree and the revision up to which it is complete. */
record TreeSnapshot(IndexedTree tree, long revision) implements Snapshot {
    @Override
    public @Nullable CachedObject get(String namespace, String name) {
        return tree.get(namespace.isEmpty() ? name : namespace + "/" + name);
    }

    @Override
    public Iterator<CachedObject> iterator(String namespace, String startKey) {
        return tree.objects().iterator(tree.from(namespace, startKey), tree.end(namespace));
    }

    @Override
    public Selected select(Selection selection, String startKey) {
        if (selection.name().isEmpty() || selection.namespace().isEmpty()) {
            return tree.select(selection, startKey);
        }
        CachedObject one = get(selection.namespace(), selection.name());
        return one != null && KeyOrder.compare(one, startKey) >= 0
                ? new Selected(List.of(one).iterator(), selection, "", 1)
                : new Selected(Collections.emptyIterator(), selection, "", 0);
    }

    @Override
    public long count(String namespace) {
        return countFrom(namespace, "");
    }

    @Override
    public long countFrom(String namespace, String startKey) {
        return Math.max(0, tree.end(namespace) - tree.from(namespace, startKey));
    }
}
