package io.tholepin.keyspace;

import io.tholepin.kv.ForwardingStore;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A {@link LocalStore} whose writes are guarded; closing it leaves that open. */
final class PermittedStore extends ForwardingStore {
    private final LocalStore local;
    private final UnaryOperator<Command> guard;

    PermittedStore(LocalStore local, UnaryOperator<Command> guard) {
        super(local);
        this.local = local;
        this.guard = guard;
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        return local.txn(txn, guard);
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        return local.compact(revision, physical, guard);
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        return local.leaseGrant(id, ttlSeconds, guard);
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        return local.leaseRevoke(id, guard);
    }

    @Override
    public void close() {}
}
