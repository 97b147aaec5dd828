package io.tholepin.etcdprotocol;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The one progress request of a stream that may be under way: the revision it asks about, and the watches that have not
 * come that far. Requests made meanwhile become one more afterwards. Guarded by its stream.
 */
final class StreamProgress {
    private final Set<StreamWatch> waiting = new HashSet<>();
    private long revision;
    private boolean repeat;

    /**
     * Begins a request, unless there is nobody to speak for or one of them begins later: then there will be no answer.
     */
    void request(long current, Collection<StreamWatch> watches) {
        if (revision > 0) {
            repeat = true;
            return;
        }
        if (watches.isEmpty() || watches.stream().anyMatch(watch -> watch.beginsAfter(current))) {
            return;
        }
        revision = current;
        for (StreamWatch watch : watches) {
            waitFor(watch);
        }
    }

    /** A watch came to the stream: the answer will speak for it too. */
    void created(StreamWatch watch) {
        if (revision == 0) {
            return;
        }
        if (watch.beginsAfter(revision)) {
            waiting.clear();
            revision = 0;
            repeat = false;
        } else {
            waitFor(watch);
        }
    }

    /** A watch has come farther. */
    void advanced(StreamWatch watch) {
        if (revision > 0 && watch.next > revision) {
            waiting.remove(watch);
        }
    }

    /** A watch has gone. */
    void reached(StreamWatch watch) {
        waiting.remove(watch);
    }

    boolean waitsFor(StreamWatch watch) {
        return waiting.contains(watch);
    }

    /**
     * The revision that every watch has come to, which ends the request; 0 when there is none to tell. It may be beyond
     * the one asked about, so that a watch which has heard of a later event is not told of an earlier revision.
     */
    long take(Collection<StreamWatch> watches) {
        if (revision == 0 || !waiting.isEmpty()) {
            return 0;
        }
        long reached = watches.stream().mapToLong(watch -> watch.next - 1).min().orElse(revision);
        revision = 0;
        return reached;
    }

    /** Whether there was another request meanwhile. */
    boolean takeRepeat() {
        boolean again = repeat;
        repeat = false;
        return again;
    }

    private void waitFor(StreamWatch watch) {
        if (watch.next <= revision) {
            waiting.add(watch);
            watch.requestProgress();
        }
    }
}
