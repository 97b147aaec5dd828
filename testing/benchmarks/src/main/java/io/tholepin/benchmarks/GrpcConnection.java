package io.tholepin.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;

/**
 * One plaintext connection to a gRPC server, as lean as Netty's HTTP/2 codec allows: requests are frames encoded by the
 * caller, responses are handed over as bytes, nothing changes threads. The event loop owns everything here.
 */
final class GrpcConnection extends Http2ConnectionHandler {
    private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
    private static final int STREAM_WINDOW_BYTES = 4 << 20;
    private static final int CONNECTION_WINDOW_BYTES = 64 << 20;
    private static final int CONNECT_MILLIS_MAX = 2_000;

    private final Http2Connection.PropertyKey key;
    private final Map<GrpcMethod, Http2Headers> headers = new EnumMap<>(GrpcMethod.class);
    private ChannelHandlerContext context;

    @SuppressWarnings("NullAway.Init") // handlerAdded sets the context before anything else can happen
    private GrpcConnection(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, InetSocketAddress address) {
        super(
                decoder,
                encoder,
                new Http2Settings().initialWindowSize(STREAM_WINDOW_BYTES).pushEnabled(false));
        key = connection().newKey();
        String authority = address.getHostString() + ":" + address.getPort();
        for (GrpcMethod method : GrpcMethod.values()) {
            headers.put(method, method.headers(authority));
        }
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                end(stream, GrpcCall.NO_STATUS, "stream closed");
            }
        });
        decoder.frameListener(new Responses());
    }

    /** Connects on {@code loop}; waits for TCP only, not for the server's settings. */
    static GrpcConnection open(EventLoop loop, InetSocketAddress address) throws InterruptedException {
        GrpcConnection handler = create(address);
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                .handler(handler)
                .connect(address)
                .sync();
        loop.submit(handler::widen).sync();
        assert connected.channel().isActive() : address;
        return handler;
    }

    private static GrpcConnection create(InetSocketAddress address) {
        Http2Connection connection = new DefaultHttp2Connection(false);
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        connection.local().flowController(new DefaultHttp2LocalFlowController(connection, 0.5f, true));
        Http2ConnectionEncoder encoder = new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter());
        Http2ConnectionDecoder decoder = new DefaultHttp2ConnectionDecoder(
                connection, encoder, new DefaultHttp2FrameReader(new DefaultHttp2HeadersDecoder(false)));
        return new GrpcConnection(decoder, encoder, address);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (cause instanceof IOException) {
            ctx.close(); // the server went away, perhaps because it was killed: its calls end, and say so
        } else {
            super.exceptionCaught(ctx, cause);
        }
    }

    private void widen() {
        try {
            connection()
                    .local()
                    .flowController()
                    .incrementWindowSize(connection().connectionStream(), CONNECTION_WINDOW_BYTES);
            context.flush();
        } catch (Http2Exception e) {
            context.fireExceptionCaught(e);
        }
    }

    EventLoop loop() {
        return context.channel().eventLoop();
    }

    boolean isOpen() {
        return context.channel().isActive();
    }

    /**
     * Starts a call with one request message. On the event loop only. What is written leaves with the next
     * {@link #flush} or when the current read is done. Takes over {@code frame}.
     *
     * @param half whether the client has nothing more to send
     */
    void start(GrpcMethod method, ByteBuf frame, boolean half, GrpcCall call) {
        if (!isOpen()) {
            frame.release();
            call.onEnd(GrpcCall.NO_STATUS, "connection lost");
            return;
        }
        int id = connection().local().incrementAndGetNextStreamId();
        call.streamId(id);
        encoder().writeHeaders(context, id, headers.get(method), 0, false, context.newPromise());
        Http2Stream stream = connection().stream(id);
        if (stream == null) {
            frame.release();
            call.onEnd(GrpcCall.NO_STATUS, "stream refused");
            return;
        }
        stream.setProperty(key, call);
        encoder().writeData(context, id, frame, 0, half, context.newPromise());
    }

    /** Another request message on a call that was started with {@code half} false. On the event loop only. */
    void send(GrpcCall call, ByteBuf frame) {
        encoder().writeData(context, call.streamId(), frame, 0, false, context.newPromise());
    }

    /** Abandons a call; it ends with {@link GrpcCall#NO_STATUS}. On the event loop only. */
    void cancel(GrpcCall call) {
        Http2Stream stream = connection().stream(call.streamId());
        if (stream != null && call.equals(stream.getProperty(key))) {
            resetStream(context, call.streamId(), Http2Error.CANCEL.code(), context.newPromise());
            context.flush();
        }
    }

    void flush() {
        flush(context);
    }

    void shut() {
        context.channel().close().awaitUninterruptibly();
    }

    private void end(Http2Stream stream, int status, String message) {
        GrpcCall call = stream.removeProperty(key);
        if (call != null) {
            call.onEnd(status, message);
        }
    }

    /** Hands what the server sends to the call of its stream. */
    private final class Responses extends Http2FrameAdapter {
        @Override
        public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
            Http2Stream stream = connection().stream(streamId);
            GrpcCall call = stream == null ? null : stream.getProperty(key);
            int bytes = data.readableBytes() + padding;
            if (call != null) {
                call.onData(data);
            }
            return bytes;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int streamId, Http2Headers received, int padding, boolean endOfStream) {
            if (!endOfStream) {
                return;
            }
            Http2Stream stream = connection().stream(streamId);
            CharSequence status = received.get(GRPC_STATUS);
            if (stream == null || status == null) {
                return;
            }
            CharSequence message = received.get(GRPC_MESSAGE);
            end(stream, AsciiString.of(status).parseInt(), message == null ? "" : message.toString());
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers received,
                int streamDependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream) {
            onHeadersRead(ctx, streamId, received, padding, endOfStream);
        }
    }
}
