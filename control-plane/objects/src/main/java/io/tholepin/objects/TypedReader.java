package io.tholepin.objects;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON tree against a type, as Go decodes a request body: the result has the fields of the type in their order,
 * canonical quantities and times, no unknown fields, and what Go always writes; storing it and reading it back gives
 * the same tree. Names are case-sensitive; null is unset; an empty list or map is unset.
 *
 * <p>Source: contract 2.7.
 */
public final class TypedReader {
    /** Most findings that are reported, as in Kubernetes. */
    static final int FINDINGS_MAX = 100;

    private final Set<String> duplicates;
    private final Set<String> findings = new java.util.LinkedHashSet<>();
    private final TypePath path = new TypePath();
    /** Above 0 inside types that Go decodes by code of their own, which does not look for unknown fields. */
    private int unchecked;

    /**
     * What was read.
     *
     * @param tree a new tree
     * @param findings {@code unknown field "spec.foo"} and {@code duplicate field "spec.replicas"}, at most 100, each
     *     once
     */
    public record Result(Map<String, Object> tree, List<String> findings) {}

    /** A value of the wrong type; the message is Go's. */
    public static final class MismatchException extends RuntimeException {
        MismatchException(String message) {
            super(message, null, false, false);
        }
    }

    private TypedReader(Collection<String> duplicates) {
        this.duplicates = Set.copyOf(new HashSet<>(duplicates));
    }

    /**
     * Reads a tree.
     *
     * @param tree not changed; its parts may be shared with the result where the type says "any JSON"
     * @param duplicates paths that {@link Json#parse} reported
     * @throws MismatchException when a value has not the type of its field; the message is to be put behind
     *     {@code Pod in version "v1" cannot be handled as a Pod: }
     */
    public static Result read(TypeSchema type, @Nullable Object tree, Collection<String> duplicates) {
        TypedReader reader = new TypedReader(duplicates);
        if (!(tree instanceof Map<?, ?> map)) {
            throw new MismatchException("json: cannot unmarshal " + TypePath.goValue(tree) + " into Go value of type "
                    + TypePath.goName(type));
        }
        Map<String, Object> read = reader.object(type.layout(), map, true);
        return new Result(read, List.copyOf(reader.findings));
    }

    private Map<String, Object> object(Layout layout, Map<?, ?> in, boolean root) {
        Object[] values = new Object[layout.flat.length];
        Map<String, Object> out = new LinkedHashMap<>();
        TypeSchema outer = path.enter(layout.type);
        for (Map.Entry<?, ?> entry : in.entrySet()) {
            String name = (String) entry.getKey();
            int index = layout.flatIndex(name);
            path.push(name);
            if (index >= 0) {
                duplicate();
                values[index] = entry.getValue() == null ? null : field(layout.flat[index], entry.getValue());
            } else if (layout.type.typeMeta() && (name.equals("kind") || name.equals("apiVersion"))) {
                duplicate();
                string(entry.getValue() == null ? "" : entry.getValue(), "string");
            } else {
                finding("unknown field ");
            }
            path.pop();
        }
        path.enter(outer);
        if (root && layout.type.typeMeta()) {
            typeMeta(in, "kind", out);
            typeMeta(in, "apiVersion", out);
        }
        for (int i = 0; i < values.length; i++) {
            put(out, layout.flat[i], values[i]);
        }
        return out;
    }

    private static void typeMeta(Map<?, ?> in, String name, Map<String, Object> out) {
        if (in.get(name) instanceof String text && !text.isEmpty()) {
            out.put(name, text);
        }
    }

    private void duplicate() {
        if (!duplicates.isEmpty() && duplicates.contains(path.text())) {
            finding("duplicate field ");
        }
    }

    private void finding(String what) {
        if (unchecked == 0 && findings.size() < FINDINGS_MAX) {
            findings.add(what + Json.text(path.text()));
        }
    }

    /** Puts a value that was read, or what Go writes in its absence. */
    private static void put(Map<String, Object> out, Layout.Slot slot, @Nullable Object value) {
        FieldSchema field = slot.field;
        String name = field.jsonName();
        if (value == null) {
            if (field.alwaysWritten()) {
                Trees.put(out, name, absent(slot));
            }
        } else if (field.alwaysWritten() || !isZero(slot, value)) {
            out.put(name, value);
        }
    }

