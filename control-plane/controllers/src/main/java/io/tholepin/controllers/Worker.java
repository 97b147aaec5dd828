package io.tholepin.controllers;

import io.tholepin.client.WorkQueue;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** One thread that takes keys from a queue and reconciles them, one at a time. */
final class Worker implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Worker.class.getName());

    private final WorkQueue queue;
    private final Reconciler reconciler;
    private final Thread thread;
    private volatile boolean closed;

    Worker(WorkQueue queue, Reconciler reconciler) {
        this.queue = queue;
        this.reconciler = reconciler;
        thread = Thread.ofVirtual().name(reconciler.name()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            for (String key = queue.take(); !key.isEmpty(); key = queue.take()) {
                work(key);
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "{0} stopped", reconciler.name());
        }
    }

    private void work(String key) throws InterruptedException {
        try {
            if (reconciler.reconcile(key)) {
                queue.done(key);
            } else {
                queue.retry(key);
            }
        } catch (RuntimeException e) {
            // While stopping, calls break off: whatever was under way is taken up by the next start.
            LOG.log(
                    closed ? Level.DEBUG : Level.WARNING,
                    reconciler.name() + ": " + key + ": " + e.getMessage() + "; trying again",
                    e);
            queue.retry(key);
        }
    }

    @Override
    public void close() {
        closed = true;
        queue.close();
        thread.interrupt();
    }
}
