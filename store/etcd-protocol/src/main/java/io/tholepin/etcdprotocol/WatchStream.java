package io.tholepin.etcdprotocol;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchProgressRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchRequest;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One Watch call with its watches. Everything that goes to the client passes one queue, so that its order is that in
 * which it became true: a watch is created before it has events, and progress comes after the events it speaks of.
 *
 * <p>The queue is bounded. When it is full, the watch whose events do not fit stops listening to the store and is
 * opened again, where it stopped, when the client has taken half of what waits: nothing is lost, and nobody waits for a
 * slow client. The lock guards all state; it is never held while a message is sent, so the store's threads pass by.
 */
final class WatchStream extends ServerCall.Listener<WatchRequest> implements DirectStream.Owner {
    /** What may wait for the client; responses are at most about 1 MiB unless a single revision is larger. */
    private static final long QUEUE_BYTES_MAX = 8L << 20;

    private static final int QUEUE_FRAMES_MAX = 8192;

    /** What is given away before the client has taken it: what gRPC buffers, or what is written at once. */
    private static final int READY_BYTES = 256 * 1024;

    /** What gRPC is given before looking again whether the client is ready. */
    private static final int TURN_BYTES = 64 * 1024;

    private static final String DUPLICATE_ID = "mvcc: duplicate watch ID provided on the WatchStream";
    private static final String EMPTY_RANGE = "mvcc: watcher range is empty";

    private final WatchService.Parts parts;
    private final ServerCall<WatchRequest, WatchFrame> call;
    private final AtomicInteger progressWatches;
    private final Consumer<WatchStream> onEnd;

    /** Where everything goes that is sent, one message as the other; null when gRPC sends it. */
    private final @Nullable DirectStream direct;

    private final Map<Long, StreamWatch> watches = new LinkedHashMap<>();
    private final Set<StreamWatch> slow = new LinkedHashSet<>();
    private final ArrayDeque<WatchFrame> queue = new ArrayDeque<>();
    private final StreamProgress progress = new StreamProgress();
    private long queuedBytes;
    private long queuedEvents;
    private long nextId;
    private boolean sending;
    private boolean requestHeld;
    private boolean ended;
    private @Nullable Status endStatus;

    WatchStream(
            WatchService.Parts parts,
            ServerCall<WatchRequest, WatchFrame> call,
            AtomicInteger progressWatches,
            Consumer<WatchStream> onEnd) {
        this.parts = parts;
        this.call = call;
        this.progressWatches = progressWatches;
        this.onEnd = onEnd;
        this.direct = DirectStream.KEY.get();
    }

    /** @param confirms whether the client knows confirmed progress */
    void start(boolean confirms) {
        parts.gauges().streams(1);
        if (direct != null) {
            direct.belongsTo(this);
        }
        call.setOnReadyThreshold(READY_BYTES);
        Metadata headers = new Metadata();
        if (confirms) {
            Confirming.say(headers);
        }
        call.sendHeaders(headers);
        call.request(1);
    }

    @Override
    public void onMessage(WatchRequest request) {
        boolean more;
        synchronized (this) {
            if (ended) {
                return;
            }
            switch (request.getRequestUnionCase()) {
                case CREATE_REQUEST -> create(request.getCreateRequest());
                case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
                case PROGRESS_REQUEST -> {
                    if (request.getProgressRequest().getConfirmNumber() == 0) {
                        requestProgress();
                    }
                }
                case REQUESTUNION_NOT_SET -> {}
            }
            requestHeld = isFull();
            more = !requestHeld;
        }
        if (request.getProgressRequest().getConfirmNumber() > 0) {
            confirm(request.getProgressRequest());
        }
        send();
        if (more) {
            call.request(1);
        }
    }

    @Override
    public void onHalfClose() {
        synchronized (this) {
            endWith(Status.OK);
        }
        send();
    }

    @Override
    public void onCancel() {
        end();
    }

    @Override
    public void onComplete() {
        end();
    }

    @Override
    public void onReady() {
        send();
    }

