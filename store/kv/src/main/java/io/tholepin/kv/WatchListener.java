package io.tholepin.kv;

import java.util.List;

/**
 * Receives a watch. Calls come one at a time, in revision order, from a thread of the store; an implementation must not
 * block, and an exception it throws closes the watch. Nothing is called after {@link #onClosed}.
 *
 * <p>Promises (etcd API guarantees, contract 2.7): ordered, unique, reliable (no gap from the start revision on),
 * atomic (all events of one revision in one call).
 */
public interface WatchListener {
    /**
     * Events of one or more whole revisions, ordered by revision and, within one, by the order of the changes.
     *
     * @param revision no event after this call has a revision at or below it
     */
    void onEvents(long revision, List<Event> events);

    /** Every matching event at or below {@code revision} was already delivered. */
    void onProgress(long revision);

    /**
     * The watch ended without being closed by its owner: {@link StoreException.Code#COMPACTED} when the start revision
     * is gone, {@link StoreException.Code#SLOW_WATCHER} when its queue was full, {@link StoreException.Code#STOPPED}
     * when the store closed.
     */
    void onClosed(StoreException cause);
}
