package io.tholepin.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Objects of one resource as the store holds them: the protobuf envelope, without resourceVersion (the store knows it)
 * and selfLink. Reads values that other servers stored as JSON, too. Immutable and thread-safe.
 *
 * <p>Source: contract 2.13.
 */
public final class ObjectCodec {
    private final ResourceType resource;
    private final TypeSchema type;
    private final byte[] head;
    private final SelectableFields selectable;
    private final Projection projection;

    /**
     * One stored object as a cache wants it.
     *
     * @param namespace empty for a cluster-scoped object
     * @param labels keys and values shared among objects
     * @param fields values of {@link #fieldNames}, in that order
     * @param json compact, beginning with the constant {@code {"kind":...,"apiVersion":...,}
     */
    public record Decoded(String namespace, String name, Map<String, String> labels, String[] fields, byte[] json) {}

    private ObjectCodec(ResourceType resource, TypeSchema type) {
        this.resource = resource;
        this.type = type;
        this.head = Transcoder.typeMetaHead(resource.kind(), resource.apiVersion());
        this.selectable = SelectableFields.of(resource);
        List<String> paths = new ArrayList<>(selectable.names());
        paths.addAll(List.of("metadata.name", "metadata.namespace", "metadata.labels"));
        this.projection = Projection.of(type, paths);
    }

    /**
     * The codec of a resource.
     *
     * @throws IllegalArgumentException when its type is not in the pack
     */
    public static ObjectCodec of(ResourceType resource, SchemaPack pack) {
        TypeSchema type = pack.type(resource.typeName());
        if (type == null) {
            throw new IllegalArgumentException("type: " + resource.typeName() + " (expected: one in the schema pack)");
        }
        return new ObjectCodec(resource, type);
    }

    /** The type of the objects. */
    public TypeSchema type() {
        return type;
    }

    /** Names of the selectable fields in {@link Decoded#fields}. */
    public List<String> fieldNames() {
        return selectable.names();
    }

    /** Length in bytes of the constant head of each JSON form, {@code {"kind":"Pod","apiVersion":"v1",}. */
    public int typeMetaLength() {
        return head.length;
    }

    /**
     * An object as the store keeps it. The tree is not changed.
     *
     * @throws IllegalArgumentException when a value has not the shape of its field
     */
    public byte[] encodeForStore(Map<String, Object> tree) {
        Map<String, Object> stored = new LinkedHashMap<>(tree);
        Map<String, Object> metadata = Json.object(tree, "metadata");
        if (metadata != null) {
            Map<String, Object> kept = new LinkedHashMap<>(metadata);
            kept.remove("resourceVersion");
            kept.remove("selfLink");
            stored.put("metadata", kept);
        }
        return encode(stored);
    }

    /**
     * An object as a protobuf response carries it: in its envelope, with everything the tree has.
     *
     * @throws IllegalArgumentException when a value has not the shape of its field
     */
    public byte[] encode(Map<String, Object> tree) {
        return Envelope.wrap(resource.apiVersion(), resource.kind(), Transcoder.toProtobuf(type, tree));
    }

    /**
     * A stored object as a new tree: kind, apiVersion, then the fields.
     *
     * @param resourceVersion revision of its last change, above 0
     * @throws IllegalArgumentException when the value is no such object
     */
    public Map<String, Object> decodeTree(byte[] value, long resourceVersion) {
        Message message = message(value);
        TreeSink sink = new TreeSink();
        sink.startObject();
        new WireWalk(message.bytes, sink, Long.toString(resourceVersion))
                .fields(type.layout(), message.offset, message.offset + message.length);
        sink.endObject();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", resource.kind());
        tree.put("apiVersion", resource.apiVersion());
        Object fields = sink.tree();
        if (fields != null) {
            tree.putAll(Json.asObject(fields));
        }
        return tree;
    }

    /**
     * A stored object as JSON. The bytes go from the wire to the text; no tree is made.
     *
     * @param resourceVersion revision of its last change, above 0
     * @throws IllegalArgumentException when the value is no such object
     */
    public byte[] decodeJson(byte[] value, long resourceVersion) {
        return json(message(value), resourceVersion);
    }

    private byte[] json(Message message, long resourceVersion) {
        return Transcoder.writeJson(
                type, head, message.bytes, message.offset, message.length, Long.toString(resourceVersion));
    }

    /**
     * A stored object as JSON, with what selectors need.
     *
     * @param resourceVersion revision of its last change, above 0
     * @throws IllegalArgumentException when the value is no such object
     */
    public Decoded decode(byte[] value, long resourceVersion) {
        Message message = message(value);
        Map<String, Object> part = projection.read(message.bytes, message.offset, message.offset + message.length);
        return new Decoded(
                Json.string(part, "metadata", "namespace").intern(),
                Json.string(part, "metadata", "name"),
                labels(part),
                selectable.values(part),
                json(message, resourceVersion));
    }

    private static Map<String, String> labels(Map<String, Object> part) {
        Map<String, String> labels = Json.strings(part, "metadata", "labels");
        return labels.isEmpty() ? Map.of() : Map.copyOf(labels);
    }

    private record Message(byte[] bytes, int offset, int length) {}

    private Message message(byte[] value) {
        if (Envelope.isEnvelope(value, 0, value.length)) {
            Envelope.Content content = Envelope.unwrap(value, 0, value.length);
            return new Message(value, content.offset(), content.length());
        }
        try {
            Map<String, Object> tree = TypedReader.read(
                            type, OlderDefinition.current(Json.parseObject(value)), Set.of())
                    .tree();
            byte[] bytes = Transcoder.toProtobuf(type, tree);
            return new Message(bytes, 0, bytes.length);
        } catch (Json.Malformed | TypedReader.MismatchException e) {
            throw new IllegalArgumentException(resource.kind() + " is neither protobuf nor JSON: " + e.getMessage(), e);
        }
    }
}
