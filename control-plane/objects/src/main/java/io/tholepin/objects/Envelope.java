package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The frames around protobuf messages: four magic bytes and the message {@code Unknown} around each object, and the
 * frames of a protobuf watch. Source: contract 3.5.
 */
public final class Envelope {
    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final int TYPE_META = 1;
    private static final int RAW = 2;
    private static final int CONTENT_ENCODING = 3;
    private static final int CONTENT_TYPE = 4;

    private Envelope() {}

    /**
     * What an envelope holds.
     *
     * @param apiVersion empty when the sender left it out, as is {@code kind}
     * @param offset where the typed message begins in the bytes given to {@link #unwrap}
     * @param length bytes of the typed message
     */
    public record Content(String apiVersion, String kind, int offset, int length) {}

    /** Whether the bytes begin with the magic. */
    public static boolean isEnvelope(byte[] bytes, int offset, int length) {
        if (length < MAGIC.length) {
            return false;
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (bytes[offset + i] != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    /** Puts a typed message into an envelope. */
    public static byte[] wrap(String apiVersion, String kind, byte[] message) {
        WireWriter out = new WireWriter(message.length + kind.length() + apiVersion.length() + 32);
        text(out, CONTENT_TYPE, "");
        text(out, CONTENT_ENCODING, "");
        out.raw(message);
        out.varint(message.length);
        out.varint(RAW << 3 | 2);
        int mark = out.size();
        text(out, 2, kind);
        text(out, 1, apiVersion);
        out.length(mark);
        out.varint(TYPE_META << 3 | 2);
        out.raw(MAGIC);
        return out.toBytes();
    }

    /**
     * What stands before a typed message of a given length in its envelope; {@link #tail} stands behind it. For
     * messages that are not in memory as a whole.
     */
    public static byte[] head(String apiVersion, String kind, long messageLength) {
        WireWriter out = new WireWriter(kind.length() + apiVersion.length() + 32);
        out.varint(messageLength);
        out.varint(RAW << 3 | 2);
        int mark = out.size();
        text(out, 2, kind);
        text(out, 1, apiVersion);
        out.length(mark);
        out.varint(TYPE_META << 3 | 2);
        out.raw(MAGIC);
        return out.toBytes();
    }

    /** What stands behind a typed message in its envelope. */
    public static byte[] tail() {
        return new byte[] {CONTENT_ENCODING << 3 | 2, 0, CONTENT_TYPE << 3 | 2, 0};
    }

    /** What stands before the bytes of a field that holds a message of a given length. */
    public static byte[] fieldHead(int number, int length) {
        WireWriter out = new WireWriter(12);
        out.varint(length);
        out.varint((long) number << 3 | 2);
        return out.toBytes();
    }

    private static void text(WireWriter out, int number, String value) {
        out.string(value);
        out.varint(number << 3 | 2);
    }

    /**
     * Looks into an envelope.
     *
     * @throws IllegalArgumentException when the bytes are none
     */
    public static Content unwrap(byte[] bytes, int offset, int length) {
        if (!isEnvelope(bytes, offset, length)) {
            throw WireReader.malformed("no envelope: it does not begin with k8s\\0");
        }
        int end = offset + length;
        WireReader in = new WireReader(bytes);
        in.position = offset + MAGIC.length;
        String apiVersion = "";
        String kind = "";
        int rawFrom = end;
        int rawEnd = end;
        while (in.position < end) {
            int tag = in.tag(end);
            if (tag == (TYPE_META << 3 | 2)) {
                int stop = in.lengthEnd(end);
                int from = in.position;
                apiVersion = text(in, from, stop, 1);
                kind = text(in, from, stop, 2);
                in.position = stop;
            } else if (tag == (RAW << 3 | 2)) {
                rawEnd = in.lengthEnd(end);
                rawFrom = in.position;
                in.position = rawEnd;
            } else {
                in.skip(tag, end);
            }
        }
        return new Content(apiVersion, kind, rawFrom, rawEnd - rawFrom);
    }

    private static String text(WireReader in, int from, int end, int number) {
        String text = "";
        in.position = from;
        while (in.position < end) {
            int tag = in.tag(end);
            if (tag == (number << 3 | 2)) {
                int stop = in.lengthEnd(end);
                text = new String(in.bytes, in.position, stop - in.position, StandardCharsets.UTF_8);
                in.position = stop;
            } else {
                in.skip(tag, end);
            }
        }
        return text;
    }

    /**
     * One frame of a protobuf watch: a big-endian length and a {@code WatchEvent} without envelope.
     *
     * @param type such as {@code ADDED}
     * @param document the object in its envelope
     */
    public static byte[] watchFrame(String type, byte[] document) {
        byte[] head = watchFrameHead(type, document.length);
        byte[] frame = Arrays.copyOf(head, head.length + document.length);
        System.arraycopy(document, 0, frame, head.length, document.length);
        return frame;
    }

    /** What stands before an object's document of a given length in its frame; nothing stands behind it. */
    public static byte[] watchFrameHead(String type, int documentLength) {
        WireWriter out = new WireWriter(type.length() + 32);
        out.varint(documentLength);
        out.varint(1 << 3 | 2);
        out.varint(out.size() + (long) documentLength);
        out.varint(2 << 3 | 2);
        text(out, 1, type);
        int size = out.size() + documentLength;
        out.raw(new byte[] {(byte) (size >>> 24), (byte) (size >>> 16), (byte) (size >>> 8), (byte) size});
        return out.toBytes();
    }
}
