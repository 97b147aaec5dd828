package io.tholepin.load;

import io.tholepin.client.ApiException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * Requests of one kind at a fixed rate, whatever the server does: an open loop. A request's latency counts from the
 * moment it was due, so a server that stalls is not spared the requests it kept waiting.
 *
 * <p>At most {@link #IN_FLIGHT_MAX} run at once; one that is due while that many run is counted as missed and not sent.
 */
final class Arrivals {
    /** Most requests of one kind under way at once. */
    static final int IN_FLIGHT_MAX = 128;

    private static final long LATENCY_MAX_MICROS = 600_000_000;

    /** One request; the number is that of its arrival, from 0. */
    @FunctionalInterface
    interface Request {
        /** Returns when the whole answer is there. */
        Answer send(long number) throws InterruptedException;
    }

    /**
     * What came back.
     *
     * @param check throws {@link WrongAnswer}; its own time is none of the server's
     */
    record Answer(long bytes, Runnable check) {}

    private final String kind;
    private final double perSecond;
    private final Request request;
    private final Semaphore room = new Semaphore(IN_FLIGHT_MAX);
    private final SynchronizedHistogram micros = new SynchronizedHistogram(LATENCY_MAX_MICROS, 3);
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong errors = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private final AtomicLong unfinished = new AtomicLong();
    private final List<String> firstErrors = new CopyOnWriteArrayList<>();

    /**
     * Requests that are not sent yet.
     *
     * @param kind what a report calls them
     * @param perSecond how many are due each second, evenly spaced
     */
    Arrivals(String kind, double perSecond, Request request) {
        this.kind = kind;
        this.perSecond = perSecond;
        this.request = request;
    }

    /**
     * Sends requests until {@code length} has passed, then waits for those under way, {@code patience} at most. What is
     * under way even then counts as unfinished, with the latency it has had so far.
     */
    LatencyFigures run(Duration length, Duration patience) throws InterruptedException {
        long begin = System.nanoTime();
        long count = (long) Math.floor(length.toNanos() / 1e9 * perSecond);
        long endOfWait = begin + length.plus(patience).toNanos();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            for (long number = 0; number < count; number++) {
                long due = begin + (long) (number * 1e9 / perSecond);
                sleepUntil(due);
                if (room.tryAcquire()) {
                    long own = number;
                    threads.execute(() -> send(own, due, endOfWait));
                } else {
                    missed.incrementAndGet();
                }
            }
            sleepUntil(begin + length.toNanos());
            while (room.availablePermits() < IN_FLIGHT_MAX && System.nanoTime() < endOfWait) {
                Thread.sleep(5);
            }
        } finally {
            threads.shutdownNow();
        }
        threads.close();
        return figures(length);
    }

    private static void sleepUntil(long due) throws InterruptedException {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private void send(long number, long due, long endOfWait) {
        long ended = 0;
        try {
            Answer answer = request.send(number);
            ended = System.nanoTime();
            bytes.addAndGet(answer.bytes);
            answer.check.run();
        } catch (ApiException | WrongAnswer failed) {
            if (System.nanoTime() < endOfWait) {
                failed(failed);
            } else {
                unfinished.incrementAndGet();
            }
        } catch (InterruptedException stopped) {
            unfinished.incrementAndGet();
        } finally {
            long nanos = (ended == 0 ? System.nanoTime() : ended) - due;
            micros.recordValue(Math.clamp(nanos / 1000, 1, LATENCY_MAX_MICROS));
            room.release();
        }
    }

    private void failed(RuntimeException failure) {
        if (errors.incrementAndGet() <= 3) {
            firstErrors.add(String.valueOf(failure.getMessage()));
        }
    }

    private LatencyFigures figures(Duration length) {
        Histogram all = micros.copy();
        return new LatencyFigures(
                kind,
                perSecond,
                all.getTotalCount() / (length.toNanos() / 1e9),
                errors.get(),
                missed.get(),
                unfinished.get(),
                bytes.get(),
                List.copyOf(firstErrors),
                all);
    }

    /** A number below {@code bound}, by chance; what is asked for need not be the same in two runs. */
    static int any(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }
}
