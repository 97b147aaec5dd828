package io.tholepin.objects;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON trees of plain Java values: {@link LinkedHashMap} with string keys, {@link ArrayList}, {@link String},
 * {@link Long} (every integer that fits), {@link BigInteger}, {@link Double}, {@link Boolean} and null. A tree is
 * mutable and belongs to whoever holds it; {@link #copy} makes another.
 */
public final class Json {
    /** Deepest nesting accepted. */
    public static final int DEPTH_MAX = 500;

    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(16 << 20)
                    .build())
            .build();

    /** The bytes are not one JSON document, or one that nests deeper than {@link #DEPTH_MAX}; the message says why. */
    public static final class Malformed extends RuntimeException {
        Malformed(String why, @Nullable Throwable cause) {
            super(why, cause, false, false);
        }
    }

    private Json() {}

    /**
     * Parses one document.
     *
     * @param duplicate told the path of each key that appears twice in one object, such as {@code spec.replicas}; the
     *     last value wins
     * @throws Malformed when it is not one JSON document
     */
    public static @Nullable Object parse(byte[] bytes, int offset, int length, Consumer<String> duplicate) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
            parser.nextToken();
            Object tree = value(parser, "", duplicate);
            if (parser.nextToken() != null) {
                throw new Malformed("more than one JSON document", null);
            }
            return tree;
        } catch (JacksonException malformed) {
            throw new Malformed(malformed.getOriginalMessage(), malformed);
        }
    }

    /** Parses one document that is known to be an object. */
    public static Map<String, Object> parseObject(byte[] bytes) {
        Object tree = parse(bytes, 0, bytes.length, path -> {});
        if (tree instanceof Map<?, ?>) {
            return asObject(tree);
        }
        throw new IllegalArgumentException("JSON: " + text(tree) + " (expected: an object)");
    }

    private static @Nullable Object value(JsonParser parser, String path, Consumer<String> duplicate) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new Malformed("unexpected end of JSON input", null);
        }
        return switch (token) {
            case START_OBJECT -> object(parser, path, duplicate);
            case START_ARRAY -> array(parser, path, duplicate);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> throw new Malformed("unexpected " + token, null);
        };
    }

    private static Object integer(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            default -> parser.getBigIntegerValue();
        };
    }

    private static Map<String, Object> object(JsonParser parser, String path, Consumer<String> duplicate) {
        Map<String, Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            String inner = path.isEmpty() ? name : path + "." + name;
            boolean twice = map.containsKey(name);
            put(map, name, value(parser, inner, duplicate));
            if (twice) {
                duplicate.accept(inner);
            }
        }
        return map;
    }

    private static List<Object> array(JsonParser parser, String path, Consumer<String> duplicate) {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            add(list, value(parser, path + "[" + list.size() + "]", duplicate));
        }
        return list;
    }

    /** Writes a tree as compact JSON. */
    public static byte[] write(@Nullable Object tree) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            write(generator, tree);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator generator, @Nullable Object tree) {
        switch (tree) {
            case null -> generator.writeNull();
            case String text -> generator.writeString(text);
            case Map<?, ?> map -> {
                generator.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    generator.writeName((String) entry.getKey());
                    write(generator, entry.getValue());
                }
                generator.writeEndObject();
            }
            case List<?> list -> {
                generator.writeStartArray();
                for (Object item : list) {
                    write(generator, item);
                }
                generator.writeEndArray();
            }
            case Boolean flag -> generator.writeBoolean(flag);
            case Integer number -> generator.writeNumber(number);
            case Long number -> generator.writeNumber(number);
            case Double number -> generator.writeNumber(number);
            case BigInteger number -> generator.writeNumber(number);
            case BigDecimal number -> generator.writeNumber(number);
            default -> throw new IllegalArgumentException("not a JSON value: " + tree.getClass());
        }
    }

    /** Compact JSON as text; a string comes out quoted. */
    public static String text(@Nullable Object tree) {
        return new String(write(tree), java.nio.charset.StandardCharsets.UTF_8);
    }

    /** A deep copy. */
    public static @Nullable Object copy(@Nullable Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> copyObject(asObject(map));
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                for (Object item : list) {
                    add(copy, copy(item));
                }
                yield copy;
            }
            case null, default -> tree;
        };
    }

    /** A deep copy of an object. */
    public static Map<String, Object> copyObject(Map<String, Object> tree) {
        Map<String, Object> copy = LinkedHashMap.newLinkedHashMap(tree.size());
        for (Map.Entry<String, Object> entry : tree.entrySet()) {
            put(copy, entry.getKey(), copy(entry.getValue()));
        }
        return copy;
    }

    /** The value at a path of object keys, null when any step is missing or no object. */
    public static @Nullable Object at(@Nullable Object tree, String... path) {
        Object here = tree;
        for (String step : path) {
            if (!(here instanceof Map<?, ?> map)) {
                return null;
            }
            here = map.get(step);
        }
        return here;
    }

    /** The string at a path, empty when missing or no string. */
    public static String string(@Nullable Object tree, String... path) {
        return at(tree, path) instanceof String text ? text : "";
    }

    /** The integer at a path, {@code otherwise} when missing or no integer. */
    public static long integer(@Nullable Object tree, long otherwise, String... path) {
        return at(tree, path) instanceof Number number && !(number instanceof Double) ? number.longValue() : otherwise;
    }

    /** Whether the value at a path is true. */
    public static boolean flag(@Nullable Object tree, String... path) {
        return Boolean.TRUE.equals(at(tree, path));
    }

    /** The object at a path, null when missing or no object. Changes to it change the tree. */
    public static @Nullable Map<String, Object> object(@Nullable Object tree, String... path) {
        return at(tree, path) instanceof Map<?, ?> map ? asObject(map) : null;
    }

    /** The list at a path, an empty one that is not part of the tree when missing or no list. */
    public static List<Object> list(@Nullable Object tree, String... path) {
        return at(tree, path) instanceof List<?> list ? asList(list) : List.of();
    }

    /** The object under a key, put there empty when missing, null or no object. */
    public static Map<String, Object> child(Map<String, Object> parent, String key) {
        if (parent.get(key) instanceof Map<?, ?> map) {
            return asObject(map);
        }
        Map<String, Object> fresh = new LinkedHashMap<>();
        parent.put(key, fresh);
        return fresh;
    }

    /** A map of strings at a path (labels, annotations); values that are no strings are left out. */
    public static Map<String, String> strings(@Nullable Object tree, String... path) {
        Map<String, Object> map = object(tree, path);
        if (map == null || map.isEmpty()) {
            return Map.of();
        }
        Map<String, String> strings = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, value) -> {
            if (value instanceof String text) {
                strings.put(key, text);
            }
        });
        return strings;
    }

    @SuppressWarnings("NullAway") // null is a JSON value; nullness inside trees is not expressed in the type
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    @SuppressWarnings("NullAway") // as above
    private static void add(List<Object> list, @Nullable Object value) {
        list.add(value);
    }

    /** Views a JSON object as such. */
    @SuppressWarnings("unchecked") // trees are only built here and in code that keeps the rule: keys are strings
    public static Map<String, Object> asObject(Object map) {
        return (Map<String, Object>) map;
    }

    @SuppressWarnings("unchecked") // as above
    static List<Object> asList(Object list) {
        return (List<Object>) list;
    }
}
