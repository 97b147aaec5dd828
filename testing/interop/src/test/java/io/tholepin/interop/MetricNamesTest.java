package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tholepin.etcdprotocol.EtcdEndpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real etcd tells Prometheus, and what of it we do not tell. */
class MetricNamesTest {
    /** Metrics that would have nothing to measure here, by why. A constant would be a lie. */
    private static final Pattern WITHOUT_A_MEANING = Pattern.compile(String.join(
            "|",
            "go_.*",
            "promhttp_.*",
            "etcd_grpc_proxy_.*", // of another program, linked into etcd
            "etcd_debugging_store_.*", // of the API of version 2
            "etcd_debugging_disk_backend_commit_.*", // phases of a commit in bbolt
            "etcd_mvcc_db_open_read_transactions", // bbolt's
            "etcd_debugging_snap_save_.*", // files of the Raft engine
            "etcd_snap_.*",
            "etcd_disk_wal_write_duration_seconds", // the log is written and synced in one step
            "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds", // index and data in one step
            "etcd_debugging_mvcc_range_total", // the old name of etcd_mvcc_range_total
            "etcd_server_apply_duration_seconds", // entries here hold many requests
            "etcd_server_heartbeat_send_failures_total", // the Raft engine's own business
            "etcd_server_snapshot_apply_in_progress_total")); // a member that lacks log takes changes, no snapshot

    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");

    @TempDir
    Path folder;

    @Test
    void nothingThatHasAMeaningIsMissing() throws Exception {
        Map<String, String> theirs = typesByName(EtcdLike.etcd35());
        Map<String, String> ours = typesByName(EtcdLike.thole());
        theirs.keySet().removeIf(name -> WITHOUT_A_MEANING.matcher(name).matches());
        assertThat(theirs).isNotEmpty();
        assertThat(ours).containsAllEntriesOf(theirs);
    }

    /** What members tell of each other, one of whom went away. */
    @Test
    void nothingOfPeersIsMissing() throws Exception {
        Map<String, String> theirs = typesOnThree(EtcdLike.etcd35());
        Map<String, String> ours = typesOnThree(EtcdLike.thole());
        theirs.keySet().removeIf(name -> !name.startsWith("etcd_network_"));
        assertThat(theirs)
                .containsKeys(
                        "etcd_network_active_peers",
                        "etcd_network_disconnected_peers_total",
                        "etcd_network_peer_round_trip_time_seconds");
        assertThat(ours).containsAllEntriesOf(theirs);
    }

    private Map<String, String> typesOnThree(EtcdLike kind) throws IOException {
        kind.assumePresent();
        Path own = Files.createDirectories(folder.resolve(kind.name() + "-three"));
        try (EtcdCluster cluster = EtcdCluster.start(kind, 3, own);
                HttpClient http = HttpClient.newHttpClient()) {
            Map<String, String> types = new TreeMap<>();
            String url = "http://" + cluster.members().getFirst().client();
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                types.putAll(types(text(http, url)));
                return types.containsKey("etcd_network_peer_round_trip_time_seconds");
            });
            cluster.members().getLast().kill();
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                types.putAll(types(text(http, url)));
                return types.containsKey("etcd_network_disconnected_peers_total");
            });
            return types;
        }
    }

    private static String text(HttpClient http, String url) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(url + "/metrics")).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static Map<String, String> types(String text) {
        return TYPE.matcher(text)
                .results()
                .collect(Collectors.toMap(match -> match.group(1), match -> match.group(2), (a, _) -> a, TreeMap::new));
    }

    private Map<String, String> typesByName(EtcdLike kind) throws IOException, InterruptedException {
        Path own = Files.createDirectories(folder.resolve(kind.name()));
        try (OneEtcd etcd = OneEtcd.start(kind, own);
                HttpClient http = HttpClient.newHttpClient()) {
            etcd.etcdctl("put", "a", "1");
            etcd.etcdctl("put", "a", "2");
            etcd.etcdctl("compact", "3", "--physical");
            etcd.etcdctl("defrag");
            EtcdEndpoint endpoint = etcd.endpoint();
            String text = text(http, endpoint.toString());
            if (kind.isThole()) {
                assertThat(text).contains("etcd_debugging_mvcc_db_compaction_keys_total 1\n");
                assertThat(text).contains("etcd_debugging_mvcc_db_compaction_total_duration_milliseconds_count 1\n");
                assertThat(text).contains("etcd_disk_backend_defrag_duration_seconds_count 1\n");
            }
            return types(text);
        }
    }
}
