package io.tholepin.replica;

import java.util.Set;

/**
 * Who the Raft engine replicates to, by member id.
 *
 * @param voters count for the quorum
 * @param learners receive the log
 */
record RaftGroup(Set<Long> voters, Set<Long> learners) {
    /** Nobody: a member that waits to be added. */
    static final RaftGroup NONE = new RaftGroup(Set.of(), Set.of());

    RaftGroup {
        voters = Set.copyOf(voters);
        learners = Set.copyOf(learners);
    }

    boolean contains(long member) {
        return voters.contains(member) || learners.contains(member);
    }
}
