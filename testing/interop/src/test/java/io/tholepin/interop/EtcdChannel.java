package io.tholepin.interop;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/** A gRPC channel to exactly one member, without TLS. It reconnects by itself. Thread-safe. */
final class EtcdChannel implements AutoCloseable {
    private final ManagedChannel channel;

    /** To host:port; connects when first used. */
    EtcdChannel(String address) {
        channel = NettyChannelBuilder.forTarget("dns:///" + address)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .disableRetry()
                .build();
    }

    ManagedChannel open() {
        return channel;
    }

    /** Forgets how long the next attempt to connect should wait. */
    void hurry() {
        channel.resetConnectBackoff();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
