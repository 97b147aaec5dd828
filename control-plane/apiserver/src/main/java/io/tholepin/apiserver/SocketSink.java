package io.tholepin.apiserver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A response over a connection: HTTP/1.1, HTTP/2, or, when the client asked for it and the answer is a stream, a
 * WebSocket. The connection belongs to its event loop, so everything is handed over to that; {@link #write} waits while
 * more than {@link #OUTSTANDING_BYTES_MAX} have not reached the socket, and cuts off a peer that takes nothing for a
 * minute.
 */
final class SocketSink implements ResponseSink {
    static final int OUTSTANDING_BYTES_MAX = 256 * 1024;
    private static final long STALLED_SECONDS_MAX = 60;

    private final Context eventLoop;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final boolean upgrade;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final List<Runnable> closeActions = new ArrayList<>();
    private @Nullable ServerWebSocket webSocket;
    private boolean binary;
    /** A whole body, which goes out together with the head. */
    private @Nullable ByteBuf held;

    private long awaited = -1;
    private long outstanding;
    private boolean closed;
    private boolean ended;

    /**
     * @param upgrade whether the client wants a WebSocket
     */
    SocketSink(Context eventLoop, HttpServerRequest request, boolean upgrade) {
        this.eventLoop = eventLoop;
        this.request = request;
        this.response = request.response();
        this.upgrade = upgrade;
        response.closeHandler(v -> closed());
        response.exceptionHandler(failure -> closed());
    }

    @Override
    public void head(int status, Headers headers, long contentLength) {
        if (upgrade && status == 200 && contentLength < 0) {
            binary = headers.value("Content-Type").startsWith(Media.Encoding.PROTOBUF.contentType());
            upgrade();
            return;
        }
        awaited = contentLength;
        eventLoop.runOnContext(v -> {
            response.setStatusCode(status);
            headers.forEach((name, value) -> response.headers().add(name, value));
            if (contentLength >= 0) {
                response.headers().set("Content-Length", Long.toString(contentLength));
                return;
            }
            if (request.version() != HttpVersion.HTTP_2) {
                response.setChunked(true);
            }
            response.writeHead();
        });
    }

    private void upgrade() {
        java.util.concurrent.CompletableFuture<ServerWebSocket> upgraded =
                new java.util.concurrent.CompletableFuture<>();
        eventLoop.runOnContext(v -> request.toWebSocket().onComplete(result -> {
            if (result.failed()) {
                upgraded.completeExceptionally(new ClosedException());
                return;
            }
            ServerWebSocket socket = result.result();
            socket.closeHandler(w -> closed());
            socket.exceptionHandler(failure -> closed());
            upgraded.complete(socket);
        }));
        webSocket = Failures.await(upgraded);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        if (awaited == length) {
            held = pooled(length).writeBytes(buffer, offset, length);
            return;
        }
        awaitRoom(length);
        ServerWebSocket socket = webSocket;
        if (socket != null && !binary) {
            String text = new String(buffer, offset, length, StandardCharsets.UTF_8);
            hand(length, () -> socket.writeTextMessage(text), () -> {});
            return;
        }
        hand(pooled(length).writeBytes(buffer, offset, length), socket);
    }

    @Override
    public void write(Pieces pieces) {
        ServerWebSocket socket = webSocket;
        if (socket != null && !binary) {
            byte[] joined = pieces.joined();
            write(joined, 0, joined.length);
            return;
        }
        if (awaited == pieces.bytes()) {
            held = copied(pieces);
            return;
        }
        awaitRoom(pieces.bytes());
        hand(copied(pieces), socket);
    }

    private static ByteBuf copied(Pieces pieces) {
        ByteBuf copy = pooled(pieces.bytes());
        for (int i = 0; i < pieces.count(); i++) {
            copy.writeBytes(pieces.array(i), pieces.offset(i), pieces.length(i));
        }
        return copy;
    }

    /** Pooled, so that a list of any size leaves no garbage; to be given back when it has reached the socket. */
    private static ByteBuf pooled(int bytes) {
        return ByteBufAllocator.DEFAULT.heapBuffer(bytes);
    }

    private void hand(ByteBuf pooled, @Nullable ServerWebSocket socket) {
        Buffer copy = BufferInternal.buffer(pooled);
        hand(
                pooled.readableBytes(),
                () -> socket == null ? response.write(copy) : socket.writeBinaryMessage(copy),
                pooled::release);
    }

    /** Has the event loop write; whatever becomes of it, {@code after} runs once and the room is free again. */
    private void hand(int length, Supplier<Future<Void>> write, Runnable after) {
        eventLoop.runOnContext(v -> {
            Future<Void> written;
            try {
                written = write.get();
            } catch (IllegalStateException gone) {
                written = Future.failedFuture(gone);
            }
            written.onComplete(result -> {
                after.run();
                sent(length, result.succeeded());
            });
        });
    }

    private void awaitRoom(int length) {
        lock.lock();
        try {
            long patience = TimeUnit.SECONDS.toNanos(STALLED_SECONDS_MAX);
            while (outstanding > OUTSTANDING_BYTES_MAX && !closed) {
                patience = room.awaitNanos(patience);
                if (patience <= 0) {
                    abort();
                    throw new StalledException();
                }
            }
            if (closed) {
                throw new ClosedException();
            }
            outstanding += length;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClosedException();
        } finally {
            lock.unlock();
        }
    }

    private void sent(int length, boolean succeeded) {
        lock.lock();
        try {
            outstanding -= length;
            room.signalAll();
        } finally {
            lock.unlock();
        }
        if (!succeeded) {
            closed();
        }
    }

    @Override
    public void end() {
        ServerWebSocket socket = webSocket;
        ByteBuf whole = held;
        held = null;
        ended = true;
        eventLoop.runOnContext(v -> {
            if (socket != null) {
                socket.close();
            } else if (whole == null) {
                end(null);
            } else {
                end(BufferInternal.buffer(whole)).onComplete(result -> whole.release());
            }
        });
    }

    private Future<Void> end(@Nullable Buffer whole) {
        if (response.ended() || response.closed()) {
            return Future.failedFuture("the peer has gone");
        }
        return whole == null ? response.end() : response.end(whole);
    }

    @Override
    public void abort() {
        if (held != null) {
            held.release();
            held = null;
        }
        eventLoop.runOnContext(v -> {
            if (request.version() == HttpVersion.HTTP_2) {
                response.reset();
            } else {
                request.connection().close();
            }
        });
    }

    @Override
    public boolean framed() {
        return webSocket != null;
    }

    @Override
    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onClose(Runnable action) {
        lock.lock();
        try {
            if (!closed) {
                closeActions.add(action);
                return;
            }
        } finally {
            lock.unlock();
        }
        action.run();
    }

    /** Lets whoever is streaming come to an end by itself, as if the peer had gone; the connection stays. */
    void stop() {
        List<Runnable> actions;
        lock.lock();
        try {
            actions = ended ? List.of() : List.copyOf(closeActions);
            closeActions.clear();
        } finally {
            lock.unlock();
        }
        actions.forEach(Runnable::run);
    }

    private void closed() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
        stop();
    }
}