    private static boolean isZero(Layout.Slot slot, Object value) {
        if (!slot.single() || slot.field.pointer() && slot.field.kind() != FieldSchema.Kind.BYTES) {
            return false;
        }
        return switch (value) {
            case String text -> text.isEmpty();
            case Boolean flag -> !flag;
            case Long number -> number == 0;
            case Double number -> number == 0;
            default -> false;
        };
    }

    private static @Nullable Object absent(Layout.Slot slot) {
        FieldSchema field = slot.field;
        if (!slot.single() || field.pointer()) {
            return null;
        }
        return field.kind() == FieldSchema.Kind.MESSAGE ? zeroMessage(slot.message()) : zeroScalar(field.kind());
    }

    private static @Nullable Object zeroScalar(FieldSchema.Kind kind) {
        return switch (kind) {
            case STRING, BYTES -> "";
            case BOOL -> false;
            case INT32, INT64, DOUBLE -> 0L;
            case MESSAGE -> null;
        };
    }

    /** What Go shows for a struct of zeros. */
    private static @Nullable Object zeroMessage(Layout layout) {
        return switch (layout.special) {
            case NONE -> {
                Map<String, Object> out = new LinkedHashMap<>();
                for (Layout.Slot slot : layout.flat) {
                    put(out, slot, null);
                }
                yield out;
            }
            case QUANTITY -> "0";
            case INT_OR_STRING -> 0L;
            case DURATION -> "0s";
            case JSON_SCHEMA_OR_BOOL -> false;
            case TIME,
                    MICRO_TIME,
                    RAW_EXTENSION,
                    FIELDS_V1,
                    JSON,
                    JSON_SCHEMA_OR_ARRAY,
                    JSON_SCHEMA_OR_STRING_ARRAY,
                    STRING_LIST -> null;
        };
    }

    private @Nullable Object field(Layout.Slot slot, Object value) {
        FieldSchema field = slot.field;
        if (field.map()) {
            return map(slot, value);
        }
        return field.repeated() ? list(slot, value) : single(slot, value);
    }

    private @Nullable Object map(Layout.Slot slot, Object value) {
        if (!(value instanceof Map<?, ?> in)) {
            throw mismatch(value, path.goType(slot.field));
        }
        List<String> keys = new ArrayList<>(in.size());
        in.keySet().forEach(key -> keys.add((String) key));
        keys.sort(ProtobufWriter::byCodePoint);
        Map<String, Object> out = LinkedHashMap.newLinkedHashMap(in.size());
        for (String key : keys) {
            path.pushKey(key);
            duplicate();
            Trees.put(out, key, element(slot, in.get(key)));
            path.pop();
        }
        return out.isEmpty() ? null : out;
    }

    private @Nullable Object list(Layout.Slot slot, Object value) {
        if (!(value instanceof List<?> in)) {
            throw mismatch(value, path.goType(slot.field));
        }
        List<Object> out = new ArrayList<>(in.size());
        for (int i = 0; i < in.size(); i++) {
            path.pushIndex(i);
            Trees.insert(out, i, withTypeMeta(slot, element(slot, in.get(i))));
            path.pop();
        }
        return out.isEmpty() ? null : out;
    }

    private static @Nullable Object withTypeMeta(Layout.Slot slot, @Nullable Object element) {
        if (slot.typeMeta == null || !(element instanceof Map<?, ?> map)) {
            return element;
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("kind", slot.typeMeta.kind());
        out.put("apiVersion", slot.typeMeta.version());
        out.putAll(Json.asObject(map));
        return out;
    }

    private @Nullable Object element(Layout.Slot slot, @Nullable Object value) {
        if (value != null) {
            return single(slot, value);
        }
        FieldSchema.Kind kind = slot.field.kind();
        return kind == FieldSchema.Kind.MESSAGE ? zeroMessage(slot.message()) : zeroScalar(kind);
    }

    private @Nullable Object single(Layout.Slot slot, Object value) {
        return switch (slot.field.kind()) {
            case STRING -> string(value, "string");
            case BOOL -> {
                if (value instanceof Boolean) {
                    yield value;
                }
                throw mismatch(value, "bool");
            }
            case INT32 -> integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE, "int32");
            case INT64 -> integer(value, Long.MIN_VALUE, Long.MAX_VALUE, "int64");
            case DOUBLE -> number(value);
            case BYTES -> Base64Text.canonical(string(value, "[]uint8"));
            case MESSAGE -> message(slot.message(), value);
        };
    }

