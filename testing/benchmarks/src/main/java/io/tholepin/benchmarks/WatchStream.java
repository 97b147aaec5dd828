package io.tholepin.benchmarks;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchRequest;

/**
 * One Watch call with many watchers. It reads only what it must from a response: how many events it holds and when
 * each was sent, which stands in the last eight bytes of the value. The event loop owns it.
 */
final class WatchStream extends GrpcCall {
    private static final int CREATED = 0x18;
    private static final int CANCELED = 0x20;
    private static final int EVENTS = 0x5a;
    private static final int WIRE_TYPE = 7;
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    /** What happens on it. */
    interface Listener {
        void created();

        /** An event whose value ended in these eight bytes. */
        void event(long sent);

        void ended(String why);
    }

    private final Listener listener;
    private final MessageSplitter splitter = new MessageSplitter(this::read);

    WatchStream(Listener listener) {
        this.listener = listener;
    }

    /** Opens it with {@code watchers} watchers of {@code key}; on the event loop. */
    void open(GrpcConnection connection, ByteString key, int watchers) {
        WatchRequest request = WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
                .build();
        connection.start(GrpcMethod.WATCH, EtcdFrames.frame(request), false, this);
        for (int i = 1; i < watchers; i++) {
            connection.send(this, EtcdFrames.frame(request));
        }
        connection.flush();
    }

    @Override
    void onData(ByteBuf data) {
        splitter.add(data);
    }

    @Override
    void onEnd(int status, String message) {
        listener.ended("status " + status + " " + message);
    }

    private void read(ByteBuf message) {
        while (message.isReadable()) {
            int tag = message.readUnsignedByte();
            switch (tag & WIRE_TYPE) {
                case VARINT -> flag(tag, varint(message));
                case LENGTH_DELIMITED -> {
                    int size = (int) varint(message);
                    message.skipBytes(size);
                    if (tag == EVENTS) {
                        // The value is the last field of the key-value, which is the last of the event.
                        listener.event(message.getLong(message.readerIndex() - Long.BYTES));
                    }
                }
                default -> throw new IllegalStateException("watch response: field " + tag);
            }
        }
    }

    private void flag(int tag, long value) {
        if (tag == CREATED && value != 0) {
            listener.created();
        } else if (tag == CANCELED && value != 0) {
            listener.ended("canceled");
        }
    }

    private static long varint(ByteBuf from) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.readByte();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
