package io.tholepin.etcdprotocol;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;

/** The few threads that do all the network's work; over epoll where there is one. */
final class EventLoops implements AutoCloseable {
    private static final int THREADS_MAX = 8;
    private static final long QUIET_MILLIS = 0;
    private static final long CLOSE_MILLIS_MAX = 2_000;

    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup group;

    EventLoops() {
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, THREADS_MAX);
        this.group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("etcd-port", true), io);
    }

    EventLoopGroup group() {
        return group;
    }

    /** What listens on {@code url}. */
    ChannelFactory<ServerChannel> serverChannels(ListenUrl url) {
        if (url.isSocket()) {
            return epoll ? EpollServerDomainSocketChannel::new : NioServerDomainSocketChannel::new;
        }
        return epoll ? EpollServerSocketChannel::new : NioServerSocketChannel::new;
    }

    /** The address of {@code url} in the form that {@link #serverChannels} take. */
    SocketAddress address(ListenUrl url) {
        if (url.isSocket()) {
            return epoll ? new DomainSocketAddress(url.socket()) : UnixDomainSocketAddress.of(url.socketFile());
        }
        return new InetSocketAddress(url.host(), url.port());
    }

    @Override
    public void close() {
        group.shutdownGracefully(QUIET_MILLIS, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_MILLIS_MAX);
    }
}
