package io.tholepin.kv;

/**
 * A read of a range.
 *
 * @param revision revision to read at; 0 or less for the latest
 * @param limit most pairs to return; 0 or less for no limit
 * @param countOnly no pairs, only the count
 * @param keysOnly pairs without values
 * @param serializable answered from this member's state without asking a quorum; may be stale
 * @param order NONE and ASCEND/DESCEND as in etcd (contract 2.4)
 * @param target what {@code order} sorts by
 * @param minModRevision lower bound (inclusive), 0 for none; likewise the next three
 */
public record RangeRequest(
        KeyRange range,
        long revision,
        long limit,
        boolean countOnly,
        boolean keysOnly,
        boolean serializable,
        SortOrder order,
        SortTarget target,
        long minModRevision,
        long maxModRevision,
        long minCreateRevision,
        long maxCreateRevision) {

    /** Direction of the result. */
    public enum SortOrder {
        NONE,
        ASCEND,
        DESCEND
    }

    /** What the result is sorted by. */
    public enum SortTarget {
        KEY,
        VERSION,
        CREATE,
        MOD,
        VALUE
    }

    /** A linearizable read of everything in {@code range}, in key order. */
    public static RangeRequest of(KeyRange range) {
        return new RangeRequest(range, 0, 0, false, false, false, SortOrder.NONE, SortTarget.KEY, 0, 0, 0, 0);
    }

    /** The same at {@code revision}. */
    public RangeRequest at(long revision) {
        return new RangeRequest(
                range,
                revision,
                limit,
                countOnly,
                keysOnly,
                serializable,
                order,
                target,
                minModRevision,
                maxModRevision,
                minCreateRevision,
                maxCreateRevision);
    }

    /** The same with at most {@code limit} pairs. */
    public RangeRequest limit(long limit) {
        return new RangeRequest(
                range,
                revision,
                limit,
                countOnly,
                keysOnly,
                serializable,
                order,
                target,
                minModRevision,
                maxModRevision,
                minCreateRevision,
                maxCreateRevision);
    }

    /** The same, counting only. */
    public RangeRequest counting() {
        return new RangeRequest(
                range,
                revision,
                limit,
                true,
                keysOnly,
                serializable,
                order,
                target,
                minModRevision,
                maxModRevision,
                minCreateRevision,
                maxCreateRevision);
    }

    /** The same, served from this member's own state. */
    public RangeRequest local() {
        return new RangeRequest(
                range,
                revision,
                limit,
                countOnly,
                keysOnly,
                true,
                order,
                target,
                minModRevision,
                maxModRevision,
                minCreateRevision,
                maxCreateRevision);
    }
}
