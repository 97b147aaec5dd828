package io.tholepin.watchcache;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A store whose every state is kept whole and whose watches deliver inside the write, or when the test says so. Puts
 * and deletes only. Thread-safe by one lock.
 */
final class ModelStore implements Store {
    /** The faults are meant: what the caches say about them is not shown. Held, or the setting would be lost. */
    private static final Logger QUIET = Logger.getLogger(StoreWatchCache.class.getName());

    static {
        QUIET.setLevel(Level.OFF);
    }

    private final TreeMap<Long, TreeMap<Bytes, KeyValue>> states = new TreeMap<>(Map.of(1L, new TreeMap<>()));
    private final List<Event> log = new ArrayList<>();
    private final List<Subscription> watches = new ArrayList<>();
    private final List<CompletableFuture<Long>> heldRevisions = new ArrayList<>();
    private final List<RangeRequest> ranges = new ArrayList<>();
    private final Map<KeyValue, CachedObject> decoded = new IdentityHashMap<>();
    private long revision = 1;
    private long compacted = -1;
    private boolean deliveryHeld;
    private boolean revisionsHeld;
    private Runnable beforeRange = () -> {};
    private boolean confirming;
    private int confirmationsAsked;
    private int progressQuestions;

    /** Its watches confirm progress. */
    synchronized void confirms() {
        confirming = true;
    }

    synchronized int confirmationsAsked() {
        return confirmationsAsked;
    }

    /** Number of requests for progress without a confirmation. */
    synchronized int progressAsked() {
        return progressQuestions;
    }

    /** From now on watches hear nothing. */
    synchronized void holdDelivery() {
        deliveryHeld = true;
    }

    /** Watches hear what they missed, and answers to their requests for progress. */
    synchronized void releaseDelivery() {
        deliveryHeld = false;
        List.copyOf(watches).forEach(Subscription::deliver);
    }

    /** From now on calls of currentRevision wait for {@link #answerRevision}. */
    synchronized void holdRevisions() {
        revisionsHeld = true;
    }

    /** Number of calls of currentRevision that wait. */
    synchronized int revisionsHeld() {
        return heldRevisions.size();
    }

    /** Answers the oldest waiting call with the revision of this moment. */
    void answerRevision() {
        CompletableFuture<Long> call;
        synchronized (this) {
            call = heldRevisions.removeFirst();
        }
        call.complete(revision());
    }

    /** Fails the oldest waiting call. */
    void failRevision(StoreException failure) {
        CompletableFuture<Long> call;
        synchronized (this) {
            call = heldRevisions.removeFirst();
        }
        call.completeExceptionally(failure);
    }

    /** Called before each range is read. */
    synchronized void beforeRange(Runnable action) {
        beforeRange = action;
    }

    /** The ranges that were asked for. */
    synchronized List<RangeRequest> ranges() {
        return List.copyOf(ranges);
    }

    /** Number of open watches. */
    synchronized int watches() {
        return watches.size();
    }

    /** Closes every watch as a store does. */
    synchronized void closeWatches(StoreException cause) {
        List<Subscription> closing = List.copyOf(watches);
        watches.clear();
        closing.forEach(watch -> watch.listener.onClosed(cause));
    }

    synchronized long revision() {
        return revision;
    }

    /** Everything as of a revision that is not in the future. */
    synchronized TreeMap<Bytes, KeyValue> state(long at) {
        return Objects.requireNonNull(states.get(at));
    }

    /** A pair as a pod, decoded once. */
    synchronized CachedObject decoded(KeyValue kv) {
        return decoded.computeIfAbsent(kv, pair -> Pods.DECODER.decode(pair.key(), pair.value(), pair.modRevision()));
    }

    long put(String key, byte[] value) {
        return txn(Txn.of(Op.Put.of(Bytes.utf8(key), Bytes.wrap(value)))).join().revision();
    }

    long delete(String key) {
        return txn(Txn.of(new Op.Delete(KeyRange.key(Bytes.utf8(key)), false)))
                .join()
                .revision();
    }

