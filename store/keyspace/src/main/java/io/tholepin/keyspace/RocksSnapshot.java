package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/**
 * The state of one commit of a {@link RocksEngine}: a snapshot of its database. It is read in parts, and between two
 * parts the engine may be closed, so whoever reads slowly keeps nobody waiting.
 */
final class RocksSnapshot implements Engine.Snapshot {
    /** A part ends with the version that brings it to so many bytes of keys and values. */
    private static final int PART_BYTES = 256 << 10;

    private final RocksEngine engine;
    private final RocksDB rocks;
    private final Snapshot snapshot;
    private final Engine.Marks marks;

    /** The engine adds it to those it has to release. */
    RocksSnapshot(RocksEngine engine, RocksEngine.Database database) throws RocksDBException {
        this.engine = engine;
        this.rocks = database.rocks();
        this.snapshot = rocks.getSnapshot();
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            this.marks = RocksEngine.marks(rocks, options);
        }
    }

    /** Called once, by the engine, while the database is open. */
    void release() {
        rocks.releaseSnapshot(snapshot);
    }

    @Override
    public Engine.Marks marks() {
        return marks;
    }

    @Override
    public void versions(long from, long to, boolean values, Predicate<Version> visitor) {
        byte[] start = RocksEngine.key(RocksEngine.VERSION, from, 0);
        while (from <= to) {
            byte[] partStart = start;
            List<Version> part =
                    engine.reading(this, db -> values ? pairs(db, partStart, to) : versions(db.rocks(), partStart, to));
            for (Version version : part) {
                if (!visitor.test(version)) {
                    return;
                }
            }
            if (part.isEmpty()) {
                return;
            }
            Version last = part.getLast();
            start = RocksEngine.key(RocksEngine.VERSION, last.modRevision, last.sub + 1);
        }
    }

    @Override
    public void leases(Consumer<Engine.StoredLease> each) {
        scan(RocksEngine.LEASES, RocksEngine.LEASES_END, iterator -> {
            each.accept(RocksEngine.lease(iterator));
            return true;
        });
    }

    @Override
    public void records(byte table, BiConsumer<byte[], byte[]> each) {
        scan(RocksEngine.records(table), RocksEngine.records(table + 1), iterator -> {
            each.accept(RocksEngine.recordKey(iterator), iterator.value());
            return true;
        });
    }

    @Override
    public void close() {
        engine.close(this);
    }

    private List<Version> versions(RocksDB db, byte[] start, long to) throws RocksDBException {
        List<Version> part = new ArrayList<>();
        try (Slice end = new Slice(RocksEngine.end(RocksEngine.VERSION, to));
                ReadOptions options = options(end);
                RocksIterator versions = db.newIterator(options)) {
            long[] bytes = {0};
            RocksEngine.scan(versions, start, iterator -> {
                Version version = RocksEngine.record(iterator).version();
                part.add(version);
                bytes[0] += Quota.VERSION_BYTES + version.key.length();
                return bytes[0] < PART_BYTES;
            });
        }
        return part;
    }

    private List<Version> pairs(RocksEngine.Database db, byte[] start, long to) throws RocksDBException {
        List<Version> part = new ArrayList<>();
        byte[] valueStart = start.clone();
        valueStart[0] = RocksEngine.VALUE;
        try (Slice end = new Slice(RocksEngine.end(RocksEngine.VERSION, to));
                ReadOptions options = options(end);
                RocksIterator versions = db.rocks().newIterator(options);
                Slice valueEnd = new Slice(RocksEngine.end(RocksEngine.VALUE, to));
                ReadOptions valueOptions = options(valueEnd);
                RocksIterator values = db.rocks().newIterator(db.values(), valueOptions)) {
            values.seek(valueStart);
            long[] bytes = {0};
            RocksEngine.scan(versions, start, iterator -> {
                Version version = RocksEngine.record(iterator).version();
                version.pair =
                        version.withValue(version.isTombstone() ? Bytes.EMPTY : RocksEngine.next(version, values));
                part.add(version);
                bytes[0] += version.bytes();
                return bytes[0] < PART_BYTES;
            });
            values.status();
        }
        return part;
    }

    private ReadOptions options(Slice end) {
        return RocksEngine.readOptions(end).setSnapshot(snapshot);
    }

    private void scan(byte[] from, byte[] to, Predicate<RocksIterator> visitor) {
        engine.reading(this, db -> {
            try (Slice end = new Slice(to);
                    ReadOptions options = options(end);
                    RocksIterator iterator = db.rocks().newIterator(options)) {
                RocksEngine.scan(iterator, from, visitor);
            }
            return true;
        });
    }
}
