package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A watch as JSON over a WebSocket, with the JDK's client: a real etcd 3.5 and ours send the same messages. Requests
 * with a single answer are not compared: etcd's proxy now and then loses it.
 */
class WebSocketTest {
    @TempDir
    Path folder;

    @Test
    void oursSendsWhatEtcdSends() throws Exception {
        EtcdLike.etcd35().assumePresent();
        List<String> expected = play(EtcdLike.etcd35(), folder.resolve("etcd"));
        List<String> played = play(EtcdLike.thole(), folder.resolve("thole"));
        assertThat(expected).anyMatch(message -> message.contains("\"events\":[{\"kv\":{\"key\":\"YQ==\""));
        assertThat(played).isEqualTo(expected);
    }

    private static List<String> play(EtcdLike kind, Path place) throws Exception {
        List<String> seen = new ArrayList<>();
        HttpClient http = HttpClient.newHttpClient();
        try (EtcdCluster cluster = EtcdCluster.start(kind, 1, place)) {
            String server = "ws://" + cluster.member(0).client();
            Messages watch = new Messages();
            WebSocket watching = open(http, server + "/v3/watch", watch);
            watching.sendText("{\"create_request\":{\"key\":\"YQ==\"}}", true).join();
            seen.add(watch.next());
            post(http, cluster, "/v3/kv/put", "{\"key\":\"YQ==\",\"value\":\"MQ==\"}");
            seen.add(watch.next());
            watching.sendText("{\"create_request\":{\"key\":\"Yg==\",\"start_revision\":\"1\"}}", true)
                    .join();
            seen.add(watch.next());
            watching.sendText("{\"cancel_request\":{\"watch_id\":\"0\"}}", true).join();
            seen.add(watch.next());
            post(http, cluster, "/v3/kv/txn", "{\"success\":[{\"request_put\":{\"key\":\"Yg==\"}}]}");
            seen.add(watch.next());
        } finally {
            http.shutdownNow();
        }
        return seen.stream().map(WebSocketTest::normal).toList();
    }

    /** Without numbers that differ. */
    private static String normal(String message) {
        return message.replaceAll("\"(cluster_id|member_id|raft_term)\":\"\\d+\"", "\"$1\":N");
    }

    private static void post(HttpClient http, EtcdCluster cluster, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + cluster.member(0).client() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    private static WebSocket open(HttpClient http, String url, Messages messages) {
        return http.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(30))
                .buildAsync(URI.create(url), messages)
                .join();
    }

    private static final class Messages implements WebSocket.Listener {
        private final BlockingQueue<String> whole = new LinkedBlockingQueue<>();
        private final StringBuilder part = new StringBuilder();

        String next() throws InterruptedException {
            String message = whole.poll(30, TimeUnit.SECONDS);
            if (message == null) {
                throw new IllegalStateException("no message within 30 s");
            }
            return message;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            part.append(text);
            if (last) {
                whole.add(part.toString());
                part.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
