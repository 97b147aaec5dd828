package io.tholepin.kv;

import org.jspecify.annotations.Nullable;

/**
 * One change of one key.
 *
 * @param kv after a put the complete pair; after a delete only key and modRevision (the deletion's revision)
 * @param previous the pair before, when the watch asked for it and it existed
 */
public record Event(Type type, KeyValue kv, @Nullable KeyValue previous) {
    /** Kind of change. */
    public enum Type {
        PUT,
        DELETE
    }
}
