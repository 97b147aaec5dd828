package io.tholepin.replica;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.tholepin.kv.StoreObserver;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The connection on which this member calls one peer: opened at once and again after it broke, with a growing pause,
 * to each of the peer's URLs in turn. Calls go out in the order in which they were made; answers may come in any order.
 *
 * <p>Any thread may call. Bounds: {@link #CALLS_MAX} calls without an answer and {@link #BYTES_MAX} bytes not yet
 * written; one more fails at once. A peer that sends nothing for {@code silenceMillis}, although it is pinged each
 * second, is taken for dead: the connection is closed.
 */
final class PeerLink {
    /** Most calls under way. */
    static final int CALLS_MAX = 4_096;

    /** Most bytes that wait for the socket. */
    static final long BYTES_MAX = 64L << 20;

    private static final System.Logger LOG = System.getLogger(PeerLink.class.getName());
    private static final int CONNECT_MILLIS_MAX = 2_000;
    private static final int HELLO_MILLIS_MAX = 3_000;
    private static final long PAUSE_MILLIS_MIN = 20;
    private static final long PAUSE_MILLIS_MAX = 1_000;
    private static final long PING_SECONDS = 1;
    private static final long EXPIRY_MILLIS = 50;

    private record Call(int type, PeerCallback callback, long sentNanos, long deadlineNanos) {}

    private final long peer;
    private final PeerTransport transport;
    private final EventLoop loop;
    private final StoreObserver observer;
    private final long silenceMillis;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong callsUnderWay = new AtomicLong();

    // The loop's own.
    private final Map<Long, Call> calls = new HashMap<>();
    private List<PeerUrl> urls;
    private long number;
    private int nextUrl;
    private long pauseMillis = PAUSE_MILLIS_MIN;
    private @Nullable Channel opening;
    private @Nullable Future<?> pinging;
    private boolean closed;
    private String lastTrouble = "";

    /** The connection that may be used; null while there is none. */
    private volatile @Nullable Channel channel;

    private volatile long connectedNanos;

    /** Opens nothing before {@link #open}. */
    PeerLink(long peer, List<PeerUrl> urls, PeerTransport transport, long silenceMillis) {
        this.peer = peer;
        this.urls = List.copyOf(urls);
        this.transport = transport;
        this.loop = transport.loop().threads().next();
        this.observer = transport.observer();
        this.silenceMillis = silenceMillis;
    }

    void open() {
        loop.execute(this::connect);
        loop.scheduleWithFixedDelay(this::expire, EXPIRY_MILLIS, EXPIRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    boolean isConnected() {
        return channel != null;
    }

    /** For how long the connection has been up; -1 when it is not. */
    long connectedMillis() {
        return channel == null ? -1 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - connectedNanos);
    }

    /**
     * Other URLs from now on: for the next connection. The one there is stays, because it leads to the member whatever
     * the URLs say, and new ones may be wrong or may not be served before the member has been started again. Source:
     * etcd's rafthttp keeps its streams when a member is updated.
     */
    void urls(List<PeerUrl> changed) {
        loop.execute(() -> {
            if (!changed.equals(urls)) {
                urls = List.copyOf(changed);
                pauseMillis = PAUSE_MILLIS_MIN;
                if (channel == null) {
                    drop("its URLs changed");
                }
            }
        });
    }

    /** Closes the connection; it is opened again unless the transport forbids it. */
    void reset(String why) {
        loop.execute(() -> drop(why));
    }

    void close() {
        loop.execute(() -> {
            closed = true;
            drop("closed");
        });
    }

    /**
     * Calls the peer.
     *
     * @return why it cannot be sent, and then the callback is not called; null when it is under way
     */
    @Nullable
    PeerFailure call(int type, PeerBody body, long timeoutMillis, PeerCallback callback) {
        Channel open = channel;
        if (open == null) {
            observer.peerSendFailed(peer);
            return new PeerFailure(PeerFailure.Kind.NOT_SENT, "not connected to member " + MemberIds.text(peer));
        }
        int size = body.size();
        if (callsUnderWay.get() >= CALLS_MAX || waitingBytes.get() > BYTES_MAX - size) {
            observer.peerSendFailed(peer);
            return new PeerFailure(PeerFailure.Kind.NOT_SENT, "too much waits for member " + MemberIds.text(peer));
        }
        long now = System.nanoTime();
        Call call = new Call(type, callback, now, now + TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
        callsUnderWay.incrementAndGet();
        waitingBytes.addAndGet(size);
        // The body is written here and now: what it reads may be recycled by the caller afterwards.
        ByteBuf frame = PeerFrames.call(open.alloc(), 0, type, body);
        try {
            loop.execute(() -> send(open, call, frame, size));
        } catch (RejectedExecutionException shutDown) {
            frame.release();
            waitingBytes.addAndGet(-size);
            callsUnderWay.decrementAndGet();
            return new PeerFailure(PeerFailure.Kind.NOT_SENT, "closed");
        }
        return null;
    }

    // ---- The loop's.

    private void send(Channel open, Call call, ByteBuf frame, int size) {
        if (!open.equals(channel)) {
            frame.release();
            waitingBytes.addAndGet(-size);
            callsUnderWay.decrementAndGet();
            call.callback().done(null, new PeerFailure(PeerFailure.Kind.NOT_SENT, "the connection was closed"));
            return;
        }
        long mine = ++number;
        frame.setLong(5, mine);
        calls.put(mine, call);
        observer.peerSent(peer, size);
        open.writeAndFlush(frame).addListener(_ -> waitingBytes.addAndGet(-size));
    }

    private void connect() {
        if (closed || channel != null || opening != null) {
            return;
        }
        if (urls.isEmpty() || transport.isCut(peer)) {
            later();
            return;
        }
        PeerUrl url = urls.get(Math.floorMod(nextUrl++, urls.size()));
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(transport.loop().clientChannel())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new Pipeline(url))
                .connect(url.host(), url.port());
        opening = connecting.channel();
        connecting.addListener(_ -> {
            if (!connecting.isSuccess()) {
                trouble(url + ": " + connecting.cause().getMessage());
                opening = null;
                later();
            }
        });
    }

    private void later() {
        if (!closed) {
            long jitter = Math.floorMod(System.nanoTime(), pauseMillis);
            loop.schedule(this::connect, pauseMillis + jitter, TimeUnit.MILLISECONDS);
            pauseMillis = Math.min(2 * pauseMillis, PAUSE_MILLIS_MAX);
        }
    }

    private void welcomed(Channel open) {
        opening = null;
        if (closed || transport.isCut(peer)) {
            open.close();
            return;
        }
        pauseMillis = PAUSE_MILLIS_MIN;
        lastTrouble = "";
        connectedNanos = System.nanoTime();
        channel = open;
        pinging = loop.scheduleWithFixedDelay(this::ping, PING_SECONDS, PING_SECONDS, TimeUnit.SECONDS);
        LOG.log(Level.INFO, "connected to member {0}", MemberIds.text(peer));
        transport.connected(peer);
    }

    private void gone(Channel old) {
        if (old.equals(opening)) {
            opening = null;
            later();
        } else if (old.equals(channel)) {
            channel = null;
            if (pinging != null) {
                pinging.cancel(false);
            }
            observer.peerLost(peer);
            LOG.log(Level.INFO, "lost the connection to member {0}", MemberIds.text(peer));
            failAll();
            transport.disconnected(peer);
            later();
        }
    }

    private void ping() {
        call(PeerMessages.PING, PeerBody.EMPTY, silenceMillis, (_, _) -> {});
    }

    private void drop(String why) {
        Channel now = channel != null ? channel : opening;
        if (now != null) {
            LOG.log(Level.DEBUG, "closing the connection to member {0}: {1}", MemberIds.text(peer), why);
            now.close();
        }
    }

    private void failAll() {
        List<Call> lost = new ArrayList<>(calls.values());
        calls.clear();
        callsUnderWay.addAndGet(-lost.size());
        PeerFailure failure = new PeerFailure(PeerFailure.Kind.LOST, "the connection was lost");
        lost.forEach(call -> call.callback().done(null, failure));
    }

    private void expire() {
        if (calls.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        List<Call> late = new ArrayList<>();
        for (Iterator<Call> each = calls.values().iterator(); each.hasNext(); ) {
            Call call = each.next();
            if (now - call.deadlineNanos() >= 0) {
                each.remove();
                late.add(call);
            }
        }
        callsUnderWay.addAndGet(-late.size());
        PeerFailure failure = new PeerFailure(PeerFailure.Kind.LOST, "no answer in time");
        late.forEach(call -> call.callback().done(null, failure));
    }

    private void answered(long answeredNumber, ByteBuf body, boolean refused) {
        Call call = calls.remove(answeredNumber);
        if (call == null) {
            return;
        }
        callsUnderWay.decrementAndGet();
        observer.peerReceived(peer, body.readableBytes());
        if (call.type() == PeerMessages.PING) {
            // Other answers wait for the peer's disk, or for other members.
            observer.peerRoundTrip(peer, System.nanoTime() - call.sentNanos());
        }
        if (refused) {
            String text = body.toString(StandardCharsets.UTF_8);
            call.callback().done(null, new PeerFailure(PeerFailure.Kind.REFUSED, text));
        } else {
            call.callback().done(body.nioBuffer(), null);
        }
    }

    /** Says it once, not with each attempt. */
    private void trouble(String text) {
        if (!text.equals(lastTrouble)) {
            lastTrouble = text;
            LOG.log(Level.WARNING, "member {0} cannot be reached: {1}", MemberIds.text(peer), text);
        }
    }

    private final class Pipeline extends ChannelInitializer<Channel> {
        private final PeerUrl url;

        Pipeline(PeerUrl url) {
            this.url = url;
        }

        @Override
        protected void initChannel(Channel fresh) {
            if (url.tls()) {
                fresh.pipeline()
                        .addLast(transport.certificates().client().newHandler(fresh.alloc(), url.host(), url.port()));
            }
            fresh.pipeline()
                    .addLast(PeerFrames.decoder())
                    .addLast(new FlushConsolidationHandler(256, true))
                    .addLast(new IdleStateHandler(silenceMillis, 0, 0, TimeUnit.MILLISECONDS))
                    .addLast(new Frames());
        }
    }

    private final class Frames extends SimpleChannelInboundHandler<ByteBuf> {
        private boolean welcome;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            SslHandler tls = context.pipeline().get(SslHandler.class);
            if (tls != null) {
                tls.handshakeFuture().addListener(shaken -> {
                    if (!shaken.isSuccess()) {
                        trouble("TLS: " + shaken.cause().getMessage());
                    }
                });
            }
            long self = transport.memberId();
            context.writeAndFlush(PeerFrames.hello(context.alloc(), transport.clusterId(), self, self == 0 ? 0 : peer));
            context.executor()
                    .schedule(
                            () -> {
                                if (!welcome) {
                                    context.close();
                                }
                            },
                            HELLO_MILLIS_MAX,
                            TimeUnit.MILLISECONDS);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
            byte kind = frame.readByte();
            if (!welcome) {
                greeted(context, kind, frame);
            } else if (kind == PeerFrames.ANSWER || kind == PeerFrames.REFUSED) {
                answered(frame.readLong(), frame, kind == PeerFrames.REFUSED);
            } else {
                context.close();
            }
        }

        private void greeted(ChannelHandlerContext context, byte kind, ByteBuf frame) {
            if (kind == PeerFrames.WELCOME) {
                welcome = true;
                welcomed(context.channel());
            } else {
                if (kind == PeerFrames.TURNED) {
                    PeerFrames.Reason reason = PeerFrames.Reason.of(frame.readByte());
                    trouble(frame.toString(StandardCharsets.UTF_8));
                    transport.turnedAway(peer, reason);
                }
                context.close();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof IdleStateEvent idle && idle.state() == IdleState.READER_IDLE) {
                LOG.log(Level.WARNING, "member {0} is silent", MemberIds.text(peer));
                context.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            gone(context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            LOG.log(Level.DEBUG, "connection to a peer", failure);
            context.close();
        }
    }
}
