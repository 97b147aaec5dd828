package io.tholepin.watchcache;

import java.time.Duration;

/** Runs tasks one at a time, in the order they came, and knows the time. What runs on it owns the caches' state. */
interface Dispatcher {
    /**
     * Runs a task soon. From any thread; never blocks, never runs it before returning.
     *
     * @return false when it has stopped and the task will not run
     */
    boolean execute(Runnable task);

    /** Runs a task after a delay, unless it stops before. From its own tasks only. */
    void after(Duration delay, Runnable task);

    /** Nanoseconds since some moment; only differences mean something. */
    long nanoTime();
}
