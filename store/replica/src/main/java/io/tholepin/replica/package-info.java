/**
 * One member of the replicated store, alone or with peers.
 *
 * <p>Start with {@link io.tholepin.replica.ReplicaStore}, which puts the parts together. A write goes through
 * {@code Proposals} (group commit) and {@code Forwarding} to the {@code RaftEngine} of whoever leads, and comes back,
 * durable, to {@code ReplicaMachine}, which applies it to the keyspace. A linearizable read asks {@code ReadRounds}.
 * {@code Chores} expires, compacts and cuts the log. {@code DataFolder} and {@code Identification} say who the member
 * is. Everything that knows the Raft library is named {@code JRaft...}.
 *
 * <p>Between members: {@code PeerTransport} with {@code PeerLink} (out) and {@code PeerDoor} (in); {@code LeaderCalls}
 * for what only a leader can do; {@code ReplicaMembers} and {@code Enrolment} for the membership; {@code ResyncServer}
 * and {@code ResyncClient} for a member whose log ends before the leader's begins. docs/adr/0005 says why so.
 *
 * <p>Threads: the engine's apply thread drives {@code ReplicaMachine}; {@code replica-chores} the chores;
 * {@code replica-reader-n} larger reads; {@code replica-peers} all connections, and must not block; {@code
 * replica-votes}
 * and {@code replica-install} what peers ask of the engine and may take longer; {@code replica-resync-n} reads state
 * for
 * a peer; callers' threads only queue, and read single keys.
 */
@NullMarked
package io.tholepin.replica;

import org.jspecify.annotations.NullMarked;
