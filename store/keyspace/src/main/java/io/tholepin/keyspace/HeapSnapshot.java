package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The state of one commit of a {@link HeapEngine}: its own lists of the versions that both share. Immutable. */
record HeapSnapshot(
        Engine.Marks marks,
        List<Version> versions,
        List<Engine.StoredLease> leases,
        Map<Byte, NavigableMap<Bytes, byte[]>> tables)
        implements Engine.Snapshot {

    @Override
    public void versions(long from, long to, boolean values, Predicate<Version> visitor) {
        for (Version version : versions) {
            if (version.modRevision >= from && (version.modRevision > to || !visitor.test(version))) {
                return;
            }
        }
    }

    @Override
    public void leases(Consumer<Engine.StoredLease> each) {
        leases.forEach(each);
    }

    @Override
    public void records(byte table, BiConsumer<byte[], byte[]> each) {
        NavigableMap<Bytes, byte[]> records = tables.get(table);
        if (records != null) {
            records.forEach((key, value) -> each.accept(key.array(), value));
        }
    }

    @Override
    public void close() {}
}
