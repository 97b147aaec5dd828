package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Selection;
import io.tholepin.watchcache.WatchCache;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Deletes everything that a selector selects. Not atomic: each object is deleted by itself, several at a time so that
 * the store can commit them together. Source: contract 2.6.
 */
final class CollectionDeletions {
    /** Deletions of one request under way at a time. */
    static final int WORKERS_MAX = 16;

    private final Backend backend;
    private final Deletions deletions;
    private final Bodies bodies;

    CollectionDeletions(Backend backend, Deletions deletions, Bodies bodies) {
        this.backend = backend;
        this.deletions = deletions;
        this.bodies = bodies;
    }

    WriteResult delete(WriteCall call) {
        DeleteOptions options = DeleteOptions.of(call.request(), bodies);
        ResourceType type = call.type();
        Selection selection = ListOptions.of(call.request().query(), false).selection(type, call.namespace(), "");
        List<CachedObject> selected = new ArrayList<>();
        long revision;
        try (StoreLists.Turn turn = backend.storeLists().turn()) {
            ListSource.Room room = new ListSource.Room(turn, about(type, call.namespace()));
            ListSource recent = ListSource.mostRecent(backend, type, room);
            recent.select(selection, "").forEachRemaining(selected::add);
            revision = recent.revision();
        }
        deleteAll(selected, object -> deletions.delete(type, object.namespace(), object.name(), options));
        return new WriteResult(
                200, list(type, selected, revision, backend.codecOf(type).typedItems()));
    }

    /** How many objects may have to be kept, as the cache last knew. */
    private long about(ResourceType type, String namespace) {
        WatchCache cache = backend.cacheOf(type);
        return cache.ready() ? cache.latest().count(namespace) : 0;
    }

    /** Deletes objects; waits until all are, or one could not be. */
    static void deleteAll(List<CachedObject> objects, Consumer<CachedObject> delete) {
        Semaphore free = new Semaphore(WORKERS_MAX);
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        for (CachedObject object : objects) {
            free.acquireUninterruptibly();
            if (failure.get() != null) {
                free.release();
                break;
            }
            Thread.ofVirtual().start(() -> {
                try {
                    deleteOne(object, delete, failure);
                } finally {
                    free.release();
                }
            });
        }
        free.acquireUninterruptibly(WORKERS_MAX);
        RuntimeException first = failure.get();
        if (first != null) {
            throw first;
        }
    }

    private static void deleteOne(
            CachedObject object, Consumer<CachedObject> delete, AtomicReference<RuntimeException> failure) {
        try {
            delete.accept(object);
        } catch (StatusException refused) {
            if (refused.code() != 404) {
                failure.compareAndSet(null, refused);
            }
        } catch (RuntimeException failed) {
            failure.compareAndSet(null, failed);
        }
    }

    private static Map<String, Object> list(
            ResourceType type, List<CachedObject> objects, long revision, boolean typedItems) {
        List<Object> items = new ArrayList<>(objects.size());
        for (CachedObject object : objects) {
            Map<String, Object> item = Json.parseObject(object.json());
            if (typedItems) {
                item.remove("kind");
                item.remove("apiVersion");
            }
            items.add(item);
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("resourceVersion", Long.toString(revision));
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("kind", type.listKind());
        list.put("apiVersion", type.apiVersion());
        list.put("metadata", metadata);
        list.put("items", items);
        return list;
    }
}
