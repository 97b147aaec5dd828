package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on the owner's thread, in three steps: which branches run is decided on the state before it, nested
 * ones included; then everything that could fail is checked; then the operations run, which cannot fail any more.
 * Source: contract 2.5.
 */
final class WriteTxn {
    /** The branch taken, with the branches taken by its nested transactions in their order. */
    private record Taken(boolean succeeded, List<Op> ops, List<Taken> nested) {}

    private final Keyspace keyspace;
    private final Taken taken;

    WriteTxn(Keyspace keyspace, Txn txn) {
        this.keyspace = keyspace;
        this.taken = decide(keyspace.working(), txn);
    }

    TxnResult run() {
        Reader before = keyspace.working();
        checkPuts(before, taken);
        checkRanges(before, taken);
        List<OpResult> results = run(taken);
        return new TxnResult(keyspace.finish(), taken.succeeded, results);
    }

    private static Taken decide(Reader state, Txn txn) {
        // The owner itself compacts, so its reads are never overtaken.
        boolean succeeded = Boolean.TRUE.equals(state.holds(txn.compares()));
        List<Op> ops = succeeded ? txn.success() : txn.failure();
        List<Taken> nested = List.of();
        for (Op op : ops) {
            if (op instanceof Op.Nested inner) {
                nested = nested.isEmpty() ? new ArrayList<>() : nested;
                nested.add(decide(state, inner.txn()));
            }
        }
        return new Taken(succeeded, ops, nested);
    }

    /** Before the ranges, as etcd does: of several mistakes the same one is told. */
    private void checkPuts(Reader before, Taken branch) {
        int nested = 0;
        for (Op op : branch.ops) {
            switch (op) {
                case Op.Put put -> checkPut(before, put);
                case Op.Get _, Op.Delete _ -> {}
                case Op.Nested _ -> checkPuts(before, branch.nested.get(nested++));
            }
        }
    }

    private void checkRanges(Reader before, Taken branch) {
        int nested = 0;
        for (Op op : branch.ops) {
            switch (op) {
                case Op.Get get -> before.checkInTxn(get.request(), before.newest());
                case Op.Put _, Op.Delete _ -> {}
                case Op.Nested _ -> checkRanges(before, branch.nested.get(nested++));
            }
        }
    }

    private void checkPut(Reader before, Op.Put put) {
        if (put.ignoreValue() || put.ignoreLease()) {
            if (live(before, put.key()) == null) {
                throw StoreException.of(StoreException.Code.KEY_NOT_FOUND);
            }
        }
        if (put.lease() != 0 && !keyspace.leases().contains(put.lease())) {
            throw StoreException.of(StoreException.Code.LEASE_NOT_FOUND);
        }
    }

    private List<OpResult> run(Taken branch) {
        List<OpResult> results = new ArrayList<>(branch.ops.size());
        int nested = 0;
        for (Op op : branch.ops) {
            results.add(
                    switch (op) {
                        case Op.Put put -> put(put);
                        case Op.Delete delete -> delete(delete);
                        case Op.Get get -> new OpResult.Get(get(get.request()));
                        case Op.Nested _ -> {
                            Taken inner = branch.nested.get(nested++);
                            List<OpResult> within = run(inner);
                            yield new OpResult.Nested(
                                    new TxnResult(keyspace.workingRevision(), inner.succeeded, within));
                        }
                    });
        }
        return results;
    }

    private OpResult put(Op.Put put) {
        Bytes value = put.value();
        long lease = put.lease();
        if (put.ignoreValue() || put.ignoreLease()) {
            Reader now = keyspace.working();
            Version present = live(now, put.key());
            if (present == null) {
                throw new IllegalStateException("checked before, gone now: " + put.key());
            }
            value = put.ignoreValue() ? keyspace.pair(present).value() : value;
            lease = put.ignoreLease() ? present.lease : lease;
        }
        KeyValue previous = keyspace.put(put.key(), value, lease, put.previous());
        return new OpResult.Put(put.previous() ? previous : null);
    }

    private OpResult delete(Op.Delete delete) {
        List<KeyHistory> keys = keyspace.working().liveKeys(delete.range());
        List<KeyValue> previous = delete.previous() ? new ArrayList<>(keys.size()) : List.of();
        for (KeyHistory key : keys) {
            KeyValue pair = keyspace.delete(key, key.head(), delete.previous());
            if (delete.previous() && pair != null) {
                previous.add(pair);
            }
        }
        return new OpResult.Delete(keys.size(), previous);
    }

    private RangeResult get(RangeRequest request) {
        Reader now = keyspace.working();
        RangeResult result = now.range(request, now.newest());
        if (result == null) {
            throw new IllegalStateException("the owner was overtaken by its own compaction");
        }
        return result;
    }

    private static @Nullable Version live(Reader state, Bytes key) {
        KeyHistory history = state.index().find(key);
        return history == null ? null : history.live(state.newest());
    }
}
