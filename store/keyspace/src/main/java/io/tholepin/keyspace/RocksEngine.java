package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RateLimiter;
import org.rocksdb.RateLimiterMode;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Keeps versions in RocksDB, without its write-ahead log: the Raft log is the log, and {@link #flush} or {@link #save}
 * says when what was committed is durable. A commit is one write batch that carries the marks; batches reach the disk
 * in order, so what is found after a crash is the state after some commit.
 *
 * <p>Space comes back by itself: files with many deletions are merged in the background, at a bounded rate. {@link
 * #defragment} merges everything.
 *
 * <p>Keys by first byte: {@code v} + revision + sub: key and numbers of a version, small, read as a whole at the start;
 * {@code l} + id: a lease; {@code t} + table + key: a record of a small table; {@code m}: the marks. In a column family
 * of its own {@code w} + revision + sub: a version's value. There new files lie behind the old ones, so they move down
 * as they are, where among other keys each would be merged with all before it. Both families are flushed together,
 * because there is no write-ahead log that would make them agree.
 */
public final class RocksEngine implements Engine {
    private static final int FORMAT = 2;
    /** Small, because most reads are of one value. */
    private static final int BLOCK_BYTES = 4 << 10;

    private static final long BLOCK_CACHE_BYTES = 32L << 20;
    /**
     * Few shards and an index in two levels: an index block that is larger than a shard is never cached, and then read
     * from disk for every single get.
     */
    private static final int CACHE_SHARD_BITS = 2;

    /** Share of the cache that only index blocks may take. */
    private static final double CACHE_INDEX_SHARE = 0.3;

    private static final long WRITE_BUFFER_BYTES = 16L << 20;
    private static final int WRITE_BUFFERS_MAX = 3;
    private static final int OPEN_FILES_MAX = 512;

    /** Most that flushes and merges write, less while less is needed; flushes go first. */
    private static final long BACKGROUND_BYTES_PER_SECOND = 256L << 20;

    /** A file is merged when a quarter of so many neighbours are deletions, or this share of the whole file. */
    private static final int DELETIONS_WINDOW = 4096;

    private static final double DELETIONS_SHARE = 0.25;

    /** Values read by one call; bounds what is copied at a time. */
    private static final int VALUES_AT_A_TIME = 256;

    static final byte VERSION = 'v';
    static final byte VALUE = 'w';
    private static final byte LEASE = 'l';
    private static final byte RECORD = 't';
    private static final byte[] MARKS = {'m'};
    /** RocksDB numbers column families in the order in which they were made; the default one is 0. */
    private static final int VALUES_ID = 1;

    private static final byte[] VALUES_FAMILY = "values".getBytes(StandardCharsets.US_ASCII);
    static final byte[] LEASES = {LEASE};
    static final byte[] LEASES_END = {LEASE + 1};

    private final Path folder;
    private final Cache cache;
    private final Options options;

    private final RateLimiter backgroundRate = new RateLimiter(
            BACKGROUND_BYTES_PER_SECOND,
            RateLimiter.DEFAULT_REFILL_PERIOD_MICROS,
            RateLimiter.DEFAULT_FAIRNESS,
            RateLimiterMode.WRITES_ONLY,
            true);

    /** Has files merged in which much was deleted, so that swept versions give their space back by themselves. */
    private final TablePropertiesCollectorFactory deletions =
            TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                    DELETIONS_WINDOW, DELETIONS_WINDOW / 4, DELETIONS_SHARE);

    private final Defragmenter defragmenter = new Defragmenter(this::compactAll);
    private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
    private final BatchBytes batch = new BatchBytes();
    private final Encoder fields = new Encoder(256);

    /** Open ones; a database must not be closed before they are released. */
    private final Set<RocksSnapshot> snapshots = ConcurrentHashMap.newKeySet();

    /** Shared by reads, exclusive for closing and replacing the database. */
    private final ReentrantReadWriteLock guard = new ReentrantReadWriteLock();

    private @Nullable Database database;
    private Marks marks;

    private RocksEngine(Path folder, long writeBufferBytes) {
        this.folder = folder;
        this.cache = new LRUCache(BLOCK_CACHE_BYTES, CACHE_SHARD_BITS, false, CACHE_INDEX_SHARE);
        this.options = options(cache, writeBufferBytes);
        options.setRateLimiter(backgroundRate);
        options.setTablePropertiesCollectorFactory(List.of(deletions));
        this.database = openDatabase();
        this.marks = readMarks();
    }

    /**
     * Opens or creates the database below {@code folder}, which belongs to this process alone while it is open.
     *
     * @throws StoreException CORRUPT when what is there cannot be read
     */
    public static RocksEngine open(Path folder) {
        return open(folder, WRITE_BUFFER_BYTES);
    }

    /** The same with write buffers of another size: small ones reach the disk often. */
    static RocksEngine open(Path folder, long writeBufferBytes) {
        try {
            Files.createDirectories(folder);
            RocksNative.load(folder.resolve("native"));
            RocksFolder.recover(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RocksEngine(folder, writeBufferBytes);
    }

    @Override
    public Snapshot snapshot() {
        return reading(db -> {
            RocksSnapshot snapshot = new RocksSnapshot(this, db);
            snapshots.add(snapshot);
            return snapshot;
        });
    }

    @Override
    public Marks marks() {
        return marks;
    }

    @Override
    public void versions(Consumer<Version> each) {
        versions(0, Long.MAX_VALUE, version -> {
            each.accept(version);
            return true;
        });
    }

    @Override
    public void leases(Consumer<StoredLease> each) {
        scan(LEASES, LEASES_END, iterator -> {
            each.accept(lease(iterator));
            return true;
        });
    }

    @Override
    public void put(Version version) {
        KeyValue pair = version.pair;
        if (pair == null) {
            throw new IllegalStateException("put without its value: " + version.key);
        }
        Version before = version.previous();
        fields.clear();
        fields.putBytes(version.key.array());
        fields.putLong(version.createRevision);
        fields.putLong(version.version);
        fields.putLong(version.lease);
        fields.putInt(version.valueLength);
        if (before == null || before.isTombstone()) {
            fields.putLong(0);
            fields.putInt(0);
        } else {
            fields.putLong(before.modRevision);
            fields.putInt(before.sub);
        }
        batch.put(VERSION, version.modRevision, version.sub, fields);
        if (!version.isTombstone()) {
            batch.put(
                    VALUES_ID,
                    VALUE,
                    version.modRevision,
                    version.sub,
                    pair.value().array());
        }
    }

    @Override
    public void remove(Version version) {
        batch.deletePutOnce(VERSION, version.modRevision, version.sub);
        if (!version.isTombstone()) {
            batch.deletePutOnce(VALUES_ID, VALUE, version.modRevision, version.sub);
        }
    }

    @Override
    public void putLease(StoredLease lease) {
        Encoder value = new Encoder(24);
        value.putLong(lease.ttlSeconds());
        value.putLong(lease.remainingSeconds());
        batch.put(leaseKey(lease.id()), value.toBytes());
    }

    @Override
    public void removeLease(long id) {
        batch.delete(leaseKey(id));
    }

    @Override
    public void records(byte table, BiConsumer<byte[], byte[]> each) {
        scan(records(table), records(table + 1), iterator -> {
            each.accept(recordKey(iterator), iterator.value());
            return true;
        });
    }

    @Override
    public void putRecord(byte table, byte[] key, byte[] value) {
        batch.put(recordKey(table, key), value);
    }

    @Override
    public void removeRecord(byte table, byte[] key) {
        batch.delete(recordKey(table, key));
    }

    @Override
    public void commit(Marks now) {
        if (batch.isEmpty() && now.equals(marks)) {
            return;
        }
        Encoder value = new Encoder(48);
        value.putByte(FORMAT);
        value.putLong(now.appliedIndex());
        value.putLong(now.revision());
        value.putLong(now.compactRevision());
        value.putLong(now.sweptRevision());
        batch.put(MARKS, value.toBytes());
        try (WriteBatch bytes = new WriteBatch(batch.take())) {
            reading(db -> {
                db.rocks().write(writeOptions, bytes);
                return true;
            });
        }
        marks = now;
    }

    @Override
    public boolean keepsPairsInMemory() {
        return false;
    }

    /**
     * Many values by one call each {@link #VALUES_AT_A_TIME}: crossing over to RocksDB costs as much as a value does.
     */
    @Override
    public @Nullable List<Bytes> values(List<Version> versions) {
        List<Bytes> values = new ArrayList<>(versions.size());
        for (int from = 0; from < versions.size(); from += VALUES_AT_A_TIME) {
            List<byte[]> keys = new ArrayList<>(VALUES_AT_A_TIME);
            for (Version version : versions.subList(from, Math.min(versions.size(), from + VALUES_AT_A_TIME))) {
                keys.add(key(VALUE, version.modRevision, version.sub));
            }
            for (byte[] value :
                    reading(db -> db.rocks().multiGetAsList(Collections.nCopies(keys.size(), db.values()), keys))) {
                if (value == null) {
                    return null;
                }
                values.add(Bytes.wrap(value));
            }
        }
        return values;
    }

    @Override
    public @Nullable Bytes value(Version version) {
        return value(version.modRevision, version.sub);
    }

    @Override
    public void versions(long from, long to, Predicate<Version> visitor) {
        if (from <= to) {
            scan(key(VERSION, from, 0), end(VERSION, to), iterator -> visitor.test(record(iterator).version));
        }
    }

    @Override
    public void history(long from, long to, Predicate<Event> visitor) {
        if (from > to) {
            return;
        }
        reading(db -> {
            RocksDB rocks = db.rocks();
            org.rocksdb.Snapshot snapshot = rocks.getSnapshot();
            try (Slice valueEnd = new Slice(end(VALUE, to));
                    ReadOptions valueOptions = readOptions(valueEnd).setSnapshot(snapshot);
                    Slice versionEnd = new Slice(end(VERSION, to));
                    ReadOptions versionOptions = readOptions(versionEnd).setSnapshot(snapshot);
                    RocksIterator values = rocks.newIterator(db.values(), valueOptions);
                    RocksIterator versions = rocks.newIterator(versionOptions)) {
                values.seek(key(VALUE, from, 0));
                scan(versions, key(VERSION, from, 0), iterator -> {
                    Record record = record(iterator);
                    return visitor.test(
                            event(record, record.version.isTombstone() ? Bytes.EMPTY : next(record.version, values)));
                });
            } finally {
                rocks.releaseSnapshot(snapshot);
            }
            return true;
        });
    }

    @Override
    public void flush() {
        reading(db -> {
            try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
                db.rocks().flush(wait, db.families());
            }
            return true;
        });
    }

    @Override
    public void save(Path target) {
        flush();
        reading(db -> {
            try (Checkpoint checkpoint = Checkpoint.create(db.rocks())) {
                checkpoint.createCheckpoint(target.toString());
            }
            return true;
        });
    }

    @Override
    public void load(Path source) {
        defragmenter.cancel();
        Lock exclusive = guard.writeLock();
        exclusive.lock();
        try {
            closeDatabase();
            batch.take();
            RocksFolder.replace(folder, source);
            database = openDatabase();
            marks = readMarks();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            exclusive.unlock();
        }
    }

    @Override
    public long bytesTotal() {
        return reading(db -> db.rocks().getAggregatedLongProperty("rocksdb.total-sst-files-size")
                + db.rocks().getLongProperty("rocksdb.obsolete-sst-files-size")
                + db.rocks().getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables"));
    }

    @Override
    public void defragment() {
        defragmenter.start();
    }

    /** Merges every file; {@link Defragmenter} says when. */
    private void compactAll(CompactRangeOptions canceling) {
        reading(db -> {
            try {
                for (ColumnFamilyHandle family : db.families()) {
                    db.rocks().compactRange(family, null, null, canceling);
                }
            } catch (RocksDBException e) {
                if (!canceling.canceled()) {
                    throw e;
                }
            }
            return true;
        });
    }

    /** Flushes and closes the database. */
    @Override
    public void close() {
        defragmenter.stop();
        Lock exclusive = guard.writeLock();
        exclusive.lock();
        try {
            if (database != null) {
                closeDatabase();
                writeOptions.close();
                options.close();
                deletions.close();
                backgroundRate.close();
                cache.close();
            }
        } finally {
            exclusive.unlock();
        }
    }

    private void closeDatabase() {
        snapshots.forEach(RocksSnapshot::release);
        snapshots.clear();
        Database open = database;
        database = null;
        if (open != null) {
            // Closing flushes, because there is no write-ahead log.
            open.families().forEach(ColumnFamilyHandle::close);
            open.rocks().close();
        }
    }

    private Database openDatabase() {
        try (DBOptions databaseOptions = new DBOptions(options);
                ColumnFamilyOptions familyOptions = new ColumnFamilyOptions(options)) {
            List<ColumnFamilyDescriptor> families = List.of(
                    new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, familyOptions),
                    new ColumnFamilyDescriptor(VALUES_FAMILY, familyOptions));
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            RocksDB rocks =
                    RocksDB.open(databaseOptions, RocksFolder.database(folder).toString(), families, handles);
            if (handles.getLast().getID() != VALUES_ID) {
                throw Decoder.corrupt(
                        "column family of the values: " + handles.getLast().getID());
            }
            return new Database(rocks, List.copyOf(handles));
        } catch (RocksDBException e) {
            throw StoreException.of(StoreException.Code.CORRUPT, "opening " + folder, e);
        }
    }

    private static Options options(Cache cache, long writeBufferBytes) {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(BLOCK_BYTES)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinTopLevelIndexAndFilter(true)
                .setIndexType(IndexType.kTwoLevelIndexSearch);
        return new Options()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setAtomicFlush(true)
                .setTableFormatConfig(table)
                .setWriteBufferSize(writeBufferBytes)
                .setMaxWriteBufferNumber(WRITE_BUFFERS_MAX)
                .setMaxOpenFiles(OPEN_FILES_MAX)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setMaxBackgroundJobs(2)
                .setAvoidFlushDuringShutdown(false)
                .setInfoLogLevel(InfoLogLevel.FATAL_LEVEL)
                .setKeepLogFileNum(1)
                .setStatsDumpPeriodSec(0);
    }

    static ReadOptions readOptions(Slice end) {
        return new ReadOptions().setIterateUpperBound(end).setFillCache(false);
    }

    private Marks readMarks() {
        return marks(reading(db -> db.rocks().get(MARKS)));
    }

    static Marks marks(RocksDB db, ReadOptions options) throws RocksDBException {
        return marks(db.get(options, MARKS));
    }

    private static Marks marks(byte @Nullable [] found) {
        if (found == null) {
            return Marks.FRESH;
        }
        Decoder in = new Decoder(found);
        in.expectByte(FORMAT, "format of the data folder");
        Marks read = new Marks(in.takeLong(), in.takeLong(), in.takeLong(), in.takeLong());
        in.expectEnd();
        return read;
    }

    private @Nullable Bytes value(long revision, int sub) {
        byte[] found = reading(db -> db.rocks().get(db.values(), key(VALUE, revision, sub)));
        return found == null ? null : Bytes.wrap(found);
    }

    /** An open database with its column families: the default one and that of the values. */
    record Database(RocksDB rocks, List<ColumnFamilyHandle> families) {
        ColumnFamilyHandle values() {
            return families.getLast();
        }
    }

    /** A version as it is kept, with where the one before it is; revision 0 for none. */
    record Record(Version version, long beforeRevision, int beforeSub) {}

    static Record record(RocksIterator iterator) {
        Decoder key = new Decoder(iterator.key());
        key.expectByte(VERSION, "first byte of a version's key");
        return record(key.takeFixedLong(), key.takeFixedInt(), iterator.value());
    }

    private static Record record(long revision, int sub, byte[] fields) {
        Decoder in = new Decoder(fields);
        Bytes key = in.takeBytes();
        Version version = new Version(key, revision, sub, in.takeLong(), in.takeLong(), in.takeLong(), in.takeInt());
        Record record = new Record(version, in.takeLong(), in.takeInt());
        in.expectEnd();
        return record;
    }

    /** The value of {@code version}, which is the one {@code values} stands at. */
    static Bytes next(Version version, RocksIterator values) {
        if (!values.isValid() || !Arrays.equals(values.key(), key(VALUE, version.modRevision, version.sub))) {
            throw Decoder.corrupt("no value at revision " + version.modRevision);
        }
        Bytes value = Bytes.wrap(values.value());
        values.next();
        return value;
    }

    private Event event(Record record, Bytes value) {
        Version version = record.version;
        return new Event(
                version.isTombstone() ? Event.Type.DELETE : Event.Type.PUT,
                version.withValue(value),
                record.beforeRevision == 0 ? null : pair(record.beforeRevision, record.beforeSub));
    }

    private @Nullable KeyValue pair(long revision, int sub) {
        byte[] fields = reading(db -> db.rocks().get(key(VERSION, revision, sub)));
        Bytes value = fields == null ? null : value(revision, sub);
        return fields == null || value == null
                ? null
                : record(revision, sub, fields).version.withValue(value);
    }

    /** Forgets a snapshot that is being closed, unless the engine was faster. */
    void close(RocksSnapshot snapshot) {
        Lock shared = guard.readLock();
        shared.lock();
        try {
            if (snapshots.remove(snapshot)) {
                snapshot.release();
            }
        } finally {
            shared.unlock();
        }
    }

    /** Reads {@code snapshot}'s database, which is not closed meanwhile. */
    <T extends @Nullable Object> T reading(RocksSnapshot snapshot, Read<T> read) {
        return reading(db -> {
            if (!snapshots.contains(snapshot)) {
                throw StoreException.of(StoreException.Code.STOPPED);
            }
            return read.from(db);
        });
    }

    interface Read<T extends @Nullable Object> {
        T from(Database database) throws RocksDBException;
    }

    /** A full disk says nothing of what is on it. */
    private static StoreException broken(RocksDBException e) {
        Status status = e.getStatus();
        boolean disk = status != null && status.getCode() == Status.Code.IOError;
        return StoreException.of(
                disk ? StoreException.Code.DISK_FAILED : StoreException.Code.CORRUPT, "RocksDB: " + e.getMessage(), e);
    }

    private <T extends @Nullable Object> T reading(Read<T> read) {
        Lock shared = guard.readLock();
        shared.lock();
        try {
            Database open = database;
            if (open == null) {
                throw StoreException.of(StoreException.Code.STOPPED);
            }
            return read.from(open);
        } catch (RocksDBException e) {
            throw broken(e);
        } finally {
            shared.unlock();
        }
    }

    private void scan(byte[] from, byte[] to, Predicate<RocksIterator> visitor) {
        reading(db -> {
            try (Slice end = new Slice(to);
                    ReadOptions readOptions = readOptions(end);
                    RocksIterator iterator = db.rocks().newIterator(readOptions)) {
                scan(iterator, from, visitor);
            }
            return true;
        });
    }

    static void scan(RocksIterator iterator, byte[] from, Predicate<RocksIterator> visitor) throws RocksDBException {
        iterator.seek(from);
        while (iterator.isValid() && visitor.test(iterator)) {
            iterator.next();
        }
        iterator.status();
    }

    static byte[] key(byte kind, long revision, int sub) {
        Encoder key = new Encoder(13);
        key.putByte(kind);
        key.putFixedLong(revision);
        key.putFixedInt(sub);
        return key.toBytes();
    }

    /** After every key of {@code kind} with a revision up to {@code to}. */
    static byte[] end(byte kind, long to) {
        return to == Long.MAX_VALUE ? new byte[] {(byte) (kind + 1)} : key(kind, to + 1, 0);
    }

    static StoredLease lease(RocksIterator iterator) {
        Decoder key = new Decoder(iterator.key());
        key.expectByte(LEASE, "first byte of a lease's key");
        Decoder value = new Decoder(iterator.value());
        return new StoredLease(key.takeFixedLong(), value.takeLong(), value.takeLong());
    }

    /** Before every record of a table. */
    static byte[] records(int table) {
        return new byte[] {RECORD, (byte) table};
    }

    /** The key of a record within its table. */
    static byte[] recordKey(RocksIterator iterator) {
        byte[] key = iterator.key();
        return Arrays.copyOfRange(key, 2, key.length);
    }

    private static byte[] recordKey(byte table, byte[] key) {
        Encoder out = new Encoder(2 + key.length);
        out.putByte(RECORD);
        out.putByte(table);
        out.putRaw(key);
        return out.toBytes();
    }

    private static byte[] leaseKey(long id) {
        Encoder key = new Encoder(9);
        key.putByte(LEASE);
        key.putFixedLong(id);
        return key.toBytes();
    }
}
