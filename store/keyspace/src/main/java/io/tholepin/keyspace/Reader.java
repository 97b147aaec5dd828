package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads one state: an index and the revision it was built for. Immutable. A compaction may run at the same time and cut
 * off what a read at an older revision needs; every read checks for that at its end.
 *
 * @param newest revision of the index's own state, uncommitted changes included
 * @param recent where pairs that were read from the engine are kept
 * @param compactRevision reads the present one
 */
record Reader(KeyIndex index, long newest, Engine engine, RecentPairs recent, LongSupplier compactRevision) {
    /** Pairs of one range that are kept for the next readers: a scan would push out what they need. */
    private static final int KEPT_MAX = 100;

    /**
     * Answers a read; null when a compaction overtook a read of the newest state, which must then be repeated on a
     * newer one.
     *
     * @param committed what counts as the current revision for explicit revisions; the rest of contract 2.4
     */
    @Nullable
    RangeResult range(RangeRequest request, long committed) {
        if (request.revision() > committed) {
            throw StoreException.of(StoreException.Code.FUTURE_REVISION);
        }
        if (request.revision() > 0 && request.revision() < compactRevision.getAsLong()) {
            throw StoreException.compacted(compactRevision.getAsLong());
        }
        boolean latest = request.revision() <= 0;
        long at = latest ? newest : request.revision();
        RangeResult result = request.countOnly() ? count(request, at) : pairs(request, at);
        long compacted = compactRevision.getAsLong();
        if (at < compacted) {
            if (latest) {
                return null;
            }
            throw StoreException.compacted(compacted);
        }
        if (result == null) {
            throw StoreException.of(StoreException.Code.CORRUPT, "a value is missing at revision " + at, null);
        }
        return result;
    }

    /** Runs a transaction that only reads; null like {@link #range}. */
    @Nullable
    TxnResult txn(Txn txn) {
        Boolean holds = holds(txn.compares());
        if (holds == null) {
            return null;
        }
        List<OpResult> results = new ArrayList<>();
        for (Op op : holds ? txn.success() : txn.failure()) {
            RangeRequest request = ((Op.Get) op).request();
            checkInTxn(request, newest);
            RangeResult range = range(request, newest);
            if (range == null) {
                return null;
            }
            results.add(new OpResult.Get(range));
        }
        return new TxnResult(newest, holds, results);
    }

    /** Within a transaction a negative revision is a compacted one. */
    void checkInTxn(RangeRequest request, long committed) {
        if (request.revision() > committed) {
            throw StoreException.of(StoreException.Code.FUTURE_REVISION);
        }
        long compacted = compactRevision.getAsLong();
        if (request.revision() < 0 || (request.revision() != 0 && request.revision() < compacted)) {
            throw StoreException.compacted(compacted);
        }
    }

    /** Whether all conditions hold in the newest state; null when a compaction overtook the read. */
    @Nullable
    Boolean holds(List<Compare> compares) {
        boolean holds = true;
        for (Compare compare : compares) {
            if (!holds(compare)) {
                holds = false;
                break;
            }
        }
        return newest < compactRevision.getAsLong() ? null : holds;
    }

    private boolean holds(Compare compare) {
        boolean[] seen = {false, true};
        index.visit(compare.range(), true, history -> {
            Version version = history.live(newest);
            if (version != null) {
                seen[0] = true;
                seen[1] = holds(compare, version);
            }
            return seen[1];
        });
        return seen[0] ? seen[1] : holds(compare, null);
    }

    private boolean holds(Compare compare, @Nullable Version version) {
        int order;
        if (compare.target() == Compare.Target.VALUE) {
            Bytes value = version == null ? null : value(version);
            if (value == null) {
                return false;
            }
            order = value.compareTo(compare.value());
        } else {
            order = Long.compare(version == null ? 0 : number(compare.target(), version), compare.number());
        }
        return switch (compare.result()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
        };
    }

    private static long number(Compare.Target target, Version version) {
        return switch (target) {
            case VERSION -> version.version;
            case CREATE -> version.createRevision;
            case MOD -> version.modRevision;
            case LEASE -> version.lease;
            case VALUE -> throw new IllegalArgumentException("a value is no number");
        };
    }

    /** Calls for the live versions in the newest state, in key order. */
    List<KeyHistory> liveKeys(KeyRange range) {
        List<KeyHistory> keys = new ArrayList<>();
        index.visit(range, true, history -> {
            if (history.live(newest) != null) {
                keys.add(history);
            }
            return true;
        });
        return keys;
    }

    private RangeResult count(RangeRequest request, long at) {
        return new RangeResult(newest, List.of(), false, countAt(request, at));
    }

    private long countAt(RangeRequest request, long at) {
        if (at == newest) {
            return index.liveCount(request.range(), at);
        }
        long[] count = {0};
        index.visit(request.range(), false, history -> {
            count[0] += history.live(at) == null ? 0 : 1;
            return true;
        });
        return count[0];
    }

