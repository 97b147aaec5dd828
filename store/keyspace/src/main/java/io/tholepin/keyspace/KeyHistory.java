package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One key and its versions. Shared by every root of the index, so putting an existing key touches no tree node: a
 * reader of an older root walks past the versions that are too new for it.
 */
final class KeyHistory {
    final Bytes key;
    private volatile Version head;

    KeyHistory(Version first) {
        this.key = first.key;
        this.head = first;
    }

    Version head() {
        return head;
    }

    /** Makes {@code newest} the newest version; its predecessor is already linked. */
    void push(Version newest) {
        head = newest;
    }

    /** The version a reader at {@code revision} sees when it is not a tombstone, else null. */
    @Nullable
    Version live(long revision) {
        Version seen = head.at(revision);
        return seen == null || seen.isTombstone() ? null : seen;
    }
}
