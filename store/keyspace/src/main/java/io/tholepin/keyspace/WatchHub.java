package io.tholepin.keyspace;

import io.tholepin.kv.Event;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Brings a keyspace's changes to its watchers. The owner of the keyspace publishes each commit and goes on; a serial
 * task on the hub's threads matches events with watchers by key, and queues them; other tasks on the same threads call
 * the listeners, one at a time for each watcher.
 *
 * <p>A watcher is <i>live</i> when everything up to the last matched commit is in its queue, else it is <i>behind</i>
 * and catches up from the keyspace's history: all watchers that are behind share one walk through it. When more waits
 * to be matched than the limits allow, it is dropped and all watchers are behind. A watcher whose own queue is full is
 * closed.
 *
 * <p>Keeps the promises of {@link WatchListener}. Thread-safe, but for {@link #publish} and {@link #reset}, which are
 * for the keyspace's owner. Source: contract 2.7.
 */
public final class WatchHub implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WatchHub.class.getName());
    private static final int MESSAGES_PER_RUN = 1024;
    private static final long CLOSE_SECONDS_MAX = 5;

    /** Watchers after which a thread that calls listeners lets others have a turn. */
    private static final int WATCHERS_PER_TURN = 256;

    private sealed interface Message {
        record Published(Committed committed) implements Message {}

        /** {@code revision} was the newest when it opened: every later commit is published. */
        record Opened(Watcher watcher, long revision) implements Message {}

        record Closed(Watcher watcher) implements Message {}

        record Resumed(Watcher watcher) implements Message {}

        record ProgressAsked(Watcher watcher, long revision) implements Message {}

        record Reset() implements Message {}

        record Stopped() implements Message {}
    }

    private final Keyspace keyspace;
    private final WatchLimits limits;
    private final ExecutorService threads;
    private final ConcurrentLinkedQueue<Message> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger backlogEvents = new AtomicInteger();
    private final AtomicBoolean overflowed = new AtomicBoolean();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** Held while a watch opens or the hub stops: what opened is in the inbox before the end, or is refused. */
    private final Object opening = new Object();

    private boolean stopped;

    /** Watches opened so far; counted before a watch learns from where it begins. */
    private final AtomicLong openings = new AtomicLong();

    /** What {@link #openings} was when nobody watched; while it is still that, nobody needs to hear of a commit. */
    private volatile long unwatchedSince;

    // The serial task's.
    private long openingsSeen;
    private final Interest live = new Interest();
    private final Interest behind = new Interest();
    private final Set<Watcher> paused = new LinkedHashSet<>();
    private final Set<Watcher> progressWaiting = new LinkedHashSet<>();
    private final List<Watcher> touched = new ArrayList<>();
    private boolean handsOver;
    private volatile @Nullable Thread serial;

    /** Watchers with something in their queues, each once, and how many threads take them from here. */
    private final ConcurrentLinkedQueue<Watcher> deliverable = new ConcurrentLinkedQueue<>();

    private final AtomicInteger callers = new AtomicInteger();
    private long matched;
    private boolean finished;

    /** A hub for {@code keyspace}, whose owner makes it and publishes to it. */
    public WatchHub(Keyspace keyspace, WatchLimits limits) {
        this.keyspace = keyspace;
        this.limits = limits;
        this.matched = keyspace.revision();
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(limits.threads(), task -> {
            Thread thread = new Thread(task, "watch-hub-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Hands over what a commit made visible; every commit, in order. Never waits. Owner only. */
    public void publish(Committed committed) {
        int size = committed.events().size();
        if (size == 0 || unwatchedSince == openings.get()) {
            return;
        }
        // While the hub has not noticed an overflow, what comes after it must not be matched either.
        if (overflowed.get() || backlogEvents.get() + size > limits.backlogEventsMax() && backlogEvents.get() > 0) {
            overflowed.set(true);
            schedule();
            return;
        }
        backlogEvents.addAndGet(size);
        post(new Message.Published(committed));
    }

    /** After {@link Keyspace#load}: everybody catches up from the new history. Owner only. */
    public void reset() {
        post(new Message.Reset());
    }

    /**
     * Opens a watch from the keyspace's last commit on, or from where the request says.
     *
     * @throws StoreException EMPTY_KEY, or STOPPED when the hub is closed
     */
    public Watch open(WatchRequest request, WatchListener listener) {
        if (request.range().start().isEmpty()) {
            throw StoreException.of(StoreException.Code.EMPTY_KEY);
        }
        synchronized (opening) {
            if (stopped) {
                throw StoreException.of(StoreException.Code.STOPPED);
            }
            openings.incrementAndGet();
            long revision = keyspace.revision();
            Watcher watcher = new Watcher(this, request, listener, limits, revision);
            post(new Message.Opened(watcher, revision));
            return watcher;
        }
    }

    /** Closes every watch with STOPPED. Waits a few seconds for listeners to be told, unless one of them calls. */
    @Override
    public void close() {
        synchronized (opening) {
            if (stopped) {
                return;
            }
            stopped = true;
            post(new Message.Stopped());
        }
        try {
            if (!Thread.currentThread().getName().startsWith("watch-hub-")
                    && !threads.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "a watch listener has not returned for {0} s", CLOSE_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void forget(Watcher watcher) {
        post(new Message.Closed(watcher));
    }

    void resume(Watcher watcher) {
        post(new Message.Resumed(watcher));
    }

    void requestProgress(Watcher watcher) {
        post(new Message.ProgressAsked(watcher, keyspace.revision()));
    }

    private void post(Message message) {
        inbox.add(message);
        schedule();
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            execute(this::run);
        }
    }

    /**
     * Calls {@code watcher}'s listener soon. A thread goes from one watcher to the next; a listener that blocks holds
     * up its thread and no watcher, as long as there are more threads.
     */
    void deliver(Watcher watcher) {
        deliverable.add(watcher);
        if (Thread.currentThread().equals(serial)) {
            handsOver = true;
        } else {
            addCaller();
        }
    }

    /** After the serial task has found out who has something: in one go, not for each. */
    private void handOver() {
        if (handsOver) {
            handsOver = false;
            addCaller();
        }
    }

    private void addCaller() {
        int now = callers.get();
        while (now < limits.threads()) {
            if (callers.compareAndSet(now, now + 1)) {
                execute(this::callListeners);
                return;
            }
            now = callers.get();
        }
    }

    private void callListeners() {
        // After the end nobody could be called to go on.
        for (int i = 0; i < WATCHERS_PER_TURN || threads.isShutdown(); i++) {
            Watcher watcher = deliverable.poll();
            if (watcher == null) {
                break;
            }
            if (!deliverable.isEmpty()) {
                // This one may block.
                addCaller();
            }
            watcher.deliver();
        }
        callers.decrementAndGet();
        if (!deliverable.isEmpty()) {
            addCaller();
        }
    }

    private void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            // Only after close: there is nobody left to tell.
            LOG.log(Level.DEBUG, "the hub is closed");
        }
    }

    private void run() {
        serial = Thread.currentThread();
        try {
            for (int i = 0; i < MESSAGES_PER_RUN && !finished; i++) {
                Message message = inbox.poll();
                if (message == null) {
                    break;
                }
                handle(message);
            }
            if (overflowed.get()) {
                recover();
            }
            if (!behind.isEmpty()) {
                catchUp();
            }
            answerProgress();
        } catch (RuntimeException e) {
            fail(e);
        }
        handOver();
        unwatchedSince = isUnwatched() ? openingsSeen : -1;
        serial = null;
        scheduled.set(false);
        if (!finished && (!inbox.isEmpty() || overflowed.get() || !behind.isEmpty())) {
            schedule();
        }
    }

    private void handle(Message message) {
        switch (message) {
            case Message.Published published -> {
                backlogEvents.addAndGet(-published.committed().events().size());
                match(published.committed());
            }
            case Message.Opened opened -> opened(opened.watcher(), opened.revision());
            case Message.Closed closed -> drop(closed.watcher());
            case Message.Resumed resumed -> {
                if (paused.remove(resumed.watcher())) {
                    behind.add(resumed.watcher());
                }
            }
            case Message.ProgressAsked asked -> {
                asked.watcher().progressTarget = Math.max(asked.watcher().progressTarget, asked.revision());
                progressWaiting.add(asked.watcher());
            }
            case Message.Reset _ -> allBehind();
            case Message.Stopped _ -> endAll(StoreException.of(StoreException.Code.STOPPED));
        }
    }

    private void opened(Watcher watcher, long revision) {
        openingsSeen++;
        if (isUnwatched()) {
            matched = Math.max(matched, revision);
        }
        if (watcher.isClosed()) {
            return;
        }
        if (watcher.next < 0) {
            watcher.end(StoreException.compacted(keyspace.compactRevision()));
        } else if (watcher.next <= matched) {
            behind.add(watcher);
        } else {
            live.add(watcher);
        }
    }

    private boolean isUnwatched() {
        return live.isEmpty() && behind.isEmpty() && paused.isEmpty();
    }

    private void match(Committed committed) {
        if (committed.revision() <= matched) {
            return;
        }
        for (Event event : committed.events()) {
            collect(live, event);
        }
        matched = committed.revision();
        for (Watcher watcher : touched) {
            if (!watcher.enqueue(matched, take(watcher))) {
                drop(watcher);
            }
        }
        touched.clear();
    }

    /** Puts an event into the batch of everybody who wants it. */
    private void collect(Interest interest, Event event) {
        Event[] bare = new Event[1];
        Event[] whole = new Event[1];
        interest.match(event.kv().key(), watcher -> {
            if (!watcher.wants(event)) {
                return;
            }
            if (watcher.batch.isEmpty()) {
                touched.add(watcher);
            }
            if (watcher.wantsPrevious()) {
                whole[0] = whole[0] == null ? keyspace.withPrevious(event) : whole[0];
                watcher.batch.add(whole[0]);
            } else {
                bare[0] = bare[0] == null ? withoutPrevious(event) : bare[0];
                watcher.batch.add(bare[0]);
            }
        });
    }

    private static Event withoutPrevious(Event event) {
        return event.previous() == null ? event : new Event(event.type(), event.kv(), null);
    }

    private static List<Event> take(Watcher watcher) {
        List<Event> events = List.copyOf(watcher.batch);
        watcher.batch.clear();
        return events;
    }

    /** Events were dropped: what was committed meanwhile comes from the history. */
    private void recover() {
        overflowed.set(false);
        allBehind();
    }

    private void allBehind() {
        for (Watcher watcher : live.everyone()) {
            live.remove(watcher);
            watcher.next = Math.max(watcher.next, matched + 1);
            behind.add(watcher);
        }
        matched = Math.max(matched, keyspace.revision());
    }

    /** One slice of the walk through the history, from the watcher that is farthest behind. */
    private void catchUp() {
        long from = Long.MAX_VALUE;
        for (Watcher watcher : behind.everyone()) {
            if (!closeIfCompacted(watcher)) {
                from = Math.min(from, watcher.next);
            }
        }
        long upTo = from > matched ? matched : walk(from);
        long compacted = keyspace.compactRevision();
        for (Watcher watcher : touched) {
            List<Event> events = take(watcher);
            // A compaction during the walk may have removed some of them.
            if (watcher.next >= compacted && !watcher.enqueue(upTo, events)) {
                drop(watcher);
            }
        }
        touched.clear();
        for (Watcher watcher : behind.everyone()) {
            if (!closeIfCompacted(watcher)) {
                advance(watcher, upTo);
            }
        }
    }

    /** Collects changes from {@code from} on and returns the last revision that is complete. */
    private long walk(long from) {
        long[] last = {from, 0};
        boolean[] stopped = {false};
        keyspace.history(from, matched, event -> {
            long revision = event.kv().modRevision();
            stopped[0] = last[1] >= limits.sliceEventsMax() && revision != last[0];
            if (!stopped[0]) {
                last[0] = revision;
                last[1]++;
                collect(behind, event);
            }
            return !stopped[0];
        });
        return stopped[0] ? last[0] : matched;
    }

    private void advance(Watcher watcher, long upTo) {
        watcher.next = Math.max(watcher.next, upTo + 1);
        if (watcher.next > matched) {
            behind.remove(watcher);
            live.add(watcher);
        } else if (watcher.pauseIfLoaded()) {
            behind.remove(watcher);
            paused.add(watcher);
        }
    }

    private boolean closeIfCompacted(Watcher watcher) {
        long compacted = keyspace.compactRevision();
        if (watcher.next >= compacted) {
            return false;
        }
        watcher.end(StoreException.compacted(compacted));
        drop(watcher);
        return true;
    }

    private void answerProgress() {
        if (progressWaiting.isEmpty()) {
            return;
        }
        progressWaiting.removeIf(watcher -> {
            boolean caughtUp =
                    live.contains(watcher) && matched >= watcher.progressTarget && watcher.next <= matched + 1;
            if (caughtUp) {
                watcher.progressTarget = 0;
                watcher.enqueueProgress(matched);
            }
            return caughtUp || watcher.isClosed();
        });
    }

    private void drop(Watcher watcher) {
        live.remove(watcher);
        behind.remove(watcher);
        paused.remove(watcher);
        progressWaiting.remove(watcher);
    }

    private void fail(RuntimeException e) {
        if (!(e instanceof StoreException stop) || stop.code() != StoreException.Code.STOPPED) {
            LOG.log(Level.ERROR, "the watch hub failed; closing every watch", e);
        }
        synchronized (opening) {
            stopped = true;
        }
        endAll(
                e instanceof StoreException cause
                        ? cause
                        : StoreException.of(StoreException.Code.CORRUPT, "the watch hub failed", e));
    }

    private void endAll(StoreException cause) {
        finished = true;
        Set<Watcher> all = new LinkedHashSet<>(paused);
        live.forEach(all::add);
        behind.forEach(all::add);
        for (Message left = inbox.poll(); left != null; left = inbox.poll()) {
            if (left instanceof Message.Opened opened) {
                all.add(opened.watcher());
            }
        }
        all.forEach(watcher -> watcher.end(cause));
        all.forEach(this::drop);
        handOver();
        threads.shutdown();
    }
}
