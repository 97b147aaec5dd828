package io.tholepin.etcdprotocol;

import io.tholepin.etcdwire.etcdserverpb.WatchRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.kv.Event;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One watch of an etcd, across the streams it lives on. Knows which revision it needs next; events and progress from
 * before that were delivered, so a member that repeats them, or lags, is not heard. Its lane's lock guards it, but for
 * what {@link Watch} offers.
 */
final class RemoteWatch implements Watch {
    /** What a waiting progress counts for in the mailbox, so that these are bounded too. */
    private static final long PROGRESS_BYTES = 64;

    private static final long NONE = -1;

    /** After this the store is asked in another way: the stream may hang on a member that is cut off. */
    private static final long CONFIRM_MILLIS_MAX = 1_000;

    private final io.tholepin.kv.WatchRequest request;
    private final WatchListener listener;
    private final WatchLane lane;
    private final WatchMailbox mailbox;
    private final LongSupplier knownRevision;
    private final long createdRevision;
    private final boolean progressTrusted;
    private final Supplier<CompletableFuture<Long>> currentRevision;
    private final List<Event> fragments = new ArrayList<>();
    private long next;
    private long id;
    private long from;
    private boolean overlaps;
    private boolean live;
    private boolean hopesForProgress;
    private long wantedRevision = NONE;

    /** Up to where the listener has heard, or will by what waits for it. */
    private long told;

    /** The confirmation under way, and those who wait for it. */
    private long confirmNumber;

    private @Nullable CompletableFuture<Long> confirmation;

    /**
     * @param currentRevision asks the store itself, for when its stream does not confirm
     * @param knownRevision highest revision that the store is known to have; a watch from now on begins right after it
     * @param queueBytesMax most bytes of events that wait for the listener
     * @param progressTrusted whether this etcd's progress comes after the events before it
     */
    RemoteWatch(
            io.tholepin.kv.WatchRequest request,
            WatchListener listener,
            WatchLane lane,
            LongSupplier knownRevision,
            long queueBytesMax,
            boolean progressTrusted,
            Supplier<CompletableFuture<Long>> currentRevision) {
        this.request = request;
        this.listener = listener;
        this.lane = lane;
        this.mailbox = new WatchMailbox(queueBytesMax, this::close);
        this.knownRevision = knownRevision;
        this.createdRevision = knownRevision.getAsLong();
        this.progressTrusted = progressTrusted;
        this.currentRevision = currentRevision;
        this.next = request.startRevision() == 0 ? createdRevision + 1 : request.startRevision();
    }

    /** What its stream calls it. */
    long id() {
        return id;
    }

    /** The request that brings what is still missing. */
    WatchRequest creation(long newId) {
        id = newId;
        live = false;
        fragments.clear();
        from = overlaps ? next - 1 : next;
        overlaps = false;
        return WireRequests.watch(id, request, from);
    }

    /**
     * Whether etcd tells no progress on the stream because of it: it does not while the first revision of any watch
     * there is still to come, and this one's is the one after the newest that is known.
     */
    boolean silences() {
        return live && from == next && next - 1 == knownRevision.getAsLong();
    }

    /**
     * Its next creation begins one revision earlier, at one that etcd has; what was delivered of it is left out. It is
     * not live until etcd has read that again, and a compaction meanwhile is in its way, so this is for those that
     * {@link #silences} says it of.
     */
    void overlap() {
        overlaps = true;
    }

    /** Whether only the revision that it began with for the overlap is compacted: then it may do without. */
    boolean mayStartAt(long compactRevision) {
        return from < next && compactRevision > 0 && next >= compactRevision;
    }

    /** Whether its stream has it. */
    boolean isLive() {
        return live;
    }

    /** The stream has it; from now on progress of the stream is its progress too. */
    void created() {
        live = true;
    }

