package io.tholepin.kv;

import java.util.List;
import java.util.function.Consumer;

/**
 * Everything a store holds as of one revision, to be read in one pass, in the order of the methods. What exports write
 * and imports read. One thread at a time.
 */
public interface StoreImage extends AutoCloseable {
    /** Revision of the state. */
    long revision();

    /** Last compacted revision, -1 for none. */
    long compactRevision();

    /** Index of the last log entry it holds; 0 where there is no log. */
    long appliedIndex();

    /** Raft term of the member that made it; 0 where there is no Raft. */
    long term();

    /**
     * Visits every kept version, ascending by revision and then by position in it. Versions that the last compaction
     * made invisible may or may not come.
     */
    void changes(Consumer<Change> visitor);

    /** The live leases, in no order. */
    List<LeaseRecord> leases();

    /** The alarms, in no order. */
    List<Alarm> alarms();

    /** Users and roles. */
    AuthState auth();

    /** The members, ascending by id. */
    List<ClusterMember> members();

    /** Ids that were removed and must not come back. */
    List<Long> removedMembers();

    /** Lets go of what holds it. Idempotent. */
    @Override
    void close();

    /**
     * One version of one key.
     *
     * @param sub position among the changes of its revision, from 0
     * @param kv a tombstone has only the key and the revision of the deletion as modRevision
     */
    record Change(KeyValue kv, long sub, boolean tombstone) {}

    /** A lease as stored; {@code remainingSeconds} is 0 when it was never noted. */
    record LeaseRecord(long id, long ttlSeconds, long remainingSeconds) {}
}
