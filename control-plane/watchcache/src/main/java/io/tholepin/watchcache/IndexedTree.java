package io.tholepin.watchcache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map of objects sorted by registry key with its indexes: by namespace (the order of the keys), by each
 * label and by some fields. A change makes a new map and leaves the old one as it was.
 *
 * <p><b>Why the indexes are trees of keys.</b> They must answer for the same revision as the objects, also when that
 * revision has passed, so they are persistent like the objects' tree: a snapshot is two references, and there is no
 * lock, no version to compare and no change to undo. They hold keys and not objects, so that a change of an object
 * which leaves its labels and indexed fields alone, as nearly all changes do, leaves the indexes alone, too, and old
 * indexes keep no old objects alive. The price is a look-up in the objects' tree for each result, O(log n). All
 * indexes are one tree of {@link Postings}, sorted by index and value; a value that one object has costs about 80
 * bytes, a value that many share about 5 bytes for each, and each object's key 24 bytes once.
 */
final class IndexedTree {
    /** An index is used when it leaves less than one in so many: a look-up costs about as many steps of a walk. */
    private static final int LOOKUP_STEPS = 6;

    private final IndexedFields fields;
    private final ObjectTree<CachedObject> objects;
    private final ObjectTree<Postings> index;

    private record Term(String index, String value) {
        String key() {
            return index + "/" + value;
        }
    }

    private IndexedTree(IndexedFields fields, ObjectTree<CachedObject> objects, ObjectTree<Postings> index) {
        this.fields = fields;
        this.objects = objects;
        this.index = index;
    }

    /** The map without objects. */
    static IndexedTree empty(IndexedFields fields) {
        return new IndexedTree(fields, ObjectTree.empty(), ObjectTree.empty());
    }

    /** The map of objects that are already sorted by key, without repetition. */
    static IndexedTree of(List<CachedObject> sorted, IndexedFields fields) {
        Map<Term, List<ObjectKey>> keys = new HashMap<>();
        for (CachedObject object : sorted) {
            ObjectKey key = new ObjectKey(object.namespace, object.name);
            object.labels()
                    .forEach((label, value) -> keys.computeIfAbsent(new Term(label, value), t -> new ArrayList<>(1))
                            .add(key));
            for (int i = 0; i < fields.size(); i++) {
                keys.computeIfAbsent(new Term(fields.index(i), fields.value(i, object)), t -> new ArrayList<>(1))
                        .add(key);
            }
        }
        List<Term> terms = new ArrayList<>(keys.keySet());
        terms.sort((left, right) -> KeyOrder.compare(left.key(), right.key()));
        List<Postings> postings = new ArrayList<>(terms.size());
        for (Term term : terms) {
            postings.add(new Postings(term.index, term.value, ObjectTree.of(keys.getOrDefault(term, List.of()))));
        }
        return new IndexedTree(fields, ObjectTree.of(sorted), ObjectTree.of(postings));
    }

    IndexedFields fields() {
        return fields;
    }

    ObjectTree<CachedObject> objects() {
        return objects;
    }

    /** The object with this key, null when there is none. */
    @Nullable
    CachedObject get(String key) {
        return objects.get(key);
    }

    /** The map with this object, in place of the one with the same key if there is one. */
    IndexedTree with(CachedObject object) {
        CachedObject before = objects.get(object.treeKey());
        return new IndexedTree(fields, objects.with(object), changed(before, object));
    }

    /** The map without the object of this key; this map itself when there is none. */
    IndexedTree without(String key) {
        CachedObject before = objects.get(key);
        return before == null ? this : new IndexedTree(fields, objects.without(key), changed(before, null));
    }

    private ObjectTree<Postings> changed(@Nullable CachedObject before, @Nullable CachedObject after) {
        ObjectTree<Postings> changed = index;
        CachedObject either = after == null ? before : after;
        if (either == null) {
            return changed;
        }
        ObjectKey key = new ObjectKey(either.namespace, either.name);
        Map<String, String> was = before == null ? Map.of() : before.labels();
        Map<String, String> is = after == null ? Map.of() : after.labels();
        if (!was.equals(is)) {
            for (Map.Entry<String, String> label : was.entrySet()) {
                if (!label.getValue().equals(is.get(label.getKey()))) {
                    changed = less(changed, label.getKey(), label.getValue(), key);
                }
            }
            for (Map.Entry<String, String> label : is.entrySet()) {
                if (!label.getValue().equals(was.get(label.getKey()))) {
                    changed = more(changed, label.getKey(), label.getValue(), key);
                }
            }
        }
        for (int i = 0; i < fields.size(); i++) {
            String old = before == null ? null : fields.value(i, before);
            String now = after == null ? null : fields.value(i, after);
            if (old != null && !old.equals(now)) {
                changed = less(changed, fields.index(i), old, key);
            }
            if (now != null && !now.equals(old)) {
                changed = more(changed, fields.index(i), now, key);
            }
        }
        return changed;
    }