    /** Events, or a part of them; false when the listener is too far behind. */
    boolean receive(WatchResponse response) {
        response.getEventsList().forEach(event -> {
            if (event.getKv().getModRevision() >= next) {
                fragments.add(WireResults.event(event));
            }
        });
        if (response.getFragment() || fragments.isEmpty()) {
            return true;
        }
        List<Event> events = List.copyOf(fragments);
        fragments.clear();
        // Of a batch that caught up, the header's revision is ahead of its events.
        long revision = events.getLast().kv().modRevision();
        next = revision + 1;
        told = revision;
        return mailbox.offer(() -> listener.onEvents(revision, events), response.getSerializedSize());
    }

    /**
     * Somebody wants to know how far it is. When it has delivered everything up to the revision the store is known to
     * have, that is said at once: etcd is silent about a watch whose first revision is still to come. The question goes
     * to etcd all the same, because the store may be further than is known here.
     */
    void wish() {
        long known = knownRevision.getAsLong();
        hopesForProgress = true;
        if (known == next - 1) {
            tell(known);
        } else {
            wantedRevision = known;
        }
    }

    /** Everything of the stream up to {@code revision} was delivered. */
    void progress(long revision) {
        if (!live || !progressTrusted || revision < next - 1) {
            return;
        }
        next = revision + 1;
        if (hopesForProgress || waitsForProgress()) {
            hopesForProgress = false;
            tell(revision);
        }
    }

    private void tell(long revision) {
        if (!mailbox.offer(() -> listener.onProgress(revision), PROGRESS_BYTES)) {
            return;
        }
        told = Math.max(told, revision);
        if (revision >= wantedRevision) {
            wantedRevision = NONE;
        }
    }

    /** Asks its stream to confirm, on behalf of {@code readers}; the number to ask under. */
    long confirming(CompletableFuture<Long> readers) {
        confirmation = readers;
        return ++confirmNumber;
    }

    /**
     * Its stream confirms that everything up to {@code revision} was delivered, and that this was current after the
     * question came.
     *
     * @return who waits for that, or null when it is no longer asked; the caller tells them, without the lane's lock
     */
    @Nullable
    CompletableFuture<Long> confirmed(long number, long revision) {
        if (!live || number != confirmNumber) {
            return null;
        }
        next = Math.max(next, revision + 1);
        if (told < revision) {
            tell(revision);
        }
        return unconfirmed();
    }

    /** Those who wait for a confirmation that does not come; null for nobody. The caller fails them. */
    @Nullable
    CompletableFuture<Long> unconfirmed() {
        CompletableFuture<Long> readers = confirmation;
        confirmation = null;
        return readers;
    }

    /** The last thing that the listener hears. */
    void end(StoreException cause) {
        mailbox.last(() -> listener.onClosed(cause));
    }

    /** Whether it was asked for progress up to a revision that it has not reached. */
    boolean waitsForProgress() {
        return wantedRevision != NONE;
    }

    /** What was known when it began: with start revision 0, events begin right after it. */
    @Override
    public long createdRevision() {
        return createdRevision;
    }

    @Override
    public void requestProgress() {
        if (progressTrusted) {
            lane.askProgress(this);
        }
    }

    @Override
    public boolean confirms() {
        return progressTrusted && lane.confirms();
    }

    /** By its stream when that can, else as with any etcd: the revision first, then progress up to it. */
    @Override
    public CompletableFuture<Long> confirm() {
        CompletableFuture<Long> readers = new CompletableFuture<>();
        if (!progressTrusted || !lane.confirm(this, readers)) {
            return apart();
        }
        return readers.orTimeout(CONFIRM_MILLIS_MAX, TimeUnit.MILLISECONDS).exceptionallyCompose(_ -> apart());
    }

    private CompletableFuture<Long> apart() {
        return currentRevision.get().thenApply(revision -> {
            requestProgress();
            return revision;
        });
    }

    @Override
    public void close() {
        mailbox.close();
        lane.remove(this);
    }
}
