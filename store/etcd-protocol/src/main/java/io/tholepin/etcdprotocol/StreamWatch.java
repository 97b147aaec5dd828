package io.tholepin.etcdprotocol;

import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.kv.Event;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One watch of a stream. It outlives the store's watch under it: when the client is too slow, that one is closed, and
 * another opened where the first ended as soon as there is room. State is guarded by the stream.
 */
final class StreamWatch {
    final long id;
    private final Store store;
    final WatchRequest request;
    final boolean progressNotify;
    final boolean fragment;

    /** First revision whose events were not queued yet. */
    long next;

    /** Highest revision the client was told of. */
    long told;

    /** When the client was last sent something, as System.nanoTime. */
    long sentAt = System.nanoTime();

    /** Whether the next progress of the store goes to the client. */
    boolean progressWanted;

    /** The highest confirmation that the client waits for, and the revision to reach for it; 0 for none. */
    private long confirmNumber;

    private long confirmRevision;

    /** The store's watch that counts; null while the client is too slow for one. */
    private @Nullable Source source;

    /** {@code store} is the one its caller may watch; permission is not looked at again. */
    StreamWatch(long id, Store store, WatchRequest request, WatchCreateRequest create) {
        this.id = id;
        this.store = store;
        this.request = request;
        this.progressNotify = create.getProgressNotify();
        this.fragment = create.getFragment();
    }

    /** Opens the store's watch at {@code startRevision}, 0 for now; returns the store's revision then. */
    long open(WatchStream stream, long startRevision) {
        Source opened = new Source(stream, this);
        source = opened;
        WatchRequest from = new WatchRequest(
                request.range(), startRevision, request.previous(), request.skipPuts(), request.skipDeletes());
        Watch watch = store.watch(from, opened);
        opened.watch = watch;
        return watch.createdRevision();
    }

    boolean isOpen() {
        return source != null;
    }

    /** Whether {@code candidate} is the store's watch that counts. */
    boolean follows(Source candidate) {
        return candidate.equals(source);
    }

    /** Closes the store's watch, if there is one; nothing it still delivers counts. */
    void closeSource() {
        Source closing = source;
        source = null;
        if (closing != null && closing.watch != null) {
            closing.watch.close();
        }
    }

    /** The client waits for a confirmation; those it asked for before are answered with it. */
    void confirm(long number, long revision) {
        confirmNumber = Math.max(confirmNumber, number);
        confirmRevision = Math.max(confirmRevision, revision);
    }

    boolean hasToConfirm() {
        return confirmNumber > 0;
    }

    /** The number to confirm now that {@link #next} is beyond its revision, which ends it; 0 for none. */
    long takeConfirmed() {
        long number = next > confirmRevision ? confirmNumber : 0;
        if (number > 0) {
            confirmNumber = 0;
        }
        return number;
    }

    /** Asks the store to say when everything up to now was delivered. */
    void requestProgress() {
        if (source != null && source.watch != null) {
            source.watch.requestProgress();
        }
    }

    /** Whether it begins beyond {@code revision}: until then its client hears nothing. */
    boolean beginsAfter(long revision) {
        return request.startRevision() > revision;
    }

    /** What the store calls; its calls come one at a time. */
    static final class Source implements WatchListener {
        private final WatchStream stream;
        private final StreamWatch owner;
        private @Nullable Watch watch;

        private Source(WatchStream stream, StreamWatch owner) {
            this.stream = stream;
            this.owner = owner;
        }

        @Override
        public void onEvents(long revision, List<Event> events) {
            stream.deliver(owner, this, revision, events);
        }

        @Override
        public void onProgress(long revision) {
            stream.progressed(owner, this, revision);
        }

        @Override
        public void onClosed(StoreException cause) {
            stream.sourceClosed(owner, this, cause);
        }
    }
}
