package io.tholepin.etcdprotocol;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.etcdserverpb.WatchCancelRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchGrpc;
import io.tholepin.etcdwire.etcdserverpb.WatchProgressRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.kv.StoreException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches that share one stream to an etcd. When the stream ends, all of them go on over another one, each from the
 * revision after the last it knows to be complete, so nothing is lost; what a member delivers again is left out.
 *
 * <p>Progress is asked for while a watch waits for it and at no other time: at once, and again after each interval
 * without an answer, because etcd answers only when every watch of the stream has caught up, and forgets the question
 * otherwise. Source: contract 2.7 and 5.5.
 *
 * <p>Where the other end is ours ({@link Confirming}), a watch asks for confirmed progress instead, one question at a
 * time and for itself alone; when the stream ends first, those who wait are told to ask in another way.
 *
 * <p>The lane's lock guards everything in it; it is held for queueing alone. Responses come on an event loop.
 */
final class WatchLane {
    private static final System.Logger LOG = System.getLogger(WatchLane.class.getName());
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long PAUSE_MILLIS_MAX = 1_000;
    private static final WatchRequest PROGRESS = WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build();

    private final Channel channel;
    private final ScheduledExecutorService timer;
    private final Duration progressInterval;
    private final Consumer<WatchResponse> heard;

    private final Set<RemoteWatch> watches = new LinkedHashSet<>();
    private final Map<Long, RemoteWatch> byId = new HashMap<>();
    private final Queue<RemoteWatch> creating = new ArrayDeque<>();
    private volatile @Nullable Stream stream;
    private long ids;
    private boolean reopening;
    private boolean closed;
    private int failures;

    // Of progress.
    private boolean asked;
    private long askedNanos;
    private boolean askAgain;
    private boolean ticking;

    /**
     * Opens nothing yet.
     *
     * @param heard told of every response, for its header; must not block
     */
    WatchLane(
            Channel channel, ScheduledExecutorService timer, Duration progressInterval, Consumer<WatchResponse> heard) {
        Metadata headers = new Metadata();
        headers.put(HAS_LEADER, "true");
        Confirming.say(headers);
        this.channel = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        this.timer = timer;
        this.progressInterval = progressInterval;
        this.heard = heard;
    }

    /** Number of open watches. */
    synchronized int size() {
        return watches.size();
    }

    /** Takes a watch in; it is delivered from its next revision on. */
    synchronized void add(RemoteWatch watch) {
        if (closed) {
            watch.end(StoreException.of(StoreException.Code.STOPPED));
            return;
        }
        watches.add(watch);
        Stream open = stream;
        if (open != null) {
            create(open, watch);
        } else if (!reopening) {
            open();
        }
    }

    /** Lets a watch go, whoever closed it. */
    void remove(RemoteWatch watch) {
        unconfirmed(drop(watch));
    }

    private synchronized List<CompletableFuture<Long>> drop(RemoteWatch watch) {
        if (!watches.remove(watch)) {
            return List.of();
        }
        byId.remove(watch.id());
        Stream open = stream;
        if (open != null) {
            open.send(cancellation(watch));
            if (watches.isEmpty()) {
                stream = null;
                creating.clear();
                open.close();
            }
        }
        return waitingFor(List.of(watch));
    }

    /** Who waits for a confirmation of these watches, which will not come. */
    private static List<CompletableFuture<Long>> waitingFor(Collection<RemoteWatch> watches) {
        List<CompletableFuture<Long>> waiting = new ArrayList<>();
        for (RemoteWatch watch : watches) {
            CompletableFuture<Long> readers = watch.unconfirmed();
            if (readers != null) {
                waiting.add(readers);
            }
        }
        return waiting;
    }

    /** Tells them; without the lock, because they go on from there. */
    private static void unconfirmed(List<CompletableFuture<Long>> waiting) {
        waiting.forEach(readers -> readers.completeExceptionally(StoreException.of(StoreException.Code.STOPPED)));
    }

    /** Whether the other end of the stream confirms progress. */
    boolean confirms() {
        Stream open = stream;
        return open != null && open.confirms;
    }

