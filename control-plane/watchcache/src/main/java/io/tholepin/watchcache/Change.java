package io.tholepin.watchcache;

import io.tholepin.watchcache.CacheEvent.Type;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One change of one object, as the history keeps it. The events made of it are made once and shared by all watchers.
 * Thread-safe.
 */
final class Change {
    /** Heap that a change takes beside the objects: itself, its event, and the tree nodes it made; about. */
    private static final int OVERHEAD_BYTES = 600;
    /** Heap of the tree nodes that a change of one index makes, about. */
    private static final int INDEX_BYTES = 800;

    private final long revision;
    private final @Nullable CachedObject previous;
    private final @Nullable CachedObject object;
    private final IndexedTree after;
    private final long atNanos;
    private @Nullable CacheEvent added;
    private @Nullable CacheEvent modified;
    private @Nullable CacheEvent deleted;

    /**
     * @param previous what was there before, null when nothing was
     * @param object what is there now, null when it was deleted
     * @param after everything as of the end of the revision
     * @param atNanos when the cache saw it
     */
    Change(
            long revision,
            @Nullable CachedObject previous,
            @Nullable CachedObject object,
            IndexedTree after,
            long atNanos) {
        this.revision = revision;
        this.previous = previous;
        this.object = object;
        this.after = after;
        this.atNanos = atNanos;
    }

    long revision() {
        return revision;
    }

    IndexedTree after() {
        return after;
    }

    long atNanos() {
        return atNanos;
    }

    /** Heap that only the history keeps alive for this change, about. */
    long bytes() {
        return OVERHEAD_BYTES
                + (long) INDEX_BYTES * IndexedTree.touched(previous, object)
                + (previous == null ? 0 : previous.json().length);
    }

    /** What was there before, null when nothing was. */
    @Nullable
    CachedObject previous() {
        return previous;
    }

    /** What is there now, null when it was deleted. */
    @Nullable
    CachedObject object() {
        return object;
    }

    /** The object the change is about, in its newest form. */
    CachedObject subject() {
        CachedObject subject = object == null ? previous : object;
        if (subject == null) {
            throw new IllegalStateException("change without an object at revision " + revision);
        }
        return subject;
    }

    /**
     * What a watcher with this selector sees of it; null when neither the old nor the new state matches. Source:
     * contract 1.7, "Selector transitions".
     */
    @Nullable
    CacheEvent seenBy(Predicate<CachedObject> matches) {
        CachedObject now = object != null && matches.test(object) ? object : null;
        CachedObject before = previous != null && matches.test(previous) ? previous : null;
        if (now != null) {
            return before == null ? added(now) : modified(now);
        }
        return before == null ? null : deleted(before);
    }

    private CacheEvent added(CachedObject now) {
        CacheEvent event = added;
        if (event == null) {
            event = new CacheEvent(Type.ADDED, now, revision, false);
            added = event; // a lost race makes an equal event over the same object
        }
        return event;
    }

    private CacheEvent modified(CachedObject now) {
        CacheEvent event = modified;
        if (event == null) {
            event = new CacheEvent(Type.MODIFIED, now, revision, false);
            modified = event; // as above
        }
        return event;
    }

    private synchronized CacheEvent deleted(CachedObject before) {
        CacheEvent event = deleted;
        if (event == null) {
            event = new CacheEvent(Type.DELETED, before.withResourceVersion(revision), revision, false);
            deleted = event;
        }
        return event;
    }
}
