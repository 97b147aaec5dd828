package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link Keyspace} keeps its versions, leases and small tables. Changes are collected and become visible, all
 * or none, with
 * {@link #commit}; together with them goes the applied index, so what is found after a crash is the state right after
 * some applied entry. An engine has no log of its own: what was committed but not yet flushed may be lost with the
 * process, and the owner applies those entries again.
 *
 * <p>One owner thread changes it; {@link #value}, {@link #history}, {@link #snapshot}, {@link #defragment} and
 * {@link #bytesTotal} may be called from any
 * thread.
 */
public sealed interface Engine extends AutoCloseable permits HeapEngine, RocksEngine {
    /**
     * How far the state reaches.
     *
     * @param appliedIndex last log entry that is part of it, 0 for none
     * @param revision current revision, 1 for a fresh store
     * @param compactRevision last compacted revision, -1 for none
     * @param sweptRevision versions invisible since a compaction are removed below it
     */
    record Marks(long appliedIndex, long revision, long compactRevision, long sweptRevision) {
        /** A store that has never been written to. */
        static final Marks FRESH = new Marks(0, 1, -1, 0);
    }

    /** A lease as it is kept: {@code remainingSeconds} is what the last checkpoint said, 0 for none. */
    record StoredLease(long id, long ttlSeconds, long remainingSeconds) {}

    /**
     * The state of one commit, to be read while the owner goes on; nothing it has is removed before it is closed. One
     * thread at a time, whichever. Reading fails as STOPPED once the engine is closed or loaded.
     */
    interface Snapshot extends AutoCloseable {
        /** The marks of the commit. */
        Marks marks();

        /**
         * Visits the versions with {@code from <= modRevision <= to} in order until {@code visitor} returns false.
         *
         * @param values whether {@link Version#pair} must be set
         */
        void versions(long from, long to, boolean values, Predicate<Version> visitor);

        /** Every lease. */
        void leases(Consumer<StoredLease> each);

        /** Every record of a small table with its key and value, in order of the keys. */
        void records(byte table, BiConsumer<byte[], byte[]> each);

        /** Lets go of what it holds. Idempotent. */
        @Override
        void close();
    }

    /** The state of the last commit, held until it is closed. Any thread. */
    Snapshot snapshot();

    /** The marks of the last commit. */
    Marks marks();

    /**
     * Every version in order of revision and change, as new objects without a chain; without values unless in memory.
     */
    void versions(Consumer<Version> each);

    /** Every lease. */
    void leases(Consumer<StoredLease> each);

    /** Adds a version; its chain and its pair are set. */
    void put(Version version);

    /** Removes a version. */
    void remove(Version version);

    /** Adds or replaces a lease. */
    void putLease(StoredLease lease);

    /** Removes a lease. */
    void removeLease(long id);

    /** Every record of a small table with its key and value, in order of the keys. */
    void records(byte table, BiConsumer<byte[], byte[]> each);

    /** Adds or replaces a record of a small table. */
    void putRecord(byte table, byte[] key, byte[] value);

    /** Removes a record of a small table. */
    void removeRecord(byte table, byte[] key);

    /** Makes everything since the last commit visible, in one step. */
    void commit(Marks marks);

    /** Whether a version's pair must stay in memory because the engine does not have it elsewhere. */
    boolean keepsPairsInMemory();

    /** The value of a version that was put, null when it was removed since. */
    @Nullable
    Bytes value(Version version);

    /** The same for many, in their order; null when one of them was removed since. */
    default @Nullable List<Bytes> values(List<Version> versions) {
        List<Bytes> values = new ArrayList<>(versions.size());
        for (Version version : versions) {
            Bytes value = value(version);
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return values;
    }

    /**
     * Visits the versions with {@code from <= modRevision <= to} in order until {@code visitor} returns false: as new
     * objects without a chain, or as put.
     */
    void versions(long from, long to, Predicate<Version> visitor);

    /**
     * Visits the changes with {@code from <= revision <= to} in order, each with the pair before if that is still kept,
     * until {@code visitor} returns false.
     */
    void history(long from, long to, Predicate<Event> visitor);

    /** Makes everything committed survive the death of the process. */
    void flush();

    /** Writes everything committed to the folder {@code target}, which must not exist yet, durably. */
    void save(Path target);

    /** Replaces everything with what {@link #save} wrote to {@code source}; durable on return. {@code source} stays. */
    void load(Path source);

    /** Bytes taken on disk, or about so many on the heap, with what is obsolete and not yet removed. */
    long bytesTotal();

    /** Begins to return what is obsolete to the file system and goes on in the background. */
    void defragment();

    @Override
    void close();
}
