package io.tholepin.contracts;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules a transaction must keep, found the long way: every way in which its nested conditions could turn out is
 * played through. For transactions with few nested ones. Source: contract 2.5.
 */
final class ModelRules {
    private ModelRules() {}

    static void check(Txn txn) {
        checkFields(txn, Store.TXN_OPS_MAX);
        for (List<Op> branch : List.of(txn.success(), txn.failure())) {
            for (List<Op> played : plays(branch)) {
                checkPlay(played);
            }
        }
    }

    private static void checkFields(Txn txn, int budget) {
        int most = Math.max(
                txn.compares().size(),
                Math.max(txn.success().size(), txn.failure().size()));
        if (most > budget) {
            throw StoreException.of(StoreException.Code.TOO_MANY_OPS);
        }
        for (Compare compare : txn.compares()) {
            requireKey(compare.range());
        }
        for (List<Op> branch : List.of(txn.success(), txn.failure())) {
            for (Op op : branch) {
                switch (op) {
                    case Op.Put put -> checkPut(put);
                    case Op.Delete delete -> requireKey(delete.range());
                    case Op.Get get -> requireKey(get.request().range());
                    case Op.Nested nested -> checkFields(nested.txn(), budget - most);
                }
            }
        }
    }

    private static void checkPut(Op.Put put) {
        requireKey(KeyRange.key(put.key()));
        if (put.ignoreValue() && !put.value().isEmpty()) {
            throw StoreException.of(StoreException.Code.VALUE_PROVIDED);
        }
        if (put.ignoreLease() && put.lease() != 0) {
            throw StoreException.of(StoreException.Code.LEASE_PROVIDED);
        }
    }

    /** Every sequence of plain operations that {@code ops} can come to. */
    private static List<List<Op>> plays(List<Op> ops) {
        List<List<Op>> plays = List.of(List.of());
        for (Op op : ops) {
            List<List<Op>> ends = op instanceof Op.Nested nested ? plays(nested.txn()) : List.of(List.of(op));
            List<List<Op>> longer = new ArrayList<>();
            for (List<Op> play : plays) {
                for (List<Op> end : ends) {
                    List<Op> joined = new ArrayList<>(play);
                    joined.addAll(end);
                    longer.add(joined);
                }
            }
            plays = longer;
        }
        return plays;
    }

    private static List<List<Op>> plays(Txn txn) {
        List<List<Op>> plays = new ArrayList<>(plays(txn.success()));
        plays.addAll(plays(txn.failure()));
        return plays;
    }

    private static void checkPlay(List<Op> played) {
        Set<Bytes> puts = new HashSet<>();
        for (Op op : played) {
            if (op instanceof Op.Put put && !puts.add(put.key())) {
                throw StoreException.of(StoreException.Code.DUPLICATE_KEY);
            }
        }
        for (Op op : played) {
            if (op instanceof Op.Delete delete && puts.stream().anyMatch(delete.range()::contains)) {
                throw StoreException.of(StoreException.Code.DUPLICATE_KEY);
            }
        }
    }

    private static void requireKey(KeyRange range) {
        if (range.start().isEmpty()) {
            throw StoreException.of(StoreException.Code.EMPTY_KEY);
        }
    }
}
