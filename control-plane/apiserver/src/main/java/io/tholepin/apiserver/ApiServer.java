package io.tholepin.apiserver;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSession;

/**
 * Serves an {@link ApiHandler} over HTTPS: HTTP/1.1 and HTTP/2, WebSockets for watches, users by client certificate.
 * Two event loops carry the connections; each request runs on a virtual thread of its own, at most so many at a time as
 * {@link Inflight} lets in. Thread-safe.
 */
public final class ApiServer implements AutoCloseable {
    /** The Kubernetes release whose behaviour is served. */
    public static final String KUBERNETES_VERSION = NonResources.KUBERNETES_VERSION;

    private static final int EVENT_LOOPS = 2;
    private static final int ANY_SHARED_PORT = -1;
    private static final int URL_BYTES_MAX = 1 << 20;
    private static final int HTTP2_STREAMS_MAX = 250;
    private static final int HTTP2_WINDOW_BYTES = 256 * 1024;
    private static final int HTTP2_CONNECTION_WINDOW_BYTES = 1 << 20;
    private static final long STOP_SECONDS_MAX = 5;

    private final Vertx vertx;
    private final ServerConfig config;
    private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
    private final ApiHandler handler;
    private final ClientCertificates certificates;
    private final Inflight inflight;
    private final Map<HttpConnection, UserInfo> users = new ConcurrentHashMap<>();
    private final Set<SocketSink> streams = ConcurrentHashMap.newKeySet();

    private ApiServer(ServerConfig config, ApiHandler handler) {
        this.handler = handler;
        this.inflight = new Inflight(handler.metrics().flow());
        this.certificates = new ClientCertificates(config.clientCa());
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(EVENT_LOOPS)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(2)
                .setPreferNativeTransport(false)
                .setUseDaemonThread(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        this.config = config;
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port() == 0 ? ANY_SHARED_PORT : config.port())
                .setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(config.certificate()))
                        .addKeyValue(Buffer.buffer(config.key())))
                .setTrustOptions(new HandshakeTrust(certificates.handshake()))
                .setClientAuth(ClientAuth.REQUEST)
                .setUseAlpn(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                .setTcpNoDelay(true)
                .setMaxInitialLineLength(URL_BYTES_MAX)
                .setMaxHeaderSize(URL_BYTES_MAX)
                .setHandle100ContinueAutomatically(true)
                .setHttp2ConnectionWindowSize(HTTP2_CONNECTION_WINDOW_BYTES)
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(HTTP2_STREAMS_MAX)
                        .setInitialWindowSize(HTTP2_WINDOW_BYTES)
                        .setMaxHeaderListSize(URL_BYTES_MAX));
    }

    /**
     * Starts serving; returns when connections are accepted.
     *
     * @throws UncheckedIOException when the address cannot be listened on; caused by a {@link BindException} when it is
     *     taken
     */
    public static ApiServer start(ServerConfig config, ApiHandler handler) {
        ApiServer server = new ApiServer(config, handler);
        try {
            server.listen();
            handler.servedAt(config.host() + ":" + server.port());
            return server;
        } catch (ExecutionException e) {
            server.close();
            Throwable cause = e.getCause();
            throw new UncheckedIOException(
                    config.host() + ":" + config.port() + ": " + (cause == null ? e : cause).getMessage(),
                    cause instanceof IOException io ? io : new IOException(cause));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            server.close();
            throw new IllegalStateException("interrupted while starting");
        }
    }

    /** The Kubernetes release whose API is served, {@code v1.36.0}. */
    public static String kubernetesVersion() {
        return NonResources.KUBERNETES_VERSION;
    }

    /** Listens from each event loop; they share the port's connections. */
    private void listen() throws ExecutionException, InterruptedException {
        vertx.deployVerticle(Loop::new, new DeploymentOptions().setInstances(EVENT_LOOPS))
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    /** One event loop's part. */
    private final class Loop extends VerticleBase {
        @Override
        public Future<?> start() {
            HttpServer server = vertx.createHttpServer(options())
                    .connectionHandler(ApiServer.this::connected)
                    .requestHandler(ApiServer.this::accept);
            servers.add(server);
            return server.listen();
        }
    }

    /** The port listened on. */
    public int port() {
        return servers.getFirst().actualPort();
    }

    /** Watches open at this moment. */
    int streams() {
        return streams.size();
    }

    private void connected(HttpConnection connection) {
        SSLSession session = connection.sslSession();
        if (session != null) {
            users.put(connection, certificates.user(session));
            connection.closeHandler(v -> users.remove(connection));
        }
    }

    private void accept(HttpServerRequest request) {
        Context eventLoop = vertx.getOrCreateContext();
        boolean upgrade = "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
        SocketSink sink = new SocketSink(eventLoop, request, upgrade);
        if (upgrade) {
            request.pause();
            start(request, new byte[0], sink);
            return;
        }
        BodyCollector body = new BodyCollector(request.getHeader("Content-Length"));
        request.handler(body::add);
        request.exceptionHandler(failure -> sink.abort());
        request.endHandler(v -> start(request, body.bytes(), sink));
    }

    private void start(HttpServerRequest request, byte[] body, SocketSink sink) {
        UserInfo user = users.getOrDefault(request.connection(), UserInfo.ANONYMOUS);
        Headers headers = new Headers();
        request.headers().forEach(header -> headers.add(header.getKey(), header.getValue()));
        String uri = request.uri();
        int question = uri.indexOf('?');
        ApiRequest call = new ApiRequest(
                request.method().name(),
                Query.decodePath(question < 0 ? uri : uri.substring(0, question)),
                question < 0 ? Query.NONE : Query.parse(uri.substring(question + 1)),
                headers,
                user,
                body);
        Thread.ofVirtual().name("request").start(() -> run(call, sink));
    }

    private void run(ApiRequest call, SocketSink sink) {
        try {
            if (Inflight.isLongRunning(call)) {
                streams.add(sink);
                handler.handle(call, sink);
            } else if (!inflight.run(call, () -> handler.handle(call, sink))) {
                tooMany(sink);
            }
        } catch (ResponseSink.ClosedException gone) {
            // nobody is left to answer
        } finally {
            streams.remove(sink);
        }
    }

    private static void tooMany(ResponseSink sink) {
        byte[] text = "Too many requests, please try again later.\n".getBytes(StandardCharsets.US_ASCII);
        Headers headers = Headers.of(
                "Content-Type", "text/plain; charset=utf-8", "Retry-After", "1", "X-Content-Type-Options", "nosniff");
        sink.head(429, headers, text.length);
        sink.write(text, 0, text.length);
        sink.end();
    }

    /** Stops accepting, ends the watches, gives requests under way a moment, and closes. Idempotent. */
    @Override
    public void close() {
        streams.forEach(SocketSink::stop);
        try {
            Future.join(servers.stream()
                            .map(server -> server.shutdown(STOP_SECONDS_MAX, TimeUnit.SECONDS))
                            .toList())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(STOP_SECONDS_MAX + 1, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // closed with the rest below
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        vertx.close();
    }
}
