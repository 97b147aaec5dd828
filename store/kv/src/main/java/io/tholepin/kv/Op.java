package io.tholepin.kv;

/** One operation of a transaction's branch. */
public sealed interface Op {
    /**
     * Writes a key.
     *
     * @param lease lease to attach the key to, 0 for none
     * @param previous whether the result carries the pair that was replaced
     * @param ignoreValue keep the present value; the key must exist
     * @param ignoreLease keep the present lease; the key must exist
     */
    record Put(Bytes key, Bytes value, long lease, boolean previous, boolean ignoreValue, boolean ignoreLease)
            implements Op {
        /** A plain write without a lease. */
        public static Put of(Bytes key, Bytes value) {
            return new Put(key, value, 0, false, false, false);
        }
    }

    /**
     * Deletes every key in a range.
     *
     * @param previous whether the result carries the pairs that were deleted
     */
    record Delete(KeyRange range, boolean previous) implements Op {}

    /** Reads a range, at the latest state the transaction sees unless it names a revision. */
    record Get(RangeRequest request) implements Op {}

    /** A transaction within the transaction. */
    record Nested(Txn txn) implements Op {}
}
