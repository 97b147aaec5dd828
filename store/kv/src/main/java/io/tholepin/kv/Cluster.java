package io.tholepin.kv;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Who belongs to a cluster. Thread-safe; nothing blocks; futures fail with {@link StoreException} as {@link Store}'s
 * do. Changes go through the log, one at a time, whichever member is asked. Source: contract 2.16.
 */
public interface Cluster {
    /** Most learners a cluster may have unless it was configured otherwise. etcd's default. */
    int LEARNERS_MAX = 1;

    /**
     * The members, in ascending unsigned order of their ids.
     *
     * @param linearizable whether the answer must hold every change acknowledged before the call; otherwise it is what
     *     this member knows, also without a leader
     */
    CompletableFuture<List<ClusterMember>> members(boolean linearizable);

    /**
     * Adds a member, which then has to be started. A voter counts for the quorum once it has caught up.
     *
     * @param peerUrls {@code http://} or {@code https://} with host and port and nothing else; at least one
     * @return the new member; refused with INVALID_PEER_URLS, PEER_URL_EXISTS, TOO_MANY_LEARNERS, NOT_ENOUGH_STARTED or
     *     UNHEALTHY_CLUSTER
     */
    CompletableFuture<ClusterMember> add(List<String> peerUrls, boolean learner);

    /** Removes a member for ever; a member that removes itself stops. Refused with MEMBER_NOT_FOUND among others. */
    CompletableFuture<List<ClusterMember>> remove(long id);

    /** Changes where a member is reached by the others. Refused with MEMBER_NOT_FOUND or as {@link #add} is. */
    CompletableFuture<List<ClusterMember>> update(long id, List<String> peerUrls);

    /** Makes a learner a voter. Refused with MEMBER_NOT_FOUND, NOT_A_LEARNER or LEARNER_NOT_READY. */
    CompletableFuture<List<ClusterMember>> promote(long id);

    /** Hands leadership to {@code id}; only the leader does. Refused with NOT_LEADER or BAD_TRANSFEREE. */
    CompletableFuture<Void> moveLeader(long id);

    /** The other members that this one can call at the moment. */
    default Set<Long> connected() {
        return Set.of();
    }

    /** The minor version to which a downgrade was announced, such as "3.6.0"; empty when there is none. */
    Optional<String> downgradeTarget();

    /** Announces a downgrade, or with an empty target calls it off. Returns the store's revision. */
    CompletableFuture<Long> setDowngradeTarget(Optional<String> target);
}
