package io.tholepin.contracts;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The semantics of a store in the plainest form: a complete map for each revision, every question answered by looking
 * at all keys. An oracle for tests with few keys; answers at once, throws {@link StoreException}, one thread. Source:
 * contract 2.2-2.6, 2.8.
 */
public final class ModelStore {
    private final TreeMap<Long, TreeMap<Bytes, KeyValue>> states = new TreeMap<>();
    private final List<Event> history = new ArrayList<>();
    private final TreeMap<Long, Long> leaseTtls = new TreeMap<>();
    private long revision = 1;
    private long compactRevision = -1;

    // Of the transaction that runs.
    private TreeMap<Bytes, KeyValue> working = new TreeMap<>();
    private final List<Event> changes = new ArrayList<>();

    /** A fresh store. */
    public ModelStore() {
        states.put(revision, new TreeMap<>());
    }

    /** The current revision. */
    public long revision() {
        return revision;
    }

    /** The last compacted revision, -1 for none. */
    public long compactRevision() {
        return compactRevision;
    }

    /** Every change from the first on. */
    public List<Event> history() {
        return List.copyOf(history);
    }

    /** What a watch of everything may still ask for. */
    public List<Event> readableHistory() {
        return history.stream()
                .filter(event -> event.kv().modRevision() >= compactRevision)
                .toList();
    }

    /** Reads a range. */
    public RangeResult range(RangeRequest request) {
        requireKey(request.range());
        if (request.revision() > revision) {
            throw StoreException.of(StoreException.Code.FUTURE_REVISION);
        }
        if (request.revision() > 0 && request.revision() < compactRevision) {
            throw StoreException.compacted(compactRevision);
        }
        return range(request, state(request.revision() <= 0 ? revision : request.revision()), revision);
    }

    /** Runs a transaction; kind REFUSED when it breaks a rule. */
    public TxnResult txn(Txn txn) {
        ModelRules.check(txn);
        working = new TreeMap<>(state(revision));
        changes.clear();
        Map<Txn, Boolean> decisions = new IdentityHashMap<>();
        decide(txn, decisions);
        // Of several mistakes etcd tells those of puts first.
        checkPuts(txn, decisions);
        checkRanges(txn, decisions);
        List<OpResult> results = run(txn, decisions);
        end();
        return new TxnResult(revision, decided(txn, decisions), results);
    }

    /** Compacts and returns the revision. */
    public long compact(long at) {
        if (at <= compactRevision) {
            throw StoreException.compacted(compactRevision);
        }
        if (at > revision) {
            throw StoreException.of(StoreException.Code.FUTURE_REVISION);
        }
        compactRevision = at;
        return revision;
    }

    /** Grants a lease with a given id and TTL. */
    public void grant(long id, long ttlSeconds) {
        if (leaseTtls.putIfAbsent(id, ttlSeconds) != null) {
            throw StoreException.of(StoreException.Code.LEASE_EXISTS);
        }
    }

    /** Revokes a lease and returns the revision. */
    public long revoke(long id) {
        if (!leaseTtls.containsKey(id)) {
            throw StoreException.of(StoreException.Code.LEASE_NOT_FOUND);
        }
        working = new TreeMap<>(state(revision));
        changes.clear();
        for (Bytes key : attached(id)) {
            remove(key);
        }
        leaseTtls.remove(id);
        end();
        return revision;
    }

    /** A lease with its keys, null when there is none. */
    public @Nullable Lease lease(long id) {
        Long ttl = leaseTtls.get(id);
        return ttl == null ? null : new Lease(id, ttl, ttl, attached(id));
    }

    private List<Bytes> attached(long id) {
        return state(revision).values().stream()
                .filter(kv -> kv.lease() == id)
                .map(KeyValue::key)
                .toList();
    }

    private TreeMap<Bytes, KeyValue> state(long at) {
        return states.floorEntry(at).getValue();
    }

    private void end() {
        if (!changes.isEmpty()) {
            revision++;
            states.put(revision, working);
            history.addAll(changes);
        }
    }

    private long seenRevision() {
        return changes.isEmpty() ? revision : revision + 1;
    }

