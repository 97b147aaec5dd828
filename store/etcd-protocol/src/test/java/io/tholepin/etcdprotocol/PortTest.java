package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.health.HealthCheckRequest;
import io.tholepin.etcdwire.health.HealthCheckResponse;
import io.tholepin.etcdwire.health.HealthGrpc;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortTest {
    private static final HttpHandler ECHO = exchange -> exchange.respond(
            200,
            Map.of("content-type", "text/plain"),
            (exchange.door() + " " + exchange.method() + " " + exchange.target() + " " + exchange.headers("x-test")
                            + " " + exchange.body().length)
                    .getBytes(StandardCharsets.UTF_8));

    @TempDir
    Path folder;

    private static Served echoing() throws IOException {
        return new Served(config -> config, ServerObserver.NONE, SnapshotWriter.NONE, ECHO);
    }

    @Test
    void grpcAndHttpShareAPort() throws Exception {
        try (Served served = echoing();
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + served.port() + "/a?b=c"))
                    .version(HttpClient.Version.HTTP_1_1)
                    .header("X-Test", "yes")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[100_000]))
                    .build();
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).isEqualTo("CLIENT POST /a?b=c [yes] 100000");
                assertThat(response.headers().firstValue("content-type")).hasValue("text/plain");
                assertThat(served.put("a", "" + i)).isEqualTo(2 + i);
            }
        }
    }

    @Test
    void requestsSentAheadAreAnsweredInOrder() throws Exception {
        try (Served served = echoing();
                Socket socket = new Socket("127.0.0.1", served.port())) {
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < 5; i++) {
                out.write(("GET /" + i + " HTTP/1.1\r\nHost: x\r\n" + (i == 4 ? "Connection: close\r\n" : "") + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
            }
            InputStream in = socket.getInputStream();
            String answers = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answers).containsSubsequence("GET /0", "GET /1", "GET /2", "GET /3", "GET /4");
        }
    }

    /** Without a call there is nothing to keep alive; grpc-java gives each client two strikes. */
    @Test
    void aClientThatPingsTooOftenIsSentAway() throws Exception {
        try (Served served = echoing();
                Socket socket = new Socket("127.0.0.1", served.port())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(http2Frame(4, 0)); // SETTINGS
            for (int i = 0; i < 4; i++) {
                out.write(http2Frame(6, 8)); // PING
            }
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] payload = {};
            for (int type = 0; type != 7; ) { // GOAWAY
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                type = in.readUnsignedByte();
                in.skipNBytes(5);
                payload = in.readNBytes(length);
            }
            assertThat(new String(payload, 8, payload.length - 8, StandardCharsets.US_ASCII))
                    .isEqualTo("too_many_pings");
        }
    }

    private static byte[] http2Frame(int type, int bytes) {
        byte[] frame = new byte[9 + bytes];
        frame[2] = (byte) bytes;
        frame[3] = (byte) type;
        return frame;
    }

    @Test
    void anAnswerMayComeBitByBit() throws Exception {
        HttpHandler counting = exchange -> {
            HttpExchange.HttpStream stream = exchange.stream(200, Map.of());
            for (int i = 0; i < 3; i++) {
                stream.write(("line " + i + "\n").getBytes(StandardCharsets.UTF_8));
            }
            stream.close();
        };
        try (Served served = new Served(config -> config, ServerObserver.NONE, SnapshotWriter.NONE, counting);
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(get(client, "http://127.0.0.1:" + served.port() + "/").body())
                    .isEqualTo("line 0\nline 1\nline 2\n");
        }
    }

    @Test
    void aHandlerThatFailsIsAnInternalError() throws Exception {
        HttpHandler failing = _ -> {
            throw new IllegalStateException("a test");
        };
        try (Served served = new Served(config -> config, ServerObserver.NONE, SnapshotWriter.NONE, failing);
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(get(client, "http://127.0.0.1:" + served.port() + "/").statusCode())
                    .isEqualTo(500);
        }
    }

    @Test
    void httpAndMetricsHavePortsOfTheirOwnWhenAskedFor() throws Exception {
        ListenUrl any = new ListenUrl(false, "127.0.0.1", 0);
        try (Served served = new Served(
                        config -> Served.listening(
                                config, List.of(any, any), List.of(any), List.of(any), Optional.empty()),
                        ServerObserver.NONE,
                        SnapshotWriter.NONE,
                        ECHO);
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(served.server.ports()).hasSize(2).doesNotHaveDuplicates();
            List<Integer> ports = served.server.httpPorts();
            assertThat(get(client, "http://127.0.0.1:" + ports.get(0) + "/x").body())
                    .startsWith("HTTP GET /x");
            assertThat(get(client, "http://127.0.0.1:" + ports.get(1) + "/x").body())
                    .startsWith("METRICS GET /x");
            assertThat(get(client, "http://127.0.0.1:" + served.port() + "/x").statusCode())
                    .isEqualTo(404);
            assertThat(served.put("a", "1")).isEqualTo(2);
        }
    }

    @Test
    void healthIsServed() throws Exception {
        try (Served served = echoing()) {
            HealthCheckResponse response = HealthGrpc.newBlockingStub(served.channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance());
            assertThat(response.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
            assertThatThrownBy(() -> HealthGrpc.newBlockingStub(served.channel)
                            .check(HealthCheckRequest.newBuilder()
                                    .setService("x")
                                    .build()))
                    .hasMessage("NOT_FOUND: unknown service");
        }
    }

    @Test
    void withTlsBothProtocolsArePickedByTheClient() throws Exception {
        TestCertificates authority = new TestCertificates(folder, "authority");
        TestCertificates.Issued server = authority.issue("server", "localhost");
        ServerTls tls = ServerTls.of(server.certFile(), server.keyFile());
        try (Served served = secure(tls);
                HttpClient client =
                        HttpClient.newBuilder().sslContext(trusting(authority)).build()) {
            ManagedChannel channel = channel(served, authority, null);
            assertPuts(channel);
            channel.shutdownNow();
            assertThat(get(client, "https://127.0.0.1:" + served.port() + "/x").body())
                    .startsWith("CLIENT GET /x");
        }
    }

    @Test
    void aClientWithoutAGoodCertificateIsTurnedAwayWhenOneIsRequired() throws Exception {
        TestCertificates authority = new TestCertificates(folder, "authority");
        TestCertificates stranger = new TestCertificates(folder, "stranger");
        TestCertificates.Issued server = authority.issue("server", "localhost");
        ServerTls tls = ServerTls.of(server.certFile(), server.keyFile()).mutual(authority.caFile());
        try (Served served = secure(tls)) {
            ManagedChannel known = channel(served, authority, authority.issue("alice", "alice.test"));
            assertPuts(known);
            known.shutdownNow();
            assertTurnedAway(served, authority, null);
            assertTurnedAway(served, authority, stranger.issue("alice", "alice.test"));
        }
    }

    /** So it is in etcd (seen on 3.5.30): the other switch only makes users of names. */
    @Test
    void aTrustedAuthorityAloneIsEnoughToRequireCertificates() throws Exception {
        TestCertificates authority = new TestCertificates(folder, "authority");
        TestCertificates.Issued server = authority.issue("server", "localhost");
        ServerTls tls = new ServerTls(
                server.certFile(),
                server.keyFile(),
                Optional.of(authority.caFile()),
                false,
                Optional.empty(),
                List.of(),
                List.of(),
                List.of());
        try (Served served = secure(tls)) {
            ManagedChannel known = channel(served, authority, authority.issue("alice", "alice.test"));
            assertPuts(known);
            known.shutdownNow();
            assertTurnedAway(served, authority, null);
        }
    }

    @Test
    void revokedAndWronglyNamedClientsAreTurnedAway() throws Exception {
        TestCertificates authority = new TestCertificates(folder, "authority");
        TestCertificates.Issued server = authority.issue("server", "localhost");
        TestCertificates.Issued alice = authority.issue("alice", "alice.test");
        TestCertificates.Issued bob = authority.issue("bob", "alice.test");
        ServerTls tls = new ServerTls(
                server.certFile(),
                server.keyFile(),
                Optional.of(authority.caFile()),
                true,
                Optional.of(authority.revoke(bob.certificate())),
                List.of("alice.test"),
                List.of(),
                List.of());
        try (Served served = secure(tls)) {
            ManagedChannel known = channel(served, authority, alice);
            assertPuts(known);
            known.shutdownNow();
            assertTurnedAway(served, authority, bob);
            assertTurnedAway(served, authority, authority.issue("carol", "carol.test"));
        }
    }

    @Test
    void aCertificateThatChangedIsUsedForTheNextConnection() throws Exception {
        TestCertificates before = new TestCertificates(folder, "before");
        TestCertificates after = new TestCertificates(folder, "after");
        TestCertificates.Issued first = before.issue("first", "localhost");
        TestCertificates.Issued second = after.issue("second", "localhost");
        try (Served served = secure(ServerTls.of(first.certFile(), first.keyFile()))) {
            ManagedChannel early = channel(served, before, null);
            assertPuts(early);
            replace(first.certFile(), "no certificate at all");
            ManagedChannel meanwhile = channel(served, before, null);
            assertPuts(meanwhile);
            replace(first.keyFile(), Files.readString(second.keyFile()));
            replace(first.certFile(), Files.readString(second.certFile()));
            ManagedChannel late = channel(served, after, null);
            assertPuts(late);
            assertPuts(early);
            List.of(early, meanwhile, late).forEach(ManagedChannel::shutdownNow);
        }
    }

    private static void replace(Path file, String content) throws IOException {
        Path fresh = Files.writeString(file.resolveSibling("fresh"), content);
        Files.setLastModifiedTime(fresh, FileTime.from(Instant.now()));
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void assertTurnedAway(
            Served served, TestCertificates authority, TestCertificates.@Nullable Issued client) throws Exception {
        ManagedChannel channel = channel(served, authority, client);
        assertThatThrownBy(() -> assertPuts(channel))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageStartingWith("UNAVAILABLE");
        channel.shutdownNow();
    }

    private static void assertPuts(ManagedChannel channel) {
        assertThat(KVGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .put(Served.putRequest("a", "1"))
                        .getHeader()
                        .getRevision())
                .isGreaterThan(1);
    }

    private static Served secure(ServerTls tls) throws IOException {
        ListenUrl url = new ListenUrl(true, "127.0.0.1", 0);
        return new Served(
                config -> Served.listening(config, List.of(url), List.of(), List.of(), Optional.of(tls)),
                ServerObserver.NONE,
                SnapshotWriter.NONE,
                ECHO);
    }

    private static ManagedChannel channel(
            Served served, TestCertificates authority, TestCertificates.@Nullable Issued client) throws Exception {
        SslContextBuilder context = GrpcSslContexts.forClient().trustManager(authority.authority());
        if (client != null) {
            context.keyManager(client.certFile().toFile(), client.keyFile().toFile());
        }
        return NettyChannelBuilder.forAddress("127.0.0.1", served.port())
                .sslContext(context.build())
                .build();
    }

    private static SSLContext trusting(TestCertificates authority) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority.authority());
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private static HttpResponse<String> get(HttpClient client, String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
