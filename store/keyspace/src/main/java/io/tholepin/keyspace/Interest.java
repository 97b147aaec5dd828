package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** A set of watchers, indexed by what they watch: single keys by hash, ranges by a tree. Not thread-safe. */
final class Interest {
    private final Map<Bytes, Set<Watcher>> keys = new HashMap<>();
    private final RangeIndex ranges = new RangeIndex();
    private final Set<Watcher> all = new LinkedHashSet<>();

    boolean isEmpty() {
        return all.isEmpty();
    }

    boolean contains(Watcher watcher) {
        return all.contains(watcher);
    }

    /** Everyone, in order of arrival, as a copy. */
    List<Watcher> everyone() {
        return new ArrayList<>(all);
    }

    void forEach(Consumer<Watcher> each) {
        all.forEach(each);
    }

    void add(Watcher watcher) {
        if (!all.add(watcher)) {
            return;
        }
        KeyRange range = watcher.range();
        if (range.isSingleKey()) {
            keys.computeIfAbsent(range.start(), _ -> new LinkedHashSet<>()).add(watcher);
        } else {
            ranges.add(range, watcher);
        }
    }

    void remove(Watcher watcher) {
        if (!all.remove(watcher)) {
            return;
        }
        KeyRange range = watcher.range();
        if (range.isSingleKey()) {
            keys.computeIfPresent(range.start(), (_, watchers) -> {
                watchers.remove(watcher);
                return watchers.isEmpty() ? null : watchers;
            });
        } else {
            ranges.remove(range, watcher);
        }
    }

    /** Calls for every watcher of {@code key}. */
    void match(Bytes key, Consumer<Watcher> each) {
        Set<Watcher> watchers = keys.get(key);
        if (watchers != null) {
            watchers.forEach(each);
        }
        ranges.match(key, each);
    }
}
