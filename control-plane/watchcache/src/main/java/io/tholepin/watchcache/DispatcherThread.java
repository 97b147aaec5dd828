package io.tholepin.watchcache;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A dispatcher with one daemon thread. Its queue is as long as those who use it let it become: caches bound what they
 * have handed over ({@link CacheSettings#inboundBytesMax}), readers wait for their answer.
 */
final class DispatcherThread implements Dispatcher, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DispatcherThread.class.getName());

    private record Timer(long dueNanos, Runnable task) {}

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(timer -> timer.dueNanos - origin()));
    private final long origin = System.nanoTime();
    private final Thread thread;
    private volatile boolean stopped;

    DispatcherThread(String name) {
        thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    private long origin() {
        return origin;
    }

    @Override
    public boolean execute(Runnable task) {
        if (stopped) {
            return false;
        }
        tasks.add(task);
        return !stopped
                || !tasks.remove(task); // when it stopped meanwhile: either it ran at the end or it is taken back
    }

    @Override
    public void after(Duration delay, Runnable task) {
        if (!Thread.currentThread().equals(thread)) {
            throw new IllegalStateException("after: on " + Thread.currentThread() + " (expected: " + thread + ")");
        }
        timers.add(new Timer(nanoTime() + delay.toNanos(), task));
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    private void run() {
        try {
            while (!stopped) {
                Runnable task = await();
                if (task != null) {
                    run(task);
                }
                runDue();
            }
        } catch (InterruptedException stop) {
            stopped = true;
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            run(task);
        }
    }

    private @Nullable Runnable await() throws InterruptedException {
        Timer next = timers.peek();
        return next == null ? tasks.take() : tasks.poll(next.dueNanos - nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void runDue() {
        for (Timer next = timers.peek(); next != null && next.dueNanos - nanoTime() <= 0; next = timers.peek()) {
            timers.remove();
            run(next.task);
        }
    }

    /** Tasks answer for their own failures; one that escapes must not stop the others. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error escaped) {
            LOG.log(System.Logger.Level.ERROR, "task of the watch caches failed", escaped);
        }
    }

    /** Stops after the tasks that are queued; returns without waiting for them. */
    @Override
    public void close() {
        stopped = true;
        tasks.add(() -> {}); // wakes the thread
    }
}
