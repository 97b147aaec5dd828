package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.objects.ResourceType;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.PageSize;
import io.tholepin.watchcache.Selected;
import io.tholepin.watchcache.Selection;
import io.tholepin.watchcache.Snapshot;
import io.tholepin.watchcache.WatchCache;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;

/** The objects of one resource at one revision, in key order: from the cache, or from the store when it must be. */
interface ListSource {
    /** The resourceVersion that the list carries. */
    long revision();

    /** Selected objects from a key on, inclusive and relative to the resource's prefix. */
    Iterator<CachedObject> select(Selection selection, String startKey);

    /** How {@link #select} finds them. */
    Page.Origin origin(Selection selection, String startKey);

    /** How many objects there are in a namespace (all for the empty one) from a key on, selected or not. */
    long countFrom(String namespace, String startKey);

    /**
     * The most recent state, with every write that was acknowledged before the call: from the cache, or from the store
     * when the cache may not answer, is not filled or does not come along. Waits.
     *
     * @param room what reading from the store takes
     * @throws RuntimeException as {@link Failures#await} does
     */
    static ListSource mostRecent(Backend backend, ResourceType type, Room room) {
        WatchCache cache = backend.cacheOf(type);
        if (!backend.cacheReads().lists() || !cache.ready()) {
            return OfStore.present(backend, type, room);
        }
        long start = System.nanoTime();
        try {
            Snapshot snapshot = Failures.await(cache.consistent());
            backend.metrics().waited(type, System.nanoTime() - start);
            backend.metrics().consistentRead(type, true, false);
            return new OfSnapshot(snapshot, snapshot.revision());
        } catch (WatchCache.TooNewException behind) {
            backend.metrics().waited(type, System.nanoTime() - start);
            backend.metrics().consistentRead(type, false, true);
            return OfStore.present(backend, type, room);
        }
    }

    /**
     * What a request may need to read from the store.
     *
     * @param limit most objects that it keeps at a time, 0 when it passes each on
     */
    record Room(StoreLists.Turn turn, long limit) {
        private void take() {
            turn.begin(limit);
        }
    }

    /** A cache's snapshot, called by the revision that was asked for. */
    record OfSnapshot(Snapshot snapshot, long revision) implements ListSource {
        @Override
        public Iterator<CachedObject> select(Selection selection, String startKey) {
            return snapshot.select(selection, startKey);
        }

        @Override
        public Page.Origin origin(Selection selection, String startKey) {
            Selected selected = snapshot.select(selection, startKey);
            return new Page.Origin(true, selected.index(), selected.fetched());
        }

        @Override
        public long countFrom(String namespace, String startKey) {
            return startKey.isEmpty() ? snapshot.count(namespace) : snapshot.countFrom(namespace, startKey);
        }
    }

    /** The store itself at a revision, read in pieces; for what the cache does not hold or may not answer. */
    record OfStore(Backend backend, ResourceType type, long revision) implements ListSource {
        /** The store's present state; waits for room. */
        static OfStore present(Backend backend, ResourceType type, Room room) {
            room.take();
            return new OfStore(backend, type, Failures.await(backend.store().currentRevision()));
        }

        /** The store's state at a revision; waits for room. */
        static OfStore at(Backend backend, ResourceType type, Room room, long revision) {
            room.take();
            return new OfStore(backend, type, revision);
        }

        @Override
        public Iterator<CachedObject> select(Selection selection, String startKey) {
            return new Pieces(this, selection, startKey);
        }

        @Override
        public Page.Origin origin(Selection selection, String startKey) {
            return new Page.Origin(false, "", countFrom(selection.namespace(), startKey));
        }

        @Override
        public long countFrom(String namespace, String startKey) {
            return Failures.await(
                            backend.store().range(request(namespace, startKey).counting()))
                    .count();
        }

        private RangeResult read(String namespace, String startKey, int limit) {
            return Failures.await(
                    backend.store().range(request(namespace, startKey).limit(limit)));
        }

        private RangeRequest request(String namespace, String startKey) {
            Bytes first = Bytes.utf8(startKey.isEmpty() ? type.keyPrefix(namespace) : type.storagePrefix() + startKey);
            Bytes end = Bytes.utf8(type.keyPrefix(namespace)).prefixEnd();
            return RangeRequest.of(new KeyRange(first, end)).at(revision);
        }
    }

    /** Selected objects of the store, fetched as they are asked for. */
    final class Pieces implements Iterator<CachedObject> {
        private final OfStore source;
        private final Selection selection;
        private final Queue<CachedObject> piece = new ArrayDeque<>();
        private String nextKey;
        private boolean more = true;
        private int size = PageSize.FIRST;

        Pieces(OfStore source, Selection selection, String startKey) {
            this.source = source;
            this.selection = selection;
            this.nextKey = startKey;
        }

        @Override
        public boolean hasNext() {
            while (piece.isEmpty() && more) {
                RangeResult result = source.read(selection.namespace(), nextKey, size);
                size = PageSize.after(result.kvs(), StoreLists.PIECE_BYTES);
                ObjectCodec codec = source.backend.codecOf(source.type);
                for (KeyValue pair : result.kvs()) {
                    CachedObject object = codec.decode(pair.key(), pair.value(), pair.modRevision());
                    if (selection.selects(object)) {
                        piece.add(object);
                    }
                }
                more = result.more() && !result.kvs().isEmpty();
                if (more) {
                    String last = result.kvs().getLast().key().toString();
                    nextKey = last.substring(source.type.storagePrefix().length()) + "\u0000";
                }
            }
            return !piece.isEmpty();
        }

        @Override
        public CachedObject next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return piece.remove();
        }
    }
}
