package io.tholepin.benchmarks;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One event loop that makes load, and blocking single calls for what is not measured. */
final class LoadClient implements AutoCloseable {
    private static final int PREFIX_BYTES = 5;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final long threadId;

    LoadClient() throws InterruptedException, ExecutionException {
        threadId = loop.submit(() -> Thread.currentThread().threadId()).get();
    }

    EventLoop loop() {
        return loop;
    }

    GrpcConnection connect(InetSocketAddress address) throws InterruptedException {
        return GrpcConnection.open(loop, address);
    }

    /** User and system time of the event loop so far, in seconds: the cost of making the load, without JIT and GC. */
    double cpuSeconds() {
        return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads
                ? threads.getThreadCpuTime(threadId) / 1e9
                : Double.NaN;
    }

    /** One call with one request and one response. Not on the event loop. */
    <T> T call(GrpcConnection connection, GrpcMethod method, MessageLite request, Parser<T> parser, long timeoutMillis)
            throws IOException, InterruptedException {
        Single call = new Single();
        ByteBuf frame = EtcdFrames.frame(request);
        loop.execute(() -> {
            connection.start(method, frame, true, call);
            connection.flush();
        });
        try {
            byte[] bytes = call.response.get(timeoutMillis, TimeUnit.MILLISECONDS);
            return parser.parseFrom(bytes, PREFIX_BYTES, bytes.length - PREFIX_BYTES);
        } catch (TimeoutException e) {
            loop.execute(() -> connection.cancel(call));
            throw new IOException(method + ": no answer in " + timeoutMillis + " ms", e);
        } catch (ExecutionException | InvalidProtocolBufferException e) {
            throw new IOException(method + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static final class Single extends GrpcCall {
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> response = new CompletableFuture<>();

        @Override
        void onData(ByteBuf data) {
            byte[] bytes = new byte[data.readableBytes()];
            data.readBytes(bytes);
            received.writeBytes(bytes);
        }

        @Override
        void onEnd(int status, String message) {
            if (status == 0 && received.size() >= PREFIX_BYTES) {
                response.complete(received.toByteArray());
            } else {
                response.completeExceptionally(new IOException("status " + status + " " + message));
            }
        }
    }
}