    private void decide(Txn txn, Map<Txn, Boolean> decisions) {
        boolean holds = txn.compares().stream().allMatch(this::holds);
        decisions.put(txn, holds);
        for (Op op : holds ? txn.success() : txn.failure()) {
            if (op instanceof Op.Nested nested) {
                decide(nested.txn(), decisions);
            }
        }
    }

    private static boolean decided(Txn txn, Map<Txn, Boolean> decisions) {
        return Boolean.TRUE.equals(decisions.get(txn));
    }

    private static List<Op> taken(Txn txn, Map<Txn, Boolean> decisions) {
        return decided(txn, decisions) ? txn.success() : txn.failure();
    }

    private boolean holds(Compare compare) {
        List<KeyValue> inRange = working.values().stream()
                .filter(kv -> compare.range().contains(kv.key()))
                .toList();
        return inRange.isEmpty() ? holds(compare, null) : inRange.stream().allMatch(kv -> holds(compare, kv));
    }

    private static boolean holds(Compare compare, @Nullable KeyValue kv) {
        if (kv == null && compare.target() == Compare.Target.VALUE) {
            return false;
        }
        KeyValue seen = kv == null ? new KeyValue(Bytes.EMPTY, Bytes.EMPTY, 0, 0, 0, 0) : kv;
        int order = switch (compare.target()) {
            case VERSION -> Long.compare(seen.version(), compare.number());
            case CREATE -> Long.compare(seen.createRevision(), compare.number());
            case MOD -> Long.compare(seen.modRevision(), compare.number());
            case LEASE -> Long.compare(seen.lease(), compare.number());
            case VALUE -> seen.value().compareTo(compare.value());
        };
        return switch (compare.result()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
        };
    }

    private void checkPuts(Txn txn, Map<Txn, Boolean> decisions) {
        for (Op op : taken(txn, decisions)) {
            switch (op) {
                case Op.Put put -> {
                    if ((put.ignoreValue() || put.ignoreLease()) && !working.containsKey(put.key())) {
                        throw StoreException.of(StoreException.Code.KEY_NOT_FOUND);
                    }
                    if (put.lease() != 0 && !leaseTtls.containsKey(put.lease())) {
                        throw StoreException.of(StoreException.Code.LEASE_NOT_FOUND);
                    }
                }
                case Op.Get _, Op.Delete _ -> {}
                case Op.Nested nested -> checkPuts(nested.txn(), decisions);
            }
        }
    }

    private void checkRanges(Txn txn, Map<Txn, Boolean> decisions) {
        for (Op op : taken(txn, decisions)) {
            switch (op) {
                case Op.Get get -> {
                    long at = get.request().revision();
                    if (at > revision) {
                        throw StoreException.of(StoreException.Code.FUTURE_REVISION);
                    }
                    if (at < 0 || (at > 0 && at < compactRevision)) {
                        throw StoreException.compacted(compactRevision);
                    }
                }
                case Op.Put _, Op.Delete _ -> {}
                case Op.Nested nested -> checkRanges(nested.txn(), decisions);
            }
        }
    }

    private List<OpResult> run(Txn txn, Map<Txn, Boolean> decisions) {
        List<OpResult> results = new ArrayList<>();
        for (Op op : taken(txn, decisions)) {
            results.add(
                    switch (op) {
                        case Op.Put put -> run(put);
                        case Op.Delete delete -> run(delete);
                        case Op.Get get -> {
                            long at = get.request().revision();
                            yield new OpResult.Get(range(get.request(), at == 0 ? working : state(at), seenRevision()));
                        }
                        case Op.Nested nested -> {
                            List<OpResult> inner = run(nested.txn(), decisions);
                            yield new OpResult.Nested(
                                    new TxnResult(seenRevision(), decided(nested.txn(), decisions), inner));
                        }
                    });
        }
        return results;
    }

