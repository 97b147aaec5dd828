package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a JSON tree as protobuf the way Kubernetes does: fields by number, map entries by key, and every scalar or
 * struct that is no pointer, zero or not. Used once, by one thread.
 */
final class ProtobufWriter {
    private final WireWriter out = new WireWriter(1024);

    static byte[] write(TypeSchema type, Map<String, Object> tree) {
        ProtobufWriter writer = new ProtobufWriter();
        writer.message(type.layout(), tree);
        return writer.out.toBytes();
    }

    private ProtobufWriter() {}

    private static IllegalArgumentException mismatch(String what, @Nullable Object value, String expected) {
        String got = Json.text(value);
        return new IllegalArgumentException(
                what + ": " + got.substring(0, Math.min(80, got.length())) + " (expected: " + expected + ")");
    }

    private void message(Layout layout, @Nullable Object value) {
        switch (layout.special) {
            case NONE -> fields(layout, value);
            case TIME -> time(value, Timestamp::parse, false);
            case MICRO_TIME -> time(value, Timestamp::parseMicro, true);
            case DURATION -> number(1, duration(value));
            case QUANTITY -> text(1, value == null ? "0" : Quantity.canonical(scalarText(value)));
            case INT_OR_STRING -> intOrString(value);
            case RAW_EXTENSION, FIELDS_V1, JSON -> raw(value);
            case JSON_SCHEMA_OR_ARRAY, JSON_SCHEMA_OR_STRING_ARRAY -> schemaOrList(layout, value);
            case JSON_SCHEMA_OR_BOOL -> schemaOrBool(layout, value);
            case STRING_LIST -> field(layout.slots[0], value);
        }
    }

    private void fields(Layout layout, @Nullable Object value) {
        Map<?, ?> tree = value == null ? Map.of() : object(layout, value);
        for (Layout.Slot slot : layout.backward) {
            if (slot.field.inlined()) {
                nested(slot, tree);
            } else {
                field(slot, tree.get(slot.field.jsonName()));
            }
        }
    }

    private static Map<?, ?> object(Layout layout, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw mismatch(layout.type.shortName(), value, "an object");
    }

    private void field(Layout.Slot slot, @Nullable Object value) {
        FieldSchema field = slot.field;
        if (field.map()) {
            map(slot, value);
        } else if (field.repeated()) {
            list(slot, value);
        } else if (field.kind() == FieldSchema.Kind.MESSAGE) {
            boolean nil = field.pointer() || slot.message().special == TypeSchema.Special.STRING_LIST;
            if (value != null || !nil) {
                nested(slot, value);
            }
        } else if (value != null || !field.pointer()) {
            scalar(field, value);
            out.varint(slot.tag);
        }
    }

    private void nested(Layout.Slot slot, @Nullable Object value) {
        int mark = out.size();
        message(slot.message(), value);
        out.length(mark);
        out.varint(slot.field.number() << 3 | 2);
    }

    private void list(Layout.Slot slot, @Nullable Object value) {
        if (value == null) {
            return;
        }
        if (!(value instanceof List<?> items)) {
            throw mismatch(slot.field.jsonName(), value, "a list");
        }
        for (int i = items.size() - 1; i >= 0; i--) {
            if (slot.field.kind() == FieldSchema.Kind.MESSAGE) {
                nested(slot, items.get(i));
            } else {
                scalar(slot.field, items.get(i));
                out.varint(slot.tag);
            }
        }
    }

    private void map(Layout.Slot slot, @Nullable Object value) {
        if (value == null) {
            return;
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw mismatch(slot.field.jsonName(), value, "an object");
        }
        List<String> keys = new ArrayList<>(map.size());
        map.keySet().forEach(key -> keys.add((String) key));
        keys.sort(ProtobufWriter::byCodePoint);
        int valueTag = 2 << 3 | Layout.wireType(slot.field.kind());
        for (int i = keys.size() - 1; i >= 0; i--) {
            int mark = out.size();
            Object item = map.get(keys.get(i));
            if (slot.field.kind() == FieldSchema.Kind.MESSAGE) {
                int inner = out.size();
                message(slot.message(), item);
                out.length(inner);
            } else {
                scalar(slot.field, item);
            }
            out.varint(valueTag);
            text(1, keys.get(i));
            out.length(mark);
            out.varint(slot.tag);
        }
    }

