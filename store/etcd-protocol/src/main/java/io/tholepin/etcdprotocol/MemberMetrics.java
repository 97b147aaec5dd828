package io.tholepin.etcdprotocol;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tholepin.kv.Alarm;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.StoreStatus;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a member knows of itself, read when somebody asks. One thread at a time. Source: contract 3.2 and 3.3. */
final class MemberMetrics {
    private static final String PRODUCT_JAVA = "java" + Runtime.version().feature();

    private final PrometheusRegistry registry;
    private final Gauge hasLeader;
    private final Gauge isLeader;
    private final Gauge isLearner;
    private final Gauge committed;
    private final Gauge applied;
    private final Gauge quota;
    private final Gauge total;
    private final Gauge inUse;
    private final Gauge keys;
    private final Gauge revision;
    private final Gauge compacted;
    private final Gauge authRevision;
    private final Gauge serverId;
    private final Gauge serverVersion;
    private final Gauge runtimeVersion;
    private final Gauge clusterVersion;
    private final Gauge alarms;
    private final Gauge peers;
    private final Gauge active;
    private final Counter disconnected;

    /** By peer, how often its connection was lost since somebody asked last. */
    private final Map<Long, LongAdder> lost = new ConcurrentHashMap<>();

    MemberMetrics(PrometheusRegistry registry) {
        this.registry = registry;
        hasLeader = gauge("etcd_server_has_leader", "Whether or not a leader exists. 1 is existence, 0 is not.");
        isLeader = gauge("etcd_server_is_leader", "Whether or not this member is a leader. 1 if is, 0 otherwise.");
        isLearner = gauge("etcd_server_is_learner", "Whether or not this member is a learner. 1 if is, 0 otherwise.");
        committed =
                gauge("etcd_server_proposals_committed_total", "The total number of consensus proposals committed.");
        applied = gauge("etcd_server_proposals_applied_total", "The total number of consensus proposals applied.");
        quota = gauge("etcd_server_quota_backend_bytes", "Current backend storage quota size in bytes.");
        total = gauge(
                "etcd_mvcc_db_total_size_in_bytes",
                "Total size of the underlying database physically allocated in bytes.");
        inUse = gauge(
                "etcd_mvcc_db_total_size_in_use_in_bytes",
                "Total size of the underlying database logically in use in bytes.");
        keys = gauge("etcd_debugging_mvcc_keys_total", "Total number of keys.");
        revision = gauge("etcd_debugging_mvcc_current_revision", "The current revision of store.");
        compacted = gauge("etcd_debugging_mvcc_compact_revision", "The revision of the last compaction in store.");
        authRevision = gauge("etcd_debugging_auth_revision", "The current revision of auth store.");
        serverId = gauge("etcd_server_id", "Server or member ID in hexadecimal format.", "server_id");
        serverVersion = gauge("etcd_server_version", "Which version is running.", "server_version");
        runtimeVersion = gauge("etcd_server_go_version", "Which runtime the server runs on.", "server_go_version");
        clusterVersion = gauge(
                "etcd_cluster_version",
                "Which version is running. 1 for the version of the cluster.",
                "cluster_version");
        alarms =
                gauge("etcd_debugging_server_alarms", "Alarms for every member in cluster.", "server_id", "alarm_type");
        peers = gauge("etcd_network_known_peers", "The current number of known peers.", "Local", "Remote");
        active =
                gauge("etcd_network_active_peers", "The current number of active peer connections.", "Local", "Remote");
        disconnected = Counter.builder()
                .name("etcd_network_disconnected_peers_total")
                .help("The total number of disconnected peers.")
                .labelNames("Local", "Remote")
                .register(registry);
    }

    /** The connection to a peer is gone; any thread. */
    void peerLost(long peer) {
        lost.computeIfAbsent(peer, _ -> new LongAdder()).increment();
    }

    /** Reads what {@code member} says now. */
    void read(StoreMember member, String version, String cluster) {
        StoreStatus status = member.status();
        hasLeader.set(status.leaderId() == 0 ? 0 : 1);
        isLeader.set(status.leaderId() == status.memberId() ? 1 : 0);
        isLearner.set(status.learner() ? 1 : 0);
        committed.set(status.commitIndex());
        applied.set(status.appliedIndex());
        quota.set(status.bytesQuota());
        total.set(status.bytesTotal());
        inUse.set(status.bytesInUse());
        keys.set(status.keys());
        revision.set(status.revision());
        compacted.set(Math.max(0, status.compactRevision()));
        authRevision.set(member.auth().state().revision());
        String local = Metrics.hex(status.memberId());
        serverId.labelValues(local).set(1);
        serverVersion.labelValues(version).set(1);
        runtimeVersion.labelValues(PRODUCT_JAVA).set(1);
        clusterVersion.clear();
        clusterVersion.labelValues(majorMinor(cluster)).set(1);
        readAlarms(member);
        readPeers(member, local);
    }

    private void readAlarms(StoreMember member) {
        alarms.clear();
        for (Alarm alarm : member.maintenance().alarms()) {
            String type = switch (alarm.type()) {
                case NO_SPACE -> "NOSPACE";
                case CORRUPT -> "CORRUPT";
            };
            alarms.labelValues(Metrics.hex(alarm.memberId()), type).set(1);
        }
    }

    private void readPeers(StoreMember member, String local) {
        // Answered at once: what this member knows.
        var known = member.cluster().members(false);
        if (!known.isDone() || known.isCompletedExceptionally()) {
            return;
        }
        lost.forEach((peer, times) ->
                disconnected.labelValues(local, Metrics.hex(peer)).inc(times.sumThenReset()));
        peers.clear();
        active.clear();
        Set<Long> connected = member.cluster().connected();
        known.join().stream().filter(peer -> peer.id() != member.memberId()).forEach(peer -> {
            String remote = Metrics.hex(peer.id());
            peers.labelValues(local, remote).set(1);
            active.labelValues(local, remote).set(connected.contains(peer.id()) ? 1 : 0);
        });
    }

    /** As etcd shows a cluster's version here: without the patch. */
    private static String majorMinor(String version) {
        int last = version.lastIndexOf('.');
        return version.indexOf('.') == last ? version : version.substring(0, last);
    }

    private Gauge gauge(String name, String help, String... labels) {
        return Gauge.builder().name(name).help(help).labelNames(labels).register(registry);
    }
}