    private OpResult run(Op.Put put) {
        KeyValue before = working.get(put.key());
        Bytes value = put.ignoreValue() && before != null ? before.value() : put.value();
        long lease = put.ignoreLease() && before != null ? before.lease() : put.lease();
        long now = revision + 1;
        KeyValue after = before == null
                ? new KeyValue(put.key(), value, now, now, 1, lease)
                : new KeyValue(put.key(), value, before.createRevision(), now, before.version() + 1, lease);
        working.put(put.key(), after);
        changes.add(new Event(Event.Type.PUT, after, before));
        return new OpResult.Put(put.previous() ? before : null);
    }

    private OpResult run(Op.Delete delete) {
        List<KeyValue> gone = working.values().stream()
                .filter(kv -> delete.range().contains(kv.key()))
                .toList();
        gone.forEach(kv -> remove(kv.key()));
        return new OpResult.Delete(gone.size(), delete.previous() ? gone : List.of());
    }

    private void remove(Bytes key) {
        KeyValue before = working.remove(key);
        changes.add(new Event(Event.Type.DELETE, new KeyValue(key, Bytes.EMPTY, 0, revision + 1, 0, 0), before));
    }

    private static RangeResult range(RangeRequest request, TreeMap<Bytes, KeyValue> state, long seen) {
        List<KeyValue> all = state.values().stream()
                .filter(kv -> request.range().contains(kv.key()))
                .toList();
        if (request.countOnly()) {
            return new RangeResult(seen, List.of(), false, all.size());
        }
        List<KeyValue> passing =
                new ArrayList<>(all.stream().filter(kv -> passes(request, kv)).toList());
        boolean filtered = passes(request);
        if (request.limit() > 0
                && !filtered
                && request.order() == RangeRequest.SortOrder.NONE
                && passing.size() > request.limit() + 1) {
            passing = passing.subList(0, (int) request.limit() + 1);
        }
        passing.sort(order(request));
        boolean more = request.limit() > 0 && passing.size() > request.limit();
        List<KeyValue> cut = more ? passing.subList(0, (int) request.limit()) : passing;
        List<KeyValue> shown =
                cut.stream().map(kv -> request.keysOnly() ? bare(kv) : kv).toList();
        return new RangeResult(seen, shown, more, all.size());
    }

    private static boolean passes(RangeRequest request) {
        return (request.minModRevision()
                        | request.maxModRevision()
                        | request.minCreateRevision()
                        | request.maxCreateRevision())
                != 0;
    }

    private static boolean passes(RangeRequest request, KeyValue kv) {
        return (request.minModRevision() == 0 || kv.modRevision() >= request.minModRevision())
                && (request.maxModRevision() == 0 || kv.modRevision() <= request.maxModRevision())
                && (request.minCreateRevision() == 0 || kv.createRevision() >= request.minCreateRevision())
                && (request.maxCreateRevision() == 0 || kv.createRevision() <= request.maxCreateRevision());
    }

    /** Equals stay in key order, which etcd leaves open. */
    private static Comparator<KeyValue> order(RangeRequest request) {
        Map<RangeRequest.SortTarget, Comparator<KeyValue>> orders = new HashMap<>();
        orders.put(RangeRequest.SortTarget.KEY, Comparator.comparing(KeyValue::key));
        orders.put(RangeRequest.SortTarget.VALUE, Comparator.comparing(KeyValue::value));
        orders.put(RangeRequest.SortTarget.VERSION, Comparator.comparingLong(KeyValue::version));
        orders.put(RangeRequest.SortTarget.CREATE, Comparator.comparingLong(KeyValue::createRevision));
        orders.put(RangeRequest.SortTarget.MOD, Comparator.comparingLong(KeyValue::modRevision));
        Comparator<KeyValue> order = Objects.requireNonNull(orders.get(request.target()));
        return request.order() == RangeRequest.SortOrder.DESCEND ? order.reversed() : order;
    }

    private static KeyValue bare(KeyValue kv) {
        return new KeyValue(kv.key(), Bytes.EMPTY, kv.createRevision(), kv.modRevision(), kv.version(), kv.lease());
    }

    private static void requireKey(KeyRange range) {
        if (range.start().isEmpty()) {
            throw StoreException.of(StoreException.Code.EMPTY_KEY);
        }
    }
}
