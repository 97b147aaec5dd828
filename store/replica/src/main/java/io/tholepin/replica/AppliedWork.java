package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.Outcome;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.StoreObserver;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.util.List;

/** What a command did when it was applied, counted for metrics as etcd counts it. One thread. Source: contract 3.3. */
final class AppliedWork {
    private int puts;
    private int deletes;
    private int ranges;
    private long putBytes;

    private AppliedWork() {}

    /** Tells {@code observer} of a command that was applied; of one that was refused there is nothing to tell. */
    static void tell(StoreObserver observer, Command command, Outcome outcome) {
        switch (command) {
            case Command.Guarded guarded -> tell(observer, guarded.command(), outcome);
            case Command.Write write
            when outcome instanceof Outcome.Wrote wrote -> {
                AppliedWork work = new AppliedWork();
                work.count(write.txn(), wrote.result());
                observer.wrote(work.puts, work.deletes, work.ranges, work.putBytes);
            }
            case Command.LeaseGrant grant
            when outcome instanceof Outcome.Done -> observer.leaseGranted(grant.ttlSeconds());
            case Command.LeaseRevoke _ when outcome instanceof Outcome.Done -> observer.leaseRevoked();
            default -> {
                // Of no concern to these metrics.
            }
        }
    }

    private void count(Txn txn, TxnResult result) {
        List<Op> ops = result.succeeded() ? txn.success() : txn.failure();
        for (int i = 0; i < ops.size(); i++) {
            switch (ops.get(i)) {
                case Op.Put put -> {
                    puts++;
                    putBytes += put.key().length() + put.value().length();
                }
                case Op.Delete _ -> deletes++;
                case Op.Get _ -> ranges++;
                case Op.Nested nested ->
                    count(nested.txn(), ((OpResult.Nested) result.results().get(i)).txn());
            }
        }
    }
}
