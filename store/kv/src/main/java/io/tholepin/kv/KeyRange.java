package io.tholepin.kv;

/**
 * Which keys are meant, in etcd's encoding: an empty {@code end} means exactly {@code start}; a single zero byte means
 * every key from {@code start} on; otherwise start (inclusive) to end (exclusive), bytewise unsigned. A start at or
 * beyond the end is an empty range, not an error. Source: contract 2.3.
 */
public record KeyRange(Bytes start, Bytes end) {
    private static final Bytes ZERO = Bytes.wrap(new byte[1]);

    /** Exactly one key. */
    public static KeyRange key(Bytes key) {
        return new KeyRange(key, Bytes.EMPTY);
    }

    /** Every key that starts with {@code prefix}. */
    public static KeyRange prefix(Bytes prefix) {
        return new KeyRange(prefix.isEmpty() ? ZERO : prefix, prefix.prefixEnd());
    }

    /** Every key. */
    public static KeyRange all() {
        return new KeyRange(ZERO, ZERO);
    }

    /** Whether this is exactly one key. */
    public boolean isSingleKey() {
        return end.isEmpty();
    }

    /** Whether the range has no upper end. */
    public boolean isOpenEnded() {
        return end.equals(ZERO);
    }

    /** Whether {@code key} is in the range. */
    public boolean contains(Bytes key) {
        if (isSingleKey()) {
            return start.equals(key);
        }
        return key.compareTo(start) >= 0 && (isOpenEnded() || key.compareTo(end) < 0);
    }
}
