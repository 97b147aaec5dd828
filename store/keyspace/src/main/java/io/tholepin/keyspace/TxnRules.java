package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What can be said about a request without looking at any state. A store calls these before a request enters the log,
 * so that the log holds only commands that every member can carry out. Pure functions; any thread. Source: contract
 * 2.5.
 */
public final class TxnRules {
    /** What an operation or a compare costs beyond its keys and values; generous, so that the encoded form fits. */
    private static final int OP_BYTES = 32;

    private TxnRules() {}

    /**
     * How much one request may bring. Asked where a request comes in and nowhere else: what is in the log is applied
     * by every member, whatever its own limits are.
     *
     * @param requestBytesMax most bytes of keys and values of one request, 1 to {@link #REQUEST_BYTES_MOST}
     * @param txnOpsMax most operations in each list of a transaction, at least 1; what a list leaves of it is there
     *     for nested ones
     */
    public record Limits(int requestBytesMax, int txnOpsMax) {
        /** The most that {@link #requestBytesMax} can be: messages between members hold this and half as much again. */
        public static final int REQUEST_BYTES_MOST = 32 << 20;

        /** etcd's. */
        public static final Limits DEFAULT = new Limits(Store.REQUEST_BYTES_MAX, Store.TXN_OPS_MAX);

        public Limits {
            if (requestBytesMax < 1 || requestBytesMax > REQUEST_BYTES_MOST) {
                throw new IllegalArgumentException(
                        "requestBytesMax: " + requestBytesMax + " (expected: 1 to " + REQUEST_BYTES_MOST + ")");
            }
            if (txnOpsMax < 1) {
                throw new IllegalArgumentException("txnOpsMax: " + txnOpsMax + " (expected: >= 1)");
            }
        }
    }

    /**
     * Checks both branches of {@code txn}, nested ones included, with etcd's default limits.
     *
     * @throws StoreException when it breaks a rule; kind {@link StoreException.Kind#REFUSED}
     */
    public static void check(Txn txn) {
        check(txn, Limits.DEFAULT);
    }

    /**
     * The same with other limits.
     *
     * @throws StoreException when it breaks a rule; kind {@link StoreException.Kind#REFUSED}
     */
    public static void check(Txn txn, Limits limits) {
        checkOps(txn, limits.txnOpsMax());
        checkOverlaps(txn.success());
        checkOverlaps(txn.failure());
        if (bytes(txn, 0) > limits.requestBytesMax()) {
            throw StoreException.of(StoreException.Code.REQUEST_TOO_LARGE);
        }
    }

    /**
     * Checks a read.
     *
     * @throws StoreException when it breaks a rule
     */
    public static void check(RangeRequest request) {
        requireKey(request.range());
    }

    /** About how many bytes {@code txn} takes in the log; at least its keys and values. */
    static int bytes(Txn txn) {
        return (int) Math.min(bytes(txn, OP_BYTES), Integer.MAX_VALUE / 2);
    }

    /** Bytes of the keys and values of {@code txn}, and {@code each} for an operation or a compare. */
    private static long bytes(Txn txn, int each) {
        long total = 0;
        for (Compare compare : txn.compares()) {
            total += each + bytes(compare.range()) + compare.value().length();
        }
        return total + bytes(txn.success(), each) + bytes(txn.failure(), each);
    }

    private static long bytes(List<Op> ops, int each) {
        long total = 0;
        for (Op op : ops) {
            total += each
                    + switch (op) {
                        case Op.Put put -> put.key().length() + put.value().length();
                        case Op.Delete delete -> bytes(delete.range());
                        case Op.Get get -> bytes(get.request().range());
                        case Op.Nested nested -> bytes(nested.txn(), each);
                    };
        }
        return total;
    }

    private static int bytes(KeyRange range) {
        return range.start().length() + range.end().length();
    }

    private static void checkOps(Txn txn, int budget) {
        int most = Math.max(
                txn.compares().size(),
                Math.max(txn.success().size(), txn.failure().size()));
        if (most > budget) {
            throw StoreException.of(StoreException.Code.TOO_MANY_OPS);
        }
        for (Compare compare : txn.compares()) {
            requireKey(compare.range());
        }
        for (Op op : txn.success()) {
            checkOp(op, budget - most);
        }
        for (Op op : txn.failure()) {
            checkOp(op, budget - most);
        }
    }

    private static void checkOp(Op op, int budget) {
        switch (op) {
            case Op.Put put -> {
                if (put.key().isEmpty()) {
                    throw StoreException.of(StoreException.Code.EMPTY_KEY);
                }
                if (put.ignoreValue() && !put.value().isEmpty()) {
                    throw StoreException.of(StoreException.Code.VALUE_PROVIDED);
                }
                if (put.ignoreLease() && put.lease() != 0) {
                    throw StoreException.of(StoreException.Code.LEASE_PROVIDED);
                }
            }
            case Op.Delete delete -> requireKey(delete.range());
            case Op.Get get -> check(get.request());
            case Op.Nested nested -> checkOps(nested.txn(), budget);
        }
    }

    private static void requireKey(KeyRange range) {
        if (range.start().isEmpty()) {
            throw StoreException.of(StoreException.Code.EMPTY_KEY);
        }
    }

    /** The keys a list of operations puts and the ranges it deletes, whichever way its nested conditions turn out. */
    private record Touched(Set<Bytes> puts, List<KeyRange> deletes) {
        boolean deletes(Bytes key) {
            for (KeyRange range : deletes) {
                if (range.contains(key)) {
                    return true;
                }
            }
            return false;
        }

        boolean clashesWith(Touched other) {
            return other.puts.stream().anyMatch(key -> puts.contains(key) || deletes(key))
                    || puts.stream().anyMatch(other::deletes);
        }

        void add(Touched other) {
            puts.addAll(other.puts);
            deletes.addAll(other.deletes);
        }
    }

    /** No key is put twice, or put and deleted, by operations that can run together. */
    private static Touched checkOverlaps(List<Op> ops) {
        Touched all = new Touched(new HashSet<>(), new ArrayList<>());
        if (ops.size() == 1 && !(ops.getFirst() instanceof Op.Nested)) {
            all.add(touched(ops.getFirst()));
            return all;
        }
        for (Op op : ops) {
            Touched one = touched(op);
            if (all.clashesWith(one)) {
                throw StoreException.of(StoreException.Code.DUPLICATE_KEY);
            }
            all.add(one);
        }
        return all;
    }

    private static Touched touched(Op op) {
        return switch (op) {
            case Op.Put put -> new Touched(Set.of(put.key()), List.of());
            case Op.Delete delete -> new Touched(Set.of(), List.of(delete.range()));
            case Op.Get _ -> new Touched(Set.of(), List.of());
            case Op.Nested nested -> {
                Touched either = checkOverlaps(nested.txn().success());
                either.add(checkOverlaps(nested.txn().failure()));
                yield either;
            }
        };
    }
}
