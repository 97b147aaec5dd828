package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.RangeRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GatewayTest {
    private WholeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new WholeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void keysArePutReadAndComparedAsJson() throws Exception {
        HttpResponse<String> put = server.post("/v3/kv/put", "{\"key\":\"Zm9v\",\"value\":\"YmFy\"}");
        assertThat(put.statusCode()).isEqualTo(200);
        assertThat(put.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(put.body())
                .matches("\\{\"header\":\\{\"cluster_id\":\"[0-9]+\",\"member_id\":\"[0-9]+\","
                        + "\"revision\":\"2\",\"raft_term\":\"[0-9]+\"}}");
        assertThat(server.post("/v3/kv/range", "{\"key\":\"Zm9v\"}").body())
                .contains("\"kvs\":[{\"key\":\"Zm9v\",\"create_revision\":\"2\",\"mod_revision\":\"2\","
                        + "\"version\":\"1\",\"value\":\"YmFy\"}],\"count\":\"1\"}");
        assertThat(server.post("/v3beta/kv/range", "{\"key\":\"Zm9v\",\"countOnly\":true}")
                        .body())
                .contains("\"count\":\"1\"}")
                .doesNotContain("kvs");
        String txn = "{\"compare\":[{\"target\":\"VALUE\",\"key\":\"Zm9v\",\"value\":\"YmFy\"}],"
                + "\"success\":[{\"requestPut\":{\"key\":\"Zm9v\",\"value\":\"eA==\"}}]}";
        assertThat(server.post("/v3/kv/txn", txn).body())
                .contains("\"succeeded\":true,\"responses\":[{\"response_put\":{\"header\":{\"revision\":\"3\"}}}]");
        assertThat(server.post("/v3/lease/grant", "{\"TTL\":60,\"ID\":7}").body())
                .contains("\"ID\":\"7\",\"TTL\":\"60\"");
        assertThat(server.post("/v3/maintenance/status", "").body()).contains("\"version\":\"3.");
    }

    @Test
    void failuresHaveStatusCodeAndText() throws Exception {
        HttpResponse<String> empty = server.post("/v3/kv/put", "{}");
        assertThat(empty.statusCode()).isEqualTo(400);
        assertThat(empty.body())
                .isEqualTo("{\"error\":\"etcdserver: key is not provided\",\"code\":3,"
                        + "\"message\":\"etcdserver: key is not provided\"}");
        assertThat(server.post("/v3/lease/revoke", "{\"ID\":1}").statusCode()).isEqualTo(404);
        HttpResponse<String> malformed = server.post("/v3/kv/put", "{\"key\":");
        assertThat(malformed.statusCode()).isEqualTo(400);
        assertThat(malformed.body()).contains("\"code\":3");
        assertThat(server.post("/v3/kv/none", "{}").statusCode()).isEqualTo(404);
        assertThat(server.post("/v3alpha/kv/range", "{}").statusCode()).isEqualTo(404);
        assertThat(server.get("/v3/kv/range").statusCode()).isEqualTo(501);
    }

    @Test
    void aTokenGoesInTheAuthorizationHeader() throws Exception {
        server.enableAuth();
        String put = "{\"key\":\"Zm9v\",\"value\":\"YmFy\"}";
        HttpResponse<String> without = server.post("/v3/kv/put", put);
        assertThat(without.statusCode()).isEqualTo(400);
        assertThat(without.body()).contains("etcdserver: user name is empty");
        HttpResponse<String> wrong = server.post("/v3/kv/put", put, "Authorization", "made.1");
        assertThat(wrong.statusCode()).isEqualTo(401);
        String answer = server.post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"pw\"}")
                .body();
        String token = answer.replaceAll(".*\"token\":\"([^\"]*)\".*", "$1");
        assertThat(server.post("/v3/kv/put", put, "Authorization", token).statusCode())
                .isEqualTo(200);
        assertThat(server.post("/v3/kv/put", put, "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.post("/v3/kv/put", put, "Grpc-Metadata-Token", token).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aWatchIsARowOfResults() throws Exception {
        String create = "{\"create_request\":{\"key\":\"Zm9v\",\"start_revision\":\"1\"}}";
        try (BufferedReader lines = stream("/v3/watch", create)) {
            assertThat(lines.readLine()).startsWith("{\"result\":{\"header\":").contains("\"created\":true");
            server.put("", "foo", "one");
            assertThat(lines.readLine())
                    .startsWith("{\"result\":{\"header\":")
                    .contains("\"events\":[{\"kv\":{\"key\":\"Zm9v\",\"create_revision\":\"2\"");
            server.put("", "foo", "two");
            assertThat(lines.readLine()).contains(base64("two"));
        }
        await().until(() -> server.metrics
                .text(server.member, "3.7.1", "3.7.0")
                .contains("\netcd_debugging_mvcc_watcher_total 0\n"));
    }

    @Test
    void severalRequestsMayComeInARow() throws Exception {
        server.member.leaseGrant(7, 60).join();
        server.member.leaseGrant(8, 60).join();
        HttpResponse<String> answer = server.post("/v3/lease/keepalive", "{\"ID\":7}\n{\"ID\":\"8\"}\n");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().lines()).hasSize(2).allMatch(line -> line.startsWith("{\"result\":{\"header\":"));
        assertThat(answer.body()).contains("\"ID\":\"7\",\"TTL\":\"60\"").contains("\"ID\":\"8\",\"TTL\":\"60\"");
    }

    @Test
    void aStreamThatIsRefusedTellsWhy() throws Exception {
        server.enableAuth();
        HttpResponse<String> answer = server.post("/v3/maintenance/snapshot", "{}");
        assertThat(answer.body())
                .isEqualTo("{\"error\":{\"error\":\"etcdserver: user name is empty\",\"code\":3,"
                        + "\"message\":\"etcdserver: user name is empty\"}}\n");
        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void whoeverLeavesWhileWaitingForALockLeavesNothingBehind() throws Exception {
        server.member.leaseGrant(7, 600).join();
        server.member.leaseGrant(8, 600).join();
        assertThat(server.post("/v3/lock/lock", "{\"name\":\"bA==\",\"lease\":7}")
                        .body())
                .contains("\"key\":\"" + base64("l/7") + "\"");
        HttpRequest second = server.request("/v3/lock/lock")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"bA==\",\"lease\":8}"))
                .build();
        CompletableFuture<HttpResponse<String>> waiting =
                server.http.sendAsync(second, HttpResponse.BodyHandlers.ofString());
        await().until(() -> count("l/") == 2);
        waiting.cancel(true);
        await().until(() -> count("l/") == 1);
    }

    @Test
    void aWebSocketTakesRequestsOneByOneAndSendsEachResult() throws Exception {
        try (TextSocket watch = new TextSocket(server.http, server.port(), "/v3/watch")) {
            watch.send("{\"create_request\":{\"key\":\"Zm9v\"}}");
            assertThat(watch.next())
                    .startsWith("{\"result\":{")
                    .contains("\"created\":true")
                    .endsWith("}}");
            server.put("", "foo", "one");
            assertThat(watch.next()).contains(base64("one"));
            watch.send("{\"create_request\":{\"key\":\"YmFy\"}}");
            assertThat(watch.next()).contains("\"watch_id\":\"1\",\"created\":true");
            watch.send("{\"cancel_request\":{\"watch_id\":\"0\"}}");
            assertThat(watch.next()).contains("\"canceled\":true");
            server.put("", "bar", "two");
            assertThat(watch.next()).contains("\"watch_id\":\"1\"").contains(base64("two"));
        }
        await().until(() -> server.metrics
                .text(server.member, "3.7.1", "3.7.0")
                .contains("\netcd_debugging_mvcc_watcher_total 0\n"));
    }

    @Test
    void aWebSocketForASingleAnswerEndsWithIt() throws Exception {
        try (TextSocket put = new TextSocket(server.http, server.port(), "/v3/kv/put")) {
            put.send("{\"key\":\"Zm9v\",\"value\":\"YmFy\"}");
            assertThat(put.next()).contains("\"revision\":\"2\"");
            assertThat(put.next()).isEqualTo(TextSocket.CLOSED);
        }
        try (TextSocket put = new TextSocket(server.http, server.port(), "/v3/kv/put")) {
            put.send("{\"key\":");
            assertThat(put.next()).contains("\"code\":3");
            assertThat(put.next()).isEqualTo(TextSocket.CLOSED);
        }
        assertThat(count("")).isEqualTo(1);
    }

    @Test
    void aWebSocketsTokenMayComeAsItsSubprotocol() throws Exception {
        server.enableAuth();
        String answer = server.post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"pw\"}")
                .body();
        String token = answer.replaceAll(".*\"token\":\"([^\"]*)\".*", "$1");
        try (TextSocket put = new TextSocket(server.http, server.port(), "/v3/kv/put", "Bearer", token)) {
            put.send("{\"key\":\"Zm9v\",\"value\":\"YmFy\"}");
            assertThat(put.next()).contains("\"revision\":\"2\"");
        }
        try (TextSocket put = new TextSocket(server.http, server.port(), "/v3/kv/put")) {
            put.send("{\"key\":\"Zm9v\",\"value\":\"YmFy\"}");
            assertThat(put.next()).contains("user name is empty");
        }
    }

    private long count(String prefix) {
        RangeRequest request =
                RangeRequest.of(KeyRange.prefix(Bytes.utf8(prefix))).counting();
        return server.member.range(request).join().count();
    }

    private BufferedReader stream(String path, String body) throws Exception {
        HttpRequest request = server.request(path)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<InputStream> answer = server.http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
