package io.tholepin.etcdsnapshot;

/** Names of etcd's buckets and of the single entries in them. Source: etcd server/storage/schema/bucket.go. */
final class Schema {
    static final String KEY = "key";
    static final String META = "meta";
    static final String LEASE = "lease";
    static final String ALARM = "alarm";
    static final String CLUSTER = "cluster";
    static final String MEMBERS = "members";
    static final String MEMBERS_REMOVED = "members_removed";
    static final String AUTH = "auth";
    static final String AUTH_USERS = "authUsers";
    static final String AUTH_ROLES = "authRoles";

    static final String CONF_STATE = "confState";
    static final String CONSISTENT_INDEX = "consistent_index";
    static final String FINISHED_COMPACTION = "finishedCompactRev";
    static final String SCHEDULED_COMPACTION = "scheduledCompactRev";
    static final String TERM = "term";

    static final String AUTH_ENABLED = "authEnabled";
    static final String AUTH_REVISION = "authRevision";

    static final String CLUSTER_VERSION = "clusterVersion";

    private Schema() {}
}
