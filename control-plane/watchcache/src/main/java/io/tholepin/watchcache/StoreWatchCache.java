package io.tholepin.watchcache;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The cache of one resource over a store. A fill reads everything at a revision F; a store watch from F + 1 on feeds
 * the {@link Timeline} that begins there. All of that happens on the dispatcher's thread, but for the fill, which
 * blocks and has a virtual thread of its own.
 *
 * <p>When the store watch closes because somebody was too slow it is opened again from where the timeline is, and
 * nobody notices. When it closes for another reason the timeline ends with all its watchers and a new fill begins.
 *
 * <p><b>Why {@link #consistent} contains every write acknowledged before the call.</b> Let a write be acknowledged at
 * revision w, then the call begin.
 * <ol>
 *   <li>{@link RevisionRounds} answers with a revision r of a question that began after our call did, so r >= w (the
 *       promise of {@link Store#currentRevision} and of {@link Watch#confirm}). Nothing else rests on how it was
 *       asked.
 *   <li>The answer is a snapshot of revision s >= r. A snapshot of revision s holds every change up to s: the fill at F
 *       holds those up to F; the watch from F + 1 on has no gap and is ordered; s is raised only to the revision of an
 *       applied change, or to one that {@link WatchListener} promises is complete once the events delivered before it
 *       are applied; and what the store delivers reaches the timeline in the order of delivery, through one queue.
 *   <li>Events that are not accepted ({@link Feed#onEvents}) close their watch for good: nothing that came after them
 *       is applied, and the next watch begins after the last change that was.
 * </ol>
 * Waiting costs no polling. On a store of our own in another process the question for r goes over the watch itself
 * ({@link Watch#confirms}), which is one round trip, and what brings the cache to r comes with the answer. Else the
 * reader asks the watch for progress, and the store answers once it has delivered. It is asked again every
 * {@link CacheSettings#progressInterval}, for stores that answer with an older revision.
 */
final class StoreWatchCache implements WatchCache {
    private static final System.Logger LOG = System.getLogger(StoreWatchCache.class.getName());

    private final Shared shared;
    private final KeyRange range;
    private final ObjectIntake intake;
    private final CacheCounters counters = new CacheCounters();
    private volatile @Nullable Timeline current;
    private volatile boolean closed;
    private volatile String trouble = "storage is (re)initializing";
    private volatile long downSinceNanos;

    // Only on the dispatcher.
    private final FreshnessWaits waits = new FreshnessWaits();
    private volatile @Nullable Feed feed; // others only read it
    private boolean ticking;
    private int failures;
    private long idleRevision;
    private long checkDueNanos;

    /**
     * What the caches of one store have in common.
     *
     * @param filler runs fills; each may block
     */
    record Shared(
            Store store,
            Dispatcher dispatcher,
            Executor filler,
            RevisionRounds rounds,
            Interner interner,
            CacheSettings settings) {}

    /** A cache of everything under a prefix; {@link #start} opens it. */
    StoreWatchCache(String prefix, ObjectDecoder decoder, Shared shared) {
        Bytes bytes = Bytes.utf8(prefix);
        this.shared = shared;
        this.downSinceNanos = shared.dispatcher.nanoTime();
        this.range = KeyRange.prefix(bytes);
        this.intake = new ObjectIntake(bytes, decoder, shared.interner);
    }

    void start() {
        shared.dispatcher.execute(this::fill);
    }

    @Override
    public boolean ready() {
        return current != null && !closed;
    }

    @Override
    public Snapshot latest() {
        return timeline().latest();
    }

    @Override
    public @Nullable Snapshot exactly(long revision) {
        return timeline().exactly(revision);
    }

    @Override
    public CacheWatch watch(long afterRevision, Selection selection) {
        return timeline().watch(afterRevision, selection);
    }

    @Override
    public CacheWatch watchFrom(Snapshot snapshot, Selection selection, boolean endBookmark) {
        return timeline().watchFrom(snapshot, selection, endBookmark);
    }

    /** The present timeline. */
    Timeline timeline() {
        Timeline timeline = current;
        if (timeline == null) {
            throw new NotReadyException(trouble, Duration.ofNanos(shared.dispatcher.nanoTime() - downSinceNanos));
        }
        return timeline;
    }

    @Override
    public CompletableFuture<Snapshot> consistent() {
        CompletableFuture<Snapshot> answer = new CompletableFuture<>();
        CompletableFuture<Long> round = round();
        round.whenComplete((revision, failure) -> {
            if (failure == null) {
                await(revision, answer);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    /** A revision of the store from after this call. */
    private CompletableFuture<Long> round() {
        Feed open = feed;
        return open != null && open.confirms() ? open.rounds.next() : shared.rounds.next();
    }

    @Override
    public CompletableFuture<Snapshot> notOlderThan(long revision) {
        CompletableFuture<Snapshot> answer = new CompletableFuture<>();
        await(revision, answer);
        return answer;
    }

    private void await(long revision, CompletableFuture<Snapshot> answer) {
        Timeline timeline = current;
        TreeSnapshot snapshot = timeline == null ? null : timeline.latest();
        if (snapshot != null && snapshot.revision() >= revision) {
            answer.complete(snapshot);
        } else if (!shared.dispatcher.execute(() -> enqueue(revision, answer))) {
            answer.completeExceptionally(new NotReadyException("closed"));
        }
    }

    private void enqueue(long revision, CompletableFuture<Snapshot> answer) {
        if (closed) {
            answer.completeExceptionally(new NotReadyException("closed"));
            return;
        }
        waits.add(revision, shared.dispatcher.nanoTime(), answer);
        serve();
        if (!waits.isEmpty()) {
            Feed open = feed;
            if (open != null) {
                open.askFor(revision);
            }
            if (!ticking) {
                ticking = true;
                shared.dispatcher.after(shared.settings.progressInterval(), this::tick);
            }
        }
    }

    /** While somebody waits: lets go of those who waited too long, and asks the store again. */
    private void tick() {
        long since =
                shared.dispatcher.nanoTime() - shared.settings.freshnessWait().toNanos();
        Timeline timeline = current;
        if (timeline == null) {
            waits.expire(since, trouble);
        } else {
            waits.expire(since, timeline.latest().revision());
        }
        ticking = !waits.isEmpty() && !closed;
        if (ticking) {
            Feed open = feed;
            if (open != null) {
                open.ask();
            }
            shared.dispatcher.after(shared.settings.progressInterval(), this::tick);
        }
    }

    private void serve() {
        Timeline timeline = current;
        if (timeline != null) {
            waits.serve(timeline.latest());
        }
    }

    /**
     * From time to time, on the dispatcher: forgets old changes, and lets watchers of a resource at rest make progress.
     */
    void idle() {
        Timeline timeline = current;
        Feed open = feed;
        if (timeline == null || open == null) {
            return;
        }
        timeline.trim(shared.dispatcher.nanoTime());
        long revision = timeline.latest().revision();
        if (revision == idleRevision && timeline.watchers() > 0) {
            open.ask();
        }
        idleRevision = revision;
        if (shared.dispatcher.nanoTime() - checkDueNanos >= 0) {
            checkLater();
            shared.filler.execute(this::check);
        }
    }

    /** Caches check themselves at different times: by a part of the interval that their prefix decides. */
    private void checkLater() {
        long interval = shared.settings.checkInterval().toNanos();
        double jitter = (range.start().hashCode() & 0xffff) / 131_072.0;
        checkDueNanos = shared.dispatcher.nanoTime() + (long) (interval * (1 + jitter));
    }

    /**
     * Compares what it holds with the store, at one revision; blocks. On a difference everything is read anew. Source:
     * contract 1.5.
     */
    void check() {
        Timeline checked = current;
        if (checked == null) {
            return;
        }
        TreeSnapshot snapshot = checked.latest();
        ConsistencyCheck.Sum stored;
        try {
            int prefix = range.start().length();
            stored = new ConsistencyCheck(shared.store, range, prefix).ofStore(snapshot.revision());
        } catch (RuntimeException unanswered) {
            counters.checksUndecided.increment();
            LOG.log(System.Logger.Level.DEBUG, "watch cache of " + range.start() + " was not checked", unanswered);
            return;
        }
        ConsistencyCheck.Sum cached = ConsistencyCheck.of(snapshot);
        if (cached.equals(stored)) {
            counters.checksPassed.increment();
            return;
        }
        counters.checksFailed.increment();
        IllegalStateException broken = new IllegalStateException("it holds " + cached + " at revision "
                + snapshot.revision() + " (expected: " + stored + ", as the store)");
        shared.dispatcher.execute(() -> {
            if (checked.equals(current)) {
                lose(broken);
            }
        });
    }

    /** How it is doing. */
    CacheStats stats(String group, String version, String resource) {
        Timeline timeline = current;
        return new CacheStats(
                group,
                version,
                resource,
                timeline == null ? 0 : timeline.latest().count(""),
                timeline == null ? 0 : timeline.latest().revision(),
                timeline == null ? 0 : timeline.watchers(),
                counters.fills.sum(),
                counters.received.sum(),
                counters.initial.sum(),
                counters.terminated.sum(),
                timeline == null ? 0 : timeline.capacity(),
                counters.capacityIncreases.sum(),
                counters.capacityDecreases.sum(),
                counters.checksPassed.sum(),
                counters.checksFailed.sum(),
                counters.checksUndecided.sum());
    }

    private void fill() {
        if (closed) {
            return;
        }
        shared.filler.execute(() -> {
            try {
                CacheFill.Filled filled =
                        new CacheFill(shared.store, range, intake, shared.settings.pageBytes(), shared.filler).run();
                shared.dispatcher.execute(() -> install(filled));
            } catch (RuntimeException | Error failure) {
                shared.dispatcher.execute(() -> lose(failure));
            }
        });
    }

    private void install(CacheFill.Filled filled) {
        if (closed) {
            return;
        }
        Timeline timeline = new Timeline(filled.tree(), filled.revision(), shared.settings, counters);
        counters.fills.increment();
        checkLater();
        if (open(timeline)) {
            current = timeline;
            serve();
        }
    }

    private boolean open(Timeline timeline) {
        Feed fresh = new Feed(timeline);
        feed = fresh;
        long from = timeline.latest().revision() + 1;
        try {
            fresh.watch = shared.store.watch(new WatchRequest(range, from, false, false, false), fresh);
        } catch (RuntimeException refused) {
            lose(refused);
            return false;
        }
        if (!waits.isEmpty()) {
            fresh.ask();
        }
        return true;
    }

    private void reopen(Feed old) {
        if (feed == old) {
            old.stop();
            open(old.timeline);
        }
    }

    /** The feed is gone or cannot be understood: ends the timeline and begins anew, later each time that fails. */
    private void lose(Throwable cause) {
        if (closed) {
            return;
        }
        trouble = "storage is (re)initializing: " + cause.getMessage();
        log(cause);
        leave("the watch cache is filled anew: " + cause.getMessage());
        shared.dispatcher.after(pause(), this::fill);
        failures++;
    }

    /** None at first, then a hundredth of the longest, then twice as long each time. */
    private Duration pause() {
        if (failures == 0) {
            return Duration.ZERO;
        }
        Duration longest = shared.settings.retryMax();
        Duration pause = longest.dividedBy(100).multipliedBy(1L << Math.min(failures - 1, 10));
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    private void log(Throwable cause) {
        String message = "watch cache of " + range.start() + " is filled anew: " + cause.getMessage();
        switch (cause) {
            case StoreException failure
            when failure.code() == StoreException.Code.STOPPED -> LOG.log(System.Logger.Level.DEBUG, message);
            case StoreException failure -> LOG.log(System.Logger.Level.WARNING, message);
            case ObjectIntake.UndecodableException bad -> LOG.log(System.Logger.Level.WARNING, message);
            default -> LOG.log(System.Logger.Level.ERROR, message, cause);
        }
    }

    private void leave(String reason) {
        Timeline timeline = current;
        if (timeline != null) {
            downSinceNanos = shared.dispatcher.nanoTime();
        }
        current = null;
        Feed open = feed;
        if (open != null) {
            open.stop();
            feed = null;
        }
        if (timeline != null) {
            timeline.end(reason);
        }
    }

    @Override
    public void close() {
        closed = true;
        shared.dispatcher.execute(() -> {
            trouble = "closed";
            leave("the watch cache is closed");
            waits.close("closed");
        });
    }

    /** One store watch. The store calls it; what it hands over is done on the dispatcher, in the order of the calls. */
    private final class Feed implements WatchListener {
        private final Timeline timeline;
        private final AtomicLong inboundBytes = new AtomicLong();
        private volatile boolean over;
        private final RevisionRounds rounds = new RevisionRounds(this::confirm);
        private volatile @Nullable Watch watch;
        private long asked = -1;

        /** Up to where progress comes without being asked for. */
        private volatile long confirmed = -1;

        Feed(Timeline timeline) {
            this.timeline = timeline;
        }

        @Override
        public void onEvents(long revision, List<Event> events) {
            if (over) {
                return;
            }
            long bytes = bytes(events);
            long before = inboundBytes.getAndAdd(bytes);
            if (before > 0 && before + bytes > shared.settings.inboundBytesMax()) {
                over = true;
                shared.dispatcher.execute(() -> reopen(this));
                return;
            }
            shared.dispatcher.execute(() -> receive(revision, events, bytes));
        }

        @Override
        public void onProgress(long revision) {
            if (!over) {
                shared.dispatcher.execute(() -> receive(revision, List.of(), 0));
            }
        }

        @Override
        public void onClosed(StoreException cause) {
            over = true;
            shared.dispatcher.execute(() -> {
                if (cause.code() == StoreException.Code.SLOW_WATCHER) {
                    reopen(this);
                } else if (feed == this) {
                    lose(cause);
                }
            });
        }

        private void receive(long revision, List<Event> events, long bytes) {
            inboundBytes.addAndGet(-bytes);
            if (feed != this) {
                return;
            }
            try {
                apply(events);
                timeline.advance(revision);
            } catch (RuntimeException broken) {
                lose(broken);
                return;
            }
            failures = 0;
            serve();
        }

        /** Applies events revision by revision. */
        private void apply(List<Event> events) {
            long now = shared.dispatcher.nanoTime();
            int from = 0;
            while (from < events.size()) {
                long revision = events.get(from).kv().modRevision();
                List<Timeline.Edit> edits = new ArrayList<>(1);
                int to = from;
                while (to < events.size() && events.get(to).kv().modRevision() == revision) {
                    edits.add(edit(events.get(to++)));
                }
                timeline.apply(revision, edits, now);
                from = to;
            }
        }

        private Timeline.Edit edit(Event event) {
            String key = intake.relative(event.kv().key());
            if (event.type() == Event.Type.DELETE) {
                return new Timeline.Edit(key, null);
            }
            CachedObject before = timeline.latest().tree().get(key);
            return new Timeline.Edit(key, intake.decode(event.kv(), before));
        }

        /** Asks for progress on behalf of a reader; readers of one round share the question. */
        void askFor(long revision) {
            if (revision > confirmed && revision != asked) {
                asked = revision;
                ask();
            }
        }

        void ask() {
            Watch open = watch;
            if (open != null) {
                open.requestProgress();
            }
        }

        /** Whether its watch tells the store's revision and brings the cache there in one round trip. */
        boolean confirms() {
            Watch open = watch;
            return open != null && open.confirms();
        }

        private CompletableFuture<Long> confirm() {
            Watch open = watch;
            if (open == null) {
                return shared.store.currentRevision();
            }
            return open.confirm().thenApply(revision -> {
                confirmed = revision; // one round at a time
                return revision;
            });
        }

        void stop() {
            over = true;
            Watch open = watch;
            if (open != null) {
                open.close();
            }
        }

        private static long bytes(List<Event> events) {
            long bytes = 0;
            for (Event event : events) {
                bytes += 256 + event.kv().value().length();
            }
            return bytes;
        }
    }
}
