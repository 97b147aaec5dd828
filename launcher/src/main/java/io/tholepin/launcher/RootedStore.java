package io.tholepin.launcher;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.Event;
import io.tholepin.kv.ForwardingStore;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Another store whose keys under {@code /registry} are kept under another root, as {@code --etcd-prefix} wants it: what
 * is asked about {@code /registry/pods/a} is asked about {@code /other/pods/a}. All other keys are what they are. The
 * order of the keys under the root stays, so ranges within it do; a range from outside into it is not translated.
 * Thread-safe; closing it closes the other.
 */
final class RootedStore extends ForwardingStore {
    /** Where everything that the API server asks for is. */
    static final String REGISTRY = "/registry";

    private final Bytes here = Bytes.utf8(REGISTRY);
    private final Bytes there;

    private RootedStore(Store store, String root) {
        super(store);
        this.there = Bytes.utf8(root);
    }

    /** {@code store} with its registry under {@code root}; itself when that is where it is anyway. */
    static Store of(Store store, String root) {
        String whole = "/"
                + String.join(
                        "/",
                        Arrays.stream(root.split("/"))
                                .filter(part -> !part.isEmpty())
                                .toList());
        return whole.equals(REGISTRY) ? store : new RootedStore(store, whole.equals("/") ? "" : whole);
    }

    private Bytes out(Bytes key) {
        return key.startsWith(here) ? there.concat(tail(key, here)) : key;
    }

    private Bytes in(Bytes key) {
        return key.startsWith(there) ? here.concat(tail(key, there)) : key;
    }

    private static Bytes tail(Bytes key, Bytes root) {
        return Bytes.wrap(Arrays.copyOfRange(key.array(), root.length(), key.length()));
    }

    private KeyRange out(KeyRange range) {
        return new KeyRange(out(range.start()), out(range.end()));
    }

    private RangeRequest out(RangeRequest request) {
        return new RangeRequest(
                out(request.range()),
                request.revision(),
                request.limit(),
                request.countOnly(),
                request.keysOnly(),
                request.serializable(),
                request.order(),
                request.target(),
                request.minModRevision(),
                request.maxModRevision(),
                request.minCreateRevision(),
                request.maxCreateRevision());
    }

    private Txn out(Txn txn) {
        return new Txn(
                txn.compares().stream()
                        .map(compare -> new Compare(
                                out(compare.range()),
                                compare.target(),
                                compare.result(),
                                compare.number(),
                                compare.value()))
                        .toList(),
                txn.success().stream().map(this::out).toList(),
                txn.failure().stream().map(this::out).toList());
    }

    private Op out(Op op) {
        return switch (op) {
            case Op.Get get -> new Op.Get(out(get.request()));
            case Op.Put put ->
                new Op.Put(
                        out(put.key()), put.value(), put.lease(), put.previous(), put.ignoreValue(), put.ignoreLease());
            case Op.Delete delete -> new Op.Delete(out(delete.range()), delete.previous());
            case Op.Nested nested -> new Op.Nested(out(nested.txn()));
        };
    }

    private KeyValue in(KeyValue kv) {
        return new KeyValue(in(kv.key()), kv.value(), kv.createRevision(), kv.modRevision(), kv.version(), kv.lease());
    }

    private @Nullable KeyValue inOrNull(@Nullable KeyValue kv) {
        return kv == null ? null : in(kv);
    }

    private List<KeyValue> in(List<KeyValue> kvs) {
        return kvs.stream().map(this::in).toList();
    }

    private RangeResult in(RangeResult result) {
        return new RangeResult(result.revision(), in(result.kvs()), result.more(), result.count());
    }

    private TxnResult in(TxnResult result) {
        return new TxnResult(
                result.revision(),
                result.succeeded(),
                result.results().stream().map(this::in).toList());
    }

    private OpResult in(OpResult result) {
        return switch (result) {
            case OpResult.Get get -> new OpResult.Get(in(get.range()));
            case OpResult.Put put -> new OpResult.Put(inOrNull(put.previous()));
            case OpResult.Delete delete -> new OpResult.Delete(delete.deleted(), in(delete.previous()));
            case OpResult.Nested nested -> new OpResult.Nested(in(nested.txn()));
        };
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        return store.txn(out(txn)).thenApply(this::in);
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        return store.range(out(request)).thenApply(this::in);
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        WatchRequest there = new WatchRequest(
                out(request.range()),
                request.startRevision(),
                request.previous(),
                request.skipPuts(),
                request.skipDeletes());
        return store.watch(there, new WatchListener() {
            @Override
            public void onEvents(long revision, List<Event> events) {
                listener.onEvents(
                        revision,
                        events.stream()
                                .map(event -> new Event(event.type(), in(event.kv()), inOrNull(event.previous())))
                                .toList());
            }

            @Override
            public void onProgress(long revision) {
                listener.onProgress(revision);
            }

            @Override
            public void onClosed(StoreException cause) {
                listener.onClosed(cause);
            }
        });
    }

    @Override
    public CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys) {
        return store.leaseTimeToLive(id, keys)
                .thenApply(lease -> new Lease(
                        lease.id(),
                        lease.grantedTtlSeconds(),
                        lease.remainingTtlSeconds(),
                        lease.keys().stream().map(this::in).toList()));
    }
}
