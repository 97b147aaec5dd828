package io.tholepin.kv;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one operation of a transaction did, in the order of the operations. */
public sealed interface OpResult {
    /** A put's result; {@code previous} is null when it was not asked for or the key was new. */
    record Put(@Nullable KeyValue previous) implements OpResult {}

    /** A delete's result; {@code previous} is empty when it was not asked for. */
    record Delete(long deleted, List<KeyValue> previous) implements OpResult {}

    /** A read's result. */
    record Get(RangeResult range) implements OpResult {}

    /** A nested transaction's result. */
    record Nested(TxnResult txn) implements OpResult {}
}
