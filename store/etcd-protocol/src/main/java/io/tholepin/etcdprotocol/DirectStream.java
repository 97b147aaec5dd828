package io.tholepin.etcdprotocol;

import io.grpc.Context;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A stream of HTTP/2 that takes watch responses as gRPC messages without compression. HTTP/2's flow control holds back
 * what the client does not take yet: one {@link #write} at a time, and its owner keeps the rest. The trailers, which
 * gRPC writes, come after it. Source: RFC 9113 section 5.2, and "gRPC over HTTP2", Length-Prefixed-Message.
 */
final class DirectStream {
    /** The stream of the current call; null where gRPC must write. */
    static final Context.Key<DirectStream> KEY = Context.key("tholepin-direct-stream");

    private static final int PREFIX_BYTES = 5;
    private static final int NOT_COMPRESSED = 0;

    /** Who has something to send. Called on the event loop. */
    interface Owner {
        /** Whether it has a use for a turn. */
        boolean wantsTurn();

        /** The stream takes a {@link #write}; also said when there is nothing to write. */
        void onTurn();

        /** What was written did not leave, and neither will anything else, although the call goes on. */
        void onFailure(Throwable cause);
    }

    private enum State {
        IDLE,
        DUE,
        WRITING
    }

    private final DirectConnection connection;
    private final ChannelHandlerContext context;
    private final Http2ConnectionEncoder encoder;
    private final Http2Stream stream;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    private @Nullable Owner owner;

    DirectStream(
            DirectConnection connection,
            ChannelHandlerContext context,
            Http2ConnectionEncoder encoder,
            Http2Stream stream) {
        this.connection = connection;
        this.context = context;
        this.encoder = encoder;
        this.stream = stream;
    }

    /** Before anything else. */
    void belongsTo(Owner itsOwner) {
        owner = itsOwner;
    }

    /**
     * Gives the owner a turn, once the last write has left. Any thread.
     *
     * @return false when there will be none, because the server has stopped
     */
    boolean wake() {
        return !state.compareAndSet(State.IDLE, State.DUE) || connection.schedule(this);
    }

    /** Whether something was written. On the event loop. */
    boolean turn() {
        if (state.get() != State.DUE || owner == null) {
            return false;
        }
        if (isOpen() && !stream.isHeadersSent()) {
            // gRPC has them in its queue, and soon a task on the event loop that writes them.
            context.executor().execute(() -> connection.schedule(this));
            return false;
        }
        state.set(State.IDLE);
        owner.onTurn();
        return state.get() == State.WRITING;
    }

    private boolean isOpen() {
        return stream.state() == Http2Stream.State.OPEN || stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE;
    }

    /** Writes {@code frames}; only during a turn, and once. They leave when the connection is flushed, or later. */
    void write(List<WatchFrame> frames) {
        state.set(State.WRITING);
        encoder.writeData(context, stream.id(), encoded(frames), 0, false, context.newPromise())
                .addListener((ChannelFuture written) -> left(written));
    }

    private ByteBuf encoded(List<WatchFrame> frames) {
        int bytes = 0;
        for (WatchFrame frame : frames) {
            bytes = Math.addExact(bytes, PREFIX_BYTES + frame.size());
        }
        ByteBuf buffer = context.alloc().buffer(bytes, bytes);
        try (ByteBufOutputStream out = new ByteBufOutputStream(buffer)) {
            for (WatchFrame frame : frames) {
                out.writeByte(NOT_COMPRESSED);
                out.writeInt(frame.size());
                frame.writeTo(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer has no I/O", e);
        }
        return buffer;
    }

    private void left(ChannelFuture written) {
        Throwable cause = written.cause();
        if (owner == null) {
            return;
        }
        if (cause == null) {
            state.set(State.IDLE);
            if (owner.wantsTurn()) {
                var _ = wake();
            }
        } else if (isOpen()) {
            owner.onFailure(cause);
        }
    }
}
