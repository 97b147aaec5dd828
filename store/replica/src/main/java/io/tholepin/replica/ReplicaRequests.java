package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.LeaseTimers;
import io.tholepin.keyspace.Outcome;
import io.tholepin.keyspace.TxnRules;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.security.SecureRandom;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Requests to a member, by anyone or by a caller who was permitted at some state of auth. */
final class ReplicaRequests implements Store {
    private final ReplicaParts parts;
    private final Supplier<StoreStatus> status;
    private final OptionalLong authRevision;
    private final SecureRandom random = new SecureRandom();

    /** @param authRevision at which the caller was permitted to write; empty for one who needs no permission */
    ReplicaRequests(ReplicaParts parts, Supplier<StoreStatus> status, OptionalLong authRevision) {
        this.parts = parts;
        this.status = status;
        this.authRevision = authRevision;
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        try {
            TxnRules.check(txn, parts.limits());
        } catch (StoreException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        if (txn.isReadOnly()) {
            return parts.reads().read(isLocal(txn), false, () -> {
                TxnResult result = parts.keyspace().read(txn);
                parts.observer().ranged(result.results().size());
                return result;
            });
        }
        return write(new Command.Write(txn), outcome -> ((Outcome.Wrote) outcome).result());
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        try {
            TxnRules.check(request);
        } catch (StoreException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        parts.observer().ranged(1);
        boolean small = request.range().isSingleKey() || request.countOnly();
        return parts.reads()
                .read(request.serializable(), small, () -> parts.keyspace().range(request));
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        return parts.reads().read(false, true, () -> parts.keyspace().revision());
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return parts.hub().open(request, listener);
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        CompletableFuture<Long> logical = write(new Command.Compact(revision), ReplicaRequests::revision);
        return physical
                ? Answers.plain(
                        logical.thenCompose(current -> parts.chores().swept().thenApply(_ -> current)))
                : logical;
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        if (ttlSeconds > LeaseTimers.TTL_SECONDS_MAX) {
            return CompletableFuture.failedFuture(StoreException.of(Code.LEASE_TTL_TOO_LARGE));
        }
        long chosen = id != 0 ? id : random.nextLong(1, Long.MAX_VALUE);
        long ttl = Math.max(ttlSeconds, LeaseTimers.TTL_SECONDS_MIN);
        return write(new Command.LeaseGrant(chosen, ttl), _ -> new Lease(chosen, ttl, ttl, List.of()));
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        return write(new Command.LeaseRevoke(id), ReplicaRequests::revision);
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        return ifRunning(() -> parts.leases().keepAlive(id));
    }

    @Override
    public CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys) {
        return ifRunning(() -> parts.leases().timeToLive(id, keys));
    }

    @Override
    public CompletableFuture<List<Long>> leases() {
        return parts.reads()
                .read(true, true, () -> List.copyOf(parts.keyspace().leaseTtls().keySet()));
    }

    @Override
    public StoreStatus status() {
        return status.get();
    }

    /** Does nothing: the member goes on. */
    @Override
    public void close() {}

    /** Puts a command into the log, unless the quota is used up. */
    <T> CompletableFuture<T> write(Command command, Function<Outcome, T> reading) {
        StoreException refusal = parts.quota().refusal(command);
        return refusal != null
                ? CompletableFuture.failedFuture(refusal)
                : parts.proposals().submit(permitted(command), reading);
    }

    private Command permitted(Command command) {
        return authRevision.isPresent() ? new Command.Guarded(authRevision.getAsLong(), command) : command;
    }

    private <T> CompletableFuture<T> ifRunning(Supplier<CompletableFuture<T>> request) {
        StoreException stopped = parts.ended().get();
        return stopped != null ? CompletableFuture.failedFuture(stopped) : Answers.plain(request.get());
    }

    private static long revision(Outcome outcome) {
        return ((Outcome.Done) outcome).revision();
    }

    private static boolean isLocal(Txn txn) {
        return Stream.concat(txn.success().stream(), txn.failure().stream())
                .allMatch(op -> op instanceof Op.Get get && get.request().serializable());
    }
}
