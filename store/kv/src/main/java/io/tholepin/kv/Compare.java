package io.tholepin.kv;

/**
 * One condition of a transaction. Every key in {@code range} must satisfy it; an empty range behaves like one missing
 * key: numbers compare against 0, a VALUE comparison is always false. Source: contract 2.5.
 *
 * @param number what VERSION, CREATE, MOD and LEASE compare with
 * @param value what VALUE compares with, bytewise unsigned
 */
public record Compare(KeyRange range, Target target, Result result, long number, Bytes value) {
    /** What is compared. */
    public enum Target {
        VERSION,
        CREATE,
        MOD,
        LEASE,
        VALUE
    }

    /** How it is compared. */
    public enum Result {
        EQUAL,
        GREATER,
        LESS,
        NOT_EQUAL
    }

    /** True when {@code key} was last changed at {@code revision}; 0 means "does not exist". */
    public static Compare modRevisionIs(Bytes key, long revision) {
        return new Compare(KeyRange.key(key), Target.MOD, Result.EQUAL, revision, Bytes.EMPTY);
    }
}
