package io.tholepin.etcdprotocol;

import static io.tholepin.etcdprotocol.Served.assertRefused;
import static io.tholepin.etcdprotocol.Served.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.openssl.PEMParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTest {
    private static final AuthState.Permission ALL_OF_A = WholeServer.permission(AuthState.Access.READ_WRITE, "a", "b");

    @Test
    void aWatchEndsWhenItsPermissionIsWithdrawn() throws Exception {
        try (WholeServer server = new WholeServer()) {
            server.addUser("alice", ALL_OF_A);
            server.enableAuth();
            Metadata token = new Metadata();
            token.put(WholeServer.TOKEN, server.login("alice"));
            String root = server.login("root");
            WatchCall watch = WatchCall.open(server.channel, token);
            watch.create(WatchCreateRequest.newBuilder().setKey(utf8("a")));
            assertThat(watch.next().getCreated()).isTrue();
            server.put(root, "a", "1");
            assertThat(watch.next().getEventsCount()).isEqualTo(1);
            server.change(new AuthChange.RoleAdd("unrelated"));
            server.put(root, "a", "2");
            assertThat(watch.next().getEventsCount()).isEqualTo(1);
            server.change(new AuthChange.RoleRevoke("alice", ALL_OF_A.range()));
            server.put(root, "a", "3");
            WatchResponse last = watch.next();
            assertThat(last.getCanceled()).isTrue();
            assertThat(last.getEventsCount()).isZero();
            assertThat(last.getCancelReason())
                    .isEqualTo("rpc error: code = PermissionDenied desc = etcdserver: permission denied");
        }
    }

    /** Users and roles change all the time; who may write all the time never hears of it. */
    @Test
    void writesAreRepeatedWhenUsersChangeMeanwhile() throws Exception {
        try (WholeServer server = new WholeServer();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.addUser("alice", ALL_OF_A);
            server.enableAuth();
            String alice = server.login("alice");
            CompletableFuture<Boolean> enough = new CompletableFuture<>();
            Future<?> changes = threads.submit(() -> {
                for (int i = 0; !enough.isDone(); i++) {
                    server.change(new AuthChange.RoleAdd("r" + i));
                    Thread.sleep(1);
                }
                return null;
            });
            try {
                for (int i = 0; i < 300; i++) {
                    server.put(alice, "a", "x");
                }
            } finally {
                enough.complete(true);
            }
            changes.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aTokenMayBeUsedBeforeThisMemberHasHeardOfIt() throws Exception {
        try (WholeServer server = new WholeServer()) {
            server.enableAuth();
            long revision = server.member.auth().state().revision();
            long index = server.member.status().appliedIndex() + 1;
            var call = ClientCalls.futureUnaryCall(
                    server.as("ABCDEFGHIJKLMNOP." + index).newCall(KVGrpc.getPutMethod(), CallOptions.DEFAULT),
                    WholeServer.putRequest("a", "1"));
            server.member
                    .auth()
                    .assign("root", "ABCDEFGHIJKLMNOP." + revision, revision)
                    .join();
            assertThat(call.get(20, TimeUnit.SECONDS).getHeader().getRevision()).isEqualTo(2);
            assertRefused(
                    Status.Code.UNAUTHENTICATED,
                    "etcdserver: invalid auth token",
                    () -> server.put("QRSTUVWXYZABCDEF." + index, "a", "1"));
        }
    }

    @Test
    void aSimpleTokenLivesFromItsLastUse() {
        AtomicLong clock = new AtomicLong();
        try (LocalStore member = LocalStore.ephemeral();
                SimpleTokens tokens = new SimpleTokens(member, Duration.ofSeconds(300), clock::get)) {
            addRoot(member);
            AuthState state = member.auth().state();
            String token = tokens.issue("root", state.revision()).join();
            for (int i = 0; i < 10; i++) {
                clock.addAndGet(Duration.ofSeconds(299).toNanos());
                assertThat(tokens.holder(token)).isEqualTo(new Tokens.Identity("root", 0));
            }
            clock.addAndGet(Duration.ofSeconds(300).toNanos());
            assertThat(tokens.holder(token)).isNull();
            assertThat(tokens.size()).isZero();
        }
    }

    @Test
    void turningAuthOffForgetsEveryToken() {
        try (LocalStore member = LocalStore.ephemeral();
                SimpleTokens tokens = new SimpleTokens(member, Duration.ofSeconds(300), System::nanoTime)) {
            addRoot(member);
            String token =
                    tokens.issue("root", member.auth().state().revision()).join();
            assertThat(tokens.size()).isEqualTo(1);
            member.auth().change(new AuthChange.Disable()).join();
            tokens.sweep();
            member.auth().change(new AuthChange.Enable()).join();
            assertThat(tokens.holder(token)).isNull();
        }
    }

    private static void addRoot(LocalStore member) {
        String hash = "$2a$04$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga";
        for (AuthChange change : List.of(
                new AuthChange.UserAdd("root", hash, false),
                new AuthChange.UserGrant("root", "root"),
                new AuthChange.Enable())) {
            var _ = member.auth().change(change).join();
        }
    }

    @Test
    void aCertificatesNameIsAUserButNotForJson(@TempDir Path folder) throws Exception {
        TestCertificates authority = new TestCertificates(folder, "authority");
        TestCertificates.Issued own = authority.issue("server", "localhost");
        TestCertificates.Issued alice = authority.issue("alice", "localhost");
        TestCertificates.Issued mallory = authority.issue("mallory", "localhost");
        ServerTls tls = ServerTls.of(own.certFile(), own.keyFile()).mutual(authority.caFile());
        try (WholeServer server = new WholeServer(AuthConfig.DEFAULT, HttpConfig.DEFAULT, Optional.of(tls))) {
            server.member
                    .auth()
                    .change(new AuthChange.UserAdd("alice", "", true))
                    .join();
            server.change(new AuthChange.RoleAdd("a"));
            server.change(new AuthChange.RoleGrant("a", ALL_OF_A));
            server.change(new AuthChange.UserGrant("alice", "a"));
            server.enableAuth();
            ManagedChannel asAlice = channel(server, authority, alice);
            ManagedChannel asMallory = channel(server, authority, mallory);
            try {
                put(asAlice, new Metadata(), "a");
                assertRefused(
                        Status.Code.PERMISSION_DENIED,
                        "etcdserver: permission denied",
                        () -> put(asAlice, new Metadata(), "b"));
                assertRefused(
                        Status.Code.PERMISSION_DENIED,
                        "etcdserver: permission denied",
                        () -> put(asMallory, new Metadata(), "a"));
                Metadata wrong = new Metadata();
                wrong.put(WholeServer.TOKEN, "made.1");
                assertRefused(
                        Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token", () -> put(asAlice, wrong, "a"));
                Metadata gateway = new Metadata();
                gateway.put(Access.GATEWAY, "application/json");
                assertRefused(
                        Status.Code.INVALID_ARGUMENT,
                        "etcdserver: user name is empty",
                        () -> put(asAlice, gateway, "a"));
            } finally {
                asAlice.shutdownNow();
                asMallory.shutdownNow();
            }
            HttpResponse<String> json = post(server, authority, alice);
            assertThat(json.statusCode()).isEqualTo(400);
            assertThat(json.body()).contains("CommonName");
        }
    }

    private static void put(ManagedChannel channel, Metadata metadata, String key) {
        var _ = KVGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .put(WholeServer.putRequest(key, "x"));
    }

    private static ManagedChannel channel(
            WholeServer server, TestCertificates authority, TestCertificates.Issued client) throws Exception {
        return NettyChannelBuilder.forAddress("localhost", server.port())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(authority.authority())
                        .keyManager(client.certFile().toFile(), client.keyFile().toFile())
                        .build())
                .build();
    }

    private static HttpResponse<String> post(
            WholeServer server, TestCertificates authority, TestCertificates.Issued client) throws Exception {
        try (HttpClient http = HttpClient.newBuilder()
                .sslContext(context(authority.authority(), client))
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("https://localhost:" + server.port() + "/v3/kv/range"))
                    .version(HttpClient.Version.HTTP_1_1)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"YQ==\"}"))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static javax.net.ssl.SSLContext context(X509Certificate authority, TestCertificates.Issued client)
            throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", authority);
        store.setKeyEntry("client", key(client), new char[0], new Certificate[] {client.certificate()});
        var keys = javax.net.ssl.KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        var trust = javax.net.ssl.TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        var context = javax.net.ssl.SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static PrivateKey key(TestCertificates.Issued client) throws Exception {
        try (PEMParser parser = new PEMParser(java.nio.file.Files.newBufferedReader(client.keyFile()))) {
            Object found = parser.readObject();
            return new org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter()
                    .getPrivateKey((org.bouncycastle.asn1.pkcs.PrivateKeyInfo) found);
        }
    }
}
