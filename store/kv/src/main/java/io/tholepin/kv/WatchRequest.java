package io.tholepin.kv;

/**
 * What to watch.
 *
 * @param startRevision first revision to deliver; 0 for "from now on"; may lie in the future
 * @param previous whether events carry the previous pair
 * @param skipPuts leave out puts
 * @param skipDeletes leave out deletes
 */
public record WatchRequest(
        KeyRange range, long startRevision, boolean previous, boolean skipPuts, boolean skipDeletes) {

    /** Every change in {@code range} from {@code startRevision} on, with previous pairs. */
    public static WatchRequest of(KeyRange range, long startRevision) {
        return new WatchRequest(range, startRevision, true, false, false);
    }
}