    private MismatchException mismatch(Object value, String goType) {
        return new MismatchException("json: cannot unmarshal " + TypePath.goValue(value) + " into Go struct field "
                + path.goField() + " of type " + goType);
    }

    private String string(Object value, String goType) {
        if (value instanceof String text) {
            return text;
        }
        throw mismatch(value, goType);
    }

    private Object integer(Object value, long min, long max, String goType) {
        if (value instanceof Long number && number >= min && number <= max) {
            return value;
        }
        if (value instanceof Number) {
            throw new MismatchException("json: cannot unmarshal number " + Json.text(value) + " into Go struct field "
                    + path.goField() + " of type " + goType);
        }
        throw mismatch(value, goType);
    }

    private Object number(Object value) {
        return switch (value) {
            case Long whole -> whole;
            case BigInteger big -> big.doubleValue();
            case Double number when JsonSink.integral(number) -> number.longValue();
            case Double number -> number;
            default -> throw mismatch(value, "float64");
        };
    }

    private @Nullable Object message(Layout layout, Object value) {
        return switch (layout.special) {
            case NONE -> {
                if (value instanceof Map<?, ?> map) {
                    yield object(layout, map, false);
                }
                throw mismatch(value, TypePath.goName(layout.type));
            }
            case TIME -> time(value, false);
            case MICRO_TIME -> time(value, true);
            case DURATION -> duration(value);
            case QUANTITY -> quantity(value);
            case INT_OR_STRING -> intOrString(value);
            case RAW_EXTENSION, FIELDS_V1, JSON -> value;
            case JSON_SCHEMA_OR_ARRAY, JSON_SCHEMA_OR_STRING_ARRAY -> schemaOrList(layout, value);
            case JSON_SCHEMA_OR_BOOL -> schemaOrBool(layout, value);
            case STRING_LIST -> list(layout.slots[0], value);
        };
    }

    /** Go decodes these values alone, so its messages do not name the field. */
    private static String loneString(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new MismatchException(
                "json: cannot unmarshal " + TypePath.goValue(value) + " into Go value of type string");
    }

    private static @Nullable Object time(Object value, boolean micro) {
        String text = loneString(value);
        try {
            Timestamp time = micro ? Timestamp.parseMicro(text) : Timestamp.parse(text);
            return time.isZero() ? null : micro ? time.microText() : time.text();
        } catch (IllegalArgumentException e) {
            throw new MismatchException(String.valueOf(e.getMessage()));
        }
    }

    private static Object duration(Object value) {
        String text = loneString(value);
        Duration duration = GoDuration.parse(text);
        if (duration == null) {
            throw new MismatchException("time: invalid duration " + Json.text(text));
        }
        return GoDuration.format(duration);
    }

    private static Object quantity(Object value) {
        try {
            return Quantity.parse(value instanceof String text ? text : Json.text(value))
                    .toString();
        } catch (NumberFormatException e) {
            throw new MismatchException(String.valueOf(e.getMessage()));
        }
    }

    private static Object intOrString(Object value) {
        if (value instanceof String || value instanceof Long number && number == number.intValue()) {
            return value;
        }
        String what = value instanceof Number ? "number " + Json.text(value) : TypePath.goValue(value);
        throw new MismatchException("json: cannot unmarshal " + what + " into Go value of type int32");
    }

    private @Nullable Object schemaOrList(Layout layout, Object value) {
        unchecked++;
        try {
            return switch (value) {
                case List<?> items -> list(layout.slots[1], items);
                case Map<?, ?> schema -> object(layout.slots[0].message(), schema, false);
                default -> null;
            };
        } finally {
            unchecked--;
        }
    }

    private Object schemaOrBool(Layout layout, Object value) {
        unchecked++;
        try {
            return switch (value) {
                case Boolean flag -> flag;
                case Map<?, ?> schema -> object(layout.slots[1].message(), schema, false);
                default -> throw new MismatchException("boolean or JSON schema expected");
            };
        } finally {
            unchecked--;
        }
    }
}
