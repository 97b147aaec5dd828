package io.tholepin.watchcache;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A dispatcher whose tasks run when a test says so, under a clock that the test moves. One thread only. */
final class ManualDispatcher implements Dispatcher {
    private record Timer(long due, long order, Runnable task) {}

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::order));
    private long now = 1_000_000_000;
    private long order;

    @Override
    public boolean execute(Runnable task) {
        tasks.add(task);
        return true;
    }

    @Override
    public void after(Duration delay, Runnable task) {
        timers.add(new Timer(now + delay.toNanos(), order++, task));
    }

    @Override
    public long nanoTime() {
        return now;
    }

    /** Runs everything that is due, and what follows from it. */
    void run() {
        while (true) {
            Runnable task = tasks.poll();
            if (task == null && !timers.isEmpty() && timers.peek().due <= now) {
                task = timers.remove().task;
            }
            if (task == null) {
                return;
            }
            task.run();
        }
    }

    /** Runs one task, if there is one. */
    boolean step() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    /** Moves the clock, running what becomes due at its time. */
    void advance(Duration time) {
        long end = now + time.toNanos();
        run();
        while (!timers.isEmpty() && timers.peek().due <= end) {
            now = timers.peek().due;
            run();
        }
        now = end;
    }
}
