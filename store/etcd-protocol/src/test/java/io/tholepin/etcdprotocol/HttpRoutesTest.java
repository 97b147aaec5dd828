package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Alarm;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpRoutesTest {
    private WholeServer server;

    @BeforeEach
    void start() throws Exception {
        server = new WholeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aHealthyMemberSaysSo() throws Exception {
        HttpResponse<String> health = server.get("/health");
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
        assertThat(health.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        assertThat(server.get("/health?serializable=true").statusCode()).isEqualTo(200);
        HttpResponse<String> post = server.post("/health", "");
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("Allow")).contains("GET");
    }

    @Test
    void alarmsMakeItUnhealthyUnlessTheyAreExcluded() throws Exception {
        raise(Alarm.Type.NO_SPACE);
        HttpResponse<String> health = server.get("/health");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body()).isEqualTo("{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}");
        assertThat(server.get("/health?exclude=NOSPACE").statusCode()).isEqualTo(200);
        assertThat(server.get("/health?exclude=CORRUPT").statusCode()).isEqualTo(503);
        assertThat(server.get("/livez").statusCode()).isEqualTo(200);
        assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void aCorruptMemberIsAliveAndNotReady() throws Exception {
        raise(Alarm.Type.CORRUPT);
        assertThat(server.get("/health").body()).contains("\"ALARM CORRUPT\"");
        HttpResponse<String> ready = server.get("/readyz");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("[-]data_corruption failed: alarm activated: CORRUPT\n");
        assertThat(server.get("/readyz/data_corruption").statusCode()).isEqualTo(503);
        assertThat(server.get("/readyz/non_learner").statusCode()).isEqualTo(200);
    }

    @Test
    void probesTellMoreWhenAsked() throws Exception {
        assertThat(server.get("/livez").body()).isEqualTo("ok\n");
        assertThat(server.get("/livez?verbose").body()).isEqualTo("[+]serializable_read ok\nok\n");
        assertThat(server.get("/readyz?verbose").body())
                .isEqualTo("[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n"
                        + "[+]non_learner ok\nok\n");
        assertThat(server.get("/readyz?verbose&exclude=linearizable_read&exclude=nothing")
                        .body())
                .isEqualTo("[+]data_corruption ok\n[+]serializable_read ok\n[+]non_learner ok\nok\n");
        assertThat(server.get("/livez/serializable_read?verbose").body()).isEqualTo("[+]serializable_read ok\nok\n");
        assertThat(server.get("/livez/linearizable_read").statusCode()).isEqualTo(404);
    }

    @Test
    void probesNeedNoToken() throws Exception {
        server.enableAuth();
        assertThat(server.get("/health").statusCode()).isEqualTo(200);
        assertThat(server.get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void theVersionIsEtcdsAndOurs() throws Exception {
        HttpResponse<String> version = server.get("/version");
        assertThat(version.body())
                .isEqualTo("{\"etcdserver\":\"" + EtcdServerConfig.VERSION + "\",\"etcdcluster\":\""
                        + EtcdServerConfig.CLUSTER_VERSION + "\",\"storage\":\"" + EtcdServerConfig.CLUSTER_VERSION
                        + "\",\"tholepin\":\"0.1.0\"}");
        assertThat(version.headers().firstValue("Content-Type")).contains("application/json");
    }

    @Test
    void unknownPathsAreNotFound() throws Exception {
        for (String path : new String[] {"/", "/v2/keys", "/config/local/log", "/livez/", "/readyz/none", "/v3"}) {
            HttpResponse<String> answer = server.get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.body()).isEqualTo("404 page not found\n");
        }
    }

    @Test
    void everyOriginIsAllowedUnlessSomeAreNamed() throws Exception {
        HttpResponse<String> all = server.get("/version");
        assertThat(all.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
        HttpConfig some = new HttpConfig(true, Set.of("https://a.example"), Set.of(), Duration.ofSeconds(7), "1");
        try (WholeServer strict = new WholeServer(AuthConfig.DEFAULT, some)) {
            assertThat(origin(strict, "https://a.example")).containsExactly("https://a.example");
            assertThat(origin(strict, "https://b.example")).isEmpty();
            HttpRequest preflight = strict.request("/v3/kv/put")
                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                    .header("Origin", "https://a.example")
                    .build();
            HttpResponse<String> answer = strict.http.send(preflight, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Headers"))
                    .contains("accept, content-type, authorization");
        }
    }

    private static List<String> origin(WholeServer server, String origin) throws Exception {
        HttpRequest request =
                server.request("/version").header("Origin", origin).build();
        return server.http
                .send(request, HttpResponse.BodyHandlers.ofString())
                .headers()
                .allValues("Access-Control-Allow-Origin");
    }

    @Test
    void anUnknownHostIsMisdirected() throws Exception {
        HttpConfig named = new HttpConfig(true, Set.of(), Set.of("etcd.example"), Duration.ofSeconds(7), "1");
        try (WholeServer strict = new WholeServer(AuthConfig.DEFAULT, named)) {
            HttpResponse<String> answer = strict.get("/version");
            assertThat(answer.statusCode()).isEqualTo(421);
            assertThat(answer.body()).contains("127.0.0.1");
        }
    }

    @Test
    void metricsAreCompleteAndCountCalls() throws Exception {
        server.put("", "a", "1");
        assertThat(server.get("/health").statusCode()).isEqualTo(200);
        HttpResponse<String> metrics = server.get("/metrics");
        assertThat(metrics.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        String text = metrics.body();
        Stream.of(
                        "etcd_server_has_leader 1",
                        "etcd_server_is_leader 1",
                        "etcd_server_health_success 1",
                        "etcd_server_health_failures 0",
                        "etcd_debugging_mvcc_current_revision 2",
                        "etcd_cluster_version{cluster_version=\"3.7\"} 1",
                        "etcd_server_version{server_version=\"" + EtcdServerConfig.VERSION + "\"} 1",
                        "grpc_server_started_total" + put("") + " 1",
                        "grpc_server_handled_total{grpc_code=\"OK\"," + put("").substring(1) + " 1",
                        "grpc_server_handled_total{grpc_code=\"Unavailable\"," + put("").substring(1) + " 0",
                        "grpc_server_handling_seconds_count" + put("") + " 1",
                        "grpc_server_handling_seconds_bucket" + put(",le=\"+Inf\"") + " 1",
                        "grpc_server_msg_received_total" + put("") + " 1",
                        "grpc_server_msg_sent_total" + put("") + " 1",
                        "etcd_server_client_requests_total{client_api_version=\"unknown\",type=\"unary\"} 1")
                .forEach(line -> assertThat(text).contains("\n" + line + "\n"));
        assertThat(text).containsPattern("\nprocess_resident_memory_bytes [1-9][0-9]{6,}\n");
        assertThat(text).containsPattern("\nprocess_start_time_seconds [0-9]{10}");
        assertThat(text).containsPattern("\nprocess_open_fds [1-9]");
    }

    private static String put(String extra) {
        return "{grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"" + extra + "}";
    }

    private void raise(Alarm.Type type) {
        server.member
                .maintenance()
                .raise(new Alarm(server.member.memberId(), type))
                .join();
    }
}
