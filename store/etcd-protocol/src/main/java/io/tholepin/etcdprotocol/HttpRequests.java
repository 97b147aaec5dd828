package io.tholepin.etcdprotocol;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one HTTP/1.1 connection, one after the other: the next is handed to the handler when the one before
 * is answered. State belongs to the connection's event loop.
 */
final class HttpRequests extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(HttpRequests.class.getName());

    /** Requests that a client may send ahead of their answers; one more ends the connection. */
    private static final int AHEAD_MAX = 16;

    private static final String FRAMES = "web-socket-frames";
    private static final Map<String, String> SOCKET_VERSION = Map.of("Sec-WebSocket-Version", "13");

    private final HttpExchange.Door door;
    private final HttpHandler handler;
    private final int bodyBytesMax;
    private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
    private @Nullable Exchange current;

    /**
     * @param bodyBytesMax of a message on a WebSocket
     */
    HttpRequests(HttpExchange.Door door, HttpHandler handler, int bodyBytesMax) {
        this.door = door;
        this.handler = handler;
        this.bodyBytesMax = bodyBytesMax;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof WebSocketFrame frame) {
            Exchange open = current;
            try {
                if (open != null && open.socket != null) {
                    open.socket.received(frame);
                }
            } finally {
                frame.release();
            }
            return;
        }
        if (!(message instanceof FullHttpRequest request)) {
            ReferenceCountUtil.release(message);
            return;
        }
        Exchange exchange;
        try {
            if (request.decoderResult().isFailure() || waiting.size() >= AHEAD_MAX) {
                context.close();
                return;
            }
            exchange = new Exchange(this, context, request);
        } finally {
            request.release();
        }
        waiting.add(exchange);
        next();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        Exchange open = current;
        if (open != null && context.channel().isWritable()) {
            open.ready();
        }
        super.channelWritabilityChanged(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        waiting.clear();
        Exchange open = current;
        current = null;
        if (open != null) {
            open.gone();
        }
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.log(Level.DEBUG, "an HTTP connection ended", cause);
        context.close();
    }

    private void next() {
        while (current == null && !waiting.isEmpty()) {
            Exchange exchange = waiting.poll();
            current = exchange;
            try {
                handler.handle(exchange);
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "an HTTP request failed", e);
                exchange.respond(HttpResponseStatus.INTERNAL_SERVER_ERROR.code(), Map.of(), new byte[0]);
            }
        }
    }

    private void answered(Exchange exchange) {
        if (exchange.equals(current)) {
            current = null;
            next();
        }
    }

    private static final class Exchange implements HttpExchange, HttpExchange.HttpStream {
        private final HttpRequests requests;
        private final ChannelHandlerContext context;
        private final String method;
        private final String target;
        private final io.netty.handler.codec.http.HttpHeaders headers;
        private final byte[] body;
        private final boolean keepAlive;
        private final boolean chunked;
        private boolean answered;
        private volatile boolean closed;
        private volatile @Nullable Runnable onReady;
        private volatile @Nullable Runnable onClosed;
        private volatile @Nullable Socket socket;

        Exchange(HttpRequests requests, ChannelHandlerContext context, FullHttpRequest request) {
            this.requests = requests;
            this.context = context;
            this.method = request.method().name();
            this.target = request.uri();
            this.headers = request.headers();
            this.body = ByteBufUtil.getBytes(request.content());
            this.keepAlive = HttpUtil.isKeepAlive(request);
            this.chunked = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
        }

        @Override
        public Door door() {
            return requests.door;
        }

        @Override
        public String method() {
            return method;
        }

        @Override
        public String target() {
            return target;
        }

        @Override
        public List<String> headers(String name) {
            return headers.getAll(name);
        }

        @Override
        public List<Map.Entry<String, String>> headers() {
            return headers.entries();
        }

        @Override
        public byte[] body() {
            return body;
        }

        @Override
        public Optional<SSLSession> session() {
            SslHandler tls = context.pipeline().get(SslHandler.class);
            return tls == null ? Optional.empty() : Optional.of(tls.engine().getSession());
        }

        @Override
        public SocketAddress remote() {
            return context.channel().remoteAddress();
        }

        @Override
        public boolean asksForSocket() {
            return method.equals(HttpMethod.GET.name())
                    && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                    && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
        }

        @Override
        public void openSocket(String protocol, Consumer<String> taker) {
            FullHttpRequest request = new DefaultFullHttpRequest(
                    HttpVersion.HTTP_1_1,
                    HttpMethod.GET,
                    target,
                    Unpooled.EMPTY_BUFFER,
                    headers,
                    new DefaultHttpHeaders());
            WebSocketServerHandshakerFactory factory = new WebSocketServerHandshakerFactory(
                    target, protocol.isEmpty() ? null : protocol, false, requests.bodyBytesMax);
            WebSocketServerHandshaker handshaker = factory.newHandshaker(request);
            if (handshaker == null) {
                respond(HttpResponseStatus.UPGRADE_REQUIRED.code(), SOCKET_VERSION, new byte[0]);
                return;
            }
            socket = new Socket(taker);
            // From here and not from the end of the pipeline, where gRPC's handlers keep what is written.
            handshaker.handshake(context, request).addListener(opened -> {
                if (!opened.isSuccess()) {
                    context.close();
                }
            });
            context.pipeline().addBefore(context.name(), FRAMES, new WebSocketFrameAggregator(requests.bodyBytesMax));
        }

        @Override
        public void takeMessages(boolean take) {
            context.channel().config().setAutoRead(take);
        }

        @Override
        public void respond(int status, Map<String, String> extra, byte[] content) {
            answerOnce();
            Socket open = socket;
            if (open != null) {
                open.write(content);
                open.close();
                return;
            }
            boolean bodiless = method.equals(HttpMethod.HEAD.name());
            DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(status),
                    bodiless ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(content));
            extra.forEach(response.headers()::set);
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.length);
            HttpUtil.setKeepAlive(response, keepAlive);
            context.executor().execute(() -> {
                context.writeAndFlush(response).addListener(written -> {
                    if (!keepAlive || !written.isSuccess()) {
                        context.close();
                    }
                });
                requests.answered(this);
            });
        }

        @Override
        public HttpStream stream(int status, Map<String, String> extra) {
            answerOnce();
            Socket open = socket;
            if (open != null) {
                return open;
            }
            HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
            extra.forEach(response.headers()::set);
            if (chunked) {
                response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            }
            HttpUtil.setKeepAlive(response, chunked && keepAlive);
            context.executor().execute(() -> context.writeAndFlush(response));
            return this;
        }

        @Override
        public void write(byte[] piece) {
            if (!closed && piece.length > 0) {
                context.executor()
                        .execute(() -> context.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(piece))));
            }
        }

        @Override
        public boolean isReady() {
            return context.channel().isWritable();
        }

        @Override
        public void onReady(Runnable task) {
            onReady = task;
        }

        @Override
        public void onClosed(Runnable task) {
            onClosed = task;
            if (!context.channel().isActive()) {
                context.executor().execute(this::gone);
            }
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            context.executor().execute(() -> {
                context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(written -> {
                    if (!chunked || !keepAlive || !written.isSuccess()) {
                        context.close();
                    }
                });
                requests.answered(this);
            });
        }

        private synchronized void answerOnce() {
            if (answered) {
                throw new IllegalStateException(method + " " + target + " was answered before");
            }
            answered = true;
        }

        private void ready() {
            Runnable task = onReady;
            if (task != null) {
                task.run();
            }
        }

        private void gone() {
            closed = true;
            Runnable task = onClosed;
            onClosed = null;
            if (task != null) {
                task.run();
            }
        }

        /** The answer as messages of a WebSocket, and the client's messages. */
        private final class Socket implements HttpStream {
            private final Consumer<String> onText;

            Socket(Consumer<String> onText) {
                this.onText = onText;
            }

            void received(WebSocketFrame frame) {
                switch (frame) {
                    case TextWebSocketFrame text when !closed -> onText.accept(text.text());
                    case PingWebSocketFrame ping ->
                        context.writeAndFlush(
                                new PongWebSocketFrame(ping.content().retain()));
                    case CloseWebSocketFrame _ ->
                        context.writeAndFlush(new CloseWebSocketFrame()).addListener(written -> context.close());
                    default -> {
                        // A pong, or a message that nobody takes any more.
                    }
                }
            }

            @Override
            public void write(byte[] piece) {
                if (closed) {
                    return;
                }
                int end = piece.length > 0 && piece[piece.length - 1] == '\n' ? 1 : 0;
                TextWebSocketFrame message =
                        new TextWebSocketFrame(Unpooled.wrappedBuffer(piece, 0, piece.length - end));
                context.executor().execute(() -> context.writeAndFlush(message));
            }

            @Override
            public boolean isReady() {
                return Exchange.this.isReady();
            }

            @Override
            public void onReady(Runnable task) {
                Exchange.this.onReady(task);
            }

            @Override
            public void close() {
                if (closed) {
                    return;
                }
                closed = true;
                context.executor().execute(() -> {
                    context.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
                            .addListener(written -> context.close());
                    requests.answered(Exchange.this);
                });
            }
        }
    }
}
