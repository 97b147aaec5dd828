package io.tholepin.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Keys waiting to be reconciled. A key is in it at most once however often it is added, and is handed to one worker at
 * a time: added while in work, it comes back afterwards. Its size is therefore bounded by the number of distinct keys.
 * Thread-safe.
 */
public final class WorkQueue {
    private static final Duration RETRY_FIRST = Duration.ofMillis(20);
    private static final Duration RETRY_MAX = Duration.ofSeconds(30);

    private record Delayed(String key, long atNanos) {}

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<String> waiting = new LinkedHashSet<>();
    private final Set<String> working = new LinkedHashSet<>();
    private final Set<String> again = new LinkedHashSet<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private final PriorityQueue<Delayed> delayed =
            new PriorityQueue<>((a, b) -> Long.compare(a.atNanos - b.atNanos, 0));
    private boolean closed;

    /**
     * @param nanoTime a monotonic clock in nanoseconds, {@code System::nanoTime} outside tests
     */
    public WorkQueue(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Adds a key unless it waits already. */
    public void add(String key) {
        locked(() -> admit(key));
    }

    private void admit(String key) {
        if (working.contains(key)) {
            again.add(key);
        } else {
            waiting.add(key);
        }
        changed.signal();
    }

    /** Ends work on a key that went well; its failures are forgotten. */
    public void done(String key) {
        locked(() -> {
            failures.remove(key);
            release(key);
        });
    }

    /** Ends work on a key that failed: it comes back after 20 ms, doubling to 30 s with each failure in a row. */
    public void retry(String key) {
        locked(() -> {
            int count = failures.merge(key, 1, Integer::sum);
            long wait = Math.min(RETRY_MAX.toNanos(), RETRY_FIRST.toNanos() << Math.min(count - 1, 20));
            delayed.add(new Delayed(key, nanoTime.getAsLong() + wait));
            release(key);
        });
    }

    private void release(String key) {
        working.remove(key);
        if (again.remove(key)) {
            waiting.add(key);
        }
        changed.signalAll();
    }

    /**
     * The next key, waiting for one; empty when the queue was closed. The caller ends it with {@link #done} or
     * {@link #retry}.
     */
    public String take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                long now = nanoTime.getAsLong();
                while (!delayed.isEmpty() && delayed.peek().atNanos - now <= 0) {
                    admit(delayed.poll().key());
                }
                if (!waiting.isEmpty()) {
                    String key = waiting.iterator().next();
                    waiting.remove(key);
                    working.add(key);
                    return key;
                }
                if (delayed.isEmpty()) {
                    changed.await();
                } else {
                    changed.await(delayed.peek().atNanos - now, TimeUnit.NANOSECONDS);
                }
            }
            return "";
        } finally {
            lock.unlock();
        }
    }

    /** Wakes every worker with an empty key. */
    public void close() {
        locked(() -> {
            closed = true;
            changed.signalAll();
        });
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }
}
