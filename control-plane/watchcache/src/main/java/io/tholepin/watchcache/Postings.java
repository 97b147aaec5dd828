package io.tholepin.watchcache;

/** The keys of all objects that have one value in one index. */
final class Postings extends Keyed {
    private final ObjectTree<ObjectKey> keys;

    /**
     * @param index see {@link Selection.Requirement#index}
     * @param value may be empty
     */
    Postings(String index, String value, ObjectTree<ObjectKey> keys) {
        super(index, value);
        this.keys = keys;
    }

    ObjectTree<ObjectKey> keys() {
        return keys;
    }

    /** The same value with other keys. */
    Postings with(ObjectTree<ObjectKey> others) {
        return new Postings(namespace, name, others);
    }
}
