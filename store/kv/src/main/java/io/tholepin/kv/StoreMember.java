package io.tholepin.kv;

/**
 * A store that is one member of a cluster, with everything etcd's API offers beyond keys. A cluster may have one
 * member.
 *
 * <p>The numbers below are this member's own, as of now; reading them costs next to nothing and needs no leader.
 * Thread-safe.
 */
public interface StoreMember extends Store {
    /** Stable identity of the cluster, equal on all members; not 0. As etcd's, an unsigned number. */
    long clusterId();

    /** Stable identity of this member, unique in the cluster; not 0. Unsigned. */
    long memberId();

    /** Member that leads as far as this one knows, 0 for none. Unsigned. */
    long leaderId();

    /** Raft term this member is in. */
    long term();

    /** Whether this member only listens. */
    boolean isLearner();

    /** Revision of this member's state. */
    long revision();

    /** Who belongs to the cluster. */
    Cluster cluster();

    /** Alarms, hashes, images and what else an operator asks for. */
    Maintenance maintenance();

    /** Users, roles and what they may. */
    Auth auth();

    /**
     * The same store for a caller whose permission was found in the auth state of {@code authRevision}: a write of any
     * kind is refused with {@link StoreException.Code#AUTH_OLD_REVISION} when auth is enabled and its state is another
     * by the time the write is applied; whoever gets that looks the permission up again. Closing it does nothing.
     * Source: contract 2.11.
     */
    Store permittedAt(long authRevision);
}
