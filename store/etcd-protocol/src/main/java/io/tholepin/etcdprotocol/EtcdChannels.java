package io.tholepin.etcdprotocol;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections to an etcd: channels over one endpoint or several, over which gRPC's own round robin gives requests to
 * the endpoints that are connected. Calls are answered on the event loops.
 */
final class EtcdChannels implements AutoCloseable {
    /**
     * How long a connection may be silent before it is tested, and how long the test may take. Source: contract 5.4.
     */
    private static final long KEEPALIVE_SECONDS = 30;

    private static final long KEEPALIVE_TIMEOUT_SECONDS = 10;
    private static final int THREADS_MAX = 4;
    private static final long CLOSE_MILLIS_MAX = 2_000;

    private final EventLoopGroup loops;
    private final ChannelFactory<? extends io.netty.channel.Channel> sockets;
    private final @Nullable SslContext tls;

    /**
     * Opens nothing yet.
     *
     * @throws IOException when a certificate or key cannot be read
     */
    EtcdChannels(EtcdStoreConfig config) throws IOException {
        this.tls = config.secure() ? context(config.tls()) : null;
        boolean epoll = Epoll.isAvailable();
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, THREADS_MAX);
        this.loops = new MultiThreadIoEventLoopGroup(
                threads,
                new DefaultThreadFactory("etcd-client", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        this.sockets = epoll ? EpollSocketChannel::new : NioSocketChannel::new;
    }

    private static SslContext context(ClientTls tls) throws IOException {
        SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
        try {
            if (tls.caFile().isPresent()) {
                builder.trustManager(tls.caFile().get().toFile());
            }
            if (tls.certFile().isPresent() && tls.keyFile().isPresent()) {
                builder.keyManager(
                        tls.certFile().get().toFile(), tls.keyFile().get().toFile());
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new IOException("certificates for etcd: " + e.getMessage(), e);
        }
    }

    /** A channel over {@code endpoints}; its requests go to those that are connected, in turn. */
    @SuppressWarnings("deprecation") // The other way registers a resolver for the whole process.
    ManagedChannel open(List<EtcdEndpoint> endpoints) {
        NettyChannelBuilder builder = NettyChannelBuilder.forTarget("etcd")
                .nameResolverFactory(new Endpoints(endpoints))
                .defaultLoadBalancingPolicy("round_robin")
                .eventLoopGroup(loops)
                .channelFactory(sockets)
                .directExecutor()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        return tls == null
                ? builder.usePlaintext().build()
                : builder.sslContext(tls).build();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }

    /** Resolves a fixed list of endpoints. */
    private static final class Endpoints extends NameResolver.Factory {
        private final List<EtcdEndpoint> endpoints;

        Endpoints(List<EtcdEndpoint> endpoints) {
            this.endpoints = endpoints;
        }

        @Override
        public NameResolver newNameResolver(URI target, NameResolver.Args arguments) {
            Executor blocking = arguments.getOffloadExecutor();
            return new Resolver(endpoints, blocking == null ? Thread::startVirtualThread : blocking);
        }

        @Override
        public String getDefaultScheme() {
            return "etcd";
        }
    }

    /** Looks host names up, at first and after a connection was lost. */
    private static final class Resolver extends NameResolver {
        private final List<EtcdEndpoint> endpoints;
        private final Executor blocking;
        private volatile @Nullable Listener2 listener;

        Resolver(List<EtcdEndpoint> endpoints, Executor blocking) {
            this.endpoints = endpoints;
            this.blocking = blocking;
        }

        @Override
        public String getServiceAuthority() {
            return endpoints.getFirst().authority();
        }

        @Override
        public void start(Listener2 hearing) {
            listener = hearing;
            refresh();
        }

        @Override
        public void refresh() {
            blocking.execute(this::resolve);
        }

        private void resolve() {
            Listener2 hearing = listener;
            if (hearing == null) {
                return;
            }
            List<EquivalentAddressGroup> groups = new ArrayList<>();
            String unknown = "";
            for (EtcdEndpoint endpoint : endpoints) {
                try {
                    groups.add(group(endpoint));
                } catch (UnknownHostException e) {
                    unknown = "host name " + endpoint.host() + " is not known";
                }
            }
            hearing.onResult(ResolutionResult.newBuilder()
                    .setAddressesOrError(
                            groups.isEmpty()
                                    ? StatusOr.fromStatus(Status.UNAVAILABLE.withDescription(unknown))
                                    : StatusOr.fromValue(groups))
                    .build());
        }

        private static EquivalentAddressGroup group(EtcdEndpoint endpoint) throws UnknownHostException {
            List<SocketAddress> addresses = new ArrayList<>();
            for (InetAddress address : InetAddress.getAllByName(endpoint.host())) {
                addresses.add(new InetSocketAddress(address, endpoint.port()));
            }
            return new EquivalentAddressGroup(
                    addresses,
                    Attributes.newBuilder()
                            .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, endpoint.authority())
                            .build());
        }

        @Override
        public void shutdown() {
            listener = null;
        }
    }
}
