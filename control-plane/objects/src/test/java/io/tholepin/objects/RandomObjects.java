package io.tholepin.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes random JSON that fits a type: all field shapes, odd characters, extreme numbers, zeros, nulls and empty things.
 */
final class RandomObjects {
    private static final int DEPTH_MAX = 7;
    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "nginx:1.27",
            "with \"quotes\" and \\ and / and \u0007 \n\r\t\b\f",
            "gr\u00fc\u00df \u6f22\u5b57 \ud83d\ude80",
            "<&>\u2028",
            "a-rather-long-text-that-needs-more-than-one-byte-for-its-length-".repeat(5));

    private final RandomGenerator random;

    RandomObjects(RandomGenerator random) {
        this.random = random;
    }

    /** A tree of the type, with kind and apiVersion where the type has them. */
    Map<String, Object> object(TypeSchema type) {
        Map<String, Object> tree = new LinkedHashMap<>();
        if (type.typeMeta()) {
            tree.put("kind", type.shortName());
            tree.put("apiVersion", "v1");
        }
        tree.putAll(fields(type, 0));
        return tree;
    }

    private Map<String, Object> fields(TypeSchema type, int depth) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (Layout.Slot slot : type.layout().flat) {
            int dice = random.nextInt(10);
            if (dice < (depth < 3 ? 7 : 4)) {
                Trees.put(tree, slot.field.jsonName(), field(slot.field, depth));
            } else if (dice == 9) {
                Trees.put(tree, slot.field.jsonName(), null);
            }
        }
        return tree;
    }

    private @Nullable Object field(FieldSchema field, int depth) {
        if (!field.map() && !field.repeated()) {
            return single(field, depth);
        }
        int size = random.nextInt(depth < 4 ? 4 : 2);
        Map<String, Object> map = new LinkedHashMap<>();
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Object element = random.nextInt(20) == 0 ? null : single(field, depth);
            Trees.put(map, text() + random.nextInt(100), element);
            Trees.insert(list, i, element);
        }
        return field.map() ? map : list;
    }

    private @Nullable Object single(FieldSchema field, int depth) {
        return switch (field.kind()) {
            case STRING -> text();
            case BOOL -> random.nextBoolean();
            case INT32 -> (long) pick(0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, random.nextInt(100_000));
            case INT64 ->
                random.nextInt(3) == 0
                        ? (Object) random.nextLong()
                        : (Object) (long) pick(0, 1, -1, 300, random.nextInt());
            case DOUBLE -> random.nextBoolean() ? (Object) (long) random.nextInt() : (Object) random.nextDouble();
            case BYTES -> List.of("", "AA==", "AAE=", "AAEC", "//79/A==").get(random.nextInt(5));
            case MESSAGE -> message(field.message(), depth + 1);
        };
    }

    private int pick(int... numbers) {
        return numbers[random.nextInt(numbers.length)];
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private String choice(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    private @Nullable Object message(@Nullable TypeSchema type, int depth) {
        if (type == null) {
            throw new IllegalStateException("no message type");
        }
        return switch (type.special()) {
            case NONE -> depth > DEPTH_MAX ? Map.of() : fields(type, depth);
            case TIME -> choice("2026-11-22T05:00:00Z", "1999-12-31T23:59:59.5+01:00", "0001-01-01T00:00:00Z");
            case MICRO_TIME -> choice("2026-11-22T05:00:00.000001Z", "2000-02-29T23:59:59.123456-05:30");
            case DURATION -> choice("0s", "1h30m", "15ms", "-2s");
            case QUANTITY -> choice("0", "0.5", "1024Mi", "1e3", "100m", "12345678901234567890", "1.5Gi", "7");
            case INT_OR_STRING -> random.nextBoolean() ? (Object) (long) random.nextInt() : text();
            case RAW_EXTENSION, FIELDS_V1, JSON -> json(0);
            case JSON_SCHEMA_OR_BOOL -> random.nextBoolean() ? (Object) random.nextBoolean() : schema(type, 1, depth);
            case JSON_SCHEMA_OR_ARRAY ->
                random.nextBoolean() ? List.of(schema(type, 0, depth)) : schema(type, 0, depth);
            case JSON_SCHEMA_OR_STRING_ARRAY -> random.nextBoolean() ? List.of(text(), text()) : schema(type, 0, depth);
            case STRING_LIST -> List.of(text(), text());
        };
    }

    private Object schema(TypeSchema type, int slot, int depth) {
        Object schema = message(type.fields().get(slot).message(), depth + 1);
        return schema == null ? Map.of() : schema;
    }

    private Object json(int depth) {
        return switch (random.nextInt(depth > 2 ? 4 : 6)) {
            case 0 -> text();
            case 1 -> random.nextLong();
            case 2 -> random.nextBoolean();
            case 3 -> 0.25;
            case 4 -> List.of(json(depth + 1), json(depth + 1));
            default -> new LinkedHashMap<>(Map.of(text(), json(depth + 1)));
        };
    }
}
