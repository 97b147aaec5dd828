package io.tholepin.apiserver;

import io.tholepin.kv.Store;
import io.tholepin.objects.BuiltInResources;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import io.tholepin.watchcache.CacheSettings;
import io.tholepin.watchcache.CacheStats;
import io.tholepin.watchcache.WatchCache;
import io.tholepin.watchcache.WatchCaches;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What tests stand on: a store of their own, closed with its caches, and the built-in resources. */
abstract class TestBackend implements Backend, AutoCloseable {
    static final SchemaPack SCHEMAS = SchemaPack.builtIn();

    final ResourceTypes types = new ResourceTypes(BuiltInResources.all());
    final WatchCaches caches;
    private final ApiMetrics metrics = new ApiMetrics();
    StoreLists storeLists = new StoreLists();
    private final Store store;
    private final Map<ResourceType, ObjectCodec> codecs = new ConcurrentHashMap<>();

    TestBackend(Store store) {
        this(store, CacheSettings.defaults());
    }

    TestBackend(Store store, CacheSettings settings) {
        this.store = new MeasuredStore(store, types, metrics);
        caches = new WatchCaches(this.store, this::codecOf, settings);
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
        return codecs.computeIfAbsent(
                type, one -> one.custom() == null ? new TypedCodec(one, SCHEMAS) : new CustomCodec(one));
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
    public void close() {
        caches.close();
        store.close();
    }
}
