package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.etcdprotocol.ServerObserver.CallType;
import io.tholepin.etcdprotocol.ServerObserver.Method;
import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.ClusterMember;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetricsTest {
    /** Name and type of all that the contract's section 3.2 asks a member for. */
    private static final String ASKED = """
            etcd_server_has_leader gauge
            etcd_server_is_leader gauge
            etcd_server_leader_changes_seen_total counter
            etcd_server_proposals_failed_total counter
            etcd_server_proposals_pending gauge
            etcd_server_proposals_committed_total gauge
            etcd_server_proposals_applied_total gauge
            etcd_server_quota_backend_bytes gauge
            etcd_mvcc_db_total_size_in_bytes gauge
            etcd_mvcc_db_total_size_in_use_in_bytes gauge
            etcd_disk_wal_fsync_duration_seconds histogram
            etcd_disk_backend_commit_duration_seconds histogram
            etcd_network_peer_round_trip_time_seconds histogram
            etcd_network_peer_sent_failures_total counter
            etcd_network_peer_sent_bytes_total counter
            etcd_network_peer_received_bytes_total counter
            etcd_network_client_grpc_sent_bytes_total counter
            etcd_network_client_grpc_received_bytes_total counter
            grpc_server_started_total counter
            grpc_server_handled_total counter
            grpc_server_handling_seconds histogram
            grpc_server_msg_received_total counter
            grpc_server_msg_sent_total counter
            process_resident_memory_bytes gauge
            process_cpu_seconds_total counter
            process_open_fds gauge
            process_max_fds gauge
            process_start_time_seconds gauge
            os_fd_used gauge
            os_fd_limit gauge
            """;

    @Test
    void everyNameAndTypeThatAlertsAskForIsThere() {
        Metrics metrics = new Metrics();
        everythingHappens(metrics);
        String text = text(metrics);
        assertThat(ASKED.lines()).allSatisfy(line -> assertThat(text).contains("# TYPE " + line + "\n"));
    }

    @Test
    void bucketsBeginExactlyAsEtcds() {
        Metrics metrics = new Metrics();
        everythingHappens(metrics);
        String text = text(metrics);
        assertThat(bounds(text, "etcd_disk_wal_fsync_duration_seconds"))
                .startsWith("0.001", "0.002", "0.004")
                .endsWith("8.192", "+Inf")
                .hasSize(15);
        assertThat(bounds(text, "etcd_disk_backend_commit_duration_seconds"))
                .startsWith("0.001", "0.002")
                .endsWith("8.192", "+Inf");
        assertThat(bounds(text, "etcd_network_peer_round_trip_time_seconds"))
                .startsWith("0.0001", "0.0002", "0.0004")
                .endsWith("3.2768", "+Inf")
                .hasSize(17);
    }

    @Test
    void peersAreNamedInHexAndCodesAsGoDoes() {
        Metrics metrics = new Metrics();
        everythingHappens(metrics);
        assertThat(text(metrics))
                .contains("etcd_network_peer_sent_bytes_total{To=\"f000000000000001\"} 10\n")
                .contains("etcd_network_peer_received_bytes_total{From=\"f000000000000001\"} 20\n")
                .contains("etcd_network_peer_sent_failures_total{To=\"f000000000000001\"} 1\n")
                .contains("etcd_network_peer_round_trip_time_seconds_bucket{To=\"f000000000000001\",le=\"0.0004\"} 1\n")
                .contains("etcd_network_peer_round_trip_time_seconds_sum{To=\"f000000000000001\"} 0.0003\n")
                .contains("etcd_server_leader_changes_seen_total 1\n")
                .contains("grpc_server_handled_total{grpc_code=\"Canceled\",grpc_method=\"Watch\","
                        + "grpc_service=\"etcdserverpb.Watch\",grpc_type=\"bidi_stream\"} 1\n");
    }

    @Test
    void whatIsReadAndWrittenIsCountedByOperation() {
        Metrics metrics = new Metrics();
        metrics.wrote(1, 0, 0, 30);
        metrics.wrote(2, 1, 3, 70);
        metrics.ranged(1);
        metrics.leaseGranted(3);
        metrics.leaseGranted(60);
        metrics.leaseRenewed();
        metrics.leaseRevoked();
        assertThat(text(metrics))
                .contains("etcd_mvcc_put_total 3\n")
                .contains("etcd_mvcc_delete_total 1\n")
                .contains("etcd_mvcc_range_total 4\n")
                .contains("etcd_mvcc_txn_total 1\n")
                .contains("etcd_debugging_mvcc_total_put_size_in_bytes 100\n")
                .contains("etcd_debugging_mvcc_keys_total 0\n")
                .contains("etcd_debugging_lease_granted_total 2\n")
                .contains("etcd_debugging_lease_renewed_total 1\n")
                .contains("etcd_debugging_lease_revoked_total 1\n")
                .contains("etcd_debugging_lease_ttl_total_bucket{le=\"4\"} 1\n")
                .contains("etcd_debugging_lease_ttl_total_bucket{le=\"64\"} 2\n");
    }

    @Test
    void whatOperatorsSetOffIsTimed() {
        Metrics metrics = new Metrics();
        metrics.sweptSome(1000, 3_000_000);
        metrics.sweptSome(7, 1_500_000);
        metrics.swept(150_000_000);
        metrics.defragmenting();
        metrics.hashed(true, 15_000_000);
        metrics.readIndexed(400_000_000);
        metrics.readIndexed(600_000_000);
        metrics.learnerRefused("etcdserver: not ready");
        metrics.learnerPromoted();
        metrics.pendingEvents(() -> 42);
        String text = text(metrics);
        assertThat(text)
                .contains("etcd_debugging_mvcc_db_compaction_keys_total 1007\n")
                .contains("etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds_bucket{le=\"2\"} 1\n")
                .contains("etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds_sum 4.5\n")
                .contains("etcd_debugging_mvcc_db_compaction_total_duration_milliseconds_bucket{le=\"200\"} 1\n")
                .contains("etcd_debugging_mvcc_pending_events_total 42\n")
                .contains("etcd_disk_defrag_inflight 1\n")
                .contains("etcd_mvcc_hash_duration_seconds_count 0\n")
                .contains("etcd_mvcc_hash_rev_duration_seconds_bucket{le=\"0.02\"} 1\n")
                .contains("etcd_server_slow_read_indexes_total 1\n")
                .contains("etcd_server_learner_promote_failures{Reason=\"etcdserver: not ready\"} 1\n")
                .contains("etcd_server_learner_promote_successes 1\n")
                .containsPattern("etcd_debugging_mvcc_db_compaction_last \\d{10}\\n");
        metrics.defragmented(50_000_000);
        assertThat(text(metrics))
                .contains("etcd_disk_defrag_inflight 0\n")
                .contains("etcd_disk_backend_defrag_duration_seconds_bucket{le=\"0.1\"} 1\n");
    }

    @Test
    void whoCanBeReachedAndHowOftenSomebodyCouldNotIsTold() throws Exception {
        Metrics metrics = new Metrics();
        try (TestMember member = new TestMember()) {
            List<String> urls = List.of("http://127.0.0.1:1");
            member.others = List.of(
                    new ClusterMember(0xab, "there", urls, urls, false),
                    new ClusterMember(0xcd, "away", urls, urls, false));
            member.connected = Set.of(0xabL);
            metrics.peerLost(0xab);
            metrics.peerLost(0xab);
            assertThat(metrics.text(member, "3.7.1", "3.7.0"))
                    .contains("etcd_network_disconnected_peers_total{Local=\"f000000000000001\",Remote=\"ab\"} 2\n")
                    .contains("etcd_network_active_peers{Local=\"f000000000000001\",Remote=\"ab\"} 1\n")
                    .contains("etcd_network_active_peers{Local=\"f000000000000001\",Remote=\"cd\"} 0\n")
                    .contains("etcd_network_known_peers{Local=\"f000000000000001\",Remote=\"cd\"} 1\n");
            metrics.peerLost(0xab);
            assertThat(metrics.text(member, "3.7.1", "3.7.0")).contains(",Remote=\"ab\"} 3\n");
        }
    }

    @Test
    void clientsCannotFillTheMemoryWithVersions() {
        Metrics metrics = new Metrics();
        for (int i = 0; i < 1_000; i++) {
            metrics.clientRequest(CallType.UNARY, "v" + i);
        }
        metrics.clientRequest(CallType.UNARY, "v1");
        String text = text(metrics);
        assertThat(text).contains("etcd_server_client_requests_total{client_api_version=\"v1\",type=\"unary\"} 2\n");
        assertThat(text).contains("etcd_server_client_requests_total{client_api_version=\"other\",type=\"unary\"} ");
        assertThat(text.lines().filter(line -> line.startsWith("etcd_server_client_requests_total")))
                .hasSize(65);
    }

    @Test
    void eachNameIsDescribedOnceAndEverySampleFollowsIt() {
        Metrics metrics = new Metrics();
        everythingHappens(metrics);
        Set<String> seen = new java.util.HashSet<>();
        String current = "";
        for (String line : text(metrics).lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                current = line.split(" ")[2];
                assertThat(seen.add(current)).as(current).isTrue();
            } else if (!line.startsWith("# HELP ")) {
                assertThat(line).startsWith(current);
                assertThat(line).matches("[a-zA-Z_]+(\\{([a-zA-Z_]+=\"[^\"\\n]*\",?)+})? (NaN|[+-]Inf|-?[0-9.]+)");
            }
        }
    }

    @Test
    void textIsEscapedAndNumbersArePlain() {
        assertThat(MetricsText.number(0.0001)).isEqualTo("0.0001");
        assertThat(MetricsText.number(1e12)).isEqualTo("1000000000000");
        assertThat(MetricsText.number(0.1 + 0.2)).isEqualTo("0.30000000000000004");
        assertThat(MetricsText.number(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
        Metrics metrics = new Metrics();
        metrics.clientRequest(CallType.UNARY, "a\"b\\c\nd");
        assertThat(text(metrics)).contains("client_api_version=\"a\\\"b\\\\c\\nd\"");
    }

    private static void everythingHappens(Metrics metrics) {
        long peer = 0xF000_0000_0000_0001L;
        metrics.logSynced(1_500_000, 100);
        metrics.stateCommitted(1_500_000);
        metrics.applied(200_000_000, 3);
        metrics.leaderChanged(0);
        metrics.leaderChanged(peer);
        metrics.proposalsFailed(2);
        metrics.proposalsPending(3);
        metrics.readIndexFailed();
        metrics.peerRoundTrip(peer, 300_000);
        metrics.peerSent(peer, 10);
        metrics.peerReceived(peer, 20);
        metrics.peerSendFailed(peer);
        metrics.leaseExpired();
        metrics.snapshotMoved(peer, true, 1, 1_000);
        metrics.snapshotMoved(peer, false, 1, 1_000);
        Method watch = new Method("etcdserverpb.Watch", "Watch", CallType.BIDI_STREAM);
        metrics.methodServed(watch);
        metrics.callStarted(watch);
        metrics.messageReceived(watch);
        metrics.messagesSent(watch, 1);
        metrics.callEnded(watch, "Canceled", 1_000_000);
        metrics.clientRequest(CallType.BIDI_STREAM, "3.6.8");
        metrics.healthCheck("livez", "serializable_read", true);
    }

    private static String text(Metrics metrics) {
        try (LocalStore store = LocalStore.ephemeral()) {
            return metrics.text(store, "3.7.1", "3.7.0");
        }
    }

    private static List<String> bounds(String text, String name) {
        return Pattern.compile(name + "_bucket\\{(?:To=\"[^\"]*\",)?le=\"([^\"]*)\"}")
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toList());
    }
}
