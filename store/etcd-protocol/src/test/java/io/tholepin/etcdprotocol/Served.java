package io.tholepin.etcdprotocol;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import java.io.IOException;
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
        return new EtcdServerConfig(
                config.version(),
                config.clusterVersion(),
                client,
                http,
                metrics,
                tls,
                config.requestBytesMax(),
                config.txnOpsMax(),
                config.streamsMax(),
                config.keepAliveMin(),
                config.keepAliveInterval(),
                config.keepAliveTimeout(),
                config.progressNotifyInterval(),
                config.electionTimeout());
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
