package io.tholepin.etcdprotocol;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One who wants to own a name: a key below the name, attached to a lease. Whoever's key was created first owns it; the
 * others wait for the one just before them to go. Locks and elections are both made of this, and clients that do it
 * themselves use the same keys. Blocks; the caller's permissions hold. Source: contract 2.8.
 */
final class Candidacy {
    /** How long a lease of ours lives after its last renewal. */
    static final long LEASE_SECONDS = 60;

    private static final long RENEW_SECONDS = LEASE_SECONDS / 3;

    private final Access access;
    private final Bytes prefix;
    private final long lease;
    private final boolean ownLease;
    private final Bytes key;

    private Candidacy(Access access, Bytes prefix, long lease, boolean ownLease) {
        this.access = access;
        this.prefix = prefix;
        this.lease = lease;
        this.ownLease = ownLease;
        this.key = prefix.concat(Bytes.utf8(hex(lease)));
    }

    /** For {@code name}, with a lease of the caller's or, when that is 0, one of ours. */
    static Candidacy of(Access access, Bytes name, long lease) throws InterruptedException, ExecutionException {
        if (lease != 0) {
            return new Candidacy(access, prefix(name), lease, false);
        }
        long own = access.forLeaseGrant().leaseGrant(0, LEASE_SECONDS).get().id();
        return new Candidacy(access, prefix(name), own, true);
    }

    /** Where the keys for {@code name} are. */
    static Bytes prefix(Bytes name) {
        return name.concat(Bytes.utf8("/"));
    }

    /** Asks for the oldest key below {@code prefix}. */
    static RangeRequest oldest(Bytes prefix) {
        return byCreation(prefix, RangeRequest.SortOrder.ASCEND, 0);
    }

    Bytes key() {
        return key;
    }

    long lease() {
        return lease;
    }

    /** Puts the key with {@code value}, unless it is there already. */
    Entry enter(Bytes value) throws InterruptedException, ExecutionException {
        Compare absent = new Compare(KeyRange.key(key), Compare.Target.CREATE, Compare.Result.EQUAL, 0, Bytes.EMPTY);
        Op put = new Op.Put(key, value, lease, false, false, false);
        Op get = new Op.Get(RangeRequest.of(KeyRange.key(key)));
        Op owner = new Op.Get(oldest(prefix));
        TxnResult result = txn(new Txn(List.of(absent), List.of(put, owner), List.of(get, owner)));
        KeyValue oldest = ((OpResult.Get) result.results().get(1)).range().kvs().getFirst();
        if (result.succeeded()) {
            return new Entry(result.revision(), result.revision(), value, oldest.createRevision());
        }
        KeyValue mine =
                ((OpResult.Get) result.results().getFirst()).range().kvs().getFirst();
        return new Entry(result.revision(), mine.createRevision(), mine.value(), oldest.createRevision());
    }

    /** Waits until every key that was created before {@code entry}'s is gone. */
    void awaitTurn(Entry entry) throws InterruptedException, ExecutionException {
        RangeRequest before = byCreation(prefix, RangeRequest.SortOrder.DESCEND, entry.createRevision - 1);
        while (true) {
            RangeResult result = range(before);
            if (result.kvs().isEmpty()) {
                return;
            }
            awaitDeletion(KeyRange.key(result.kvs().getFirst().key()), result.revision() + 1);
        }
    }

    /** The key as it is now. */
    RangeResult mine() throws InterruptedException, ExecutionException {
        return range(RangeRequest.of(KeyRange.key(key)));
    }

    /**
     * Gives up without waiting for the outcome: takes the key away and, when it is ours, the lease. May be called when
     * the thread has been interrupted.
     */
    void withdraw() {
        try {
            if (ownLease) {
                var _ = access.forLeaseRevoke(lease).leaseRevoke(lease);
            } else {
                Txn delete = Txn.of(new Op.Delete(KeyRange.key(key), false));
                var _ = access.forTxn(delete).txn(delete);
            }
        } catch (StoreException e) {
            // No longer permitted; the lease will run out.
        }
    }

    TxnResult txn(Txn txn) throws InterruptedException, ExecutionException {
        return await(access.forTxn(txn).txn(txn));
    }

    private RangeResult range(RangeRequest request) throws InterruptedException, ExecutionException {
        return await(access.forRange(request.range()).range(request));
    }

    private void awaitDeletion(KeyRange one, long fromRevision) throws InterruptedException, ExecutionException {
        CompletableFuture<Boolean> deleted = new CompletableFuture<>();
        WatchRequest deletions = new WatchRequest(one, fromRevision, false, true, false);
        try (Watch _ = access.forWatch(one).watch(deletions, new Deletion(deleted))) {
            await(deleted);
        }
    }

    /** Waits, and keeps a lease of ours alive meanwhile. */
    private <T> T await(CompletableFuture<T> outcome) throws InterruptedException, ExecutionException {
        while (true) {
            try {
                return ownLease ? outcome.get(RENEW_SECONDS, TimeUnit.SECONDS) : outcome.get();
            } catch (TimeoutException renew) {
                var _ = access.requireUser().leaseKeepAlive(lease);
            }
        }
    }

    private static RangeRequest byCreation(Bytes prefix, RangeRequest.SortOrder order, long maxCreateRevision) {
        return new RangeRequest(
                KeyRange.prefix(prefix),
                0,
                1,
                false,
                false,
                false,
                order,
                RangeRequest.SortTarget.CREATE,
                0,
                0,
                0,
                maxCreateRevision);
    }

    /** As Go prints it. */
    private static String hex(long number) {
        return number < 0 ? "-" + Long.toHexString(-number) : Long.toHexString(number);
    }

    /**
     * How a key stood when it was entered.
     *
     * @param revision the store's revision then
     * @param ownerCreateRevision create revision of the oldest key
     */
    record Entry(long revision, long createRevision, Bytes value, long ownerCreateRevision) {
        boolean owns() {
            return createRevision == ownerCreateRevision;
        }
    }

    /** Completes when a key is deleted, or when it must be looked at again. */
    private record Deletion(CompletableFuture<Boolean> deleted) implements WatchListener {
        @Override
        public void onEvents(long revision, List<Event> events) {
            deleted.complete(true);
        }

        @Override
        public void onProgress(long revision) {}

        @Override
        public void onClosed(StoreException cause) {
            switch (cause.code()) {
                case COMPACTED, SLOW_WATCHER -> deleted.complete(false);
                default -> deleted.completeExceptionally(cause);
            }
        }
    }
}
