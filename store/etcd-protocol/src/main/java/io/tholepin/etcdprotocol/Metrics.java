package io.tholepin.etcdprotocol;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.StoreObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What an etcd member tells Prometheus, under etcd's names: give it to the store and to the server as their observer,
 * and {@link #text} to whoever scrapes. Thread-safe; hearing of something costs a few nanoseconds. Source: contract
 * 3.2 and 3.3; names without a meaning here are left out.
 */
public final class Metrics implements StoreObserver, ServerObserver {
    private static final double NANOS = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MILLIS_PER_SECOND = 1e3;

    /** An entry that takes longer to apply counts as slow; etcd's default. */
    private static final long SLOW_APPLY_NANOS = 100_000_000;

    /** A read index round that takes longer counts as slow; after this etcd asks again. */
    private static final long SLOW_READ_INDEX_NANOS = 500_000_000;

    /** Most versions of clients told apart; the others are "other". */
    private static final int VERSIONS_MAX = 64;

    private static final int VERSION_LENGTH_MAX = 64;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final MemberMetrics members = new MemberMetrics(registry);

    private final Histogram walSync = histogram(
            "etcd_disk_wal_fsync_duration_seconds", "The latency distributions of fsync called by the log.", 0.001, 14);
    private final Gauge walBytes =
            gauge("etcd_disk_wal_write_bytes_total", "Total number of bytes written in the log.");
    private final Histogram commits = histogram(
            "etcd_disk_backend_commit_duration_seconds",
            "The latency distributions of commit called by the backend.",
            0.001,
            14);
    private final Histogram snapshots = histogram(
            "etcd_disk_backend_snapshot_duration_seconds", "The latency distribution of backend snapshots.", 0.01, 17);
    private final Histogram defragmentations = histogram(
            "etcd_disk_backend_defrag_duration_seconds",
            "The latency distribution of backend defragmentation.",
            0.1,
            13);
    private final Gauge defragmenting =
            gauge("etcd_disk_defrag_inflight", "Whether or not defrag is active on the member. 1 means active, 0 not.");
    private final Histogram hashes = histogram(
            "etcd_mvcc_hash_duration_seconds", "The latency distribution of storage hash operation.", 0.01, 15);
    private final Histogram historyHashes = histogram(
            "etcd_mvcc_hash_rev_duration_seconds",
            "The latency distribution of storage hash by revision operation.",
            0.01,
            15);
    private final Counter versionsSwept =
            counter("etcd_debugging_mvcc_db_compaction_keys_total", "Total number of db keys compacted.");
    private final Gauge lastSwept = gauge(
            "etcd_debugging_mvcc_db_compaction_last", "The unix time of the last db compaction. Resets to 0 on start.");
    private final Histogram sweepPauses = histogram(
            "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds",
            "Bucketed histogram of db compaction pause duration.",
            1,
            13);
    private final Histogram sweeps = histogram(
            "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds",
            "Bucketed histogram of db compaction total duration.",
            100,
            14);
    private final Counter promotions = counter(
            "etcd_server_learner_promote_successes",
            "The total number of successful learner promotions while this member is leader.");
    private final Counter promotionsRefused = counter(
            "etcd_server_learner_promote_failures",
            "The total number of failed learner promotions (likely learner not ready) while this member is leader.",
            "Reason");
    private final Counter slowApplies =
            counter("etcd_server_slow_apply_total", "The total number of slow apply requests.");
    private final Counter leaderChanges =
            counter("etcd_server_leader_changes_seen_total", "The number of leader changes seen.");
    private final Counter proposalsFailed =
            counter("etcd_server_proposals_failed_total", "The total number of failed proposals seen.");
    private final Gauge proposalsPending =
            gauge("etcd_server_proposals_pending", "The current number of pending proposals to commit.");
    private final Counter readIndexesFailed =
            counter("etcd_server_read_indexes_failed_total", "The total number of failed read indexes seen.");
    private final Counter slowReadIndexes = counter(
            "etcd_server_slow_read_indexes_total",
            "The total number of pending read indexes not in sync with leader's or timed out read index requests.");
    private final Counter leasesExpired =
            counter("etcd_debugging_server_lease_expired_total", "The total number of expired leases.");

    private final Counter puts = counter("etcd_mvcc_put_total", "Total number of puts seen by this member.");
    private final Counter deletes = counter("etcd_mvcc_delete_total", "Total number of deletes seen by this member.");
    private final Counter ranges = counter("etcd_mvcc_range_total", "Total number of ranges seen by this member.");
    private final Counter txns = counter("etcd_mvcc_txn_total", "Total number of txns seen by this member.");
    private final Gauge putBytes =
            gauge("etcd_debugging_mvcc_total_put_size_in_bytes", "The total size of put kv pairs seen by this member.");
    private final Counter leasesGranted =
            counter("etcd_debugging_lease_granted_total", "The total number of granted leases.");
    private final Counter leasesRevoked =
            counter("etcd_debugging_lease_revoked_total", "The total number of revoked leases.");
    private final Counter leasesRenewed =
            counter("etcd_debugging_lease_renewed_total", "The number of renewed leases seen by the leader.");
    private final Histogram leaseTtls =
            histogram("etcd_debugging_lease_ttl_total", "Bucketed histogram of lease TTLs.", 1, 24);

    private final Histogram roundTrips = Histogram.builder()
            .name("etcd_network_peer_round_trip_time_seconds")
            .help("Round-Trip-Time histogram between peers.")
            .labelNames("To")
            .classicOnly()
            .classicUpperBounds(exponential(0.0001, 16))
            .register(registry);
    private final Counter peerSent =
            counter("etcd_network_peer_sent_bytes_total", "The total number of bytes sent to peers.", "To");
    private final Counter peerReceived =
            counter("etcd_network_peer_received_bytes_total", "The total number of bytes received from peers.", "From");
    private final Counter peerSentFailures =
            counter("etcd_network_peer_sent_failures_total", "The total number of send failures from peers.", "To");
    private final Counter snapshotsSent =
            counter("etcd_network_snapshot_send_success", "Total number of successful snapshot sends", "To");
    private final Counter snapshotsReceived =
            counter("etcd_network_snapshot_receive_success", "Total number of successful snapshot receives", "From");
    private final Histogram snapshotSend = Histogram.builder()
            .name("etcd_network_snapshot_send_total_duration_seconds")
            .help("Total latency distributions of v3 snapshot sends")
            .labelNames("To")
            .classicOnly()
            .classicUpperBounds(exponential(0.1, 10))
            .register(registry);
    private final Histogram snapshotReceive = Histogram.builder()
            .name("etcd_network_snapshot_receive_total_duration_seconds")
            .help("Total latency distributions of v3 snapshot receives")
            .labelNames("From")
            .classicOnly()
            .classicUpperBounds(exponential(0.1, 10))
            .register(registry);

    private final Counter clientReceived = counter(
            "etcd_network_client_grpc_received_bytes_total", "The total number of bytes received from grpc clients.");
    private final Counter clientSent =
            counter("etcd_network_client_grpc_sent_bytes_total", "The total number of bytes sent to grpc clients.");
    private final Counter clientRequests = counter(
            "etcd_server_client_requests_total",
            "The total number of client requests per client version.",
            "type",
            "client_api_version");
    private final Gauge watchers = gauge("etcd_debugging_mvcc_watcher_total", "Total number of watchers.");
    private final Gauge watchStreams =
            gauge("etcd_debugging_mvcc_watch_stream_total", "Total number of watch streams.");
    private final Gauge slowWatchers =
            gauge("etcd_debugging_mvcc_slow_watcher_total", "Total number of unsynced slow watchers.");
    private final Gauge pendingEvents =
            gauge("etcd_debugging_mvcc_pending_events_total", "Total number of pending events to be sent.");
    private volatile LongSupplier eventsPending = () -> 0;
    private final Counter events =
            counter("etcd_debugging_mvcc_events_total", "Total number of events sent by this member.");

    private final Counter healthSuccess =
            counter("etcd_server_health_success", "The total number of successful health checks");
    private final Counter healthFailures =
            counter("etcd_server_health_failures", "The total number of failed health checks");
    private final Gauge healthCheck = Gauge.builder()
            .name("etcd_server_healthcheck")
            .help("The result of each kind of healthcheck.")
            .labelNames("type", "name")
            .register(registry);
    private final Counter healthChecks = counter(
            "etcd_server_healthchecks_total",
            "The total number of each kind of healthcheck.",
            "type",
            "name",
            "status");

    private final CallMetrics calls = new CallMetrics(registry);
    private final Map<CallType, Map<String, CounterDataPoint>> versions = new ConcurrentHashMap<>();

    private final ProcessMetrics process = new ProcessMetrics(registry);

    /** Everything, with {@code member}'s numbers as of now, in Prometheus' text format 0.0.4. */
    public synchronized String text(StoreMember member, String version, String clusterVersion) {
        members.read(member, version, clusterVersion);
        pendingEvents.set(eventsPending.getAsLong());
        process.read();
        return MetricsText.of(registry.scrape());
    }

    /** A health check was answered. */
    void health(boolean healthy) {
        (healthy ? healthSuccess : healthFailures).inc();
    }

    /** One of the checks behind {@code type}, which is livez or readyz, was made. */
    void healthCheck(String type, String name, boolean passed) {
        healthCheck.labelValues(type, name).set(passed ? 1 : 0);
        healthChecks.labelValues(type, name, passed ? "success" : "error").inc();
    }

    @Override
    public void logSynced(long nanos, long bytes) {
        walSync.observe(nanos / NANOS);
        walBytes.inc(bytes);
    }

    @Override
    public void stateCommitted(long nanos) {
        commits.observe(nanos / NANOS);
    }

    @Override
    public void applied(long nanos, int commands) {
        if (nanos > SLOW_APPLY_NANOS) {
            slowApplies.inc();
        }
    }

    @Override
    public void leaderChanged(long leaderId) {
        if (leaderId != 0) {
            leaderChanges.inc();
        }
    }

    @Override
    public void proposalsFailed(int count) {
        proposalsFailed.inc(count);
    }

    @Override
    public void proposalsPending(int count) {
        proposalsPending.set(count);
    }

    @Override
    public void readIndexFailed() {
        readIndexesFailed.inc();
    }

    @Override
    public void readIndexed(long nanos) {
        if (nanos > SLOW_READ_INDEX_NANOS) {
            slowReadIndexes.inc();
        }
    }

    @Override
    public void sweptSome(long versions, long nanos) {
        versionsSwept.inc(versions);
        sweepPauses.observe(nanos / NANOS_PER_MILLI);
    }

    @Override
    public void swept(long nanos) {
        sweeps.observe(nanos / NANOS_PER_MILLI);
        lastSwept.set(Math.floor(System.currentTimeMillis() / MILLIS_PER_SECOND));
    }

    @Override
    public void peerRoundTrip(long memberId, long nanos) {
        roundTrips.labelValues(hex(memberId)).observe(nanos / NANOS);
    }

    @Override
    public void peerSent(long memberId, long bytes) {
        peerSent.labelValues(hex(memberId)).inc(bytes);
    }

    @Override
    public void peerReceived(long memberId, long bytes) {
        peerReceived.labelValues(hex(memberId)).inc(bytes);
    }

    @Override
    public void peerSendFailed(long memberId) {
        peerSentFailures.labelValues(hex(memberId)).inc();
    }

    @Override
    public void peerLost(long memberId) {
        members.peerLost(memberId);
    }

    @Override
    public void wrote(int putCount, int deleteCount, int rangeCount, long bytes) {
        puts.inc(putCount);
        deletes.inc(deleteCount);
        ranges.inc(rangeCount);
        putBytes.inc(bytes);
        // etcd calls that a transaction which does more than one thing.
        if (putCount + deleteCount + rangeCount > 1) {
            txns.inc();
        }
    }

    @Override
    public void ranged(int count) {
        ranges.inc(count);
        if (count > 1) {
            txns.inc();
        }
    }

    @Override
    public void leaseGranted(long ttlSeconds) {
        leasesGranted.inc();
        leaseTtls.observe(ttlSeconds);
    }

    @Override
    public void leaseRevoked() {
        leasesRevoked.inc();
    }

    @Override
    public void leaseRenewed() {
        leasesRenewed.inc();
    }

    @Override
    public void leaseExpired() {
        leasesExpired.inc();
    }

    @Override
    public void snapshotMoved(long memberId, boolean sent, long bytes, long nanos) {
        String peer = hex(memberId);
        (sent ? snapshotsSent : snapshotsReceived).labelValues(peer).inc();
        (sent ? snapshotSend : snapshotReceive).labelValues(peer).observe(nanos / NANOS);
    }

    @Override
    public void methodServed(Method method) {
        var _ = calls.of(method);
    }

    @Override
    public void callStarted(Method method) {
        calls.of(method).started().inc();
    }

    @Override
    public void messageReceived(Method method) {
        calls.of(method).received().inc();
    }

    @Override
    public void messagesSent(Method method, int messages) {
        calls.of(method).sent().inc(messages);
    }

    @Override
    public void callEnded(Method method, String code, long nanos) {
        calls.of(method).ended(code, nanos / NANOS);
    }

    @Override
    public void clientRequest(CallType type, String apiVersion) {
        Map<String, CounterDataPoint> known = versions.computeIfAbsent(type, _ -> new ConcurrentHashMap<>());
        CounterDataPoint counter = known.get(apiVersion);
        if (counter == null) {
            // Clients choose the text; without a bound they could fill the memory with it.
            String version =
                    known.size() < VERSIONS_MAX && apiVersion.length() <= VERSION_LENGTH_MAX ? apiVersion : "other";
            counter = known.computeIfAbsent(version, label -> clientRequests.labelValues(type.text(), label));
        }
        counter.inc();
    }

    @Override
    public void bytesReceived(long bytes) {
        clientReceived.inc(bytes);
    }

    @Override
    public void bytesSent(long bytes) {
        clientSent.inc(bytes);
    }

    @Override
    public void watchStreams(int open) {
        watchStreams.set(open);
    }

    @Override
    public void watches(int open) {
        watchers.set(open);
    }

    @Override
    public void slowWatches(int slow) {
        slowWatchers.set(slow);
    }

    @Override
    public void pendingEvents(LongSupplier pending) {
        eventsPending = pending;
    }

    @Override
    public void eventsSent(int count) {
        events.inc(count);
    }

    @Override
    public void snapshotSent(long nanos) {
        snapshots.observe(nanos / NANOS);
    }

    @Override
    public void defragmenting() {
        defragmenting.inc();
    }

    @Override
    public void defragmented(long nanos) {
        defragmenting.dec();
        defragmentations.observe(nanos / NANOS);
    }

    @Override
    public void hashed(boolean history, long nanos) {
        (history ? historyHashes : hashes).observe(nanos / NANOS);
    }

    @Override
    public void learnerPromoted() {
        promotions.inc();
    }

    @Override
    public void learnerRefused(String why) {
        promotionsRefused.labelValues(why).inc();
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    private Gauge gauge(String name, String help) {
        return Gauge.builder().name(name).help(help).register(registry);
    }

    private Histogram histogram(String name, String help, double first, int count) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .classicOnly()
                .classicUpperBounds(exponential(first, count))
                .register(registry);
    }

    /** {@code count} bounds, each twice the one before. */
    static double[] exponential(double first, int count) {
        double[] bounds = new double[count];
        for (int i = 0; i < count; i++) {
            bounds[i] = first * (1L << i);
        }
        return bounds;
    }

    /** A member as peers are named in etcd's metrics. */
    static String hex(long id) {
        return Long.toHexString(id);
    }
}
