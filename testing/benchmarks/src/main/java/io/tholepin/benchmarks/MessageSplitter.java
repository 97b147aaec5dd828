package io.tholepin.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/** Cuts the bytes of a response into gRPC messages, whatever the frames they arrive in. */
final class MessageSplitter {
    private static final int PREFIX_BYTES = 5;

    private final Consumer<ByteBuf> messages;
    private ByteBuf rest = Unpooled.EMPTY_BUFFER;

    /** {@code messages} gets each message without its prefix, valid only during the call. */
    MessageSplitter(Consumer<ByteBuf> messages) {
        this.messages = messages;
    }

    void add(ByteBuf data) {
        if (!rest.isReadable()) {
            split(data);
            rest = data.isReadable() ? Unpooled.buffer(data.readableBytes()).writeBytes(data) : Unpooled.EMPTY_BUFFER;
            return;
        }
        rest.writeBytes(data);
        split(rest);
        rest.discardReadBytes();
    }

    private void split(ByteBuf data) {
        while (data.readableBytes() >= PREFIX_BYTES) {
            int size = data.getInt(data.readerIndex() + 1);
            if (data.readableBytes() < PREFIX_BYTES + size) {
                return;
            }
            int start = data.readerIndex() + PREFIX_BYTES;
            int end = data.writerIndex();
            data.setIndex(start, start + size);
            messages.accept(data);
            data.setIndex(start + size, end);
        }
    }
}
