package io.tholepin.apiserver;

import io.tholepin.kv.StoreException;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Snapshot;
import io.tholepin.watchcache.WatchCache;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
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
     * The page that a list asks for.
     *
     * @param namespace empty for all
     * @throws StatusException as kube-apiserver refuses
     */
    Page page(ResourceType type, String namespace, ListOptions options) {
        Predicate<CachedObject> wanted = options.predicate(type);
        Start start = start(type, namespace, options);
        String name = Selectors.nameAskedFor(options.fieldSelector());
        Iterator<CachedObject> objects = name.isEmpty() || type.namespaced() && namespace.isEmpty()
                ? start.source.from(namespace, start.key)
                : single(start, type, namespace, name);
        long revision = start.source.revision();
        if (!start.limited || options.limit() <= 0) {
            return new Page(revision, "", -1, filtered(objects, wanted));
        }
        List<CachedObject> kept = new ArrayList<>((int) Math.min(options.limit(), 1000));
        while (kept.size() < options.limit() && objects.hasNext()) {
            CachedObject object = objects.next();
            if (wanted.test(object)) {
                kept.add(object);
            }
        }
        if (kept.isEmpty() || !objects.hasNext()) {
            return new Page(revision, "", -1, kept.iterator());
        }
        CachedObject last = kept.getLast();
        String prefix = last.namespace().isEmpty() ? "" : last.namespace() + "/";
        String inListing = namespace.isEmpty() ? prefix + last.name() : last.name();
        long remaining = options.selects() ? -1 : start.source.countFrom(namespace, prefix + last.name() + "\u0000");
        return new Page(revision, ContinueToken.after(revision, inListing).encode(), remaining, kept.iterator());
    }

    /** At most the one object with a name. */
    private static Iterator<CachedObject> single(Start start, ResourceType type, String namespace, String name) {
        String key = type.namespaced() ? namespace + "/" + name : name;
        if (start.key.compareTo(key) > 0) {
            return Collections.emptyIterator();
        }
        Iterator<CachedObject> objects = start.source.from(namespace, key);
        if (objects.hasNext()) {
            CachedObject first = objects.next();
            if (first.name().equals(name)) {
                return List.of(first).iterator();
            }
        }
        return Collections.emptyIterator();
    }

    private Start start(ResourceType type, String namespace, ListOptions options) {
        long wanted = options.revision();
        if (wanted < 0 && options.continueToken().isEmpty()) {
            return mostRecent(type, "");
        }
        WatchCache cache = Failures.ready(backend.cacheOf(type));
        if (!options.continueToken().isEmpty()) {
            if (wanted > 0) {
                throw StatusException.badRequest(NO_VERSION_WITH_CONTINUE);
            }
            return continued(type, namespace, ContinueToken.decode(options.continueToken()));
        }
        if (wanted == 0) {
            return new Start(latest(cache.latest()), "", false);
        }
        boolean exact = options.resourceVersionMatch().equals(ListOptions.EXACT)
                || options.resourceVersionMatch().isEmpty() && options.limit() > 0;
        return exact
                ? new Start(exactly(type, wanted, LIST_TOO_OLD, ""), "", true)
                : new Start(notOlderThan(type, wanted), "", true);
    }

    private Start mostRecent(ResourceType type, String key) {
        if (backend.cacheReads().lists()) {
            Failures.ready(backend.cacheOf(type));
        }
        return new Start(ListSource.mostRecent(backend, type), key, true);
    }

    /** A cache that cannot tell how fresh it is may never say that it has reached a revision. */
    private ListSource notOlderThan(ResourceType type, long revision) {
        WatchCache cache = backend.cacheOf(type);
        Snapshot held = cache.latest();
        if (held.revision() >= revision || backend.cacheReads().progress()) {
            return latest(Failures.await(cache.notOlderThan(revision)));
        }
        ListSource recent = ListSource.mostRecent(backend, type);
        if (recent.revision() < revision) {
            throw Failures.status(new WatchCache.TooNewException(revision, recent.revision()));
        }
        return recent;
    }

    private static ListSource latest(Snapshot snapshot) {
        return new ListSource.OfSnapshot(snapshot, snapshot.revision());
    }

    private Start continued(ResourceType type, String namespace, ContinueToken token) {
        String key = namespace.isEmpty() ? token.start() : namespace + "/" + token.start();
        if (token.revision() < 0) {
            return mostRecent(type, key);
        }
        String onward = new ContinueToken(-1, token.start()).encode();
        return new Start(exactly(type, token.revision(), CONTINUE_TOO_OLD, onward), key, true);
    }

    /** The state at a revision, from the cache if it still holds it and may answer, else from the store's history. */
    private ListSource exactly(ResourceType type, long revision, String tooOld, String onward) {
        Snapshot held = backend.cacheReads().lists() ? held(backend.cacheOf(type), revision) : null;
        if (held != null) {
            return new ListSource.OfSnapshot(held, revision);
        }
        ListSource.OfStore stored = new ListSource.OfStore(backend, type, revision);
        try {
            stored.countFrom("", "");
        } catch (StoreException e) {
            throw switch (e.code()) {
                case COMPACTED -> Failures.expired(tooOld, onward);
                case FUTURE_REVISION -> Failures.status(new WatchCache.TooNewException(revision, revision - 1));
                default -> e;
            };
        }
        return stored;
    }

    private static @Nullable Snapshot held(WatchCache cache, long revision) {
        Snapshot held = cache.exactly(revision);
        if (held == null && cache.latest().revision() < revision) {
            Failures.await(cache.notOlderThan(revision));
            held = cache.exactly(revision);
        }
        return held;
    }

    private static Iterator<CachedObject> filtered(Iterator<CachedObject> objects, Predicate<CachedObject> wanted) {
        return new Iterator<>() {
            private @Nullable CachedObject next;

            @Override
            public boolean hasNext() {
                while (next == null && objects.hasNext()) {
                    CachedObject candidate = objects.next();
                    next = wanted.test(candidate) ? candidate : null;
                }
                return next != null;
            }

            @Override
            public CachedObject next() {
                CachedObject result = hasNext() ? next : null;
                if (result == null) {
                    throw new NoSuchElementException();
                }
                next = null;
                return result;
            }
        };
    }
}
