package io.tholepin.etcdprotocol;

import io.tholepin.kv.Event;
import io.tholepin.kv.Lease;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A member's store for one permitted request. A write is refused by the store itself when users or roles have changed
 * since the permission was found; it is then looked up again, and the write repeated or refused. A read that was
 * overtaken by a change is looked up again before its answer goes out. Events stop when the permission is withdrawn.
 *
 * <p>A write that touches a lease needs WRITE on the keys that are on it. They are asked for just before the write, so
 * a key that somebody else attaches in between is not seen.
 */
final class CheckedStore implements Store {
    /** How often a write is repeated because users or roles changed meanwhile. */
    private static final int ATTEMPTS_MAX = 8;

    private final StoreMember member;
    private final Access.Grant grant;
    private final Supplier<Access.Grant> lookUp;
    private final Predicate<Access.Grant> stillPermitted;

    /**
     * Wraps {@code member}.
     *
     * @param grant what was found
     * @param lookUp finds it again; throws when it is no longer there
     * @param stillPermitted whether the user of a grant may still do the same, whatever became of its token
     */
    CheckedStore(
            StoreMember member,
            Access.Grant grant,
            Supplier<Access.Grant> lookUp,
            Predicate<Access.Grant> stillPermitted) {
        this.member = member;
        this.grant = grant;
        this.lookUp = lookUp;
        this.stillPermitted = stillPermitted;
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        if (txn.isReadOnly()) {
            return read(() -> member.txn(txn));
        }
        Set<Long> leases = new TreeSet<>();
        Permissions.leasesOf(txn, leases::add);
        return write((store, permissions) -> writable(leases, permissions).thenCompose(_ -> store.txn(txn)));
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        return read(() -> member.range(request));
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        return member.currentRevision();
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        Guard guard = new Guard(listener);
        Watch watch = member.watch(request, guard);
        guard.guards(watch);
        return watch;
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        return write((store, _) -> store.compact(revision, physical));
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        return write((store, _) -> store.leaseGrant(id, ttlSeconds));
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        return write((store, permissions) -> writable(Set.of(id), permissions).thenCompose(_ -> store.leaseRevoke(id)));
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        return member.leaseKeepAlive(id);
    }

    @Override
    public CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys) {
        return member.leaseTimeToLive(id, keys).thenApply(lease -> {
            permitted(lookUp.get().permissions().mayReadAll(lease.keys()));
            return lease;
        });
    }

    @Override
    public CompletableFuture<List<Long>> leases() {
        return member.leases().thenCompose(ids -> {
            CompletableFuture<?>[] looks = new CompletableFuture<?>[ids.size()];
            for (int i = 0; i < looks.length; i++) {
                looks[i] = leaseTimeToLive(ids.get(i), true);
            }
            return CompletableFuture.allOf(looks).thenApply(_ -> ids);
        });
    }

    @Override
    public StoreStatus status() {
        return member.status();
    }

    @Override
    public void close() {
        // The member is not ours to close.
    }

    private <T> CompletableFuture<T> read(Supplier<CompletableFuture<T>> read) {
        return read.get().thenApply(answer -> {
            if (member.auth().state().revision() != grant.revision()) {
                var _ = lookUp.get();
            }
            return answer;
        });
    }

    private <T> CompletableFuture<T> write(BiFunction<Store, Permissions, CompletableFuture<T>> write) {
        return attempt(write, grant, 1);
    }

    private <T> CompletableFuture<T> attempt(
            BiFunction<Store, Permissions, CompletableFuture<T>> write, Access.Grant found, int attempt) {
        Store store = member.permittedAt(found.revision());
        return write.apply(store, found.permissions()).exceptionallyCompose(failure -> {
            if (attempt < ATTEMPTS_MAX && isOvertaken(failure)) {
                return attempt(write, lookUp.get(), attempt + 1);
            }
            return CompletableFuture.failedFuture(failure);
        });
    }

    private static boolean isOvertaken(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof StoreException refused && refused.code() == StoreException.Code.AUTH_OLD_REVISION;
    }

    /** Fails unless every key that is on one of {@code leases} may be written. */
    private CompletableFuture<Void> writable(Set<Long> leases, Permissions permissions) {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        if (permissions.isRoot()) {
            return all;
        }
        for (long id : leases) {
            all = all.thenCompose(_ -> member.leaseTimeToLive(id, true))
                    .thenAccept(lease -> permitted(permissions.mayWriteAll(lease.keys())));
        }
        return all;
    }

    private static void permitted(boolean may) {
        if (!may) {
            throw StoreException.of(StoreException.Code.PERMISSION_DENIED);
        }
    }

    /** Passes a watch on for as long as its user may see it. Called by one thread at a time, as listeners are. */
    private final class Guard implements WatchListener {
        private final WatchListener listener;
        private final CompletableFuture<Watch> watch = new CompletableFuture<>();
        private long checkedRevision = grant.revision();
        private boolean closed;

        Guard(WatchListener listener) {
            this.listener = listener;
        }

        void guards(Watch opened) {
            watch.complete(opened);
        }

        @Override
        public void onEvents(long revision, List<Event> events) {
            if (permitted()) {
                listener.onEvents(revision, events);
            }
        }

        @Override
        public void onProgress(long revision) {
            if (permitted()) {
                listener.onProgress(revision);
            }
        }

        @Override
        public void onClosed(StoreException cause) {
            if (!closed) {
                closed = true;
                listener.onClosed(cause);
            }
        }

        private boolean permitted() {
            long current = member.auth().state().revision();
            if (!closed && current != checkedRevision) {
                checkedRevision = current;
                if (!stillPermitted.test(grant)) {
                    onClosed(StoreException.of(StoreException.Code.PERMISSION_DENIED));
                    watch.thenAccept(Watch::close);
                }
            }
            return !closed;
        }
    }
}
