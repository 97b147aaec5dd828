package io.tholepin.apiserver;

import io.tholepin.kv.Store;
import io.tholepin.objects.ResourceType;
import io.tholepin.watchcache.CacheStats;
import io.tholepin.watchcache.WatchCache;
import java.time.InstantSource;
import java.util.List;

/** What the API stands on. Thread-safe; the same answers for as long as the server runs. */
public interface Backend {
    /** Where objects are kept. */
    Store store();

    /** What is served. */
    ResourceTypes types();

    /** The cache of a stored resource. */
    WatchCache cacheOf(ResourceType type);

    /** The stored form of a stored resource's objects. */
    ObjectCodec codecOf(ResourceType type);

    /** The definitions of custom resources. */
    default Definitions definitions() {
        return Definitions.NONE;
    }

    /** Which reads the caches may answer, as of now. */
    default CacheReads cacheReads() {
        return CacheReads.ALL;
    }

    /** What lists that read from the store may hold. */
    StoreLists storeLists();

    /** How the caches are doing. */
    List<CacheStats> cacheStats();

    /** What is told to Prometheus. */
    ApiMetrics metrics();

    /** Wall clock. */
    InstantSource clock();
}
