package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.ForwardingStore;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import io.tholepin.objects.ResourceType;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;

/** A store whose requests are timed, as kube-apiserver times those to etcd. Thread-safe. Source: contract 1.11. */
final class MeasuredStore extends ForwardingStore {
    private final ApiMetrics metrics;
    private final ResourceTypes types;

    /**
     * @param types tell which resource a key belongs to
     */
    MeasuredStore(Store store, ResourceTypes types, ApiMetrics metrics) {
        super(store);
        this.metrics = metrics;
        this.types = types;
    }

    private <T> CompletableFuture<T> timed(String operation, Bytes key, CompletableFuture<T> answer, long start) {
        return timed(operation, key, answer, start, _ -> 0L);
    }

    /** @param bytes how much was read */
    private <T> CompletableFuture<T> timed(
            String operation, Bytes key, CompletableFuture<T> answer, long start, ToLongFunction<T> bytes) {
        ResourceType type = types.storedUnder(key.toString());
        String group = type == null ? "" : type.group();
        String resource = type == null ? "" : type.resource();
        return answer.whenComplete((result, failure) -> {
            metrics.store(operation, group, resource, System.nanoTime() - start, failure != null);
            long read = failure == null ? bytes.applyAsLong(result) : 0;
            if (read > 0) {
                metrics.storeRead(group, resource, read);
            }
        });
    }

    private static long bytes(RangeResult result) {
        long bytes = 0;
        for (KeyValue kv : result.kvs()) {
            bytes += kv.key().length() + kv.value().length();
        }
        return bytes;
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
        return timed(operation, request.range().start(), store.range(request), start, MeasuredStore::bytes);
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        long start = System.nanoTime();
        return timed("currentRevision", Bytes.EMPTY, store.currentRevision(), start);
    }

    /** The question for the current revision may also go over a watch. */
    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        Watch watch = store.watch(request, listener);
        return new Watch() {
            @Override
            public long createdRevision() {
                return watch.createdRevision();
            }

            @Override
            public void requestProgress() {
                watch.requestProgress();
            }

            @Override
            public boolean confirms() {
                return watch.confirms();
            }

            @Override
            public CompletableFuture<Long> confirm() {
                long start = System.nanoTime();
                return timed("currentRevision", Bytes.EMPTY, watch.confirm(), start);
            }

            @Override
            public void close() {
                watch.close();
            }
        };
    }
}