    private void create(WatchCreateRequest create) {
        Bytes key = create.getKey().isEmpty() ? Bytes.wrap(new byte[1]) : Requests.bytes(create.getKey());
        KeyRange range = new KeyRange(key, Requests.bytes(create.getRangeEnd()));
        long id = create.getWatchId();
        if (create.getStartRevision() < 0) {
            enqueue(parts.frames().refused(StoreException.Code.COMPACTED.text()));
            return;
        }
        Store store;
        try {
            store = parts.access().forWatch(range);
        } catch (RuntimeException refusal) {
            enqueue(parts.frames().refused(StatusMapping.goText(StatusMapping.status(refusal))));
            return;
        }
        if (!range.isSingleKey() && !range.isOpenEnded() && key.compareTo(range.end()) >= 0) {
            enqueue(parts.frames().refused(EMPTY_RANGE));
        } else if (id != 0 && watches.containsKey(id)) {
            enqueue(parts.frames().refused(DUPLICATE_ID));
        } else {
            open(store, create, range, id != 0 ? id : unusedId());
        }
    }

    private long unusedId() {
        while (watches.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    private void open(Store store, WatchCreateRequest create, KeyRange range, long id) {
        io.tholepin.kv.WatchRequest request = new io.tholepin.kv.WatchRequest(
                range,
                create.getStartRevision(),
                create.getPrevKv(),
                create.getFiltersList().contains(WatchCreateRequest.FilterType.NOPUT),
                create.getFiltersList().contains(WatchCreateRequest.FilterType.NODELETE));
        StreamWatch watch = new StreamWatch(id, store, request, create);
        long created;
        try {
            // The store's threads wait for the lock with the first events: what they bring is queued after "created".
            created = watch.open(this, request.startRevision());
        } catch (StoreException stopped) {
            endWith(StatusMapping.status(stopped));
            return;
        }
        watch.next = request.startRevision() == 0 ? created + 1 : request.startRevision();
        watch.told = watch.next - 1;
        watches.put(id, watch);
        if (watch.progressNotify) {
            progressWatches.incrementAndGet();
        }
        parts.gauges().watches(1);
        enqueue(parts.frames().created(id, created));
        progress.created(watch);
    }

    private void cancel(long id) {
        StreamWatch watch = watches.get(id);
        if (watch != null) {
            remove(watch);
            enqueue(parts.frames().canceled(id));
            progressIfAllThere();
        }
    }

    private void remove(StreamWatch watch) {
        watches.remove(watch.id);
        if (slow.remove(watch)) {
            parts.gauges().slow(-1);
        }
        watch.closeSource();
        if (watch.progressNotify) {
            progressWatches.decrementAndGet();
        }
        parts.gauges().watches(-1);
        progress.reached(watch);
    }

    /** The client asks for the progress of one watch up to what is current from now on. */
    private void confirm(WatchProgressRequest request) {
        long number = request.getConfirmNumber();
        parts.member().currentRevision().whenComplete((revision, failure) -> {
            synchronized (this) {
                StreamWatch watch = watches.get(request.getConfirmWatchId());
                if (ended || watch == null) {
                    return; // the client has heard that it is gone, or wanted it so
                }
                if (failure != null) {
                    enqueue(parts.frames().confirmed(watch.id, 0, -number));
                } else {
                    watch.confirm(number, revision);
                    confirmIfThere(watch);
                    if (watch.hasToConfirm()) {
                        watch.requestProgress();
                    }
                }
            }
            send();
        });
    }

    private void confirmIfThere(StreamWatch watch) {
        long number = watch.takeConfirmed();
        if (number > 0) {
            // One that begins in the future has all events up to there, but there is no such revision yet.
            long revision = Math.min(watch.next - 1, parts.member().revision());
            enqueue(parts.frames().confirmed(watch.id, revision, number));
            watch.told = Math.max(watch.told, revision);
        }
    }

    /** The client asks how far the whole stream is. */
    private void requestProgress() {
        progress.request(parts.member().revision(), watches.values());
        progressIfAllThere();
    }

    private void progressIfAllThere() {
        long revision = progress.take(watches.values());
        if (revision > 0) {
            tellAll(revision);
            if (progress.takeRepeat()) {
                requestProgress();
            }
        }
    }

    /**
     * Answers for all watches at once, or for each when one of them has heard of more than {@code revision} already: a
     * client that is told less than before would begin there again, and see events twice.
     */
    private void tellAll(long revision) {
        boolean goesBack = watches.values().stream().anyMatch(watch -> watch.told > revision);
        if (!goesBack) {
            enqueue(parts.frames().progress(WatchFrames.NO_WATCH, revision));
        }
        for (StreamWatch watch : watches.values()) {
            long reached = goesBack ? watch.next - 1 : revision;
            if (goesBack) {
                enqueue(parts.frames().progress(watch.id, reached));
            }
            watch.told = Math.max(watch.told, reached);
        }
    }

    /** Asks the store for the progress of each watch that is due. */
    synchronized void askForProgress(long revision, long now) {
        for (StreamWatch watch : watches.values()) {
            boolean due = watch.told < revision || now - watch.sentAt >= parts.progressIntervalNanos();
            if (watch.progressNotify && due && watch.isOpen() && !watch.beginsAfter(revision)) {
                watch.progressWanted = true;
                watch.requestProgress();
            }
        }
    }

    /** The store has events for {@code watch}. */
    void deliver(StreamWatch watch, StreamWatch.Source source, long revision, List<Event> events) {
        List<WatchFrames.Batch> batches = parts.frames().events(watch.id, revision, events, watch.fragment);
        synchronized (this) {
            if (ended || !watch.follows(source)) {
                return;
            }
            for (WatchFrames.Batch batch : batches) {
                if (isFull()) {
                    slowDown(watch);
                    break;
                }
                batch.frames().forEach(this::enqueue);
                advance(watch, batch.revision());
                watch.told = batch.revision();
            }
            watch.sentAt = System.nanoTime();
            progressIfAllThere();
        }
        parts.gauges().sent(events.size());
        send();
    }

    /** The store has delivered everything up to {@code revision}. */
    void progressed(StreamWatch watch, StreamWatch.Source source, long revision) {
        synchronized (this) {
            if (ended || !watch.follows(source)) {
                return;
            }
            advance(watch, revision);
            if (watch.progressWanted && !isFull()) {
                watch.progressWanted = false;
                tellProgress(watch, revision);
            }
            progressIfAllThere();
        }
        send();
    }

    private void tellProgress(StreamWatch watch, long revision) {
        long now = System.nanoTime();
        boolean due = revision > watch.told || now - watch.sentAt >= parts.progressIntervalNanos();
        if (due && !watch.beginsAfter(revision)) {
            enqueue(parts.frames().progress(watch.id, revision));
            watch.told = Math.max(watch.told, revision);
            watch.sentAt = now;
        }
    }

    private void advance(StreamWatch watch, long revision) {
        watch.next = Math.max(watch.next, revision + 1);
        progress.advanced(watch);
        confirmIfThere(watch);
    }

    /** The store has ended a watch. */
    void sourceClosed(StreamWatch watch, StreamWatch.Source source, StoreException cause) {
        synchronized (this) {
            if (ended || !watch.follows(source)) {
                return;
            }
            switch (cause.code()) {
                case COMPACTED -> {
                    remove(watch);
                    enqueue(parts.frames().compacted(watch.id, cause.compactRevision()));
                    progressIfAllThere();
                }
                case PERMISSION_DENIED -> {
                    remove(watch);
                    enqueue(parts.frames().withdrawn(watch.id, StatusMapping.goText(StatusMapping.status(cause))));
                    progressIfAllThere();
                }
                case SLOW_WATCHER -> slowDown(watch);
                default -> endWith(StatusMapping.status(cause));
            }
        }
        send();
    }

    private void slowDown(StreamWatch watch) {
        watch.closeSource();
        if (slow.add(watch)) {
            parts.gauges().slow(1);
        }
    }

    private boolean isFull() {
        return queuedBytes >= QUEUE_BYTES_MAX || queue.size() >= QUEUE_FRAMES_MAX;
    }

    private boolean hasRoom() {
        return queuedBytes <= QUEUE_BYTES_MAX / 2 && queue.size() <= QUEUE_FRAMES_MAX / 2;
    }

    private void enqueue(WatchFrame frame) {
        queue.add(frame);
        queuedBytes += frame.size();
        queuedEvents += frame.events().size();
    }

    /** Events that the client has not taken yet. */
    synchronized long queuedEvents() {
        return queuedEvents;
    }

    /**
     * Sends what waits: soon, on the connection's event loop, which puts what has come meanwhile into the same frames
     * of HTTP/2; or at once, when there is no connection.
     */
    private void send() {
        if (direct == null) {
            sendNow();
        } else if (!direct.wake()) {
            // The server has stopped, and with it the call.
            end();
        }
    }

    @Override
    public synchronized boolean wantsTurn() {
        return !queue.isEmpty() || !slow.isEmpty() || requestHeld || endStatus != null;
    }

    @Override
    public void onTurn() {
        List<WatchFrame> frames = next(true, READY_BYTES);
        if (!frames.isEmpty() && direct != null) {
            direct.write(frames);
            long bytes = 0;
            for (WatchFrame frame : frames) {
                bytes += frame.size();
            }
            parts.gauges().sentDirectly(frames.size(), bytes);
        }
        closeIfEnded();
    }

    @Override
    public void onFailure(Throwable cause) {
        synchronized (this) {
            endWith(Status.INTERNAL.withDescription("a watch response could not be written: " + cause));
        }
        closeIfEnded();
    }

    /** Sends what the client is ready for; whoever comes while another thread is at it leaves it to that one. */
    private void sendNow() {
        List<WatchFrame> frames = next(true, TURN_BYTES);
        while (!frames.isEmpty()) {
            frames.forEach(call::sendMessage);
            frames = next(false, TURN_BYTES);
        }
        closeIfEnded();
    }

    private void closeIfEnded() {
        Status status;
        synchronized (this) {
            status = endStatus;
            endStatus = null;
        }
        if (status != null) {
            call.close(status, new Metadata());
        }
    }

    /** Takes some of the queue; none when the call has ended, which is never ready again. */
    private List<WatchFrame> next(boolean first, int bytesMax) {
        List<WatchFrame> frames;
        boolean more = false;
        synchronized (this) {
            if (first && sending) {
                return List.of();
            }
            frames = ended || queue.isEmpty() || !call.isReady() ? List.of() : takeSome(bytesMax);
            sending = direct == null && !frames.isEmpty();
            if (!ended && hasRoom()) {
                reopenSlow();
                more = requestHeld;
                requestHeld = false;
            }
        }
        if (more) {
            call.request(1);
        }
        return frames;
    }

    private List<WatchFrame> takeSome(int bytesMax) {
        List<WatchFrame> frames = new ArrayList<>();
        long bytes = 0;
        while (!queue.isEmpty() && bytes < bytesMax) {
            WatchFrame frame = queue.remove();
            queuedBytes -= frame.size();
            queuedEvents -= frame.events().size();
            bytes += frame.size();
            frames.add(frame);
        }
        return frames;
    }

    /** What the client was too slow for comes from the store's history. */
    private void reopenSlow() {
        if (slow.isEmpty()) {
            return;
        }
        List<StreamWatch> resumed = List.copyOf(slow);
        slow.clear();
        parts.gauges().slow(-resumed.size());
        for (StreamWatch watch : resumed) {
            try {
                watch.open(this, watch.next);
            } catch (StoreException stopped) {
                endWith(StatusMapping.status(stopped));
                return;
            }
            if (progress.waitsFor(watch) || watch.hasToConfirm()) {
                watch.requestProgress();
            }
        }
    }

    /** Ends the call with {@code status}, as soon as the lock is free. */
    private void endWith(Status status) {
        if (!ended) {
            endStatus = status;
            letGo();
        }
    }

    private void end() {
        synchronized (this) {
            if (!ended) {
                letGo();
            }
        }
    }

    private void letGo() {
        ended = true;
        List.copyOf(watches.values()).forEach(this::remove);
        queue.clear();
        queuedBytes = 0;
        queuedEvents = 0;
        parts.gauges().streams(-1);
        onEnd.accept(this);
    }
}
