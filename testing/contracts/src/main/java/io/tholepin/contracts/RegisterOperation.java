package io.tholepin.contracts;

import org.jspecify.annotations.Nullable;

/**
 * What a client did to one key and what came of it. A key is a register whose content is a text or nothing.
 *
 * @param client who, for the reader
 * @param called when it was sent, in any clock that all clients share
 * @param answered when the answer came, same clock; {@link #UNKNOWN} when none came and it may take effect at any time
 *     after {@code called} or never
 * @param action what was asked and answered
 */
public record RegisterOperation(int client, long called, long answered, Action action) {
    /** No answer came. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    /** Checks the order of times. */
    public RegisterOperation {
        if (answered < called) {
            throw new IllegalArgumentException("answered: " + answered + " (expected: >= " + called + ")");
        }
    }

    /** Whether it was answered. */
    public boolean isKnown() {
        return answered != UNKNOWN;
    }

    /** What was asked, and for a read what was answered. */
    public sealed interface Action {
        /** Whether it could have happened in this state. */
        boolean fits(@Nullable String state);

        /** The state after it. */
        @Nullable
        String after(@Nullable String state);
    }

    /** A read and what it saw, null for no such key. */
    public record Get(@Nullable String seen) implements Action {
        @Override
        public boolean fits(@Nullable String state) {
            return java.util.Objects.equals(seen, state);
        }

        @Override
        public @Nullable String after(@Nullable String state) {
            return state;
        }
    }

    /** An unconditional write, null for a delete. */
    public record Put(@Nullable String value) implements Action {
        @Override
        public boolean fits(@Nullable String state) {
            return true;
        }

        @Override
        public @Nullable String after(@Nullable String state) {
            return value;
        }
    }

    /**
     * A write on a condition.
     *
     * @param expected what must be there, null for no such key
     * @param succeeded whether the answer said that it was written; null when no answer came
     */
    public record Cas(
            @Nullable String expected,
            @Nullable String value,
            @Nullable Boolean succeeded) implements Action {
        @Override
        public boolean fits(@Nullable String state) {
            return succeeded == null || succeeded == java.util.Objects.equals(expected, state);
        }

        @Override
        public @Nullable String after(@Nullable String state) {
            return java.util.Objects.equals(expected, state) ? value : state;
        }
    }
}
