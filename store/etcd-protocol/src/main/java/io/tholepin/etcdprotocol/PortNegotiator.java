package io.tholepin.etcdprotocol;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Lets gRPC and HTTP/1.1 share a port: the first bytes of a connection, after the TLS handshake if there is one, decide
 * which it is. HTTP/2 always begins with the same words and no HTTP/1.1 request does. Source: RFC 9113 section 3.4.
 */
final class PortNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
    /** The event loop of a call's connection; calls from within the process have none. */
    static final Attributes.Key<Executor> EVENT_LOOP = Attributes.Key.create("tholepin-event-loop");

    private static final byte[] PREFACE = {'P', 'R', 'I', ' '};
    private static final long SILENT_SECONDS_MAX = 60;

    private final Optional<TlsContexts> tls;
    private final HttpPort http;

    PortNegotiator(Optional<TlsContexts> tls, HttpPort http) {
        this.tls = tls;
        this.http = http;
    }

    @Override
    public AsciiString scheme() {
        return AsciiString.of(tls.isPresent() ? "https" : "http");
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
        return new FirstBytes(grpc);
    }

    @Override
    public void close() {}

    private final class FirstBytes extends ByteToMessageDecoder {
        private final GrpcHttp2ConnectionHandler grpc;
        private @Nullable Future<?> timeout;
        private @Nullable SSLSession session;

        FirstBytes(GrpcHttp2ConnectionHandler grpc) {
            this.grpc = grpc;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            if (tls.isPresent()) {
                SslHandler handler = tls.get().newHandler(context.alloc(), true);
                context.pipeline().addBefore(context.name(), null, handler);
            }
            timeout = context.executor().schedule(() -> context.close(), SILENT_SECONDS_MAX, TimeUnit.SECONDS);
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext context) {
            if (timeout != null) {
                timeout.cancel(false);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    SslHandler handler = context.pipeline().get(SslHandler.class);
                    session = handler.engine().getSession();
                } else {
                    context.close();
                }
            } else {
                super.userEventTriggered(context, event);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // A port scan, a wrong certificate, a client that went away: nothing to report to anybody.
            context.close();
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            int from = in.readerIndex();
            int length = Math.min(in.readableBytes(), PREFACE.length);
            for (int i = 0; i < length; i++) {
                if (in.getByte(from + i) != PREFACE[i]) {
                    toHttp(context);
                    return;
                }
            }
            if (length == PREFACE.length) {
                toGrpc(context);
            }
        }

        /** What was read so far follows when this handler is gone. */
        private void toGrpc(ChannelHandlerContext context) {
            ChannelPipeline pipeline = context.pipeline();
            pipeline.replace(this, null, InternalProtocolNegotiators.grpcNegotiationHandler(grpc));
            Attributes.Builder attributes = Attributes.newBuilder()
                    .set(EVENT_LOOP, context.channel().eventLoop())
                    .set(DirectConnection.KEY, new DirectConnection(grpc, context.channel()))
                    .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, context.channel().localAddress())
                    .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, context.channel().remoteAddress());
            if (session != null) {
                attributes.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session);
            }
            pipeline.fireUserEventTriggered(InternalProtocolNegotiationEvent.withAttributes(
                    InternalProtocolNegotiationEvent.getDefault(), attributes.build()));
        }

        private void toHttp(ChannelHandlerContext context) {
            http.installAfter(context);
            context.pipeline().remove(this);
        }
    }
}
