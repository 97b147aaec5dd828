package io.tholepin.apiserver;

import io.tholepin.kv.StoreException;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Selection;
import io.tholepin.watchcache.Snapshot;
import io.tholepin.watchcache.WatchCache;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides which objects at which revision a list answers. Source: contract 1.3, 1.9. */
final class Lists {
    static final String LIST_TOO_OLD = "The resourceVersion for the provided list is too old.";
    static final String CONTINUE_TOO_OLD =
            "The provided continue parameter is too old to display a consistent list result. You can start a new list"
                    + " without the continue parameter, or use the continue token in this response to retrieve the"
                    + " remainder of the results. Continuing with the provided token results in an inconsistent list -"
                    + " objects that were created, modified, or deleted between the time the first chunk was returned"
                    + " and now may show up in the list.";
    private static final String NO_VERSION_WITH_CONTINUE =
            "specifying resource version is not allowed when using continue";

    private final Backend backend;

    Lists(Backend backend) {
        this.backend = backend;
    }

    /**
     * Where a list reads from, and where it begins: a key relative to the resource's prefix, empty for the beginning.
     */
    private record Start(ListSource source, String key, boolean limited) {}

    /**
     * The page that a list asks for. Its objects may still be fetched while it is gone through.
     *
     * @param namespace empty for all
     * @param turn to be held until the page is written
     * @throws StatusException as kube-apiserver refuses
     */
    Page page(ResourceType type, String namespace, ListOptions options, StoreLists.Turn turn) {
        Selection selection = options.selection(type, namespace, "");
        Start start = start(type, namespace, options, new ListSource.Room(turn, options.limit()));
        long revision = start.source.revision();
        Page.Origin origin = start.source.origin(selection, start.key);
        if (!start.limited || options.limit() <= 0) {
            return new Page(revision, "", -1, () -> start.source.select(selection, start.key), origin);
        }
        Iterator<CachedObject> objects = start.source.select(selection, start.key);
        List<CachedObject> kept = new ArrayList<>((int) Math.min(options.limit(), 1000));
        while (kept.size() < options.limit() && objects.hasNext()) {
            kept.add(objects.next());
        }
        if (!options.selects()) {
            origin = new Page.Origin(origin.cache(), origin.index(), kept.size());
        }
        boolean oneObject = !selection.name().isEmpty() && (!type.namespaced() || !namespace.isEmpty());
        if (kept.size() < options.limit() || oneObject) {
            return new Page(revision, "", -1, kept, origin);
        }
        // As upstream, a page goes on when any object is left, selected or not.
        CachedObject last = kept.getLast();
        long left = start.source.countFrom(namespace, last.key() + "\u0000");
        if (left == 0) {
            return new Page(revision, "", -1, kept, origin);
        }
        String inListing = namespace.isEmpty() ? last.key() : last.name();
        long remaining = options.selects() ? -1 : left;
        return new Page(revision, ContinueToken.after(revision, inListing).encode(), remaining, kept, origin);
    }

    private Start start(ResourceType type, String namespace, ListOptions options, ListSource.Room room) {
        WatchCache cache = backend.cacheOf(type);
        // While a cache fills, pages come from the store; what would read the whole store waits. Source: contract 1.5.
        boolean fromStore = !cache.ready() && !options.selects() && options.limit() > 0;
        boolean direct = !backend.cacheReads().lists()
                && options.revision() < 0
                && options.continueToken().isEmpty();
        if (!fromStore && !direct) {
            Failures.ready(cache);
        }
        long wanted = options.revision();
        if (!options.continueToken().isEmpty()) {
            if (wanted > 0) {
                throw StatusException.badRequest(NO_VERSION_WITH_CONTINUE);
            }
            return continued(type, namespace, ContinueToken.decode(options.continueToken()), room);
        }
        if (wanted < 0) {
            return new Start(ListSource.mostRecent(backend, type, room), "", true);
        }
        if (wanted == 0) {
            return fromStore
                    ? new Start(ListSource.OfStore.present(backend, type, room), "", true)
                    : new Start(latest(cache.latest()), "", false);
        }
        boolean exact = options.resourceVersionMatch().equals(ListOptions.EXACT)
                || options.resourceVersionMatch().isEmpty() && options.limit() > 0;
        return exact
                ? new Start(exactly(type, wanted, new TooOld(LIST_TOO_OLD, ""), room), "", true)
                : new Start(notOlderThan(type, cache, wanted, room), "", true);
    }

    /** A cache that cannot tell how fresh it is may never say that it has reached a revision. */
    private ListSource notOlderThan(ResourceType type, WatchCache cache, long revision, ListSource.Room room) {
        if (cache.ready() && (backend.cacheReads().progress() || cache.latest().revision() >= revision)) {
            return latest(fresh(type, cache, revision));
        }
        ListSource recent = ListSource.mostRecent(backend, type, room);
        if (recent.revision() < revision) {
            throw Failures.status(new WatchCache.TooNewException(revision, recent.revision()));
        }
        return recent;
    }

    private Snapshot fresh(ResourceType type, WatchCache cache, long revision) {
        long start = System.nanoTime();
        try {
            return Failures.await(cache.notOlderThan(revision));
        } finally {
            backend.metrics().waited(type, System.nanoTime() - start);
        }
    }

    private static ListSource latest(Snapshot snapshot) {
        return new ListSource.OfSnapshot(snapshot, snapshot.revision());
    }

    private Start continued(ResourceType type, String namespace, ContinueToken token, ListSource.Room room) {
        String key = namespace.isEmpty() ? token.start() : namespace + "/" + token.start();
        if (token.revision() < 0) {
            return new Start(ListSource.mostRecent(backend, type, room), key, true);
        }
        TooOld tooOld = new TooOld(CONTINUE_TOO_OLD, new ContinueToken(-1, token.start()).encode());
        return new Start(exactly(type, token.revision(), tooOld, room), key, true);
    }

    /**
     * What to say when a revision is gone.
     *
     * @param onward continue token, empty for none
     */
    private record TooOld(String message, String onward) {}

    /** The state at a revision, from the cache if it still holds it and may answer, else from the store's history. */
    private ListSource exactly(ResourceType type, long revision, TooOld tooOld, ListSource.Room room) {
        WatchCache cache = backend.cacheOf(type);
        Snapshot held = backend.cacheReads().lists() && cache.ready() ? held(type, cache, revision) : null;
        if (held != null) {
            return new ListSource.OfSnapshot(held, revision);
        }
        ListSource.OfStore stored = ListSource.OfStore.at(backend, type, room, revision);
        try {
            stored.countFrom("", "");
        } catch (StoreException e) {
            throw switch (e.code()) {
                case COMPACTED -> Failures.expired(tooOld.message, tooOld.onward);
                case FUTURE_REVISION ->
                    Failures.tooNew(
                            new WatchCache.TooNewException(
                                    revision, Failures.await(backend.store().currentRevision())),
                            0);
                default -> e;
            };
        }
        return stored;
    }

    private @Nullable Snapshot held(ResourceType type, WatchCache cache, long revision) {
        Snapshot held = cache.exactly(revision);
        if (held == null && cache.latest().revision() < revision) {
            fresh(type, cache, revision);
            held = cache.exactly(revision);
        }
        return held;
    }
}
