package io.tholepin.keyspace;

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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A {@link LocalStore} whose writes are guarded. */
record PermittedStore(LocalStore store, UnaryOperator<Command> guard) implements Store {
    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        return store.txn(txn, guard);
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        return store.range(request);
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        return store.currentRevision();
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return store.watch(request, listener);
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        return store.compact(revision, physical, guard);
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        return store.leaseGrant(id, ttlSeconds, guard);
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        return store.leaseRevoke(id, guard);
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        return store.leaseKeepAlive(id);
    }

    @Override
    public CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys) {
        return store.leaseTimeToLive(id, keys);
    }

    @Override
    public CompletableFuture<List<Long>> leases() {
        return store.leases();
    }

    @Override
    public StoreStatus status() {
        return store.status();
    }

    @Override
    public void close() {}
}
