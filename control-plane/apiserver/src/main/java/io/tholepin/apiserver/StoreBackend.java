package io.tholepin.apiserver;

import io.tholepin.kv.Store;
import io.tholepin.objects.CustomResource;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import io.tholepin.watchcache.CacheSettings;
import io.tholepin.watchcache.CacheStats;
import io.tholepin.watchcache.Snapshot;
import io.tholepin.watchcache.WatchCache;
import io.tholepin.watchcache.WatchCaches;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The backend over one store: a watch cache for each resource, opened when it is first asked for or defined, and its
 * codec. Closing it ends all watches; the store stays open.
 */
public final class StoreBackend implements Backend, AutoCloseable {
    private final ApiMetrics metrics = new ApiMetrics();
    private final StoreLists storeLists = new StoreLists();
    private final Store store;
    private final ResourceTypes types;
    private final SchemaPack schemas;
    private final InstantSource clock;
    private final Supplier<CacheReads> cacheReads;
    private final WatchCaches caches;
    private final ConcurrentHashMap<ResourceType, ObjectCodec> codecs = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<CustomResource, Open> open = new ConcurrentHashMap<>();
    private final CustomResources customs;
    private volatile boolean closed;

    /** What serves a custom resource. */
    private record Open(ObjectCodec codec, WatchCache cache) {}

    /** Over a store whose caches may answer everything. */
    public StoreBackend(Store store, ResourceTypes types, SchemaPack schemas, InstantSource clock) {
        this(store, types, schemas, clock, () -> CacheReads.ALL);
    }

    /**
     * @param cacheReads which reads the caches may answer; asked for each of them, so it returns at once
     */
    public StoreBackend(
            Store store,
            ResourceTypes types,
            SchemaPack schemas,
            InstantSource clock,
            Supplier<CacheReads> cacheReads) {
        this.store = new MeasuredStore(store, types, metrics);
        this.types = types;
        this.schemas = schemas;
        this.clock = clock;
        this.cacheReads = cacheReads;
        this.caches = new WatchCaches(this.store, this::codecOf, CacheSettings.defaults());
        this.customs = new CustomResources(this, new CustomResources.Opener() {
            @Override
            public WatchCache open(ResourceType type) {
                return StoreBackend.this.open(type);
            }

            @Override
            public void close(ResourceType type) {
                open.remove(Objects.requireNonNull(type.custom()));
                caches.drop(type);
            }
        });
    }

    private WatchCache open(ResourceType type) {
        WatchCache cache = caches.cache(type);
        open.put(Objects.requireNonNull(type.custom()), new Open(new CustomCodec(type), cache));
        return cache;
    }

    /**
     * Opens every cache, those of custom resources last; completes when all have read what the store held, so that
     * {@code /readyz} passes. Takes as long as it takes: a big store, or one without a leader, is no reason to give up.
     * Fails when this is closed.
     */
    public CompletableFuture<Void> fill() {
        return CompletableFuture.allOf(types.builtIn().stream()
                        .filter(ResourceType::stored)
                        .map(type -> filled(cacheOf(type)))
                        .toArray(CompletableFuture[]::new))
                .thenCompose(done -> customs.start());
    }

    private CompletableFuture<Snapshot> filled(WatchCache cache) {
        return cache.notOlderThan(0)
                .exceptionallyCompose(failure -> failure instanceof WatchCache.NotReadyException && !closed
                        ? filled(cache)
                        : CompletableFuture.failedFuture(failure));
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public ResourceTypes types() {
        return types;
    }

    @Override
    public WatchCache cacheOf(ResourceType type) {
        if (type.custom() == null) {
            return caches.cache(type);
        }
        Open found = open.get(type.custom());
        return found == null ? ClosedCache.INSTANCE : found.cache;
    }

    @Override
    public ObjectCodec codecOf(ResourceType type) {
        if (type.custom() == null) {
            return codecs.computeIfAbsent(type, one -> new TypedCodec(one, schemas));
        }
        Open found = open.get(type.custom());
        return found == null ? new CustomCodec(type) : found.codec;
    }

    @Override
    public CustomResources definitions() {
        return customs;
    }

    @Override
    public CacheReads cacheReads() {
        return cacheReads.get();
    }

    @Override
    public StoreLists storeLists() {
        return storeLists;
    }

    @Override
    public List<CacheStats> cacheStats() {
        return caches.stats();
    }

    @Override
    public ApiMetrics metrics() {
        return metrics;
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public void close() {
        closed = true;
        customs.close();
        caches.close();
    }
}
