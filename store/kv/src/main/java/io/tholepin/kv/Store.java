package io.tholepin.kv;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A multi-version key-value store with etcd's semantics: embedded, replicated, or a real etcd over the wire.
 *
 * <p>Thread-safe. No method blocks; futures complete on threads of the store, so a dependent action must not block
 * either. A future fails with {@link StoreException} and nothing else; its kind says whether the request may have
 * happened. A request that completed normally is durable: it survives the death of the process (of a minority of
 * processes, when replicated), unless the store was opened as ephemeral.
 *
 * <p>One write request makes at most one revision, and a request that changes nothing makes none. Source: etcd API
 * guarantees; contract section 0 and 2.
 */
public interface Store extends AutoCloseable {
    /** Most bytes of one request; above it is {@link StoreException.Code#REQUEST_TOO_LARGE}. etcd's default. */
    int REQUEST_BYTES_MAX = 1_572_864;

    /** Most operations in each list of a transaction. etcd's default. */
    int TXN_OPS_MAX = 128;

    /** Runs a transaction; a write is answered once it is durable. */
    CompletableFuture<TxnResult> txn(Txn txn);

    /** Reads a range; linearizable unless the request says serializable. */
    CompletableFuture<RangeResult> range(RangeRequest request);

    /**
     * The store's current revision, linearizable: at least that of every write acknowledged before the call. Waiting
     * calls share a round.
     */
    CompletableFuture<Long> currentRevision();

    /**
     * Opens a watch. A start revision that is already compacted is reported through {@link WatchListener#onClosed}.
     *
     * @throws StoreException when the request itself is malformed
     */
    Watch watch(WatchRequest request, WatchListener listener);

    /**
     * Forgets what only revisions below {@code revision} can see. {@code revision} itself stays readable.
     *
     * @param physical complete only when the space has been reclaimed
     * @return the store's revision
     */
    CompletableFuture<Long> compact(long revision, boolean physical);

    /** Grants a lease; id 0 lets the store choose a positive one. The answer carries the effective TTL. */
    CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds);

    /** Revokes a lease and deletes its keys in one revision. Returns the store's revision. */
    CompletableFuture<Long> leaseRevoke(long id);

    /** Renews a lease. An unknown or expired one is no error: the answer has granted TTL 0. */
    CompletableFuture<Lease> leaseKeepAlive(long id);

    /** Looks a lease up. An unknown one is no error: the answer has remaining TTL -1. */
    CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys);

    /** Ids of the live leases, in no order. */
    CompletableFuture<List<Long>> leases();

    /** How this member is doing; answers also without a leader. */
    StoreStatus status();

    /** Stops; open watches close with {@link StoreException.Code#STOPPED}, requests under way fail. Idempotent. */
    @Override
    void close();
}
