package io.tholepin.watchcache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The live watchers of one resource by what they want: everything, a namespace, a name in a namespace, a name anywhere.
 * A change visits only the (at most four) buckets it belongs to. Not thread-safe; the owner locks.
 */
final class WatcherIndex {
    private record Scope(String namespace, String name) {}

    private final Map<Scope, List<Watcher>> buckets = new HashMap<>();
    private int size;

    int size() {
        return size;
    }

    void add(Watcher watcher) {
        List<Watcher> bucket = buckets.computeIfAbsent(scope(watcher), scope -> new ArrayList<>());
        watcher.slot(bucket.size());
        bucket.add(watcher);
        size++;
    }

    /** Takes a watcher out; nothing happens when it is not in. */
    void remove(Watcher watcher) {
        List<Watcher> bucket = buckets.get(scope(watcher));
        int slot = watcher.slot();
        if (bucket == null || slot < 0) {
            return;
        }
        Watcher last = bucket.removeLast();
        if (last != watcher) {
            bucket.set(slot, last);
            last.slot(slot);
        }
        watcher.slot(-1);
        size--;
        if (bucket.isEmpty()) {
            buckets.remove(scope(watcher));
        }
    }

    /** Visits the watchers in whose scope an object is; they may be removed while visited. */
    void visit(CachedObject object, Consumer<Watcher> visitor) {
        if (size == 0) {
            return;
        }
        visit(buckets.get(new Scope("", "")), visitor);
        visit(buckets.get(new Scope("", object.name())), visitor);
        if (!object.namespace().isEmpty()) {
            visit(buckets.get(new Scope(object.namespace(), "")), visitor);
            visit(buckets.get(new Scope(object.namespace(), object.name())), visitor);
        }
    }

    /** Takes all watchers out. */
    List<Watcher> clear() {
        List<Watcher> all = new ArrayList<>(size);
        buckets.values().forEach(all::addAll);
        all.forEach(watcher -> watcher.slot(-1));
        buckets.clear();
        size = 0;
        return all;
    }

    /** Backwards, because a removal moves the last watcher into the gap. */
    private static void visit(@Nullable List<Watcher> bucket, Consumer<Watcher> visitor) {
        if (bucket != null) {
            for (int i = bucket.size() - 1; i >= 0; i--) {
                visitor.accept(bucket.get(i));
            }
        }
    }

    private static Scope scope(Watcher watcher) {
        return new Scope(watcher.selection().namespace(), watcher.selection().name());
    }
}
