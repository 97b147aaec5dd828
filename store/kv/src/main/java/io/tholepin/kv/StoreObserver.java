package io.tholepin.kv;

/**
 * Hears of what a member does, for metrics. Called from the threads that do it, often: an implementation returns at
 * once, never throws, and is thread-safe. Durations are in nanoseconds.
 */
public interface StoreObserver {
    /** Hears nothing. */
    StoreObserver NONE = new StoreObserver() {};

    /** An append to the Raft log reached the disk. */
    default void logSynced(long nanos, long bytes) {}

    /** A batch of the state was written. */
    default void stateCommitted(long nanos) {}

    /** The commands of one log entry were applied. */
    default void applied(long nanos, int commands) {}

    /** The member that leads is another than before, or none. */
    default void leaderChanged(long leaderId) {}

    /** Requests went into the log without an outcome, or were not taken. */
    default void proposalsFailed(int count) {}

    /** Requests that now wait for their outcome. */
    default void proposalsPending(int count) {}

    /** A read index round failed. */
    default void readIndexFailed() {}

    /** A read index round took this long, and went well. */
    default void readIndexed(long nanos) {}

    /** Some of what a compaction made invisible was removed; nothing could be applied for this long. */
    default void sweptSome(long versions, long nanos) {}

    /** All that a compaction made invisible is removed, this long after the first of it. */
    default void swept(long nanos) {}

    /** A peer answered a message that asked for nothing else; about one a second. */
    default void peerRoundTrip(long memberId, long nanos) {}

    /** Bytes went to a peer. */
    default void peerSent(long memberId, long bytes) {}

    /** Bytes came from a peer. */
    default void peerReceived(long memberId, long bytes) {}

    /** A message to a peer could not be sent. */
    default void peerSendFailed(long memberId) {}

    /** The connection on which a peer is called is gone. */
    default void peerLost(long memberId) {}

    /** A transaction was applied here, with this many operations of each kind in the branches that ran. */
    default void wrote(int puts, int deletes, int ranges, long putBytes) {}

    /** A request read this many ranges here, without the log. */
    default void ranged(int ranges) {}

    /** A lease was granted; heard by every member. */
    default void leaseGranted(long ttlSeconds) {}

    /** A lease was revoked, asked for or because it ran out; heard by every member. */
    default void leaseRevoked() {}

    /** A lease was renewed; heard by the leader. */
    default void leaseRenewed() {}

    /** A lease ran out. */
    default void leaseExpired() {}

    /** A learner was promoted; heard by the leader. */
    default void learnerPromoted() {}

    /** A learner was not promoted; heard by the leader. */
    default void learnerRefused(String why) {}

    /** A snapshot went to a peer, or came from one. */
    default void snapshotMoved(long memberId, boolean sent, long bytes, long nanos) {}
}
