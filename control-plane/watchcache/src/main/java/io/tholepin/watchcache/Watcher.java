package io.tholepin.watchcache;

import io.tholepin.watchcache.CacheEvent.Type;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One watcher of a {@link Timeline}. It <em>catches up</em> at first: its consumer reads the initial objects from a
 * snapshot and then the history, chunk by chunk, at its own pace and without a queue. Once nothing is left to read it
 * is <em>live</em>: the timeline queues what it wants. When its queue is full it is catching up again, from the first
 * change that did not fit. It ends as too slow only when the history has moved past it.
 *
 * <p>Locks: the timeline's before this one's, never the other way round.
 */
final class Watcher implements CacheWatch {
    /** Changes read from the history at once. */
    private static final int CHUNK_EVENTS = 512;
    /** A queue that grew beyond this is dropped once it is empty. */
    private static final int QUEUE_KEPT_EVENTS = 16;

    private static final Change[] NONE = {};

    private final Timeline timeline;
    private final Selection selection;
    private final long floor;
    private final int queueEventsMax;

    // The consumer's own.
    private Iterator<CachedObject> initial = Collections.emptyIterator();
    private boolean endBookmark;
    private Change[] chunk = NONE;
    private int chunkAt;

    // Guarded by the timeline's lock.
    private WatcherIndex.Place @Nullable [] places;
    private long visitedAt = -1;

    // Guarded by this object's monitor.
    private ArrayDeque<CacheEvent> queue = new ArrayDeque<>(1);
    private boolean queueGrew;
    private boolean live;
    private long position;
    private long caughtUpTo;
    private @Nullable String ended;

    /**
     * A watcher of the changes after {@code floor}.
     *
     * @param position of the first change it may want
     */
    Watcher(Timeline timeline, Selection selection, long floor, long position) {
        this.timeline = timeline;
        this.selection = selection;
        this.floor = floor;
        this.position = position;
        this.caughtUpTo = floor;
        this.queueEventsMax = timeline.settings().queueEventsMax();
    }

    /** Sends these, all selected, first, then a bookmark if asked. Before the watcher is handed to its consumer. */
    void begin(Iterator<CachedObject> objects, boolean bookmark) {
        this.initial = objects;
        this.endBookmark = bookmark;
    }

    Selection selection() {
        return selection;
    }

    /** Where it stands in the index, null when it is nowhere. Guarded by the timeline's lock. */
    WatcherIndex.Place @Nullable [] places() {
        return places;
    }

    void places(WatcherIndex.Place @Nullable [] taken) {
        this.places = taken;
    }

    /** Whether this is the first visit for the change at a position. Guarded by the timeline's lock. */
    boolean visit(long at) {
        boolean first = at > visitedAt;
        visitedAt = at;
        return first;
    }

    @Override
    public @Nullable CacheEvent next(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        CacheEvent first = nextInitial();
        if (first != null) {
            return first;
        }
        while (true) {
            CacheEvent event = nextOfChunk();
            if (event != null) {
                return event;
            }
            boolean catchUp;
            synchronized (this) {
                event = poll();
                if (event != null) {
                    return event;
                }
                if (ended != null) {
                    throw new EndedException(ended);
                }
                catchUp = !live;
                if (!catchUp) {
                    long patienceLeft = deadline - System.nanoTime();
                    if (patienceLeft <= 0) {
                        return null;
                    }
                    TimeUnit.NANOSECONDS.timedWait(this, patienceLeft);
                }
            }
            if (catchUp) {
                timeline.catchUp(this);
            }
        }
    }

    private @Nullable CacheEvent nextInitial() {
        if (initial.hasNext()) {
            CachedObject object = initial.next();
            timeline.counters().initial.increment();
            return new CacheEvent(Type.ADDED, object, object.resourceVersion(), false);
        }
        if (endBookmark) {
            endBookmark = false;
            return new CacheEvent(Type.BOOKMARK, null, floor, true);
        }
        initial = Collections.emptyIterator(); // lets go of the snapshot
        return null;
    }

    private @Nullable CacheEvent nextOfChunk() {
        while (chunkAt < chunk.length) {
            Change change = chunk[chunkAt];
            chunk[chunkAt++] = null; // lets go of what the history may forget
            if (change.revision() > floor && selection.inScope(change.subject())) {
                CacheEvent event = change.seenBy(selection.matches());
                if (event != null) {
                    return event;
                }
            }
        }
        chunk = NONE;
        chunkAt = 0;
        return null;
    }

    private @Nullable CacheEvent poll() {
        CacheEvent event = queue.poll();
        if (event == null && queueGrew) {
            queue = new ArrayDeque<>(1);
            queueGrew = false;
        }
        return event;
    }

    /**
     * Queues what this watcher sees of a change; called by the timeline under its lock, in order, for every change
     * that may concern it.
     *
     * @param at position of the change
     * @return false when the watcher is no longer live and must leave the index
     */
    synchronized boolean offer(Change change, long at) {
        if (!live || ended != null) {
            return false;
        }
        if (change.revision() <= floor) {
            return true;
        }
        CacheEvent event;
        try {
            event = change.seenBy(selection.matches());
        } catch (RuntimeException broken) {
            end("selector failed: " + broken);
            return false;
        }
        if (event == null) {
            return true;
        }
        if (queue.size() >= queueEventsMax) {
            live = false;
            position = at;
            caughtUpTo = Math.max(floor, change.revision() - 1);
            return false;
        }
        queue.add(event);
        queueGrew |= queue.size() > QUEUE_KEPT_EVENTS;
        notify();
        return true;
    }

    /** Reads on from the history, or goes live; called by the timeline under its lock, for the consumer. */
    synchronized void readOn(History history, WatcherIndex index) {
        if (ended != null) {
            return;
        }
        if (position < history.first()) {
            if (history.baseRevision() > floor) {
                timeline.counters().terminated.increment();
                end("too slow: changes up to revision " + history.baseRevision() + " are no longer known");
                return;
            }
            position = history.first();
        }
        if (position == history.next()) {
            live = true;
            index.add(this);
            return;
        }
        chunk = history.from(position, CHUNK_EVENTS);
        position += chunk.length;
        // The change after the chunk may be of the same revision as its last one.
        caughtUpTo = Math.max(floor, chunk[chunk.length - 1].revision() - 1);
    }

    /** Ends the watch; what is queued is still delivered. */
    synchronized void end(String reason) {
        if (ended == null) {
            ended = reason;
            live = false;
            notify();
        }
    }

    @Override
    public long progress() {
        if (initial.hasNext() || endBookmark) {
            return 0;
        }
        if (chunkAt < chunk.length) {
            return Math.max(floor, chunk[chunkAt].revision() - 1);
        }
        long dispatched = timeline.dispatched(); // read before the queue: what was dispatched by now is seen in it
        synchronized (this) {
            CacheEvent waiting = queue.peek();
            if (waiting != null) {
                return Math.max(floor, waiting.revision() - 1);
            }
            return live ? Math.max(floor, dispatched) : caughtUpTo;
        }
    }

    @Override
    public void stalled() {
        timeline.counters().terminated.increment();
    }

    @Override
    public void close() {
        timeline.leave(this);
        synchronized (this) {
            end("closed");
            queue.clear();
        }
    }
}