    private @Nullable RangeResult pairs(RangeRequest request, long at) {
        boolean cutFirst =
                request.limit() > 0 && !isFiltered(request) && request.order() == RangeRequest.SortOrder.NONE;
        boolean inKeyOrder =
                request.target() == RangeRequest.SortTarget.KEY && request.order() != RangeRequest.SortOrder.DESCEND;
        boolean keyLimited = request.limit() > 0 && !isFiltered(request) && inKeyOrder;
        // One more than asked for tells whether there is more.
        boolean cut = (cutFirst || keyLimited) && request.limit() < Integer.MAX_VALUE;
        List<Version> versions = versions(request, at, cut ? (int) request.limit() + 1 : Integer.MAX_VALUE);
        long count = cut || isFiltered(request) ? countAt(request, at) : versions.size();
        List<Version> kept = inKeyOrder ? versions : sorted(request, versions);
        if (kept == null) {
            return null;
        }
        boolean more = request.limit() > 0 && kept.size() > request.limit();
        List<KeyValue> pairs = toPairs(more ? kept.subList(0, (int) request.limit()) : kept, request.keysOnly());
        return pairs == null ? null : new RangeResult(newest, pairs, more, count);
    }

    private List<Version> versions(RangeRequest request, long at, int most) {
        List<Version> versions = new ArrayList<>();
        index.visit(request.range(), at == newest, history -> {
            Version version = history.live(at);
            if (version != null && passes(request, version)) {
                versions.add(version);
            }
            return versions.size() < most;
        });
        return versions;
    }

    private static boolean isFiltered(RangeRequest request) {
        return request.minModRevision() != 0
                || request.maxModRevision() != 0
                || request.minCreateRevision() != 0
                || request.maxCreateRevision() != 0;
    }

    private static boolean passes(RangeRequest request, Version version) {
        return (request.minModRevision() == 0 || version.modRevision >= request.minModRevision())
                && (request.maxModRevision() == 0 || version.modRevision <= request.maxModRevision())
                && (request.minCreateRevision() == 0 || version.createRevision >= request.minCreateRevision())
                && (request.maxCreateRevision() == 0 || version.createRevision <= request.maxCreateRevision());
    }

    private @Nullable List<Version> sorted(RangeRequest request, List<Version> versions) {
        if (request.target() == RangeRequest.SortTarget.VALUE) {
            return sortedByValue(request, versions);
        }
        Comparator<Version> order = switch (request.target()) {
            case KEY -> Comparator.comparing((Version v) -> v.key);
            case VERSION -> Comparator.comparingLong((Version v) -> v.version);
            case CREATE -> Comparator.comparingLong((Version v) -> v.createRevision);
            case MOD -> Comparator.comparingLong((Version v) -> v.modRevision);
            case VALUE -> throw new IllegalStateException("handled above");
        };
        List<Version> sorted = new ArrayList<>(versions);
        sorted.sort(request.order() == RangeRequest.SortOrder.DESCEND ? order.reversed() : order);
        return sorted;
    }

    private @Nullable List<Version> sortedByValue(RangeRequest request, List<Version> versions) {
        record Valued(Version version, Bytes value) {}
        List<Valued> valued = new ArrayList<>(versions.size());
        for (Version version : versions) {
            Bytes value = value(version);
            if (value == null) {
                return null;
            }
            valued.add(new Valued(version, value));
        }
        Comparator<Valued> order = Comparator.comparing(Valued::value);
        valued.sort(request.order() == RangeRequest.SortOrder.DESCEND ? order.reversed() : order);
        return valued.stream().map(Valued::version).toList();
    }

    private @Nullable List<KeyValue> toPairs(List<Version> versions, boolean keysOnly) {
        List<KeyValue> pairs = new ArrayList<>(versions.size());
        List<Version> elsewhere = new ArrayList<>();
        for (Version version : versions) {
            KeyValue pair = keysOnly ? version.withValue(Bytes.EMPTY) : version.pair;
            pairs.add(pair);
            if (pair == null) {
                elsewhere.add(version);
            }
        }
        if (elsewhere.isEmpty()) {
            return pairs;
        }
        List<Bytes> values = engine.values(elsewhere);
        if (values == null) {
            return null;
        }
        boolean kept = elsewhere.size() <= KEPT_MAX;
        int next = 0;
        for (int i = 0; next < values.size(); i++) {
            if (pairs.get(i) == null) {
                Version version = elsewhere.get(next);
                KeyValue pair = version.withValue(values.get(next));
                if (kept) {
                    recent.read(version, pair);
                }
                pairs.set(i, pair);
                next++;
            }
        }
        return pairs;
    }

    private @Nullable Bytes value(Version version) {
        KeyValue pair = version.pair;
        return pair != null ? pair.value() : engine.value(version);
    }
}
