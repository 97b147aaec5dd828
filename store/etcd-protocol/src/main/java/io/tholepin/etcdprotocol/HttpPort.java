package io.tholepin.etcdprotocol;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;

/** Puts HTTP/1.1 on a connection. Shared by all connections of a port. */
final class HttpPort {
    /** A body in JSON is larger than the message it means: bytes are base64. */
    private static final int BODY_FACTOR = 2;

    private static final String CODEC = "http-codec";
    private static final String WHOLE = "http-whole";
    private static final String REQUESTS = "http-requests";

    private final HttpExchange.Door door;
    private final HttpHandler handler;
    private final int bodyBytesMax;

    HttpPort(HttpExchange.Door door, HttpHandler handler, int messageBytesMax) {
        this.door = door;
        this.handler = handler;
        this.bodyBytesMax = (int) Math.min(Integer.MAX_VALUE, (long) messageBytesMax * BODY_FACTOR);
    }

    /** At the end of {@code pipeline}. */
    void install(ChannelPipeline pipeline) {
        pipeline.addLast(CODEC, new HttpServerCodec());
        pipeline.addLast(WHOLE, new HttpObjectAggregator(bodyBytesMax));
        pipeline.addLast(REQUESTS, new HttpRequests(door, handler, bodyBytesMax));
    }

    /** Right behind the handler of {@code context}. */
    void installAfter(ChannelHandlerContext context) {
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addAfter(context.name(), CODEC, new HttpServerCodec());
        pipeline.addAfter(CODEC, WHOLE, new HttpObjectAggregator(bodyBytesMax));
        pipeline.addAfter(WHOLE, REQUESTS, new HttpRequests(door, handler, bodyBytesMax));
    }
}
