package io.tholepin.etcdprotocol;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert;

/** A server on a free port of the loopback, and a client of it. */
final class Served implements AutoCloseable {
    final TestMember member = new TestMember();
    final EtcdServer server;
    final ManagedChannel channel;

    Served(UnaryOperator<EtcdServerConfig> change, ServerObserver observer, SnapshotWriter snapshots, HttpHandler http)
            throws IOException {
        EtcdServerConfig config = change.apply(EtcdServerConfig.of(new ListenUrl(false, "127.0.0.1", 0)));
        EtcdServices services = new EtcdServices(member, config, observer, snapshots);
        server = new EtcdServer(config, services, http);
        channel = newChannel();
    }

    static Served plain() throws IOException {
        return new Served(config -> config, ServerObserver.NONE, SnapshotWriter.NONE, HttpHandler.NONE);
    }

    static Served with(UnaryOperator<EtcdServerConfig> change) throws IOException {
        return new Served(change, ServerObserver.NONE, SnapshotWriter.NONE, HttpHandler.NONE);
    }

    /** The same on other URLs. */
    static EtcdServerConfig listening(EtcdServerConfig config, List<ListenUrl> client) {
        return listening(config, client, Optional.empty());
    }

    /** The same on other URLs, with certificates. */
    static EtcdServerConfig listening(EtcdServerConfig config, List<ListenUrl> client, Optional<ServerTls> tls) {
        return listening(config, client, List.of(), List.of(), tls);
    }

    /** The same on other URLs of every kind. */
    static EtcdServerConfig listening(
            EtcdServerConfig config,
            List<ListenUrl> client,
            List<ListenUrl> http,
            List<ListenUrl> metrics,
            Optional<ServerTls> tls) {
        return copy(
                config,
                new Doors(client, http, metrics, tls),
                config.keepAliveMin(),
                config.progressNotifyInterval(),
                config.electionTimeout());
    }

    static EtcdServerConfig withKeepAliveMin(EtcdServerConfig config, Duration min) {
        return copy(config, Doors.of(config), min, config.progressNotifyInterval(), config.electionTimeout());
    }

    static EtcdServerConfig withProgressInterval(EtcdServerConfig config, Duration interval) {
        return copy(config, Doors.of(config), config.keepAliveMin(), interval, config.electionTimeout());
    }

    static EtcdServerConfig withElectionTimeout(EtcdServerConfig config, Duration timeout) {
        return copy(config, Doors.of(config), config.keepAliveMin(), config.progressNotifyInterval(), timeout);
    }

    static EtcdServerConfig withSlowRequest(EtcdServerConfig config, Duration slow) {
        return copy(
                config,
                Doors.of(config),
                config.keepAliveMin(),
                config.progressNotifyInterval(),
                config.electionTimeout(),
                slow);
    }

    private record Doors(
            List<ListenUrl> client, List<ListenUrl> http, List<ListenUrl> metrics, Optional<ServerTls> tls) {
        static Doors of(EtcdServerConfig config) {
            return new Doors(config.listen(), config.listenHttp(), config.listenMetrics(), config.tls());
        }
    }

    private static EtcdServerConfig copy(
            EtcdServerConfig config, Doors doors, Duration keepAliveMin, Duration progress, Duration election) {
        return copy(config, doors, keepAliveMin, progress, election, config.slowRequest());
    }

    private static EtcdServerConfig copy(
            EtcdServerConfig config,
            Doors doors,
            Duration keepAliveMin,
            Duration progress,
            Duration election,
            Duration slow) {
        return new EtcdServerConfig(
                config.version(),
                config.clusterVersion(),
                doors.client(),
                doors.http(),
                doors.metrics(),
                doors.tls(),
                config.requestBytesMax(),
                config.txnOpsMax(),
                config.streamsMax(),
                keepAliveMin,
                config.keepAliveInterval(),
                config.keepAliveTimeout(),
                progress,
                election,
                slow);
    }

    int port() {
        return server.ports().getFirst();
    }

    ManagedChannel newChannel() {
        return NettyChannelBuilder.forAddress("127.0.0.1", port())
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    /** Puts a pair and returns the revision. */
    long put(String key, String value) {
        return kv().put(putRequest(key, value)).getHeader().getRevision();
    }

    static PutRequest putRequest(String key, String value) {
        return PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)).build();
    }

    static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** Asserts that {@code call} fails with exactly this code and text. */
    static void assertRefused(Status.Code code, String text, ThrowableAssert.ThrowingCallable call) {
        StatusRuntimeException refusal = Assertions.catchThrowableOfType(StatusRuntimeException.class, call);
        Assertions.assertThat(refusal).isNotNull();
        Assertions.assertThat(refusal.getStatus().getDescription()).isEqualTo(text);
        Assertions.assertThat(refusal.getStatus().getCode()).isEqualTo(code);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.close();
        member.close();
    }
}
