package io.tholepin.etcdprotocol;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.tholepin.etcdwire.etcdserverpb.AuthGrpc;
import io.tholepin.etcdwire.etcdserverpb.AuthenticateRequest;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A server with everything on it over a store on the heap, and clients of it. */
final class WholeServer implements AutoCloseable {
    static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    final LocalStore member = LocalStore.ephemeral();
    final Metrics metrics = new Metrics();
    final EtcdServices services;
    final ManagedChannel channel;
    final HttpClient http = HttpClient.newHttpClient();
    private final HttpRoutes routes;
    private final EtcdServer server;

    WholeServer() throws IOException {
        this(new AuthConfig("simple", Duration.ofMinutes(5), Passwords.COST_MIN), HttpConfig.DEFAULT);
    }

    WholeServer(AuthConfig auth, HttpConfig httpConfig) throws IOException {
        this(auth, httpConfig, Optional.empty());
    }

    WholeServer(AuthConfig auth, HttpConfig httpConfig, Optional<ServerTls> tls) throws IOException {
        EtcdServerConfig config = config(tls);
        services = new EtcdServices(member, config, auth, metrics, SnapshotWriter.NONE);
        routes = new HttpRoutes(member, services, config, httpConfig, metrics);
        server = new EtcdServer(config, services, routes);
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port())
                .usePlaintext()
                .build();
    }

    private static EtcdServerConfig config(Optional<ServerTls> tls) {
        EtcdServerConfig plain = EtcdServerConfig.of(new ListenUrl(false, "127.0.0.1", 0));
        return new EtcdServerConfig(
                plain.version(),
                plain.clusterVersion(),
                List.of(new ListenUrl(tls.isPresent(), "127.0.0.1", 0)),
                List.of(),
                List.of(),
                tls,
                plain.requestBytesMax(),
                plain.txnOpsMax(),
                plain.streamsMax(),
                plain.keepAliveMin(),
                plain.keepAliveInterval(),
                plain.keepAliveTimeout(),
                plain.progressNotifyInterval(),
                plain.electionTimeout(),
                plain.slowRequest());
    }

    int port() {
        return server.ports().getFirst();
    }

    /** Adds a user with the password "pw" and the role of its own name. */
    void addUser(String name, AuthState.Permission... permissions) {
        String hash = new Passwords(Passwords.COST_MIN).hash("pw").join();
        change(new AuthChange.UserAdd(name, hash, false));
        if (permissions.length > 0) {
            change(new AuthChange.RoleAdd(name));
            for (AuthState.Permission permission : permissions) {
                change(new AuthChange.RoleGrant(name, permission));
            }
            change(new AuthChange.UserGrant(name, name));
        }
    }

    /** Adds root, with the password "pw", and turns auth on. */
    void enableAuth() {
        addUser(AuthState.ROOT);
        change(new AuthChange.UserGrant(AuthState.ROOT, AuthState.ROOT));
        change(new AuthChange.Enable());
    }

    long change(AuthChange change) {
        return member.auth().change(change).join();
    }

    String login(String user) {
        return login(user, "pw");
    }

    String login(String user, String password) {
        return AuthGrpc.newBlockingStub(channel)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build())
                .getToken();
    }

    /** A channel whose calls carry {@code token}; without one when it is empty. */
    Channel as(String token) {
        Metadata metadata = new Metadata();
        if (!token.isEmpty()) {
            metadata.put(TOKEN, token);
        }
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    KVGrpc.KVBlockingStub kv(String token) {
        return KVGrpc.newBlockingStub(as(token)).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    void put(String token, String key, String value) {
        var _ = kv(token).put(putRequest(key, value));
    }

    static PutRequest putRequest(String key, String value) {
        return Served.putRequest(key, value);
    }

    HttpResponse<String> get(String target) throws Exception {
        return http.send(request(target).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String target, String body, String... headers) throws Exception {
        HttpRequest.Builder request = request(target).POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + target))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(20));
    }

    static AuthState.Permission permission(AuthState.Access access, String start, String end) {
        return new AuthState.Permission(access, new KeyRange(Bytes.utf8(start), Bytes.utf8(end)));
    }

    @Override
    public void close() {
        http.shutdownNow();
        channel.shutdownNow();
        routes.close();
        server.close();
        member.close();
    }
}
