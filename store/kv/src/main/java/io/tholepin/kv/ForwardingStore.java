package io.tholepin.kv;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Another store, for whoever changes some of what is asked of it or answered: every method asks the other, also
 * {@link #close}. As thread-safe as that.
 */
public abstract class ForwardingStore implements Store {
    /** The other. */
    protected final Store store;

    protected ForwardingStore(Store store) {
        this.store = store;
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        return store.txn(txn);
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
        return store.compact(revision, physical);
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        return store.leaseGrant(id, ttlSeconds);
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        return store.leaseRevoke(id);
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
    public void close() {
        store.close();
    }
}
