package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import io.tholepin.objects.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A store whose requests are timed, as kube-apiserver times those to etcd. Thread-safe. Source: contract 1.11. */
final class MeasuredStore implements Store {
    private final Store store;
    private final ApiMetrics metrics;
    private final TreeMap<String, ResourceType> byPrefix = new TreeMap<>();

    /**
     * @param types tell which resource a key belongs to
     */
    MeasuredStore(Store store, ResourceTypes types, ApiMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
        for (ResourceType type : types.all()) {
            if (type.stored()) {
                byPrefix.put(type.storagePrefix(), type);
            }
        }
    }

    private <T> CompletableFuture<T> timed(String operation, Bytes key, CompletableFuture<T> answer, long start) {
        String text = key.toString();
        Map.Entry<String, ResourceType> floor = byPrefix.floorEntry(text);
        boolean known = floor != null && text.startsWith(floor.getKey());
        String group = known ? floor.getValue().group() : "";
        String resource = known ? floor.getValue().resource() : "";
        return answer.whenComplete((result, failure) ->
                metrics.store(operation, group, resource, System.nanoTime() - start, failure != null));
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        long start = System.nanoTime();
        CompletableFuture<TxnResult> answer = store.txn(txn);
        return txn.success().isEmpty()
                ? answer
                : switch (txn.success().getFirst()) {
                    case Op.Put put -> timed(isNew(txn, put) ? "create" : "update", put.key(), answer, start);
                    case Op.Delete delete -> timed("delete", delete.range().start(), answer, start);
                    case Op.Get get -> timed("get", get.request().range().start(), answer, start);
                    case Op.Nested nested -> answer;
                };
    }

    private static boolean isNew(Txn txn, Op.Put put) {
        return txn.compares().contains(Compare.modRevisionIs(put.key(), 0));
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        long start = System.nanoTime();
        String operation = request.countOnly() ? "count" : request.range().isSingleKey() ? "get" : "list";
        return timed(operation, request.range().start(), store.range(request), start);
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        long start = System.nanoTime();
        return timed("currentRevision", Bytes.EMPTY, store.currentRevision(), start);
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return store.watch(request, listener);
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        return store.compact(revision, physical);
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        return store.leaseGrant(id, ttlSeconds);
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        return store.leaseRevoke(id);
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        return store.leaseKeepAlive(id);
    }

    @Override
    public CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys) {
        return store.leaseTimeToLive(id, keys);
    }

    @Override
    public CompletableFuture<List<Long>> leases() {
        return store.leases();
    }

    @Override
    public StoreStatus status() {
        return store.status();
    }

    @Override
    public void close() {
        store.close();
    }
}
