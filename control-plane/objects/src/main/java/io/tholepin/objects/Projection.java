package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A few fields of a type, to be read from the wire without reading the rest: what labels and field selectors need.
 * Immutable.
 */
final class Projection {
    private final TypeSchema type;
    /** By field number; an empty projection of a message takes all of it. */
    private final Map<Integer, Projection> parts = new HashMap<>();

    private Projection(TypeSchema type) {
        this.type = type;
    }

    /**
     * Prepares to read some fields.
     *
     * @param paths dotted JSON names; a step that the type does not have takes the whole message before it
     */
    static Projection of(TypeSchema type, List<String> paths) {
        Projection root = new Projection(type);
        paths.forEach(path -> root.add(path.split("\\."), 0));
        return root;
    }

    private void add(String[] path, int step) {
        FieldSchema field = type.field(path[step]);
        if (field == null || field.inlined()) {
            return;
        }
        TypeSchema message = field.message();
        Projection part = parts.computeIfAbsent(field.number(), n -> new Projection(message == null ? type : message));
        if (message != null && step + 1 < path.length && message.field(path[step + 1]) != null) {
            part.add(path, step + 1);
        }
    }

    /** The wanted fields that stand in a message, as a tree. */
    Map<String, Object> read(byte[] bytes, int from, int to) {
        Map<String, Object> tree = new LinkedHashMap<>();
        WireReader in = new WireReader(bytes);
        in.position = from;
        while (in.position < to) {
            int tag = in.tag(to);
            Projection part = parts.get(tag >>> 3);
            Layout.Slot slot = part == null ? null : type.layout().slot(tag >>> 3);
            if (part == null || slot == null) {
                in.skip(tag, to);
            } else {
                part.value(slot, in, tag, to, tree);
            }
        }
        return tree;
    }

    private void value(Layout.Slot slot, WireReader in, int tag, int to, Map<String, Object> tree) {
        FieldSchema field = slot.field;
        if (tag != slot.tag) {
            throw WireReader.malformed("field " + field + " with wire type " + (tag & 7));
        }
        switch (field.kind()) {
            case BOOL -> tree.put(field.jsonName(), in.varint(to) != 0);
            case INT32, INT64 -> tree.put(field.jsonName(), in.varint(to));
            case DOUBLE -> tree.put(field.jsonName(), in.fixed64(to));
            case STRING, BYTES, MESSAGE -> {
                int stop = in.lengthEnd(to);
                if (field.map()) {
                    entry(in, stop, Json.child(tree, field.jsonName()));
                } else if (field.kind() == FieldSchema.Kind.MESSAGE) {
                    tree.put(field.jsonName(), message(in, stop));
                } else {
                    tree.put(field.jsonName(), text(in.bytes, in.position, stop));
                }
                in.position = stop;
            }
        }
    }

    private Map<String, Object> message(WireReader in, int stop) {
        return parts.isEmpty()
                ? Transcoder.fromProtobuf(type, in.bytes, in.position, stop - in.position)
                : read(in.bytes, in.position, stop);
    }

    /** One entry of a map of strings. Keys and values repeat among objects, so they are shared. */
    private static void entry(WireReader in, int stop, Map<String, Object> map) {
        String key = "";
        String value = "";
        while (in.position < stop) {
            int tag = in.tag(stop);
            if (tag == (1 << 3 | 2) || tag == (2 << 3 | 2)) {
                int end = in.lengthEnd(stop);
                String text = text(in.bytes, in.position, end).intern();
                key = tag >>> 3 == 1 ? text : key;
                value = tag >>> 3 == 2 ? text : value;
                in.position = end;
            } else {
                in.skip(tag, stop);
            }
        }
        map.put(key, value);
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
