package io.tholepin.benchmarks;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Lease;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * A store that keeps nothing: it makes the values of a range when they are asked for, so that what a cache holds can be
 * measured alone. Nothing ever changes in it. Only ranges in key order, {@link #currentRevision} and silent watches.
 */
final class SampleStore implements Store {
    private final List<Bytes> keys;
    private final IntFunction<Bytes> values;

    /** A store of these sorted keys; the pair at index i was written at revision i + 2. */
    SampleStore(List<Bytes> keys, IntFunction<Bytes> values) {
        this.keys = keys;
        this.values = values;
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        int from = position(request.range().start());
        int to = request.range().isOpenEnded()
                ? keys.size()
                : position(request.range().end());
        int end = request.limit() <= 0 ? to : (int) Math.min(to, from + request.limit());
        List<KeyValue> kvs = new ArrayList<>();
        for (int i = from; i < end; i++) {
            kvs.add(new KeyValue(keys.get(i), values.apply(i), i + 2, i + 2, 1, 0));
        }
        return CompletableFuture.completedFuture(new RangeResult(revision(), kvs, end < to, to - from));
    }

    /** The value at an index. */
    Bytes value(int index) {
        return values.apply(index);
    }

    private int position(Bytes key) {
        int found = java.util.Collections.binarySearch(keys, key);
        return found < 0 ? ~found : found;
    }

    private long revision() {
        return keys.size() + 1;
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        return CompletableFuture.completedFuture(revision());
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return new Watch() {
            @Override
            public long createdRevision() {
                return revision();
            }

            @Override
            public void requestProgress() {
                listener.onProgress(revision());
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        throw new UnsupportedOperationException();
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
    public void close() {}
}
