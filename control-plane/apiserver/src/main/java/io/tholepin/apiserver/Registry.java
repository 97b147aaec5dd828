package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.WatchCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Where writes meet the store. A write is a {@link Change}: it looks at objects through a {@link View}, decides, and
 * one transaction carries the decision out if everything looked at is still the same; if not, it decides again on what
 * the transaction found instead. A refusal that rests on a possibly old copy is checked against the store before it is
 * final.
 *
 * <p>Thread-safe; blocks, so it is called on virtual threads. A store failure passes as {@link StoreException}; an
 * unknown outcome is never retried. Source: contract 2.1, 2.3.
 */
final class Registry {
    /** Most attempts of one write; each failed one means that somebody else's write succeeded. */
    static final int ATTEMPTS_MAX = 1_000;

    /** Longest wait for the store's answer. Source: contract 2.1, the bound of a whole write. */
    static final Duration PATIENCE = Duration.ofSeconds(34);

    private final Backend backend;

    /** What a write came to. {@code object} belongs to the caller. */
    record Outcome(Kind kind, Map<String, Object> object) {
        enum Kind {
            CREATED,
            UPDATED,
            UNCHANGED,
            DELETED
        }
    }

    Registry(Backend backend) {
        this.backend = backend;
    }

    /** The cache's copy, null when the cache knows of none; an object's real state when there is no cache yet. */
    @Nullable
    Stored cached(ResourceType type, String namespace, String name) {
        WatchCache cache = backend.cacheOf(type);
        if (!cache.ready()) {
            return read(type, namespace, name);
        }
        CachedObject object = cache.latest().get(namespace, name);
        return object == null ? null : new Stored(Json.parseObject(object.json()), object.resourceVersion());
    }

    /** The object as of now, linearizably; null when it does not exist. */
    @Nullable
    Stored read(ResourceType type, String namespace, String name) {
        Bytes key = Bytes.utf8(type.key(namespace, name));
        KeyValue kv = readKeys(List.of(key)).get(key);
        return kv == null ? null : decode(type, kv);
    }

    Stored decode(ResourceType type, KeyValue kv) {
        return new Stored(backend.codecOf(type).tree(kv.value(), kv.modRevision()), kv.modRevision());
    }

    /** Keys as of one moment, linearizably; a key that does not exist has no entry. */
    Map<Bytes, KeyValue> readKeys(List<Bytes> keys) {
        return found(await(backend.store().txn(new Txn(List.of(), gets(keys), List.of()))));
    }

    private static List<Op> gets(List<Bytes> keys) {
        List<Op> gets = new ArrayList<>(keys.size());
        for (Bytes key : keys) {
            gets.add(new Op.Get(RangeRequest.of(KeyRange.key(key))));
        }
        return gets;
    }

    private static Map<Bytes, KeyValue> found(TxnResult result) {
        Map<Bytes, KeyValue> found = new LinkedHashMap<>();
        for (OpResult one : result.results()) {
            if (one instanceof OpResult.Get get) {
                for (KeyValue kv : get.range().kvs()) {
                    found.put(kv.key(), kv);
                }
            }
        }
        return found;
    }

    /**
     * Carries a change of one object out.
     *
     * @param dryRun everything but the write, decided on the store's own state
     */
    Outcome change(ResourceType type, String namespace, String name, boolean dryRun, Change change) {
        View view = new View(this, type, namespace, name);
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            view.begin();
            Next next;
            try {
                next = change.decide(view);
            } catch (StatusException refusal) {
                if (view.stale() && view.refresh()) {
                    continue;
                }
                throw refusal;
            }
            if (dryRun && view.stale() && view.refresh()) {
                continue;
            }
            Outcome outcome = carryOut(type, view, next, dryRun);
            if (outcome != null) {
                return outcome;
            }
        }
        throw StoreException.of(
                StoreException.Code.TOO_MANY_REQUESTS,
                type.resource() + " \"" + name + "\" changes all the time",
                null);
    }

    /** Returns null when the view was out of date and has learnt better. */
    private @Nullable Outcome carryOut(ResourceType type, View view, Next next, boolean dryRun) {
        return switch (next) {
            case Next.Keep(var object) -> keep(view, object);
            case Next.Put put -> put(type, view, put, dryRun);
            case Next.Delete(var last, var riders) -> {
                List<Op> ops = new ArrayList<>();
                ops.add(new Op.Delete(KeyRange.key(view.key()), false));
                ops.addAll(riders.ops());
                long revision = dryRun ? 0 : commit(view, ops);
                yield dryRun || revision != 0 ? deleted(last, revision) : null;
            }
        };
    }

    /** The last state; its resourceVersion is the deletion's. */
    private static Outcome deleted(Map<String, Object> last, long revision) {
        if (revision != 0) {
            Json.child(last, "metadata").put("resourceVersion", Long.toString(revision));
        }
        return new Outcome(Outcome.Kind.DELETED, last);
    }

    private static @Nullable Outcome keep(View view, Map<String, Object> object) {
        boolean changed = view.stale() && view.refresh();
        return changed ? null : new Outcome(Outcome.Kind.UNCHANGED, object);
    }

    private @Nullable Outcome put(ResourceType type, View view, Next.Put put, boolean dryRun) {
        ObjectCodec codec = backend.codecOf(type);
        Stored current = view.currentUnlessNew();
        Bytes value = codec.encode(put.object());
        if (current != null && put.riders().ops().isEmpty() && value.equals(storedValue(view, current, codec))) {
            return keep(view, codec.tree(value, current.revision()));
        }
        Outcome.Kind kind = current == null ? Outcome.Kind.CREATED : Outcome.Kind.UPDATED;
        if (dryRun) {
            return new Outcome(kind, codec.tree(value, current == null ? 0 : current.revision()));
        }
        List<Op> ops = new ArrayList<>();
        ops.add(new Op.Put(view.key(), value, put.riders().lease(), false, false, false));
        ops.addAll(put.riders().ops());
        long revision = commit(view, ops);
        return revision == 0 ? null : new Outcome(kind, codec.tree(value, revision));
    }

    private static Bytes storedValue(View view, Stored current, ObjectCodec codec) {
        Bytes stored = view.currentValue();
        return stored != null ? stored : codec.encode(current.object());
    }

    /** Returns the new revision, 0 when a condition failed and the view has learnt the truth. */
    private long commit(View view, List<Op> ops) {
        TxnResult result = await(backend.store().txn(new Txn(view.conditions(), ops, gets(view.keys()))));
        if (result.succeeded()) {
            return result.revision();
        }
        view.tell(found(result));
        return 0;
    }

    /** Runs a transaction that stands for itself. */
    TxnResult txn(Txn txn) {
        return await(backend.store().txn(txn));
    }

    /** Waits for the store or a cache; their failures pass as they are. */
    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("failed with no exception of ours", failure.getCause());
        } catch (TimeoutException late) {
            throw StoreException.unknown(StoreException.Code.TIMED_OUT, "no answer within " + PATIENCE, late);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw StoreException.unknown(StoreException.Code.STOPPED, "interrupted while waiting", stopped);
        }
    }
}
