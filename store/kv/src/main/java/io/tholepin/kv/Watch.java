package io.tholepin.kv;

import java.util.concurrent.CompletableFuture;

/** An open watch; closing it ends delivery and is idempotent. */
public interface Watch extends AutoCloseable {
    /** The store's revision when the watch was created; with start revision 0, events begin right after it. */
    long createdRevision();

    /**
     * Asks for one {@link WatchListener#onProgress} as soon as everything up to the store's present revision has been
     * delivered. Does not block. Requests made before the answer may share it.
     */
    void requestProgress();

    /** Whether {@link #confirm} saves its caller anything over {@link Store#currentRevision}; may change. */
    default boolean confirms() {
        return false;
    }

    /**
     * The store's current revision as {@link Store#currentRevision} tells it, and with the same promise, by a question
     * that also brings this watch there: progress up to that revision is on its way to the listener, or was delivered,
     * by the time the answer comes, and need not be asked for. Also works on a watch that has it but does not
     * {@linkplain #confirms say so} any more.
     */
    default CompletableFuture<Long> confirm() {
        throw new UnsupportedOperationException("this watch does not confirm");
    }

    @Override
    void close();
}
