package io.tholepin.watchcache;

import io.tholepin.kv.Store;
import io.tholepin.objects.CustomResource;
import io.tholepin.objects.ResourceType;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The watch caches of one store, one for each resource and version that somebody asked for. They share one dispatcher
 * thread, which owns their state; a cache at rest costs a few hundred bytes and no thread. Thread-safe.
 */
public final class WatchCaches implements AutoCloseable {
    /** Strings shared between the objects of all caches, at most. */
    private static final int INTERNED_MAX = 1 << 15;

    /** A custom resource whose definition has changed is another one of the same name. */
    private record Key(
            String group,
            String version,
            String resource,
            @Nullable CustomResource custom) {}

    private final ConcurrentHashMap<Key, StoreWatchCache> caches = new ConcurrentHashMap<>();
    private final Function<ResourceType, ObjectDecoder> decoders;
    private final StoreWatchCache.Shared shared;
    private final Runnable stop;
    private volatile boolean closed;

    /**
     * Opens nothing yet.
     *
     * @param decoders makes the decoder of a resource, once for each cache
     */
    public WatchCaches(Store store, Function<ResourceType, ObjectDecoder> decoders, CacheSettings settings) {
        this.decoders = decoders;
        DispatcherThread thread = new DispatcherThread("watch-caches");
        Executor filler = fill -> Thread.ofVirtual().name("watch-cache-fill").start(fill);
        this.shared = new StoreWatchCache.Shared(
                store,
                thread,
                filler,
                new RevisionRounds(store::currentRevision),
                new Interner(INTERNED_MAX),
                settings);
        this.stop = thread::close;
        thread.execute(() -> thread.after(settings.idleInterval(), this::idle));
    }

    private void idle() {
        caches.values().forEach(StoreWatchCache::idle);
        shared.dispatcher().after(shared.settings().idleInterval(), this::idle);
    }

    /**
     * The cache of a resource, opened on the first call. Returns at once; the cache fills in the background, and
     * {@link WatchCache#notOlderThan} with 0 waits for it.
     *
     * @throws IllegalArgumentException when nothing of the resource is stored
     * @throws IllegalStateException after {@link #close()}
     */
    public WatchCache cache(ResourceType type) {
        Key key = key(type);
        StoreWatchCache present = caches.get(key);
        if (present != null) {
            return present;
        }
        if (!type.stored()) {
            throw new IllegalArgumentException("resource: " + type.groupResource() + " (expected: a stored one)");
        }
        StoreWatchCache cache = caches.computeIfAbsent(key, absent -> {
            if (closed) {
                throw new IllegalStateException("the watch caches are closed");
            }
            StoreWatchCache fresh = new StoreWatchCache(type.storagePrefix(), decoders.apply(type), shared);
            fresh.start();
            return fresh;
        });
        return cache;
    }

    /** Whether every cache opened so far is ready. */
    public boolean ready() {
        return caches.values().stream().allMatch(StoreWatchCache::ready);
    }

    /** How every cache opened so far is doing, by group and resource. */
    public List<CacheStats> stats() {
        return caches.entrySet().stream()
                .map(entry -> entry.getValue()
                        .stats(
                                entry.getKey().group(),
                                entry.getKey().version(),
                                entry.getKey().resource()))
                .sorted(Comparator.comparing(CacheStats::group)
                        .thenComparing(CacheStats::resource)
                        .thenComparing(CacheStats::version))
                .toList();
    }

    /** Closes the cache of a resource that is no longer served, ending its watches. A later call opens a new one. */
    public void drop(ResourceType type) {
        StoreWatchCache gone = caches.remove(key(type));
        if (gone != null) {
            gone.close();
        }
    }

    /** Closes all caches; their watches end. Before the store is closed. */
    @Override
    public void close() {
        closed = true;
        caches.values().forEach(StoreWatchCache::close);
        stop.run();
    }

    private static Key key(ResourceType type) {
        return new Key(type.group(), type.version(), type.resource(), type.custom());
    }
}
