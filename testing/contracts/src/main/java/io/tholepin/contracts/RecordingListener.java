package io.tholepin.contracts;

import io.tholepin.kv.Event;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.WatchListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Writes down the calls of one watch in order; a test waits for what it expects. Thread-safe. */
public final class RecordingListener implements WatchListener {
    private static final long WAIT_MILLIS_MAX = 30_000;

    /** One call of the listener. */
    public sealed interface Call {
        /** The revision it told. */
        long revision();

        /** {@link WatchListener#onEvents}. */
        record Events(long revision, List<Event> events) implements Call {}

        /** {@link WatchListener#onProgress}. */
        record Progress(long revision) implements Call {}

        /** {@link WatchListener#onClosed}. */
        record Closed(StoreException cause) implements Call {
            @Override
            public long revision() {
                return 0;
            }
        }
    }

    private final List<Call> calls = new ArrayList<>();
    private final AtomicBoolean inCall = new AtomicBoolean();

    /** Nothing heard yet. */
    public RecordingListener() {}

    @Override
    public void onEvents(long revision, List<Event> events) {
        record(new Call.Events(revision, List.copyOf(events)));
    }

    @Override
    public void onProgress(long revision) {
        record(new Call.Progress(revision));
    }

    @Override
    public void onClosed(StoreException cause) {
        record(new Call.Closed(cause));
    }

    /** What was heard so far. */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** Every event heard so far, in order. */
    public synchronized List<Event> events() {
        return calls.stream()
                .filter(Call.Events.class::isInstance)
                .flatMap(call -> ((Call.Events) call).events().stream())
                .toList();
    }

    /** Waits for {@code count} events and returns all that were heard. */
    public List<Event> awaitEvents(int count) {
        await(count + " events", heard -> events().size() >= count);
        return events();
    }

    /** Waits for progress at {@code revision} or beyond. */
    public long awaitProgress(long revision) {
        await("progress at " + revision, heard -> progress() >= revision);
        return progress();
    }

    /** Waits for the end. */
    public StoreException awaitClosed() {
        await("the end", heard -> heard.getLast() instanceof Call.Closed);
        return ((Call.Closed) calls().getLast()).cause();
    }

    /** The last progress heard, -1 for none. */
    public synchronized long progress() {
        return calls.reversed().stream()
                .filter(Call.Progress.class::isInstance)
                .mapToLong(Call::revision)
                .findFirst()
                .orElse(-1);
    }

    private void record(Call call) {
        if (!inCall.compareAndSet(false, true)) {
            throw new IllegalStateException("two calls at a time");
        }
        synchronized (this) {
            calls.add(call);
            notifyAll();
        }
        inCall.set(false);
    }

    private synchronized void await(String what, Predicate<List<Call>> done) {
        long deadline = System.nanoTime() + WAIT_MILLIS_MAX * 1_000_000;
        while (calls.isEmpty() || !done.test(calls)) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            Call last = last();
            if (left <= 0 || last instanceof Call.Closed) {
                throw new AssertionError("waited for " + what + "; last of " + calls.size() + " calls: " + last);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }

    private @Nullable Call last() {
        return calls.isEmpty() ? null : calls.getLast();
    }
}
