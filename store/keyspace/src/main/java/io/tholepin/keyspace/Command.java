package io.tholepin.keyspace;

import io.tholepin.kv.Txn;

/**
 * One change of the replicated state, as it stands in the log. Everything that could differ between members (the choice
 * of an id, the effective TTL, which lease has expired) is decided before a command is proposed, so that applying it is
 * a function of the state alone.
 */
public sealed interface Command {
    /** A transaction that may write; checked with {@link TxnRules#check} before it is proposed. */
    record Write(Txn txn) implements Command {}

    /** Forgets what only revisions below {@code revision} can see. */
    record Compact(long revision) implements Command {}

    /**
     * Grants a lease.
     *
     * @param id not 0; chosen by the proposer
     * @param ttlSeconds effective TTL, at least {@link LeaseTimers#TTL_SECONDS_MIN}
     */
    record LeaseGrant(long id, long ttlSeconds) implements Command {}

    /** Revokes a lease, because a client asked or because it expired on the leader. */
    record LeaseRevoke(long id) implements Command {}

    /**
     * Records how much of a lease's TTL is left, so that a later leader does not start it afresh. Unknown leases are
     * ignored.
     */
    record LeaseCheckpoint(long id, long remainingSeconds) implements Command {}
}
