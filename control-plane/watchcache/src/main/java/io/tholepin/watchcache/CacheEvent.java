package io.tholepin.watchcache;

import org.jspecify.annotations.Nullable;

/**
 * What a watcher is told, already translated by its selection (an object that stops matching is DELETED, one that
 * starts matching is ADDED). The object of a DELETED event is the last state that matched, with the deletion's revision
 * as its resourceVersion, also inside its JSON.
 *
 * @param object null for a BOOKMARK
 * @param revision revision of the change, or of the bookmark
 * @param initialEventsEnd on a BOOKMARK: everything that existed at the beginning has been sent
 */
public record CacheEvent(Type type, @Nullable CachedObject object, long revision, boolean initialEventsEnd) {
    /** Kind of event. */
    public enum Type {
        ADDED,
        MODIFIED,
        DELETED,
        BOOKMARK
    }
}
