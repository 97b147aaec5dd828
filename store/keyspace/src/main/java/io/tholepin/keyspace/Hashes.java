package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.StateHash;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/**
 * Hashes of a snapshot: CRC-32C over versions in the form etcd stores them in, read in one pass. Any thread. Source:
 * contract 2.13, compared with etcd 3.5.30.
 */
final class Hashes {
    private static final byte[] BUCKET = "key".getBytes(StandardCharsets.US_ASCII);

    private final CRC32C crc = new CRC32C();
    private final Encoder entry = new Encoder(1024);

    private Hashes() {
        crc.update(BUCKET);
    }

    /**
     * etcd's HashKV up to revision {@code upTo}: every change after the compaction that the snapshot knows, and of what
     * was before the versions that are still seen at {@code upTo}, tombstones excepted. When nothing is seen at
     * {@code upTo}, what the compaction left counts instead; etcd takes "keep none" for "compacted nothing".
     *
     * @param index an index that has every key the snapshot has, changed by nothing but sweeps up to {@code upTo}
     */
    static StateHash hashKv(Engine.Snapshot snapshot, KeyIndex index, long upTo) {
        Engine.Marks marks = snapshot.marks();
        long compacted = marks.compactRevision();
        boolean empty = index.visit(KeyRange.all(), false, history -> history.live(upTo) == null);
        Predicate<Version> kept =
                empty ? leftBy(snapshot) : version -> version.modRevision == seen(index, version.key, upTo);
        Hashes hashes = new Hashes();
        snapshot.versions(0, upTo, true, version -> {
            if (version.modRevision > compacted || (!version.isTombstone() && kept.test(version))) {
                hashes.add(version);
            }
            return true;
        });
        return new StateHash((int) hashes.crc.getValue(), marks.revision(), upTo, compacted);
    }

    /** The revision of the version of {@code key} that is seen at {@code revision}; 0 for none. */
    private static long seen(KeyIndex index, Bytes key, long revision) {
        KeyHistory history = index.find(key);
        Version seen = history == null ? null : history.head().at(revision);
        return seen == null ? 0 : seen.modRevision;
    }

    /** Whether a version is one that the compaction left, be it swept already or not. */
    private static Predicate<Version> leftBy(Engine.Snapshot snapshot) {
        Engine.Marks marks = snapshot.marks();
        Map<Bytes, Long> newest = new HashMap<>();
        snapshot.versions(marks.sweptRevision(), marks.compactRevision(), false, version -> {
            newest.put(version.key, version.modRevision);
            return true;
        });
        return version -> newest.getOrDefault(version.key, version.modRevision) == version.modRevision;
    }

    /** Over every version, lease and record there is. */
    static StateHash hash(Engine.Snapshot snapshot) {
        Engine.Marks marks = snapshot.marks();
        Hashes hashes = new Hashes();
        snapshot.versions(0, marks.revision(), true, version -> {
            hashes.add(version);
            return true;
        });
        Encoder out = hashes.entry;
        snapshot.leases(lease -> {
            out.clear();
            out.putFixedLong(lease.id());
            out.putLong(lease.ttlSeconds());
            out.update(hashes.crc);
        });
        for (byte table : ClusterBook.TABLES) {
            snapshot.records(table, (key, value) -> {
                out.clear();
                out.putByte(table);
                out.putBytes(key);
                out.putBytes(value);
                out.update(hashes.crc);
            });
        }
        return new StateHash((int) hashes.crc.getValue(), marks.revision(), marks.revision(), marks.compactRevision());
    }

    private void add(Version version) {
        KeyValue pair = Objects.requireNonNull(version.pair, "a snapshot has the values");
        entry.clear();
        entry.putFixedLong(version.modRevision);
        entry.putByte('_');
        entry.putFixedLong(version.sub);
        if (version.isTombstone()) {
            entry.putByte('t');
            putBytes(1, pair.key());
        } else {
            put(pair);
        }
        entry.update(crc);
    }

    /** As protobuf writes {@code mvccpb.KeyValue}: in order of the fields, without those that are 0 or empty. */
    private void put(KeyValue pair) {
        putBytes(1, pair.key());
        putNumber(2, pair.createRevision());
        putNumber(3, pair.modRevision());
        putNumber(4, pair.version());
        putBytes(5, pair.value());
        putNumber(6, pair.lease());
    }

    private void putNumber(int field, long value) {
        if (value != 0) {
            entry.putByte(field << 3);
            entry.putVarint(value);
        }
    }

    private void putBytes(int field, Bytes value) {
        if (!value.isEmpty()) {
            entry.putByte(field << 3 | 2);
            entry.putBytes(value.array());
        }
    }
}
