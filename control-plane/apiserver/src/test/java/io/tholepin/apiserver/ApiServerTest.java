package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.objects.Json;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The API over a real socket. */
class ApiServerTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final Pki PKI = Pki.create(java.time.Instant.now());
    private static final Pki OTHER = Pki.create(java.time.Instant.now());

    private final ApiFixture api = new ApiFixture();
    private final ApiServer server = ApiServer.start(config(0), api.handler);
    private HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void connect() throws Exception {
        client = client(PKI.admin(), HttpClient.Version.HTTP_2);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        api.close();
    }

    private static ServerConfig config(int port) {
        return new ServerConfig(
                "127.0.0.1",
                port,
                PKI.server().certificate(),
                PKI.server().key(),
                PKI.ca().certificate());
    }

    private static HttpClient client(Pki.Pair identity, HttpClient.Version version)
            throws GeneralSecurityException, IOException {
        return HttpClient.newBuilder()
                .version(version)
                .sslContext(context(identity))
                .build();
    }

    private static SSLContext context(Pki.Pair identity) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", certificate(PKI.ca().certificate()));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        if (!identity.key().isEmpty()) {
            String base64 = identity.key().replaceAll("-----[^-]+-----|\\s", "");
            own.setKeyEntry(
                    "me",
                    KeyFactory.getInstance(certificate(identity.certificate())
                                    .getPublicKey()
                                    .getAlgorithm())
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64))),
                    new char[0],
                    new Certificate[] {certificate(identity.certificate())});
        }
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static Certificate certificate(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private URI uri(String path) {
        return URI.create("https://127.0.0.1:" + server.port() + path);
    }

    private HttpResponse<String> get(HttpClient client, String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    @Test
    void http2AndHttp11AnswerAlike() throws Exception {
        HttpResponse<String> two = get(client, "/version");
        assertThat(two.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(two.statusCode()).isEqualTo(200);
        try (HttpClient old = client(PKI.admin(), HttpClient.Version.HTTP_1_1)) {
            HttpResponse<String> one = get(old, "/version");
            assertThat(one.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(one.body()).isEqualTo(two.body());
        }
    }

    @Test
    void theCertificateSaysWhoAsks() throws Exception {
        assertThat(get(client, "/api/v1/namespaces").statusCode()).isEqualTo(200);
        try (HttpClient nobody = client(new Pki.Pair("", ""), HttpClient.Version.HTTP_2)) {
            assertThat(get(nobody, "/version").statusCode()).isEqualTo(200);
            assertThat(get(nobody, "/api/v1/namespaces").statusCode()).isEqualTo(403);
        }
        try (HttpClient stranger = client(OTHER.admin(), HttpClient.Version.HTTP_1_1)) {
            HttpResponse<String> answer = get(stranger, "/version");
            // The client may keep back a certificate that no named CA signed; then it is anonymous.
            assertThat(answer.statusCode()).isIn(401, 200);
        }
    }

    @Test
    void bodiesArriveAndAnswersCarryTheirLength() throws Exception {
        HttpResponse<String> created = post(MAPS, "{\"metadata\":{\"name\":\"x\"}}".getBytes(StandardCharsets.UTF_8));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.headers().firstValueAsLong("Content-Length"))
                .hasValue(created.body().length());
        assertThat(get(client, MAPS + "/x?pretty=0").body()).startsWith("{\"kind\":\"ConfigMap\"");
    }

    private HttpResponse<String> post(String path, byte[] body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void aBodyOfFourMebibytesIsRefused() throws Exception {
        HttpResponse<String> answer = post(MAPS, new byte[4 << 20]);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("Request entity too large: limit is 3145728");
    }

    @Test
    void aLongListArrivesWhole() throws Exception {
        for (int i = 0; i < 40; i++) {
            api.post(MAPS, "{\"metadata\":{\"name\":\"m" + i + "\"},\"data\":{\"k\":\"" + "x".repeat(50_000) + "\"}}");
        }
        for (HttpClient.Version version : HttpClient.Version.values()) {
            if (version.name().equals("HTTP_3")) {
                continue;
            }
            try (HttpClient one = client(PKI.admin(), version)) {
                HttpResponse<String> list = get(one, MAPS);
                assertThat(list.body()).hasSizeGreaterThan(2_000_000).endsWith("]}\n");
                assertThat(Json.list(Json.parseObject(list.body().getBytes(StandardCharsets.UTF_8)), "items"))
                        .hasSizeGreaterThanOrEqualTo(40);
            }
        }
    }

    @Test
    void eventsArriveAsTheyHappen() throws Exception {
        String version = api.configMap("default", "a", "");
        for (HttpClient.Version protocol : List.of(HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2)) {
            try (HttpClient one = client(PKI.admin(), protocol)) {
                HttpResponse<InputStream> watch = one.send(
                        HttpRequest.newBuilder(uri(MAPS + "?watch=1&resourceVersion=" + version))
                                .build(),
                        BodyHandlers.ofInputStream());
                assertThat(watch.statusCode()).isEqualTo(200);
                try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(watch.body(), StandardCharsets.UTF_8))) {
                    version = api.configMap("default", "during-" + protocol.ordinal(), "");
                    assertThat(lines.readLine()).startsWith("{\"type\":\"ADDED\",\"object\":{\"kind\":\"ConfigMap\"");
                }
                one.shutdownNow();
            }
        }
    }

    private record Messages(BlockingQueue<String> texts, StringBuilder part) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            part.append(data);
            if (last) {
                texts.add(part.toString());
                part.setLength(0);
            }
            socket.request(1);
            return java.util.concurrent.CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            texts.add("closed " + code);
            return java.util.concurrent.CompletableFuture.completedFuture(null);
        }
    }

    @Test
    void aWatchMayBeAWebSocket() throws Exception {
        api.configMap("default", "a", "");
        Messages messages = new Messages(new LinkedBlockingQueue<>(), new StringBuilder());
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(
                        URI.create("wss://127.0.0.1:" + server.port() + MAPS + "?watch=true&timeoutSeconds=3"),
                        messages)
                .get(20, TimeUnit.SECONDS);
        assertThat(messages.texts.poll(20, TimeUnit.SECONDS))
                .startsWith("{\"type\":\"ADDED\"")
                .endsWith("}}");
        api.configMap("default", "b", "");
        assertThat(messages.texts.poll(20, TimeUnit.SECONDS)).contains("\"name\":\"b\"");
        assertThat(messages.texts.poll(20, TimeUnit.SECONDS)).isEqualTo("closed 1000");
        socket.abort();
    }

    @Test
    void aRefusedUpgradeIsAnOrdinaryAnswer() {
        assertThatThrownBy(() -> client.newWebSocketBuilder()
                        .buildAsync(
                                URI.create("wss://127.0.0.1:" + server.port() + "/api/v1/gadgets?watch=true"),
                                new Messages(new LinkedBlockingQueue<>(), new StringBuilder()))
                        .get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        java.net.http.WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(404));
    }

    @Test
    void aClientThatLeavesEndsItsWatch() throws Exception {
        String version = api.configMap("default", "a", "");
        try (HttpClient one = client(PKI.admin(), HttpClient.Version.HTTP_1_1)) {
            HttpResponse<InputStream> watch = one.send(
                    HttpRequest.newBuilder(uri(MAPS + "?watch=1&resourceVersion=" + version))
                            .build(),
                    BodyHandlers.ofInputStream());
            assertThat(server.streams()).isEqualTo(1);
            watch.body().close();
            one.shutdownNow();
        }
        for (int i = 0; i < 200 && server.streams() > 0; i++) {
            Thread.sleep(50);
        }
        assertThat(server.streams()).isZero();
    }

    @Test
    void aPortInUseIsSaid() {
        assertThatThrownBy(() -> ApiServer.start(config(server.port()), api.handler))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("127.0.0.1:" + server.port())
                .hasCauseInstanceOf(BindException.class);
    }
}
