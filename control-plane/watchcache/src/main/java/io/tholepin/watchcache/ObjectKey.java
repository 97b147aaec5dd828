package io.tholepin.watchcache;

/** The key of an object without the object: what an index keeps, so that it does not keep old states alive. */
final class ObjectKey extends Keyed {
    ObjectKey(String namespace, String name) {
        super(namespace, name);
    }
}