    /** The order of UTF-8 bytes, which differs from that of UTF-16 only where surrogates meet the rest. */
    static int byCodePoint(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean surrogates = Character.isSurrogate(x) != Character.isSurrogate(y);
                return surrogates ? (Character.isSurrogate(x) ? 1 : -1) : Character.compare(x, y);
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private void scalar(FieldSchema field, @Nullable Object value) {
        switch (field.kind()) {
            case STRING -> out.string(value == null ? "" : string(field.jsonName(), value));
            case BOOL -> out.varint(value == null || !bool(field, value) ? 0 : 1);
            case INT32, INT64 -> out.varint(value == null ? 0 : integer(field.jsonName(), value));
            case DOUBLE -> out.fixed64(value == null ? 0 : number(field, value));
            case BYTES -> {
                byte[] bytes = value == null ? new byte[0] : bytes(field, value);
                out.raw(bytes);
                out.varint(bytes.length);
            }
            case MESSAGE -> throw new IllegalStateException(field + " is no scalar");
        }
    }

    private static String string(String name, Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw mismatch(name, value, "a string");
    }

    private static boolean bool(FieldSchema field, Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw mismatch(field.jsonName(), value, "a boolean");
    }

    private static long integer(String name, Object value) {
        if (value instanceof Long || value instanceof Integer) {
            return ((Number) value).longValue();
        }
        throw mismatch(name, value, "an integer");
    }

    private static double number(FieldSchema field, Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw mismatch(field.jsonName(), value, "a number");
    }

    private static byte[] bytes(FieldSchema field, Object value) {
        return Base64.getDecoder().decode(string(field.jsonName(), value));
    }

    private static String scalarText(Object value) {
        return value instanceof String text ? text : Json.text(value);
    }

    private void text(int number, String value) {
        out.string(value);
        out.varint(number << 3 | 2);
    }

    private void number(int number, long value) {
        out.varint(value);
        out.varint(number << 3);
    }

    /** A way to read a time. */
    private interface TimeReader {
        Timestamp read(String text);
    }

    private void time(@Nullable Object value, TimeReader reader, boolean fraction) {
        if (value == null) {
            return;
        }
        Timestamp time = reader.read(string("time", value));
        if (!time.isZero()) {
            number(2, fraction ? time.nanos() / 1000 * 1000 : 0);
            number(1, time.seconds());
        }
    }

    private static long duration(@Nullable Object value) {
        Duration duration = value == null ? Duration.ZERO : GoDuration.parse(string("duration", value));
        if (duration == null) {
            throw mismatch("duration", value, "a duration");
        }
        return duration.toNanos();
    }

    private void intOrString(@Nullable Object value) {
        boolean text = value instanceof String;
        text(3, value instanceof String string ? string : "");
        number(2, value == null || text ? 0 : integer("int or string", value));
        number(1, text ? 1 : 0);
    }

    private void raw(@Nullable Object value) {
        if (value != null) {
            out.string(new String(Json.write(value), StandardCharsets.UTF_8));
            out.varint(1 << 3 | 2);
        }
    }

    private void schemaOrList(Layout layout, @Nullable Object value) {
        if (value instanceof List<?>) {
            list(layout.slots[1], value);
        } else if (value != null) {
            nested(layout.slots[0], value);
        }
    }

    private void schemaOrBool(Layout layout, @Nullable Object value) {
        boolean schema = value instanceof Map<?, ?>;
        if (schema) {
            nested(layout.slots[1], value);
        }
        number(1, schema || Boolean.TRUE.equals(value) ? 1 : 0);
    }
}
