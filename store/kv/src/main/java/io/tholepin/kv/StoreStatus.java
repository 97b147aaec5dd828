package io.tholepin.kv;

/**
 * How a store is doing, as of now and this member alone.
 *
 * @param clusterId stable identity of the cluster, equal on all members
 * @param memberId stable identity of the answering member
 * @param leaderId member that leads, 0 for none
 * @param term Raft term, 0 where there is no Raft
 * @param revision current revision of this member's state
 * @param compactRevision last compacted revision, -1 for none
 * @param appliedIndex index of the last applied log entry
 * @param bytesTotal bytes the data takes on disk or heap, including what could be returned
 */
public record StoreStatus(
        long clusterId,
        long memberId,
        long leaderId,
        long term,
        long revision,
        long compactRevision,
        long appliedIndex,
        long bytesTotal) {}
