package io.tholepin.watchcache;

import io.tholepin.watchcache.WatchCache.TooOldException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One resource's states and changes from one fill on: the part of the cache that does no input or output, starts no
 * thread and reads no clock. One thread at a time applies changes ({@link #apply}, {@link #advance}, {@link #trim});
 * any thread reads and watches.
 */
final class Timeline {
    private final CacheSettings settings;
    private final CacheCounters counters;
    private final Object lock = new Object();
    private final History history;
    private final WatcherIndex watchers;
    private @Nullable String ended;
    private volatile TreeSnapshot latest;
    private volatile long dispatched;

    /** Begins with the complete state at a revision. */
    Timeline(IndexedTree tree, long revision, CacheSettings settings, CacheCounters counters) {
        this.settings = settings;
        this.counters = counters;
        this.watchers = new WatcherIndex(tree.fields());
        this.history = new History(tree, revision, settings, counters);
        this.latest = new TreeSnapshot(tree, revision);
        this.dispatched = revision;
    }

    /** A new state of one object, or its deletion when {@code object} is null. */
    record Edit(String key, @Nullable CachedObject object) {}

    CacheSettings settings() {
        return settings;
    }

    CacheCounters counters() {
        return counters;
    }

    /** The newest state. */
    TreeSnapshot latest() {
        return latest;
    }

    /** Every live watcher was offered every change up to here. */
    long dispatched() {
        return dispatched;
    }

    /** Applies all changes of one revision, which is later than everything before: next state, history, watchers. */
    void apply(long revision, List<Edit> edits, long nowNanos) {
        TreeSnapshot before = latest;
        if (revision <= before.revision()) {
            throw new IllegalStateException(
                    "change at revision " + revision + " (expected: after " + before.revision() + ")");
        }
        List<@Nullable CachedObject> previous = new ArrayList<>(edits.size());
        IndexedTree tree = before.tree();
        for (Edit edit : edits) {
            CachedObject old = tree.get(edit.key);
            if (edit.object == null && old == null) {
                throw new IllegalStateException("deletion of unknown " + edit.key + " at revision " + revision);
            }
            previous.add(old);
            tree = edit.object == null ? tree.without(edit.key) : tree.with(edit.object);
        }
        synchronized (lock) {
            long position = history.next();
            for (int i = 0; i < edits.size(); i++) {
                history.append(new Change(revision, previous.get(i), edits.get(i).object, tree, nowNanos));
            }
            latest = new TreeSnapshot(tree, revision);
            for (; position < history.next(); position++) {
                dispatch(history.at(position), position);
            }
            history.trim(nowNanos);
        }
        dispatched = revision;
        counters.received.add(edits.size());
    }

    private void dispatch(Change change, long position) {
        watchers.visit(change, position, watcher -> watcher.offer(change, position));
    }

    /** Nothing else happened up to {@code revision}. */
    void advance(long revision) {
        TreeSnapshot before = latest;
        if (revision > before.revision()) {
            synchronized (lock) {
                latest = new TreeSnapshot(before.tree(), revision);
            }
            dispatched = revision;
        }
    }

    /** Forgets what has become too old. */
    void trim(long nowNanos) {
        synchronized (lock) {
            history.trim(nowNanos);
        }
    }

    /** The state at a revision; null when it is no longer known or not reached. */
    @Nullable
    Snapshot exactly(long revision) {
        synchronized (lock) {
            if (revision > latest.revision()) {
                return null;
            }
            IndexedTree tree = history.treeAt(revision);
            return tree == null ? null : new TreeSnapshot(tree, revision);
        }
    }

    /** A watcher of the changes after a revision. */
    Watcher watch(long afterRevision, Selection selection) {
        synchronized (lock) {
            if (afterRevision < history.baseRevision()) {
                throw new TooOldException(afterRevision, history.baseRevision());
            }
            return new Watcher(this, selection, afterRevision, history.after(afterRevision));
        }
    }

    /** A watcher that begins with the objects of a snapshot. */
    Watcher watchFrom(Snapshot snapshot, Selection selection, boolean endBookmark) {
        Watcher watcher = watch(snapshot.revision(), selection);
        watcher.begin(snapshot.select(selection, ""), endBookmark);
        return watcher;
    }

    /** Lets a watcher read on, or makes it live when there is nothing to read. */
    void catchUp(Watcher watcher) {
        synchronized (lock) {
            if (ended != null) {
                watcher.end(ended);
            } else {
                watcher.readOn(history, watchers);
            }
        }
    }

    void leave(Watcher watcher) {
        synchronized (lock) {
            watchers.remove(watcher);
        }
    }

    /** Ends all watchers, now and later. Snapshots stay readable. */
    void end(String reason) {
        List<Watcher> all;
        synchronized (lock) {
            ended = reason;
            all = watchers.clear();
        }
        all.forEach(watcher -> watcher.end(reason));
    }

    /** Number of live watchers. */
    int watchers() {
        synchronized (lock) {
            return watchers.size();
        }
    }

    /** Number of changes kept. */
    int historySize() {
        synchronized (lock) {
            return history.size();
        }
    }

    /** Number of changes there is room for. */
    int capacity() {
        synchronized (lock) {
            return history.capacity();
        }
    }

    /** The oldest revision a watch may start after. */
    long oldest() {
        synchronized (lock) {
            return history.baseRevision();
        }
    }
}
