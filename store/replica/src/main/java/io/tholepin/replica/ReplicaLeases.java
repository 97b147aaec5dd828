package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.LeaseTimers;
import io.tholepin.kv.Lease;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * What leases have left: known to the leader alone, and asked of it through whichever member. The leader makes sure
 * that it still leads before it promises anything: a deposed one that renewed a lease would promise what its successor
 * does not keep. Thread-safe. Source: contract 2.8.
 */
final class ReplicaLeases {
    private static final int KEEP_ALIVE = 1;
    private static final int TIME_TO_LIVE = 2;

    private final Keyspace keyspace;
    private final ReplicaMachine machine;
    private final Proposals proposals;
    private final ReadRounds rounds;
    private final LeaseTimers timers;
    private final LeaderCalls calls;
    private final LongSupplier millisClock;
    private final StoreObserver observer;

    ReplicaLeases(
            Keyspace keyspace,
            ReplicaMachine machine,
            Proposals proposals,
            ReadRounds rounds,
            LeaseTimers timers,
            LeaderCalls calls,
            LongSupplier millisClock,
            StoreObserver observer) {
        this.observer = observer;
        this.keyspace = keyspace;
        this.machine = machine;
        this.proposals = proposals;
        this.rounds = rounds;
        this.timers = timers;
        this.calls = calls;
        this.millisClock = millisClock;
        calls.serve(KEEP_ALIVE, in -> encoded(renew(in.readLong())));
        calls.serve(TIME_TO_LIVE, in -> encoded(look(in.readLong(), in.readBoolean())));
    }

    CompletableFuture<Lease> keepAlive(long id) {
        if (machine.leads()) {
            return renew(id);
        }
        byte[] arguments = PeerCodec.bytes(out -> out.writeLong(id));
        return calls.call(new LeaderCalls.Request(KEEP_ALIVE, arguments, true), PeerCodec::takeLease);
    }

    CompletableFuture<Lease> timeToLive(long id, boolean keys) {
        if (machine.leads()) {
            return look(id, keys);
        }
        byte[] arguments = PeerCodec.bytes(out -> {
            out.writeLong(id);
            out.writeBoolean(keys);
        });
        return calls.call(new LeaderCalls.Request(TIME_TO_LIVE, arguments, true), PeerCodec::takeLease);
    }

    /** Notes what is left of long leases in the log; for the leader's chores. */
    void checkpoint(int most) {
        for (Map.Entry<Long, Long> due :
                timers.checkpoints(millisClock.getAsLong(), most).entrySet()) {
            note(due.getKey(), due.getValue());
        }
    }

    private CompletableFuture<Lease> renew(long id) {
        return confirmed().thenCompose(_ -> {
            CompletableFuture<Void> before = timers.isNoted(id) ? note(id, 0) : CompletableFuture.completedFuture(null);
            return before.thenApply(_ -> {
                requireLeading();
                long ttl = timers.renew(id, millisClock.getAsLong());
                if (ttl > 0) {
                    observer.leaseRenewed();
                }
                return new Lease(id, ttl, ttl, List.of());
            });
        });
    }

    private CompletableFuture<Lease> look(long id, boolean keys) {
        return confirmed().thenApply(_ -> {
            requireLeading();
            Lease lease = keyspace.lease(id, keys);
            long remaining = timers.remainingSeconds(id, millisClock.getAsLong());
            return lease == null || remaining < 0
                    ? new Lease(id, 0, -1, List.of())
                    : new Lease(id, lease.grantedTtlSeconds(), remaining, lease.keys());
        });
    }

    private CompletableFuture<Void> note(long id, long leftSeconds) {
        return proposals.submit(new Command.LeaseCheckpoint(id, leftSeconds), _ -> {
            timers.noted(id, leftSeconds);
            return null;
        });
    }

    private CompletableFuture<Void> confirmed() {
        return rounds.mayReadNow() ? CompletableFuture.completedFuture(null) : rounds.confirm();
    }

    private void requireLeading() {
        if (!machine.leads()) {
            throw StoreException.of(Code.NO_LEADER);
        }
    }

    private static CompletableFuture<byte[]> encoded(CompletableFuture<Lease> lease) {
        return lease.thenApply(found -> PeerCodec.bytes(out -> PeerCodec.putLease(out, found)));
    }
}