    /** Asks for confirmed progress of a watch; false when that cannot be had now. */
    synchronized boolean confirm(RemoteWatch watch, CompletableFuture<Long> readers) {
        Stream open = stream;
        if (open == null || !open.confirms || !byId.containsKey(watch.id()) || !watch.isLive()) {
            return false;
        }
        long number = watch.confirming(readers);
        open.send(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.newBuilder()
                        .setConfirmWatchId(watch.id())
                        .setConfirmNumber(number))
                .build());
        return true;
    }

    /** Asks on behalf of a watch. Those who come while a question is under way share the next one. */
    synchronized void askProgress(RemoteWatch watch) {
        watch.wish();
        if (asked && System.nanoTime() - askedNanos < progressInterval.toNanos()) {
            askAgain = true;
        } else {
            ask();
        }
        if (watch.waitsForProgress()) {
            tickLater();
        }
    }

    private void ask() {
        askAgain = false;
        askedNanos = System.nanoTime();
        Stream open = stream;
        asked = open != null;
        if (open != null) {
            open.send(PROGRESS);
        }
    }

    private void tickLater() {
        if (!ticking) {
            ticking = later(progressInterval.toMillis(), this::tick);
        }
    }

    private synchronized void tick() {
        ticking = false;
        if (!closed && watches.stream().anyMatch(RemoteWatch::waitsForProgress)) {
            Stream open = stream;
            if (open != null) {
                giveVoice(open);
            }
            ask();
            tickLater();
        }
    }

    /** Creates the watches anew that keep etcd from telling progress on this stream, so that they no longer do. */
    private void giveVoice(Stream open) {
        for (RemoteWatch watch : watches) {
            if (watch.silences()) {
                byId.remove(watch.id());
                open.send(cancellation(watch));
                watch.overlap();
                create(open, watch);
            }
        }
    }

    private static WatchRequest cancellation(RemoteWatch watch) {
        return WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(watch.id()))
                .build();
    }

    private boolean later(long millis, Runnable task) {
        try {
            timer.schedule(task, millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException stopping) {
            return false;
        }
    }

    /** Opens a stream with all watches on it. It waits for a connection by itself. */
    private void open() {
        Stream fresh = new Stream();
        stream = fresh;
        asked = false;
        creating.clear();
        byId.clear();
        fresh.start();
        watches.forEach(watch -> create(fresh, watch));
        if (watches.stream().anyMatch(RemoteWatch::waitsForProgress)) {
            ask();
        }
    }

    /** Under an id of its own each time: etcd does not give back the id of a watch that it has cancelled. */
    private void create(Stream open, RemoteWatch watch) {
        long id = ++ids;
        byId.put(id, watch);
        creating.add(watch);
        open.send(watch.creation(id));
    }

    private synchronized void reopen() {
        reopening = false;
        if (!closed && stream == null && !watches.isEmpty()) {
            open();
        }
    }

    private void lost(Stream old, Status status) {
        unconfirmed(loseStream(old, status));
    }

    private synchronized List<CompletableFuture<Long>> loseStream(Stream old, Status status) {
        if (stream != old) {
            return List.of();
        }
        stream = null;
        if (watches.isEmpty() || closed) {
            return List.of();
        }
        Level level = failures == 0 ? Level.INFO : Level.DEBUG;
        LOG.log(
                level,
                "the stream of {0} watches ended and is opened again: {1}",
                watches.size(),
                ClientFailures.detail(status));
        reopening = later(Math.min(PAUSE_MILLIS_MAX, FIRST_PAUSE_MILLIS << Math.min(failures, 10)), this::reopen);
        failures++;
        return waitingFor(watches);
    }

    /** A confirmation, or that there is none. */
    private void confirmed(Stream from, WatchResponse response) {
        CompletableFuture<Long> readers = null;
        long number = response.getConfirmedNumber();
        long revision = response.getHeader().getRevision();
        synchronized (this) {
            RemoteWatch watch = stream == from ? byId.get(response.getWatchId()) : null;
            if (watch != null) {
                heard.accept(response);
                readers = number > 0 ? watch.confirmed(number, revision) : watch.unconfirmed();
            }
        }
        if (readers == null) {
            return;
        }
        if (number > 0) {
            readers.complete(revision);
        } else {
            unconfirmed(List.of(readers));
        }
    }

    /** Returns who waits for a confirmation in vain now. */
    private synchronized List<CompletableFuture<Long>> receive(Stream from, WatchResponse response) {
        if (stream != from) {
            return List.of();
        }
        failures = 0;
        heard.accept(response);
        if (response.getCreated()) {
            return created(from, response);
        }
        RemoteWatch watch = byId.get(response.getWatchId());
        if (response.getCanceled()) {
            return watch == null ? List.of() : canceled(from, watch, response);
        }
        if (response.getEventsCount() > 0) {
            if (watch != null && !watch.receive(response)) {
                List<CompletableFuture<Long>> waiting = drop(watch);
                watch.end(StoreException.of(StoreException.Code.SLOW_WATCHER));
                return waiting;
            }
        } else if (watch != null) {
            watch.progress(response.getHeader().getRevision());
        } else if (response.getWatchId() < 0) {
            progress(response.getHeader().getRevision());
        }
        return List.of();
    }

    /** Creations are answered in the order in which they were asked for. */
    private List<CompletableFuture<Long>> created(Stream from, WatchResponse response) {
        RemoteWatch watch = creating.poll();
        if (watch == null || !watches.contains(watch)) {
            return List.of(); // closed meanwhile; its cancellation is on the way
        }
        if (response.getCanceled()) {
            return canceled(from, watch, response);
        }
        watch.created();
        return List.of();
    }

    private List<CompletableFuture<Long>> canceled(Stream from, RemoteWatch watch, WatchResponse response) {
        byId.remove(watch.id());
        if (watch.mayStartAt(response.getCompactRevision())) {
            create(from, watch);
            return List.of();
        }
        watches.remove(watch);
        watch.end(cause(response));
        return waitingFor(List.of(watch));
    }

    private void progress(long revision) {
        asked = false;
        watches.forEach(watch -> watch.progress(revision));
        if (askAgain) {
            ask();
        }
    }

    private static StoreException cause(WatchResponse response) {
        if (response.getCompactRevision() != 0) {
            return StoreException.compacted(response.getCompactRevision());
        }
        StoreException.Code code = ClientFailures.code(response.getCancelReason());
        return code == null
                ? StoreException.unavailable(
                        StoreException.Code.STOPPED, "etcd cancelled the watch: " + response.getCancelReason())
                : StoreException.of(code);
    }

    /** Ends all watches as stopped; those that come later end at once. */
    void close() {
        List<RemoteWatch> all;
        List<CompletableFuture<Long>> waiting;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(watches);
            waiting = waitingFor(all);
            watches.clear();
            Stream open = stream;
            stream = null;
            if (open != null) {
                open.close();
            }
        }
        all.forEach(watch -> watch.end(StoreException.of(StoreException.Code.STOPPED)));
        unconfirmed(waiting);
    }

    /** One stream; what it brings after another has taken its place is not heard. */
    private final class Stream implements StreamObserver<WatchResponse> {
        private @Nullable StreamObserver<WatchRequest> out;
        private volatile boolean confirms;

        void start() {
            out = WatchGrpc.newStub(ClientInterceptors.intercept(channel, Confirming.heard(() -> confirms = true)))
                    .withWaitForReady()
                    .watch(this);
        }

        void send(WatchRequest request) {
            if (out != null) {
                out.onNext(request);
            }
        }

        void close() {
            if (out != null) {
                out.onError(Status.CANCELLED.withDescription("no watch is left").asRuntimeException());
            }
        }

        @Override
        public void onNext(WatchResponse response) {
            if (response.getConfirmedNumber() == 0) {
                unconfirmed(receive(this, response));
            } else {
                confirmed(this, response);
            }
        }

        @Override
        public void onError(Throwable failure) {
            lost(this, Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            lost(this, Status.UNAVAILABLE.withDescription("etcd ended it"));
        }
    }
}
