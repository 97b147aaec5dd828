package io.tholepin.etcdprotocol;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.tholepin.kv.StoreException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Serves a member of the store as etcd does. Opens its ports when it is made and serves until it is closed; it does not
 * close the store. Thread-safe.
 */
public final class EtcdServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EtcdServer.class.getName());

    /** Both ends of a watch or a range may have this much on the way. */
    private static final int FLOW_WINDOW_BYTES = 1 << 20;

    private static final int METADATA_BYTES_MAX = 1 << 20;
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int BACKLOG = 4096;

    private final EtcdServerConfig config;
    private final EtcdServices services;
    private final EventLoops loops = new EventLoops();
    private final SocketFiles sockets = new SocketFiles();
    private final Optional<TlsContexts> tls;
    private final HttpHandler http;
    private final List<Server> servers = new ArrayList<>();
    private final List<Channel> httpPorts = new ArrayList<>();

    /**
     * Opens every port.
     *
     * @throws IOException when one of them cannot be opened, or a certificate cannot be read
     */
    public EtcdServer(EtcdServerConfig config, EtcdServices services, HttpHandler http) throws IOException {
        this.config = config;
        this.services = services;
        this.http = http;
        this.tls = config.tls().isPresent()
                ? Optional.of(new TlsContexts(config.tls().get()))
                : Optional.empty();
        try {
            for (ListenUrl url : config.listen()) {
                sockets.claim(url);
                servers.add(grpcServer(url).start());
            }
            openHttp(config.listenHttp(), HttpExchange.Door.HTTP);
            openHttp(config.listenMetrics(), HttpExchange.Door.METRICS);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** The ports of the client URLs, in their order; what the system chose where the URL said 0, -1 for a socket. */
    public List<Integer> ports() {
        return servers.stream().map(Server::getPort).toList();
    }

    /** The ports of the HTTP URLs and then of the metrics URLs, in their order. */
    public List<Integer> httpPorts() {
        return httpPorts.stream()
                .map(port -> port.localAddress() instanceof InetSocketAddress address ? address.getPort() : -1)
                .toList();
    }

    /**
     * Stops: streams end with "server stopped", requests under way may finish within a few seconds, then connections
     * are cut. Idempotent.
     */
    @Override
    public void close() {
        servers.forEach(Server::shutdown);
        services.liveCalls().cutAll(StatusMapping.status(StoreException.of(StoreException.Code.STOPPED)));
        httpPorts.forEach(Channel::close);
        try {
            long deadline = System.nanoTime() + GRACE.toNanos();
            for (Server server : servers) {
                if (!server.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.log(Level.INFO, "requests under way are cut after {0}", GRACE);
                    server.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
                }
            }
        } catch (InterruptedException e) {
            servers.forEach(Server::shutdownNow);
            Thread.currentThread().interrupt();
        }
        loops.close();
        sockets.close();
        services.close();
    }

    private Server grpcServer(ListenUrl url) {
        // Where HTTP has a port of its own the client port serves gRPC alone, and knows no path over HTTP.
        HttpHandler onThisPort = config.listenHttp().isEmpty() ? http : HttpHandler.NONE;
        HttpPort httpPort = new HttpPort(HttpExchange.Door.CLIENT, onThisPort, config.frameBytesMax());
        NettyServerBuilder builder = NettyServerBuilder.forAddress(loops.address(url))
                .bossEventLoopGroup(loops.group())
                .workerEventLoopGroup(loops.group())
                .channelFactory(loops.serverChannels(url))
                .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
                .protocolNegotiator(new PortNegotiator(url.secure() ? tls : Optional.empty(), httpPort))
                .directExecutor()
                // Decided by the negotiator: an HTTP/1.1 connection never becomes a transport of gRPC's.
                .handshakeTimeout(Integer.MAX_VALUE, TimeUnit.SECONDS)
                .maxConcurrentCallsPerConnection(config.streamsMax())
                .maxInboundMessageSize(config.frameBytesMax())
                .maxInboundMetadataSize(METADATA_BYTES_MAX)
                .flowControlWindow(FLOW_WINDOW_BYTES)
                .permitKeepAliveTime(config.keepAliveMin().toNanos(), TimeUnit.NANOSECONDS)
                .permitKeepAliveWithoutCalls(false)
                .keepAliveTime(config.keepAliveInterval().toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(config.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
                .addStreamTracerFactory(services.meter())
                .intercept(services.gate())
                // The last is the first to see a call.
                .intercept(DirectConnection.interceptor());
        if (url.isSocket()) {
            // grpc-java sets it on whatever it accepts; null takes it back, as a socket has no such option.
            builder.withChildOption(ChannelOption.SO_KEEPALIVE, null);
        } else {
            builder.withChildOption(ChannelOption.TCP_NODELAY, true);
        }
        services.definitions().forEach(builder::addService);
        return builder.build();
    }

    private void openHttp(List<ListenUrl> urls, HttpExchange.Door door) throws IOException {
        HttpPort port = new HttpPort(door, http, config.frameBytesMax());
        for (ListenUrl url : urls) {
            sockets.claim(url);
            ServerBootstrap bootstrap = new ServerBootstrap()
                    .group(loops.group())
                    .channelFactory(loops.serverChannels(url))
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            if (url.secure()) {
                                channel.pipeline().addLast(tls.orElseThrow().newHandler(channel.alloc(), false));
                            }
                            port.install(channel.pipeline());
                        }
                    });
            try {
                httpPorts.add(bootstrap.bind(loops.address(url)).sync().channel());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while listening on " + url, e);
            } catch (Exception e) {
                throw new IOException("cannot listen on " + url + ": " + e.getMessage(), e);
            }
        }
    }
}
