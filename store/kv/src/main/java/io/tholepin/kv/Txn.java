package io.tholepin.kv;

import java.util.List;

/**
 * If all of {@code compares} hold then {@code success} else {@code failure}, atomically, with at most one new revision.
 * An empty list of compares holds.
 */
public record Txn(List<Compare> compares, List<Op> success, List<Op> failure) {
    public Txn {
        compares = List.copyOf(compares);
        success = List.copyOf(success);
        failure = List.copyOf(failure);
    }

    /** One operation without a condition. */
    public static Txn of(Op op) {
        return new Txn(List.of(), List.of(op), List.of());
    }

    /**
     * Does nothing but read: all operations of both branches are plain reads. A nested transaction counts as a write.
     */
    public boolean isReadOnly() {
        return success.stream().allMatch(Op.Get.class::isInstance)
                && failure.stream().allMatch(Op.Get.class::isInstance);
    }
}
