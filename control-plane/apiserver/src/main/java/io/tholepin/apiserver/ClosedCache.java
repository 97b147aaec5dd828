package io.tholepin.apiserver;

import io.tholepin.watchcache.CacheWatch;
import io.tholepin.watchcache.Selection;
import io.tholepin.watchcache.Snapshot;
import io.tholepin.watchcache.WatchCache;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Stands for the cache of a custom resource that is no longer served, or is not served in this version. */
final class ClosedCache implements WatchCache {
    static final WatchCache INSTANCE = new ClosedCache();

    private ClosedCache() {}

    private static NotReadyException closed() {
        return new NotReadyException("not served");
    }

    @Override
    public boolean ready() {
        return false;
    }

    @Override
    public Snapshot latest() {
        throw closed();
    }

    @Override
    public CompletableFuture<Snapshot> consistent() {
        return CompletableFuture.failedFuture(closed());
    }

    @Override
    public CompletableFuture<Snapshot> notOlderThan(long revision) {
        return CompletableFuture.failedFuture(closed());
    }

    @Override
    public @Nullable Snapshot exactly(long revision) {
        throw closed();
    }

    @Override
    public CacheWatch watch(long afterRevision, Selection selection) {
        throw closed();
    }

    @Override
    public CacheWatch watchFrom(Snapshot snapshot, Selection selection, boolean endBookmark) {
        throw closed();
    }

    @Override
    public void close() {
        // it never was open
    }
}
