package io.tholepin.etcdprotocol;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;
import io.tholepin.etcdwire.etcdserverpb.WatchGrpc;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One connection of HTTP/2, for the watches on it, whose messages are many and small: a {@link DirectStream} gives them
 * to the connection's own encoder, past gRPC's framer and queue, which cost several times what the bytes do. All else
 * of such a stream stays gRPC's: its opening, headers, requests and end.
 *
 * <p>The streams that have something to send have their turns in one task of the event loop, and one flush follows the
 * last of them. The first message after a pause leaves at once; what comes right behind it waits a little for more of
 * its kind, because a flush costs as much as hundreds of messages. Thread-safe.
 */
final class DirectConnection {
    /** The connection of a call; a call from within the process has none. */
    static final Attributes.Key<DirectConnection> KEY = Attributes.Key.create("tholepin-direct-connection");

    /** From one flush to the next: what a message may be late. */
    private static final long FLUSH_NANOS_MIN = 200_000;

    private final Http2ConnectionHandler http2;
    private final Channel channel;

    /** Streams that want a turn; one that is writing is not among them. */
    private final Queue<DirectStream> due = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** As System.nanoTime; the event loop's. */
    private long flushedAt = System.nanoTime() - FLUSH_NANOS_MIN;

    /** {@code http2} is, or will be, in the pipeline of {@code channel}. */
    DirectConnection(Http2ConnectionHandler http2, Channel channel) {
        this.http2 = http2;
        this.channel = channel;
    }

    /** Notes the stream of each Watch call in its context, before anything may put the call off. */
    static ServerInterceptor interceptor() {
        return new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                DirectConnection connection = call.getAttributes().get(KEY);
                String service = call.getMethodDescriptor().getServiceName();
                if (connection == null || !WatchGrpc.SERVICE_NAME.equals(service)) {
                    return next.startCall(call, headers);
                }
                Context context = Context.current().withValue(DirectStream.KEY, connection.newest());
                return Contexts.interceptCall(context, call, headers, next);
            }
        };
    }

    /**
     * The stream whose headers are being read: the next headers are not looked at before the call that these open has
     * passed its first interceptor. Null on another thread than the event loop, where that cannot be known.
     */
    private @Nullable DirectStream newest() {
        if (!channel.eventLoop().inEventLoop()) {
            return null;
        }
        Http2Connection connection = http2.connection();
        Http2Stream stream = connection.stream(connection.remote().lastStreamCreated());
        ChannelHandlerContext context = channel.pipeline().context(http2);
        return stream == null || context == null ? null : new DirectStream(this, context, http2.encoder(), stream);
    }

    /** Gives {@code stream} a turn; false when the event loop has stopped, and the connection with it. */
    boolean schedule(DirectStream stream) {
        due.add(stream);
        if (!scheduled.compareAndSet(false, true)) {
            return true;
        }
        try {
            channel.eventLoop().execute(this::run);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void run() {
        long early = flushedAt + FLUSH_NANOS_MIN - System.nanoTime();
        if (early > 0) {
            var _ = channel.eventLoop().schedule(this::writeAndFlush, early, TimeUnit.NANOSECONDS);
        } else {
            writeAndFlush();
        }
    }

    /** Ends, because a stream that has written wants no other turn before the flush. */
    private void writeAndFlush() {
        scheduled.set(false);
        boolean written = false;
        for (DirectStream stream = due.poll(); stream != null; stream = due.poll()) {
            written |= stream.turn();
        }
        ChannelHandlerContext context = channel.pipeline().context(http2);
        if (written && context != null) {
            http2.flush(context);
            flushedAt = System.nanoTime();
        }
    }
}
