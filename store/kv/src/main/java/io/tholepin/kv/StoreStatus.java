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
 * @param commitIndex index of the last log entry known to be committed
 * @param appliedIndex index of the last applied log entry
 * @param bytesTotal bytes the data takes on disk or heap, including what could be returned
 * @param bytesInUse bytes of what is kept, which the quota counts; at most bytesTotal
 * @param bytesQuota most bytes in use before NO_SPACE is raised; 0 for no limit
 * @param keys how many keys there are at the current revision; -1 when a store does not tell
 * @param learner whether the member only listens
 */
public record StoreStatus(
        long clusterId,
        long memberId,
        long leaderId,
        long term,
        long revision,
        long compactRevision,
        long commitIndex,
        long appliedIndex,
        long bytesTotal,
        long bytesInUse,
        long bytesQuota,
        long keys,
        boolean learner) {}
