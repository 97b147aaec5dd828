package io.tholepin.etcdprotocol;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What one watch's listener has yet to hear: handed over one call at a time, in order, on a virtual thread that lives
 * while there is something. Holds a bounded number of bytes. Thread-safe; nothing but the deliveries blocks.
 */
final class WatchMailbox {
    private record Letter(Runnable delivery, long bytes) {}

    private final long bytesMax;
    private final Runnable onFailure;
    private final Deque<Letter> letters = new ArrayDeque<>();
    private long bytes;
    private boolean delivering;
    private boolean closed;

    /**
     * @param bytesMax most bytes that wait, beyond the first letter
     * @param onFailure called once when a delivery throws; nothing is delivered after that
     */
    WatchMailbox(long bytesMax, Runnable onFailure) {
        this.bytesMax = bytesMax;
        this.onFailure = onFailure;
    }

    /** Queues a delivery; false when there is no room for it. */
    synchronized boolean offer(Runnable delivery, long size) {
        if (closed) {
            return true;
        }
        if (!letters.isEmpty() && bytes + size > bytesMax) {
            return false;
        }
        add(delivery, size);
        return true;
    }

    /** Queues the last delivery, whatever waits. */
    synchronized void last(Runnable delivery) {
        if (!closed) {
            add(delivery, 0);
            letters.addLast(new Letter(this::close, 0));
        }
    }

    private void add(Runnable delivery, long size) {
        letters.addLast(new Letter(delivery, size));
        bytes += size;
        if (!delivering) {
            delivering = true;
            Thread.ofVirtual().name("etcd-watch").start(this::deliver);
        }
    }

    private void deliver() {
        for (Letter next = take(); next != null; next = take()) {
            try {
                next.delivery.run();
            } catch (RuntimeException | Error failed) {
                System.getLogger(WatchMailbox.class.getName())
                        .log(System.Logger.Level.WARNING, "a watch's listener failed; the watch is closed", failed);
                close();
                onFailure.run();
            }
        }
    }

    private synchronized @org.jspecify.annotations.Nullable Letter take() {
        Letter next = letters.pollFirst();
        if (next == null) {
            delivering = false;
        } else {
            bytes -= next.bytes;
        }
        return next;
    }

    /** Forgets what waits; nothing is delivered any more, but for a delivery that is under way. */
    synchronized void close() {
        closed = true;
        letters.clear();
        bytes = 0;
    }
}
