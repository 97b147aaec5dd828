package io.tholepin.replica;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where peers come in: listens, asks who calls, and hands each call to its handler, in the order of the connection.
 * Bounds: {@link #CONNECTIONS_MAX} connections, frames of {@link PeerFrames#FRAME_BYTES_MAX}; who does not say who it
 * is
 * within seconds, or is silent for {@code silenceMillis}, is sent away.
 */
final class PeerDoor implements AutoCloseable {
    /** Most connections: two of each of seven members, and those that come anew while old ones are not gone yet. */
    static final int CONNECTIONS_MAX = 64;

    private static final System.Logger LOG = System.getLogger(PeerDoor.class.getName());
    private static final int HELLO_MILLIS_MAX = 3_000;

    private final PeerTransport transport;
    private final long silenceMillis;
    private final ChannelGroup guests = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<Channel> listening = new ArrayList<>();

    /** Why somebody was turned away last; it is said once, not with each attempt. The loop's. */
    private String lastTurned = "";

    PeerDoor(PeerTransport transport, long silenceMillis) {
        this.transport = transport;
        this.silenceMillis = silenceMillis;
    }

    /**
     * Listens at {@code url}.
     *
     * @return the port
     * @throws IOException when it cannot; the message is one line
     */
    int listen(PeerUrl url) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(transport.loop().threads())
                .channel(transport.loop().serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Pipeline(url.tls()))
                .bind(url.host(), url.port())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen for peers at " + url.host() + ":" + url.port() + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        listening.add(bound.channel());
        return ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    /** Sends away those who would not be let in any more. */
    void review() {
        guests.forEach(guest -> {
            Frames frames = guest.pipeline().get(Frames.class);
            if (frames != null && transport.isRemoved(frames.from)) {
                guest.close();
            }
        });
    }

    /** Sends away everybody who is in. */
    void clear() {
        guests.close();
    }

    @Override
    public void close() {
        listening.forEach(Channel::close);
        guests.close();
    }

    private final class Pipeline extends ChannelInitializer<Channel> {
        private final boolean tls;

        Pipeline(boolean tls) {
            this.tls = tls;
        }

        @Override
        protected void initChannel(Channel guest) {
            if (guests.size() >= CONNECTIONS_MAX) {
                guest.close();
                return;
            }
            guests.add(guest);
            if (tls) {
                guest.pipeline().addLast(transport.certificates().server().newHandler(guest.alloc()));
            }
            guest.pipeline()
                    .addLast(PeerFrames.decoder())
                    .addLast(new FlushConsolidationHandler(256, true))
                    .addLast(new IdleStateHandler(silenceMillis, 0, 0, TimeUnit.MILLISECONDS))
                    .addLast(new Frames());
        }
    }

    private final class Frames extends SimpleChannelInboundHandler<ByteBuf> {
        private boolean known;
        private volatile long from;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.executor()
                    .schedule(
                            () -> {
                                if (!known) {
                                    context.close();
                                }
                            },
                            HELLO_MILLIS_MAX,
                            TimeUnit.MILLISECONDS);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
            byte kind = frame.readByte();
            if (!known && kind == PeerFrames.HELLO) {
                hello(context, frame);
            } else if (known && kind == PeerFrames.CALL) {
                called(context, frame);
            } else {
                context.close();
            }
        }

        private void hello(ChannelHandlerContext context, ByteBuf frame) {
            if (frame.readableBytes() < 29
                    || frame.readInt() != PeerFrames.MAGIC
                    || frame.readByte() != PeerFrames.VERSION) {
                turn(context, PeerFrames.Reason.OTHER, "another protocol or version");
                return;
            }
            long cluster = frame.readLong();
            from = frame.readLong();
            long to = frame.readLong();
            SslHandler tls = context.pipeline().get(SslHandler.class);
            String refusal = tls == null
                    ? null
                    : transport.certificates().refusal(tls.engine().getSession());
            if (refusal != null) {
                turn(context, PeerFrames.Reason.OTHER, refusal);
            } else if (from != 0 && cluster != transport.clusterId()) {
                turn(
                        context,
                        PeerFrames.Reason.CLUSTER,
                        "cluster ID mismatch: " + MemberIds.text(cluster) + " (expected: "
                                + MemberIds.text(transport.clusterId()) + ")");
            } else if (to != 0 && to != transport.memberId()) {
                turn(context, PeerFrames.Reason.MEMBER, "this is member " + MemberIds.text(transport.memberId()));
            } else if (transport.isRemoved(from)) {
                turn(context, PeerFrames.Reason.REMOVED, "the member has been permanently removed from the cluster");
            } else if (transport.isCut(from)) {
                context.close();
            } else {
                known = true;
                context.writeAndFlush(PeerFrames.welcome(context.alloc(), transport.clusterId(), transport.memberId()));
            }
        }

        private void turn(ChannelHandlerContext context, PeerFrames.Reason reason, String text) {
            boolean news = !text.equals(lastTurned);
            lastTurned = text;
            LOG.log(
                    news ? Level.WARNING : Level.DEBUG,
                    "turned away a caller from {0}: {1}",
                    context.channel().remoteAddress(),
                    text);
            context.writeAndFlush(PeerFrames.turned(context.alloc(), reason, text))
                    .addListener(_ -> context.close());
        }

        private void called(ChannelHandlerContext context, ByteBuf frame) {
            long number = frame.readLong();
            int type = frame.readShort();
            if (transport.isCut(from)) {
                context.close();
                return;
            }
            Reply reply = new Reply(context.channel(), number);
            PeerHandler handler = transport.handler(type, from);
            if (handler == null) {
                reply.refuse("unknown message " + type);
                return;
            }
            transport.observer().peerReceived(from, frame.readableBytes());
            try {
                handler.handle(from, frame.nioBuffer(), reply);
            } catch (RuntimeException failure) {
                LOG.log(Level.WARNING, "message " + type + " from " + MemberIds.text(from) + " failed", failure);
                context.close();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof IdleStateEvent idle && idle.state() == IdleState.READER_IDLE) {
                context.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            LOG.log(Level.DEBUG, "connection of a peer", failure);
            context.close();
        }
    }

    private record Reply(Channel channel, long number) implements PeerHandler.Answer {
        @Override
        public void send(PeerBody body) {
            write(PeerFrames.answer(channel.alloc(), number, body));
        }

        @Override
        public void refuse(String why) {
            write(PeerFrames.refused(channel.alloc(), number, why));
        }

        private void write(@Nullable ByteBuf frame) {
            // A channel that is closed releases the frame; who asked has been told by the loss of its connection.
            channel.writeAndFlush(frame);
        }
    }
}
