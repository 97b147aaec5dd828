package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.objects.ResourceType;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Snapshot;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;

/** The objects of one resource at one revision, in key order: from the cache, or from the store when it must be. */
interface ListSource {
    /** The resourceVersion that the list carries. */
    long revision();

    /**
     * Objects in a namespace (all for the empty one) from a key on, inclusive and relative to the resource's prefix.
     */
    Iterator<CachedObject> from(String namespace, String startKey);

    /** How many those are. */
    long countFrom(String namespace, String startKey);

    /**
     * The most recent state: with every write that was acknowledged before the call. Waits.
     *
     * @throws RuntimeException as {@link Failures#await} does
     */
    static ListSource mostRecent(Backend backend, ResourceType type) {
        if (!backend.cacheReads().lists()) {
            return new OfStore(backend, type, Failures.await(backend.store().currentRevision()));
        }
        Snapshot snapshot = Failures.await(backend.cacheOf(type).consistent());
        return new OfSnapshot(snapshot, snapshot.revision());
    }

    /** A cache's snapshot, called by the revision that was asked for. */
    record OfSnapshot(Snapshot snapshot, long revision) implements ListSource {
        @Override
        public Iterator<CachedObject> from(String namespace, String startKey) {
            return snapshot.iterator(namespace, startKey);
        }

        @Override
        public long countFrom(String namespace, String startKey) {
            return startKey.isEmpty() ? snapshot.count(namespace) : snapshot.countFrom(namespace, startKey);
        }
    }

    /** The store itself at a revision, read in pieces; for what the cache does not hold or may not answer. */
    record OfStore(Backend backend, ResourceType type, long revision) implements ListSource {
        /** Objects of the first piece; each piece after it has twice as many as the one before. */
        private static final int PIECE_MIN = 500;

        /** Objects of a piece at most. */
        private static final int PIECE_MAX = 10_000;

        @Override
        public Iterator<CachedObject> from(String namespace, String startKey) {
            return new Pieces(this, namespace, startKey);
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

    /** Objects of the store, fetched as they are asked for. */
    final class Pieces implements Iterator<CachedObject> {
        private final OfStore source;
        private final String namespace;
        private final Queue<KeyValue> piece = new ArrayDeque<>();
        private String nextKey;
        private boolean more = true;
        private int size = OfStore.PIECE_MIN;

        Pieces(OfStore source, String namespace, String startKey) {
            this.source = source;
            this.namespace = namespace;
            this.nextKey = startKey;
        }

        @Override
        public boolean hasNext() {
            while (piece.isEmpty() && more) {
                RangeResult result = source.read(namespace, nextKey, size);
                size = Math.min(2 * size, OfStore.PIECE_MAX);
                piece.addAll(result.kvs());
                more = result.more() && !piece.isEmpty();
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
            KeyValue pair = piece.remove();
            return source.backend.codecOf(source.type).decode(pair.key(), pair.value(), pair.modRevision());
        }
    }
}
