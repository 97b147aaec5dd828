package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * JSON and protobuf forms of typed messages. Protobuf comes out byte for byte as Kubernetes writes it; JSON and trees
 * come out with fields in the order of {@link TypeSchema#fields}, map keys sorted, and what Go always writes written.
 * Stateless and thread-safe.
 *
 * <p>Trees that go in must have the shape of their type, as {@link TypedReader} makes sure; unknown keys are left out.
 * {@code kind} and {@code apiVersion} are no part of a message, see {@link Envelope}.
 *
 * <p>Source: contract 3.5 and Appendix D.
 */
public final class Transcoder {
    private Transcoder() {}

    /**
     * Writes a message.
     *
     * @throws IllegalArgumentException when a value has not the shape of its field
     */
    public static byte[] toProtobuf(TypeSchema type, Map<String, Object> tree) {
        return ProtobufWriter.write(type, tree);
    }

    /**
     * Reads a message into a new tree.
     *
     * @throws IllegalArgumentException when the bytes are no such message
     */
    public static Map<String, Object> fromProtobuf(TypeSchema type, byte[] bytes, int offset, int length) {
        TreeSink sink = new TreeSink();
        sink.startObject();
        new WireWalk(bytes, sink, "").fields(type.layout(), offset, offset + length);
        sink.endObject();
        Object tree = sink.tree();
        return tree == null ? Map.of() : Json.asObject(tree);
    }

    /**
     * Writes the JSON of a message that is given as protobuf, without a tree in between.
     *
     * @throws IllegalArgumentException when the bytes are no such message
     */
    public static byte[] writeJson(TypeSchema type, byte[] bytes, int offset, int length) {
        return writeJson(type, OPEN, bytes, offset, length, "");
    }

    private static final byte[] OPEN = {'{'};

    /**
     * As {@link #writeJson(TypeSchema, byte[], int, int)} with a given beginning.
     *
     * @param head opening brace and first members, such as {@link #typeMetaHead}
     * @param resourceVersion stands in the metadata instead of the message's own, and selfLink is left out; empty to
     *     change nothing
     */
    static byte[] writeJson(
            TypeSchema type, byte[] head, byte[] bytes, int offset, int length, String resourceVersion) {
        ByteSink sink = new ByteSink(head.length + 2 * length + 512);
        sink.raw(head);
        new WireWalk(bytes, sink, resourceVersion).fields(type.layout(), offset, offset + length);
        sink.endObject();
        return sink.toBytes();
    }

    /** {@code {"kind":"Pod","apiVersion":"v1",} */
    static byte[] typeMetaHead(String kind, String apiVersion) {
        return ("{\"kind\":" + Json.text(kind) + ",\"apiVersion\":" + Json.text(apiVersion) + ",")
                .getBytes(StandardCharsets.UTF_8);
    }
}
