package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ChannelLogger;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.internal.ClientStream;
import io.grpc.internal.ClientStreamListener;
import io.grpc.internal.ClientTransport;
import io.grpc.internal.ClientTransportFactory;
import io.grpc.internal.ConnectionClientTransport;
import io.grpc.internal.DisconnectError;
import io.grpc.internal.ManagedClientTransport;
import io.grpc.internal.StreamListener;
import io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.tholepin.etcdwire.etcdserverpb.WatchGrpc;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * How often a client with an open stream may ping. A channel of grpc-java never pings more than every 10 s, whatever it
 * is asked, so this goes to its transport.
 */
class KeepAliveTest {
    /** Too early ones that grpc-java's server forgives. */
    private static final int FORGIVEN = 2;

    private static final int PINGS_MAX = 100;

    @Test
    void fiveSecondsBetweenPingsAreEnoughAndLessIsTooMany() throws Exception {
        try (Served served = Served.plain();
                Pinging client = new Pinging(served.port())) {
            assertThat(EtcdServerConfig.of(ListenUrl.parse("http://h:1")).keepAliveMin())
                    .isEqualTo(Duration.ofSeconds(5));
            for (int i = 0; i < FORGIVEN; i++) { // the first interval begins with the connection
                client.ping();
            }
            TimeUnit.MILLISECONDS.sleep(5_200);
            client.ping();
            assertThat(client.sentAway).isNotDone();
            for (int i = 0; i < PINGS_MAX && !client.sentAway.isDone(); i++) {
                client.ping();
            }
            assertThat(client.sentAway.get(20, TimeUnit.SECONDS).getDescription())
                    .contains("too_many_pings");
        }
    }

    @Test
    void aShorterIntervalCanBeAllowed() throws Exception {
        try (Served served = Served.with(config -> Served.withKeepAliveMin(config, Duration.ofMillis(1)));
                Pinging client = new Pinging(served.port())) {
            for (int i = 0; i < 5 * FORGIVEN; i++) {
                TimeUnit.MILLISECONDS.sleep(20);
                client.ping();
            }
            assertThat(client.sentAway).isNotDone();
        }
    }

    /** One connection with an open Watch call. */
    private static final class Pinging implements AutoCloseable {
        private static final ChannelLogger SILENT = new ChannelLogger() {
            @Override
            public void log(ChannelLogLevel level, String message) {}

            @Override
            public void log(ChannelLogLevel level, String format, Object... arguments) {}
        };

        private final ClientTransportFactory factory;
        private final ConnectionClientTransport transport;

        /** Completes when the server wants no more of this connection. */
        final CompletableFuture<Status> sentAway = new CompletableFuture<>();

        Pinging(int port) throws Exception {
            factory = InternalNettyChannelBuilder.buildTransportFactory(
                    NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext());
            transport = factory.newClientTransport(
                    new InetSocketAddress("127.0.0.1", port),
                    new ClientTransportFactory.ClientTransportOptions().setAuthority("127.0.0.1"),
                    SILENT);
            CompletableFuture<Void> ready = new CompletableFuture<>();
            Runnable connect = transport.start(new ManagedClientTransport.Listener() {
                @Override
                public void transportShutdown(Status why, DisconnectError error) {
                    sentAway.complete(why);
                }

                @Override
                public void transportTerminated() {}

                @Override
                public void transportReady() {
                    ready.complete(null);
                }

                @Override
                public void transportInUse(boolean inUse) {}
            });
            if (connect != null) {
                connect.run();
            }
            ready.get(20, TimeUnit.SECONDS);
            watch().get(20, TimeUnit.SECONDS);
        }

        /** Completes when the server has taken the call. */
        private CompletableFuture<Void> watch() {
            CompletableFuture<Void> open = new CompletableFuture<>();
            ClientStream call = transport.newStream(
                    WatchGrpc.getWatchMethod(), new Metadata(), CallOptions.DEFAULT, new ClientStreamTracer[] {
                        new ClientStreamTracer() {}
                    });
            call.start(new ClientStreamListener() {
                @Override
                public void headersRead(Metadata headers) {
                    open.complete(null);
                }

                @Override
                public void closed(Status status, RpcProgress progress, Metadata trailers) {
                    open.completeExceptionally(status.asException());
                }

                @Override
                public void messagesAvailable(StreamListener.MessageProducer producer) {}

                @Override
                public void onReady() {}
            });
            call.request(1);
            call.flush();
            return open;
        }

        /** Pings and waits for the answer, or for the end of the connection. */
        void ping() throws Exception {
            CompletableFuture<Void> answered = new CompletableFuture<>();
            transport.ping(
                    new ClientTransport.PingCallback() {
                        @Override
                        public void onSuccess(long nanos) {
                            answered.complete(null);
                        }

                        @Override
                        public void onFailure(Status why) {
                            answered.complete(null);
                        }
                    },
                    Runnable::run);
            answered.get(20, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            transport.shutdownNow(Status.CANCELLED);
            factory.close();
        }
    }
}
