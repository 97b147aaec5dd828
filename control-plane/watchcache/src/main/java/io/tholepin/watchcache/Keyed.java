package io.tholepin.watchcache;

/**
 * What an {@link ObjectTree} holds: something with a key of two parts. A class with fields rather than an interface,
 * because the trees read them in their innermost loops. Immutable.
 */
abstract sealed class Keyed permits CachedObject, ObjectKey, Postings {
    /** First part of the key, empty when there is only one. */
    final String namespace;
    /** Second part of the key. */
    final String name;

    Keyed(String namespace, String name) {
        this.namespace = namespace;
        this.name = name;
    }

    /** Both parts with a slash between them; the second alone when the first is empty. */
    final String treeKey() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
