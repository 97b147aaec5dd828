package io.tholepin.apiserver;

import io.tholepin.kv.Store;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import io.tholepin.watchcache.CacheSettings;
import io.tholepin.watchcache.CacheStats;
import io.tholepin.watchcache.WatchCache;
import io.tholepin.watchcache.WatchCaches;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The backend over one store: a watch cache for each resource, opened when it is first asked for, and the schema pack's
 * codecs. Closing it ends all watches; the store stays open.
 */
public final class StoreBackend implements Backend, AutoCloseable {
    private final ApiMetrics metrics = new ApiMetrics();
    private final Store store;
    private final ResourceTypes types;
    private final SchemaPack schemas;
    private final InstantSource clock;
    private final WatchCaches caches;
    private final ConcurrentHashMap<ResourceType, ObjectCodec> codecs = new ConcurrentHashMap<>();

    public StoreBackend(Store store, ResourceTypes types, SchemaPack schemas, InstantSource clock) {
        this.store = new MeasuredStore(store, types, metrics);
        this.types = types;
        this.schemas = schemas;
        this.clock = clock;
        this.caches = new WatchCaches(this.store, this::codecOf, CacheSettings.defaults());
    }

    /** Opens every cache; completes when all have read what the store held, so that {@code /readyz} passes. */
    public CompletableFuture<Void> fill() {
        return CompletableFuture.allOf(types.all().stream()
                .filter(ResourceType::stored)
                .map(type -> cacheOf(type).notOlderThan(0))
                .toArray(CompletableFuture[]::new));
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
        return caches.cache(type);
    }

    @Override
    public ObjectCodec codecOf(ResourceType type) {
        return codecs.computeIfAbsent(type, one -> new TypedCodec(one, schemas));
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
        caches.close();
    }
}
