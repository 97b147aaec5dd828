package io.tholepin.kv;

/** An open watch; closing it ends delivery and is idempotent. */
public interface Watch extends AutoCloseable {
    /** The store's revision when the watch was created; with start revision 0, events begin right after it. */
    long createdRevision();

    /**
     * Asks for one {@link WatchListener#onProgress} as soon as everything up to the store's present revision has been
     * delivered. Does not block. Requests made before the answer may share it.
     */
    void requestProgress();

    @Override
    void close();
}