    private static ObjectTree<Postings> more(ObjectTree<Postings> all, String index, String value, ObjectKey key) {
        Postings old = all.get(new Term(index, value).key());
        ObjectTree<ObjectKey> none = ObjectTree.empty();
        return all.with(
                old == null
                        ? new Postings(index, value, none.with(key))
                        : old.with(old.keys().with(key)));
    }

    private static ObjectTree<Postings> less(ObjectTree<Postings> all, String index, String value, ObjectKey key) {
        String term = new Term(index, value).key();
        Postings old = all.get(term);
        if (old == null) {
            throw new IllegalStateException("index " + term + " does not know " + key.treeKey());
        }
        ObjectTree<ObjectKey> left = old.keys().without(key.treeKey());
        return left.size() == 0 ? all.without(term) : all.with(old.with(left));
    }

    /** How many entries of indexes a change touches. */
    static int touched(@Nullable CachedObject before, @Nullable CachedObject after) {
        if (before != null && after != null) {
            return before.labels().equals(after.labels()) && Arrays.equals(before.fields(), after.fields()) ? 0 : 2;
        }
        CachedObject either = before == null ? after : before;
        return either == null ? 0 : either.labels().size() + 1;
    }

    /** Position of the first object in a namespace (all for the empty one) that is not before {@code startKey}. */
    int from(String namespace, String startKey) {
        return from(objects, namespace, startKey);
    }

    /** Where the namespace ends: at the first key after all that begin with {@code namespace/}. */
    int end(String namespace) {
        return end(objects, namespace);
    }

    private static int from(ObjectTree<?> tree, String namespace, String startKey) {
        int start = startKey.isEmpty() ? 0 : tree.rank(startKey);
        return namespace.isEmpty() ? start : Math.max(start, tree.rank(namespace + "/"));
    }

    private static int end(ObjectTree<?> tree, String namespace) {
        return namespace.isEmpty() ? tree.size() : tree.rank(namespace + (char) ('/' + 1));
    }

    /** Selected objects from a key on, in key order. */
    Selected select(Selection selection, String startKey) {
        String namespace = selection.namespace();
        int from = from(namespace, startKey);
        int scan = end(namespace) - from;
        if (scan <= 0) {
            return new Selected(Collections.emptyIterator(), selection, "", 0);
        }
        Selection.Requirement best = null;
        List<ObjectTree<ObjectKey>> fewest = List.of();
        long least = scan / LOOKUP_STEPS;
        for (Selection.Requirement requirement : selection.requirements()) {
            if (fields.covers(requirement)) {
                List<ObjectTree<ObjectKey>> candidates = postings(requirement);
                long count = 0;
                for (ObjectTree<ObjectKey> keys : candidates) {
                    count += Math.max(0, end(keys, namespace) - from(keys, namespace, startKey));
                }
                if (count <= least) {
                    least = count;
                    best = requirement;
                    fewest = candidates;
                }
            }
        }
        return best == null
                ? new Selected(objects.iterator(from, from + scan), selection, "", scan)
                : new Selected(lookUp(fewest, namespace, startKey), selection, best.title(), least);
    }

    private List<ObjectTree<ObjectKey>> postings(Selection.Requirement requirement) {
        List<ObjectTree<ObjectKey>> all = new ArrayList<>(requirement.values().size());
        for (String value : requirement.values()) {
            Postings postings = index.get(new Term(requirement.index(), value).key());
            if (postings != null) {
                all.add(postings.keys());
            }
        }
        return all;
    }

    private Iterator<CachedObject> lookUp(List<ObjectTree<ObjectKey>> candidates, String namespace, String startKey) {
        List<Iterator<ObjectKey>> sorted = new ArrayList<>(candidates.size());
        for (ObjectTree<ObjectKey> keys : candidates) {
            sorted.add(keys.iterator(from(keys, namespace, startKey), end(keys, namespace)));
        }
        return new LookUp(objects, sorted.size() == 1 ? sorted.getFirst() : new MergedKeys(sorted));
    }

    private record LookUp(ObjectTree<CachedObject> objects, Iterator<ObjectKey> keys)
            implements Iterator<CachedObject> {
        @Override
        public boolean hasNext() {
            return keys.hasNext();
        }

        @Override
        public CachedObject next() {
            String key = keys.next().treeKey();
            CachedObject object = objects.get(key);
            if (object == null) {
                throw new IllegalStateException("an index knows " + key + ", which does not exist");
            }
            return object;
        }
    }
}
