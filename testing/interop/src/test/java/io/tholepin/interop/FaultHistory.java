package io.tholepin.interop;

import io.tholepin.contracts.RegisterOperation;
import io.tholepin.contracts.RegisterOperation.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What clients asked and heard in one round, in one clock. Thread-safe. */
final class FaultHistory {
    /** How a request ended. */
    enum End {
        /** Answered. */
        DONE,
        /** Refused: it must never have happened. */
        REFUSED,
        /** No answer, or one that says nothing: it may have happened or may yet. */
        UNKNOWN
    }

    /**
     * One request.
     *
     * @param member which was asked
     * @param writes what it writes if it does, key to value, null for a delete; empty for a read
     * @param action for a request to one key, what it means to that key's register
     * @param key the one key of {@code action}
     * @param local a serializable read
     * @param revision the answer's; 0 when there was none
     * @param wrote whether the answer says that something was written
     */
    record Asked(
            int member,
            long called,
            long answered,
            End end,
            Map<String, @Nullable String> writes,
            String key,
            Action action,
            boolean local,
            long revision,
            boolean wrote,
            String error) {
        RegisterOperation asOperation() {
            return new RegisterOperation(
                    member, called, end == End.DONE ? answered : RegisterOperation.UNKNOWN, action);
        }
    }

    private final List<Asked> asked = new ArrayList<>();
    private final long started = System.nanoTime();

    /** Now, in the history's clock; nanoseconds. */
    long now() {
        return System.nanoTime() - started;
    }

    synchronized void add(Asked one) {
        asked.add(one);
    }

    synchronized List<Asked> all() {
        return List.copyOf(asked);
    }

    /** The longest time in which nothing was answered; milliseconds. */
    long longestSilenceMillis() {
        long longest = 0;
        long last = 0;
        for (long answered : all().stream()
                .filter(one -> one.end() == End.DONE && !one.local())
                .mapToLong(Asked::answered)
                .sorted()
                .toArray()) {
            longest = Math.max(longest, answered - last);
            last = answered;
        }
        return longest / 1_000_000;
    }
}
