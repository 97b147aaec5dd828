package io.tholepin.etcdprotocol;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What the leaders of an election say, one after the other. Whoever is slow to ask misses some of it, never the last.
 * Used by one thread, which blocks. At most one watch is open.
 */
final class Observation implements AutoCloseable {
    private final Access access;
    private final Bytes prefix;

    /** Whether there is a leader whose key is watched. */
    private boolean led;

    private @Nullable Changes changes;

    Observation(Access access, Bytes prefix) {
        this.access = access;
        this.prefix = prefix;
    }

    /** Waits for something new. */
    Proclaimed next() throws InterruptedException, ExecutionException {
        while (true) {
            Proclaimed next = led ? later() : first();
            if (next != null) {
                return next;
            }
        }
    }

    /** The present leader; null, after some waiting, when one may have come. */
    private @Nullable Proclaimed first() throws InterruptedException, ExecutionException {
        RangeRequest oldest = Candidacy.oldest(prefix);
        RangeResult result = access.forRange(oldest.range()).range(oldest).get();
        if (result.kvs().isEmpty()) {
            open(oldest.range(), result.revision() + 1);
            var _ = take();
            close();
            return null;
        }
        KeyValue found = result.kvs().getFirst();
        led = true;
        open(KeyRange.key(found.key()), result.revision() + 1);
        return new Proclaimed(result.revision(), found);
    }

    /** What the leader says next; null when it is gone, or the watch. */
    private @Nullable Proclaimed later() throws InterruptedException {
        Event event = take();
        if (event == null || event.type() == Event.Type.DELETE) {
            led = false;
            close();
            return null;
        }
        return new Proclaimed(event.kv().modRevision(), event.kv());
    }

    private void open(KeyRange range, long fromRevision) {
        Changes opened = new Changes();
        opened.watch = access.forWatch(range).watch(new WatchRequest(range, fromRevision, false, false, false), opened);
        changes = opened;
    }

    private @Nullable Event take() throws InterruptedException {
        Changes open = changes;
        return open == null ? null : open.take();
    }

    @Override
    public void close() {
        Changes open = changes;
        changes = null;
        if (open != null && open.watch != null) {
            open.watch.close();
        }
    }

    /** Something a leader said, and the store's revision with it. */
    record Proclaimed(long revision, KeyValue kv) {}

    /** Changes not yet looked at. Full, or closed, it ends: then the present is read again. */
    private static final class Changes implements WatchListener {
        private static final int WAITING_MAX = 1024;

        private final ArrayDeque<Event> waiting = new ArrayDeque<>();
        private @Nullable Watch watch;
        private boolean ended;
        private @Nullable StoreException cause;

        @Override
        public synchronized void onEvents(long revision, List<Event> events) {
            if (waiting.size() + events.size() > WAITING_MAX) {
                ended = true;
                waiting.clear();
            } else if (!ended) {
                waiting.addAll(events);
            }
            notifyAll();
        }

        @Override
        public void onProgress(long revision) {}

        @Override
        public synchronized void onClosed(StoreException reason) {
            ended = true;
            if (reason.code() != StoreException.Code.COMPACTED && reason.code() != StoreException.Code.SLOW_WATCHER) {
                cause = reason;
            }
            notifyAll();
        }

        /** Waits for a change; null when there will be none. */
        synchronized @Nullable Event take() throws InterruptedException {
            while (waiting.isEmpty() && !ended) {
                wait();
            }
            StoreException reason = cause;
            if (waiting.isEmpty() && reason != null) {
                throw reason;
            }
            return waiting.poll();
        }
    }
}