    @Override
    public synchronized CompletableFuture<TxnResult> txn(Txn txn) {
        long next = revision + 1;
        TreeMap<Bytes, KeyValue> state = new TreeMap<>(state(revision));
        List<Event> events = new ArrayList<>();
        for (Op op : txn.success()) {
            switch (op) {
                case Op.Put put -> {
                    KeyValue old = state.get(put.key());
                    KeyValue kv = new KeyValue(
                            put.key(),
                            put.value(),
                            old == null ? next : old.createRevision(),
                            next,
                            old == null ? 1 : old.version() + 1,
                            0);
                    state.put(put.key(), kv);
                    events.add(new Event(Event.Type.PUT, kv, null));
                }
                case Op.Delete delete -> {
                    List<Bytes> gone = state.keySet().stream()
                            .filter(delete.range()::contains)
                            .toList();
                    for (Bytes key : gone) {
                        state.remove(key);
                        KeyValue kv = new KeyValue(key, Bytes.EMPTY, 0, next, 0, 0);
                        events.add(new Event(Event.Type.DELETE, kv, null));
                    }
                }
                case Op.Get get -> throw new UnsupportedOperationException();
                case Op.Nested nested -> throw new UnsupportedOperationException();
            }
        }
        if (!events.isEmpty()) {
            revision = next;
            states.put(next, state);
            log.addAll(events);
            if (!deliveryHeld) {
                List.copyOf(watches).forEach(Subscription::deliver);
            }
        }
        return CompletableFuture.completedFuture(new TxnResult(revision, true, List.of()));
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        Runnable before;
        synchronized (this) {
            before = beforeRange;
        }
        before.run();
        synchronized (this) {
            ranges.add(request);
            long at = request.revision() <= 0 ? revision : request.revision();
            if (at < compacted) {
                return CompletableFuture.failedFuture(StoreException.compacted(compacted));
            }
            if (at > revision) {
                return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.FUTURE_REVISION));
            }
            List<KeyValue> all = state(at).values().stream()
                    .filter(kv -> request.range().contains(kv.key()))
                    .toList();
            boolean more = request.limit() > 0 && all.size() > request.limit();
            List<KeyValue> some = more ? all.subList(0, (int) request.limit()) : all;
            return CompletableFuture.completedFuture(new RangeResult(revision, some, more, all.size()));
        }
    }

    @Override
    public synchronized CompletableFuture<Long> currentRevision() {
        if (!revisionsHeld) {
            return CompletableFuture.completedFuture(revision);
        }
        CompletableFuture<Long> call = new CompletableFuture<>();
        heldRevisions.add(call);
        return call;
    }

    @Override
    public synchronized Watch watch(WatchRequest request, WatchListener listener) {
        Subscription subscription = new Subscription(request.range(), request.startRevision(), listener, revision);
        if (request.startRevision() <= compacted) {
            listener.onClosed(StoreException.compacted(compacted));
            return subscription;
        }
        watches.add(subscription);
        if (!deliveryHeld) {
            subscription.deliver();
        }
        return subscription;
    }

    private final class Subscription implements Watch {
        private final KeyRange range;
        private final WatchListener listener;
        private final long created;
        private long next;
        private boolean progressAsked;

        Subscription(KeyRange range, long start, WatchListener listener, long created) {
            this.range = range;
            this.next = start;
            this.listener = listener;
            this.created = created;
        }

        void deliver() {
            List<Event> events = log.stream()
                    .filter(event -> event.kv().modRevision() >= next
                            && range.contains(event.kv().key()))
                    .toList();
            if (!events.isEmpty()) {
                long last = events.getLast().kv().modRevision();
                next = last + 1;
                listener.onEvents(last, events);
            }
            if (progressAsked) {
                progressAsked = false;
                listener.onProgress(revision);
            }
        }

        @Override
        public long createdRevision() {
            return created;
        }

        @Override
        public boolean confirms() {
            return confirming;
        }

        @Override
        public CompletableFuture<Long> confirm() {
            synchronized (ModelStore.this) {
                confirmationsAsked++;
                progressAsked = true;
                if (!deliveryHeld && watches.contains(this)) {
                    deliver();
                }
                return CompletableFuture.completedFuture(revision);
            }
        }

        @Override
        public void requestProgress() {
            synchronized (ModelStore.this) {
                progressQuestions++;
                progressAsked = true;
                if (!deliveryHeld && watches.contains(this)) {
                    deliver();
                }
            }
        }

        @Override
        public void close() {
            synchronized (ModelStore.this) {
                watches.remove(this);
            }
        }
    }

    @Override
    public synchronized CompletableFuture<Long> compact(long to, boolean physical) {
        compacted = to;
        return CompletableFuture.completedFuture(revision);
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<Long>> leases() {
        throw new UnsupportedOperationException();
    }

    @Override
    public StoreStatus status() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        closeWatches(StoreException.of(StoreException.Code.STOPPED));
    }
}
