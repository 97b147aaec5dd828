package io.tholepin.apiserver;

import io.tholepin.objects.CustomDefinition;
import io.tholepin.objects.DefinitionStatus;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.watchcache.CacheWatch;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Selection;
import io.tholepin.watchcache.Snapshot;
import io.tholepin.watchcache.WatchCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Serves custom resources: follows the watch cache of their definitions, and keeps {@link ResourceTypes} and one watch
 * cache for each served version in step with them. A resource whose definition says something else is a new one with a
 * new cache; the old cache closes, which ends its watches. Definitions are taken in by whoever asks for them to be
 * ({@link #catchUp}) and by a thread of its own that waits for changes; each is parsed once per change.
 *
 * <p>Source: contract 4.1.
 */
final class CustomResources implements Definitions, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CustomResources.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final Selection ALL = new Selection("", "", Selection.everything());

    private final Backend backend;
    private final ResourceType definitions;
    private final Opener opener;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final Thread follower;
    private volatile boolean closed;

    /** Guarded by this object's monitor, but for single reads of the map. */
    private volatile Map<String, Entry> entries = Map.of();

    private long taken;
    private Set<ResourceType> open = Set.of();
    private final Set<String> unsettled = new LinkedHashSet<>();

    /** One definition as of a revision. */
    private record Entry(CustomDefinition definition, long revision) {}

    /** Opens and closes what serves a resource. */
    interface Opener {
        /** Opens the cache of a resource; its filling goes on behind. */
        WatchCache open(ResourceType type);

        void close(ResourceType type);
    }

    CustomResources(Backend backend, Opener opener) {
        this.backend = backend;
        this.opener = opener;
        definitions = Objects.requireNonNull(
                backend.types().resource(CustomDefinition.GROUP, "v1", CustomDefinition.RESOURCE));
        follower = Thread.ofVirtual().name("custom-resources").unstarted(this::follow);
    }

    /** Starts following; completes when the caches of all resources that are defined by now are filled. */
    CompletableFuture<Void> start() {
        follower.start();
        return started;
    }

    @Override
    public boolean ready() {
        return started.isDone();
    }

    private void follow() {
        while (!closed) {
            try {
                WatchCache cache = Failures.ready(backend.cacheOf(definitions));
                Snapshot snapshot = cache.latest();
                take(snapshot);
                begun();
                try (CacheWatch watch = cache.watch(snapshot.revision(), ALL)) {
                    while (!closed) {
                        if (watch.next(PATIENCE) != null) {
                            take(cache.latest());
                        }
                    }
                }
            } catch (InterruptedException | ResponseSink.ClosedException stopped) {
                return;
            } catch (RuntimeException again) {
                // The cache is filled anew or was, or is closed with the server.
                if (!closed && !pause(again)) {
                    return;
                }
            }
        }
    }

    private static boolean pause(RuntimeException why) {
        LOG.log(System.Logger.Level.DEBUG, "definitions are read again", why);
        try {
            Thread.sleep(RETRY);
            return true;
        } catch (InterruptedException stopped) {
            return false;
        }
    }

    private void begun() {
        if (!started.isDone()) {
            List<CompletableFuture<Snapshot>> filling = new ArrayList<>();
            for (ResourceType type : opened()) {
                filling.add(backend.cacheOf(type).notOlderThan(0));
            }
            // One that cannot be filled holds nobody up but its own readers.
            CompletableFuture.allOf(filling.toArray(CompletableFuture[]::new))
                    .whenComplete((done, failure) -> started.complete(null));
        }
    }

    private synchronized Set<ResourceType> opened() {
        return open;
    }

    @Override
    public void look() {
        WatchCache cache = backend.cacheOf(definitions);
        if (cache.ready()) {
            try {
                take(cache.latest());
            } catch (WatchCache.NotReadyException lost) {
                LOG.log(System.Logger.Level.DEBUG, "definitions are as they were", lost);
            }
        }
    }

    @Override
    public void catchUp() {
        WatchCache cache = Failures.ready(backend.cacheOf(definitions));
        take(backend.cacheReads().progress() ? Failures.await(cache.consistent()) : cache.latest());
    }

    /** Takes in a state of all definitions, unless a newer one was. */
    private synchronized void take(Snapshot snapshot) {
        if (snapshot.revision() <= taken || closed) {
            return;
        }
        Map<String, Entry> now = new TreeMap<>();
        boolean changed = false;
        boolean released = false;
        for (Iterator<CachedObject> all = snapshot.iterator("", ""); all.hasNext(); ) {
            CachedObject object = all.next();
            Entry before = entries.get(object.name());
            if (before != null && before.revision == object.resourceVersion()) {
                now.put(object.name(), before);
            } else {
                changed = true;
                read(object, before, now);
                Entry after = now.get(object.name());
                released |= before != null && after != null && after.definition.released(before.definition);
            }
        }
        taken = snapshot.revision();
        if (changed || now.size() < entries.size()) {
            released |= !now.keySet().containsAll(entries.keySet());
            entries = now;
            if (released) {
                now.values().stream()
                        .filter(entry -> !entry.definition.settled())
                        .forEach(entry -> unsettled.add(entry.definition.name()));
            }
            serve();
        }
        notifyAll();
    }

    private void read(CachedObject object, @Nullable Entry before, Map<String, Entry> into) {
        try {
            Map<String, Object> tree = Json.parseObject(object.json());
            CustomDefinition fresh = CustomDefinition.of(tree, object.json());
            CustomDefinition definition = before == null ? fresh : fresh.after(before.definition);
            into.put(object.name(), new Entry(definition, object.resourceVersion()));
            List<CustomDefinition> others = others(entries.values(), definition.group(), definition.name());
            if (definition.deleting()
                    || DefinitionStatus.settle(tree, others, backend.clock().instant())) {
                unsettled.add(object.name());
            }
        } catch (RuntimeException broken) {
            LOG.log(System.Logger.Level.WARNING, "definition " + object.name() + " makes no sense", broken);
        }
    }

    /** Opens what is new, then serves it, then closes what is no longer served. */
    private void serve() {
        List<ResourceType> types = new ArrayList<>();
        entries.values().forEach(entry -> types.addAll(entry.definition.served()));
        types.sort(Comparator.comparing(ResourceType::group)
                .thenComparing(ResourceType::version, CustomDefinition.VERSIONS)
                .thenComparing(ResourceType::resource));
        Set<ResourceType> now = new HashSet<>(types);
        for (ResourceType type : types) {
            if (!open.contains(type)) {
                opener.open(type);
            }
        }
        Set<ResourceType> before = open;
        open = now;
        if (!now.equals(before)) {
            backend.types().custom(types);
        }
        for (ResourceType type : before) {
            if (!now.contains(type)) {
                opener.close(type);
            }
        }
    }

    @Override
    public long revision(ResourceType type) {
        Entry entry = entries.get(type.groupResource());
        if (entry == null || !entry.definition.served().contains(type)) {
            throw new SupersededException(type);
        }
        return entry.revision;
    }

    @Override
    public boolean deleting(ResourceType type) {
        Entry entry = entries.get(type.groupResource());
        return entry != null && entry.definition.deleting();
    }

    /** A definition by name, null when there is none. */
    @Nullable
    CustomDefinition definition(String name) {
        Entry entry = entries.get(name);
        return entry == null ? null : entry.definition;
    }

    /** Revision of a definition, 0 when there is none. */
    long revision(String name) {
        Entry entry = entries.get(name);
        return entry == null ? 0 : entry.revision;
    }

    /** The other definitions of a group, as of a revision. */
    record Others(List<CustomDefinition> definitions, long revision) {}

    synchronized Others others(String group, String name) {
        return new Others(others(entries.values(), group, name), taken);
    }

    private static List<CustomDefinition> others(Collection<Entry> among, String group, String name) {
        return among.stream()
                .map(Entry::definition)
                .filter(other -> other.group().equals(group) && !other.name().equals(name))
                .toList();
    }

    /** Waits for a definition whose status is to be seen to; each is given out once for each of its changes. */
    synchronized String takeUnsettled() throws InterruptedException {
        while (unsettled.isEmpty()) {
            wait();
        }
        Iterator<String> first = unsettled.iterator();
        String name = first.next();
        first.remove();
        return name;
    }

    /** Gives a definition back, to be seen to again. */
    synchronized void again(String name) {
        unsettled.add(name);
        notifyAll();
    }

    @Override
    public void close() {
        closed = true;
        follower.interrupt();
    }
}
