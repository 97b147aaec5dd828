/**
 * One member of the replicated store.
 *
 * <p>Start with {@link io.tholepin.replica.ReplicaStore}, which puts the parts together. A write goes through
 * {@code Proposals} (group commit) into {@code RaftEngine} and comes back, durable, to {@code ReplicaMachine}, which
 * applies it to the keyspace. A linearizable read asks {@code ReadRounds}. {@code Chores} expires, compacts and cuts
 * the log. {@code DataFolder} says who the member is. Everything that knows the Raft library is named {@code JRaft...}.
 *
 * <p>Threads: the engine's apply thread drives {@code ReplicaMachine}; {@code replica-chores} the chores;
 * {@code replica-reader-n} larger reads; callers' threads only queue, and read single keys.
 */
@NullMarked
package io.tholepin.replica;

import org.jspecify.annotations.NullMarked;
