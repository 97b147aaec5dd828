package io.tholepin.keyspace;

import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One open watch: the hub puts batches in at one end, a delivery thread takes them out at the other and calls the
 * listener. At most one thread delivers at a time. The lock guards the queue and is never held during a call.
 */
final class Watcher implements Watch {
    private static final System.Logger LOG = System.getLogger(Watcher.class.getName());

    /** What waits for the listener; exactly one of the three: events, progress (no events, no cause), the end. */
    private record Delivery(
            long revision, List<Event> events, @Nullable StoreException cause) {}

    private final WatchHub hub;
    private final WatchRequest request;
    private final WatchListener listener;
    private final WatchLimits limits;
    private final long createdRevision;

    // The hub's own, on its serial task only.
    /** First revision that was not matched yet while behind; the start revision while live. */
    long next;
    /** Batch being collected. */
    final List<Event> batch = new ArrayList<>();
    /** Revision that a progress request waits for, 0 for none. */
    long progressTarget;

    private final Object lock = new Object();
    private final ArrayDeque<Delivery> queue = new ArrayDeque<>();
    private int queuedEvents;
    private long queuedBytes;
    private boolean ended;
    private boolean scheduled;
    private boolean paused;
    private volatile boolean closed;

    Watcher(WatchHub hub, WatchRequest request, WatchListener listener, WatchLimits limits, long created) {
        this.hub = hub;
        this.request = request;
        this.listener = listener;
        this.limits = limits;
        this.createdRevision = created;
        this.next = request.startRevision() == 0 ? created + 1 : request.startRevision();
    }

    KeyRange range() {
        return request.range();
    }

    boolean wants(Event event) {
        return event.kv().modRevision() >= next
                && !(event.type() == Event.Type.PUT ? request.skipPuts() : request.skipDeletes());
    }

    boolean wantsPrevious() {
        return request.previous();
    }

    /** Queues a batch; false when the queue was full, which ends the watch. */
    boolean enqueue(long revision, List<Event> events) {
        long bytes = 0;
        for (Event event : events) {
            bytes += bytes(event);
        }
        synchronized (lock) {
            if (ended) {
                return true;
            }
            boolean full = queuedEvents > 0
                    && (queuedEvents + events.size() > limits.queueEventsMax()
                            || queuedBytes + bytes > limits.queueBytesMax());
            if (full) {
                endLocked(StoreException.of(StoreException.Code.SLOW_WATCHER));
                return false;
            }
            queuedEvents += events.size();
            queuedBytes += bytes;
            queue.addLast(new Delivery(revision, events, null));
            schedule();
            return true;
        }
    }

    void enqueueProgress(long revision) {
        synchronized (lock) {
            if (!ended) {
                queue.addLast(new Delivery(revision, List.of(), null));
                schedule();
            }
        }
    }

    /** Ends the watch after what is queued. */
    void end(StoreException cause) {
        synchronized (lock) {
            endLocked(cause);
        }
    }

    /** Whether so much is queued that catching up must wait; the hub is told when there is room again. */
    boolean pauseIfLoaded() {
        synchronized (lock) {
            paused = queuedEvents * 2L > limits.queueEventsMax() || queuedBytes * 2 > limits.queueBytesMax();
            return paused;
        }
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public long createdRevision() {
        return createdRevision;
    }

    @Override
    public void requestProgress() {
        hub.requestProgress(this);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            synchronized (lock) {
                ended = true;
                queue.clear();
            }
            hub.forget(this);
        }
    }

    private void endLocked(StoreException cause) {
        if (!ended) {
            ended = true;
            queue.addLast(new Delivery(0, List.of(), cause));
            schedule();
        }
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            hub.deliver(this);
        }
    }

    /** Calls the listener with what is queued; on a thread of the hub. */
    void deliver() {
        boolean more;
        do {
            deliverQueued();
            synchronized (lock) {
                // The end is told on this thread: the hub takes no more tasks once it has ended everybody.
                more = ended && !queue.isEmpty();
                scheduled = more;
                if (!more && !queue.isEmpty()) {
                    schedule();
                }
            }
        } while (more);
    }

    private void deliverQueued() {
        List<Delivery> batch;
        boolean resume;
        synchronized (lock) {
            batch = List.copyOf(queue);
            queue.clear();
            queuedEvents = 0;
            queuedBytes = 0;
            resume = paused;
            paused = false;
        }
        if (resume) {
            hub.resume(this);
        }
        try {
            call(batch);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "watch of " + request.range().start() + " closed: its listener failed", e);
            close();
        }
    }

    /** Calls the listener, with neighbouring batches as one. */
    private void call(List<Delivery> batch) {
        for (int i = 0; i < batch.size() && !closed; i++) {
            Delivery delivery = batch.get(i);
            if (delivery.cause != null) {
                closed = true;
                listener.onClosed(delivery.cause);
            } else if (delivery.events.isEmpty()) {
                listener.onProgress(delivery.revision);
            } else {
                int last = i;
                while (last + 1 < batch.size() && !batch.get(last + 1).events.isEmpty()) {
                    last++;
                }
                listener.onEvents(batch.get(last).revision, i == last ? delivery.events : joined(batch, i, last));
                i = last;
            }
        }
    }

    private static List<Event> joined(List<Delivery> batch, int from, int to) {
        List<Event> events = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            events.addAll(batch.get(i).events);
        }
        return events;
    }

    private static long bytes(Event event) {
        return event.kv().key().length() + event.kv().value().length();
    }
}
