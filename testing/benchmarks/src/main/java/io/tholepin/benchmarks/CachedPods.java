package io.tholepin.benchmarks;

import io.tholepin.apiserver.TypedCodec;
import io.tholepin.kv.Bytes;
import io.tholepin.load.SamplePods;
import io.tholepin.objects.BuiltInResources;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import io.tholepin.watchcache.CacheSettings;
import io.tholepin.watchcache.WatchCache;
import io.tholepin.watchcache.WatchCaches;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/** A watch cache of sample pods, filled from a store that keeps nothing, through the server's own codec. */
final class CachedPods implements AutoCloseable {
    private final TypedCodec codec;
    private final SampleStore store;
    private final WatchCaches caches;
    private final ResourceType type;

    /** Opens nothing yet. */
    CachedPods(int count) {
        type = Objects.requireNonNull(BuiltInResources.find("", "v1", "pods"));
        codec = new TypedCodec(type, SchemaPack.builtIn());
        SamplePods pods = new SamplePods(count);
        List<Bytes> keys = pods.keys(count).stream()
                .map(key -> Bytes.utf8(type.storagePrefix() + key))
                .toList();
        store = new SampleStore(keys, i -> codec.encode(pods.pod(i)));
        codec.decode(keys.getFirst(), store.value(0), 2);
        caches = new WatchCaches(store, resource -> codec, CacheSettings.defaults());
    }

    /** The cache, once it is filled. */
    WatchCache fill() {
        WatchCache cache = caches.cache(type);
        while (!cache.ready()) {
            LockSupport.parkNanos(10_000_000);
        }
        return cache;
    }

    int typeMetaLength() {
        return codec.typeMetaLength();
    }

    @Override
    public void close() {
        caches.close();
    }
}
