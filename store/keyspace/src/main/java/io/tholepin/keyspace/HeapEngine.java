package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything on the heap and nothing beyond the process: for ephemeral stores and as the oracle in tests.
 * Versions are shared with the keyspace, not copied. Some of what was put and not committed may already be visible to
 * {@link #history}, whose callers never ask beyond the committed revision.
 */
public final class HeapEngine implements Engine {
    /** About what a version costs beyond its key and value. */
    private static final int VERSION_BYTES = 200;

    /** Versions by revision, within one in order of change; an array is replaced, never changed. */
    private final ConcurrentNavigableMap<Long, Version[]> byRevision = new ConcurrentSkipListMap<>();

    private final Map<Long, StoredLease> leases = new HashMap<>();

    /** Changes of everything but versions that were put; carried out by {@link #commit}. */
    private final List<Runnable> changes = new ArrayList<>();

    /** Held while a commit changes something or a snapshot is taken. */
    private final ReentrantLock committing = new ReentrantLock();

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
        changes.add(() -> {
            bytes -= cost(version);
            byRevision.computeIfPresent(version.modRevision, (_, versions) -> without(versions, version));
        });
    }

    @Override
    public void putLease(StoredLease lease) {
        changes.add(() -> leases.put(lease.id(), lease));
    }

    @Override
    public void removeLease(long id) {
        changes.add(() -> leases.remove(id));
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
        changes.add(() -> tables.computeIfAbsent(table, _ -> new TreeMap<>()).put(Bytes.wrap(key), value));
    }

    @Override
    public void removeRecord(byte table, byte[] key) {
        changes.add(() -> tables.computeIfAbsent(table, _ -> new TreeMap<>()).remove(Bytes.wrap(key)));
    }

    @Override
    public void commit(Marks now) {
        committing.lock();
        try {
            addPending();
            changes.forEach(Runnable::run);
            changes.clear();
            marks = now;
        } finally {
            committing.unlock();
        }
    }

    @Override
    public Snapshot snapshot() {
        committing.lock();
        try {
            List<Version> versions = new ArrayList<>();
            byRevision.headMap(marks.revision(), true).values().forEach(some -> Collections.addAll(versions, some));
            Map<Byte, NavigableMap<Bytes, byte[]>> records = new TreeMap<>();
            tables.forEach((table, some) -> records.put(table, new TreeMap<>(some)));
            return new HeapSnapshot(marks, versions, List.copyOf(leases.values()), records);
        } finally {
            committing.unlock();
        }
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
        try (HeapSnapshot snapshot = (HeapSnapshot) snapshot()) {
            HeapFile.write(target, snapshot);
        }
    }

    @Override
    public void load(Path source) {
        byRevision.clear();
        leases.clear();
        tables.clear();
        pending.clear();
        changes.clear();
        bytes = 0;
        commit(HeapFile.read(source, this));
    }

    @Override
    public void defragment() {}

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

    private static Version @Nullable [] without(Version[] versions, Version removed) {
        Version[] rest =
                Arrays.stream(versions).filter(kept -> kept.sub != removed.sub).toArray(Version[]::new);
        return rest.length == 0 ? null : rest;
    }

    private static long cost(Version version) {
        KeyValue pair = version.pair;
        return VERSION_BYTES
                + version.key.length()
                + (pair == null ? 0 : pair.value().length());
    }
}
