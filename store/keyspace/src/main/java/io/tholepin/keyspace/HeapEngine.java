package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything on the heap and nothing beyond the process: for ephemeral stores and as the oracle in tests.
 * Versions are shared with the keyspace, not copied. What was put and not committed is already visible to
 * {@link #history}, whose callers never ask beyond the committed revision.
 */
public final class HeapEngine implements Engine {
    /** About what a version costs beyond its key and value. */
    private static final int VERSION_BYTES = 200;

    /** Versions by revision, within one in order of change; an array is replaced, never changed. */
    private final ConcurrentNavigableMap<Long, Version[]> byRevision = new ConcurrentSkipListMap<>();

    private final Map<Long, StoredLease> leases = new HashMap<>();
    private final Map<Byte, NavigableMap<Bytes, byte[]>> tables = new TreeMap<>();
    private final List<Version> pending = new ArrayList<>();
    private Marks marks = Marks.FRESH;
    private volatile long bytes;

    /** An empty engine. */
    public HeapEngine() {}

    @Override
    public Marks marks() {
        return marks;
    }

    @Override
    public void versions(Consumer<Version> each) {
        for (Version[] versions : byRevision.values()) {
            for (Version version : versions) {
                each.accept(version.sharing(version.key));
            }
        }
    }

    @Override
    public void leases(Consumer<StoredLease> each) {
        leases.values().forEach(each);
    }

    @Override
    public void put(Version version) {
        if (!pending.isEmpty() && pending.getFirst().modRevision != version.modRevision) {
            addPending();
        }
        pending.add(version);
    }

    @Override
    public void remove(Version version) {
        bytes -= cost(version);
        byRevision.computeIfPresent(version.modRevision, (_, versions) -> {
            Version[] rest = Arrays.stream(versions)
                    .filter(kept -> kept.sub != version.sub)
                    .toArray(Version[]::new);
            return rest.length == 0 ? null : rest;
        });
    }

    @Override
    public void putLease(StoredLease lease) {
        leases.put(lease.id(), lease);
    }

    @Override
    public void removeLease(long id) {
        leases.remove(id);
    }

    @Override
    public void records(byte table, BiConsumer<byte[], byte[]> each) {
        NavigableMap<Bytes, byte[]> records = tables.get(table);
        if (records != null) {
            records.forEach((key, value) -> each.accept(key.array(), value));
        }
    }

    @Override
    public void putRecord(byte table, byte[] key, byte[] value) {
        tables.computeIfAbsent(table, _ -> new TreeMap<>()).put(Bytes.wrap(key), value);
    }

    @Override
    public void removeRecord(byte table, byte[] key) {
        tables.computeIfAbsent(table, _ -> new TreeMap<>()).remove(Bytes.wrap(key));
    }

    /** The small tables, as they are. */
    Map<Byte, NavigableMap<Bytes, byte[]>> tables() {
        return tables;
    }

    @Override
    public void commit(Marks now) {
        addPending();
        marks = now;
    }

    @Override
    public boolean keepsPairsInMemory() {
        return true;
    }

    @Override
    public @Nullable Bytes value(Version version) {
        KeyValue pair = version.pair;
        return pair == null ? null : pair.value();
    }

    @Override
    public void versions(long from, long to, Predicate<Version> visitor) {
        if (from > to) {
            return;
        }
        for (Version[] versions : byRevision.subMap(from, true, to, true).values()) {
            for (Version version : versions) {
                if (!visitor.test(version)) {
                    return;
                }
            }
        }
    }

    @Override
    public void history(long from, long to, Predicate<Event> visitor) {
        versions(from, to, version -> visitor.test(event(version)));
    }

    @Override
    public void flush() {}

    @Override
    public void save(Path target) {
        HeapSnapshot.write(target, marks, leases.values(), this);
    }

    @Override
    public void load(Path source) {
        byRevision.clear();
        leases.clear();
        tables.clear();
        pending.clear();
        bytes = 0;
        marks = HeapSnapshot.read(source, this);
        addPending();
    }

    @Override
    public long bytesTotal() {
        return bytes;
    }

    @Override
    public void close() {}

    private static Event event(Version version) {
        KeyValue pair = Objects.requireNonNull(version.pair, "a heap version keeps its pair");
        Version before = version.previous();
        KeyValue previous = before == null || before.isTombstone() ? null : before.pair;
        return new Event(version.isTombstone() ? Event.Type.DELETE : Event.Type.PUT, pair, previous);
    }

    private void addPending() {
        if (!pending.isEmpty()) {
            for (Version version : pending) {
                bytes += cost(version);
            }
            byRevision.put(pending.getFirst().modRevision, pending.toArray(Version[]::new));
            pending.clear();
        }
    }

    private static long cost(Version version) {
        KeyValue pair = version.pair;
        return VERSION_BYTES
                + version.key.length()
                + (pair == null ? 0 : pair.value().length());
    }
}
