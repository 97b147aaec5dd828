package io.tholepin.replica;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.tholepin.keyspace.TxnRules;
import java.nio.charset.StandardCharsets;

/**
 * How messages between members stand on the wire. A frame is a length of four bytes, a kind of one byte, and:
 *
 * <pre>
 * HELLO    magic int, version byte, cluster long, from long, to long    first frame of who calls
 * WELCOME  cluster long, member long                                    its answer
 * TURNED   reason byte, text                                            or this, and the end of the connection
 * CALL     number long, type short, body
 * ANSWER   number long, body
 * REFUSED  number long, text
 * </pre>
 *
 * Numbers are big-endian, text is UTF-8 up to the end of the frame. A version that is not known is turned away; new
 * types of calls are refused by members that do not know them, so members of neighbouring versions can talk.
 */
final class PeerFrames {
    static final int MAGIC = 0x74686f6c;
    static final int VERSION = 1;

    static final byte HELLO = 1;
    static final byte WELCOME = 2;
    static final byte TURNED = 3;
    static final byte CALL = 4;
    static final byte ANSWER = 5;
    static final byte REFUSED = 6;

    /** Longest frame: a log entry with the largest request any member may take, and the entries before it. */
    static final int FRAME_BYTES_MAX = 2 * TxnRules.Limits.REQUEST_BYTES_MOST;

    /** Longest text of a refusal that is sent. */
    private static final int TEXT_BYTES_MAX = 4_096;

    private static final int LENGTH_BYTES = 4;

    private PeerFrames() {}

    /** Why somebody is turned away at the door. */
    enum Reason {
        OTHER,
        /** Another cluster. */
        CLUSTER,
        /** Another member is meant. */
        MEMBER,
        /** The caller was removed from the cluster for ever. */
        REMOVED;

        static Reason of(byte code) {
            return code >= 0 && code < values().length ? values()[code] : OTHER;
        }
    }

    static LengthFieldBasedFrameDecoder decoder() {
        return new LengthFieldBasedFrameDecoder(FRAME_BYTES_MAX, 0, LENGTH_BYTES, 0, LENGTH_BYTES);
    }

    static ByteBuf hello(ByteBufAllocator allocator, long cluster, long from, long to) {
        return start(allocator, HELLO, 29)
                .writeInt(MAGIC)
                .writeByte(VERSION)
                .writeLong(cluster)
                .writeLong(from)
                .writeLong(to);
    }

    static ByteBuf welcome(ByteBufAllocator allocator, long cluster, long member) {
        return start(allocator, WELCOME, 16).writeLong(cluster).writeLong(member);
    }

    static ByteBuf turned(ByteBufAllocator allocator, Reason reason, String text) {
        byte[] bytes = bytes(text);
        return start(allocator, TURNED, 1 + bytes.length)
                .writeByte(reason.ordinal())
                .writeBytes(bytes);
    }

    static ByteBuf call(ByteBufAllocator allocator, long number, int type, PeerBody body) {
        return append(start(allocator, CALL, 10 + body.size()).writeLong(number).writeShort(type), body);
    }

    static ByteBuf answer(ByteBufAllocator allocator, long number, PeerBody body) {
        return append(start(allocator, ANSWER, 8 + body.size()).writeLong(number), body);
    }

    static ByteBuf refused(ByteBufAllocator allocator, long number, String text) {
        byte[] bytes = bytes(text);
        return start(allocator, REFUSED, 8 + bytes.length).writeLong(number).writeBytes(bytes);
    }

    private static ByteBuf start(ByteBufAllocator allocator, byte kind, int bytes) {
        if (bytes > FRAME_BYTES_MAX - 1) {
            throw new IllegalArgumentException("frame of " + bytes + " bytes (expected: < " + FRAME_BYTES_MAX + ")");
        }
        return allocator
                .directBuffer(LENGTH_BYTES + 1 + bytes)
                .writeInt(1 + bytes)
                .writeByte(kind);
    }

    private static ByteBuf append(ByteBuf frame, PeerBody body) {
        int size = body.size();
        body.write(frame.nioBuffer(frame.writerIndex(), size));
        return frame.writerIndex(frame.writerIndex() + size);
    }

    private static byte[] bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= TEXT_BYTES_MAX ? bytes : java.util.Arrays.copyOf(bytes, TEXT_BYTES_MAX);
    }
}
