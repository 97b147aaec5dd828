package io.tholepin.interop;

import io.tholepin.contracts.RegisterOperation;

/**
 * What a client asked of one member about one key, and what came of it.
 *
 * @param client who
 * @param member which member was asked
 * @param life how often that member had been started
 * @param linearizable false for a serializable read
 * @param key the key
 * @param action what was asked, and for what was answered also that
 * @param called nanoseconds, when it was sent
 * @param answered nanoseconds, when its answer came; of {@link Outcome#UNKNOWN} when the client gave up
 * @param revision the answer's revision; 0 without an answer
 * @param outcome how it ended
 */
record ClientOperation(
        int client,
        int member,
        int life,
        boolean linearizable,
        String key,
        RegisterOperation.Action action,
        long called,
        long answered,
        long revision,
        Outcome outcome) {
    /** How it ended. */
    enum Outcome {
        /** Answered. */
        DONE,
        /** The server said that it did nothing. */
        REFUSED,
        /** It may have happened. */
        UNKNOWN
    }

    boolean isDone() {
        return outcome == Outcome.DONE;
    }

    boolean isRead() {
        return action instanceof RegisterOperation.Get;
    }

    /** Whether it was answered as one that changed the key. */
    boolean changed() {
        return isDone()
                && switch (action) {
                    case RegisterOperation.Get _ -> false;
                    case RegisterOperation.Put _ -> true;
                    case RegisterOperation.Cas cas -> Boolean.TRUE.equals(cas.succeeded()) && cas.value() != null;
                };
    }

    /** The same for the judge of one key. */
    RegisterOperation register() {
        return new RegisterOperation(client, called, isDone() ? answered : RegisterOperation.UNKNOWN, action);
    }
}
