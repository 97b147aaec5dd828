package io.tholepin.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks that lists of type set and map hold nothing twice. Source: contract 4.1. */
final class ListTypes {
    private ListTypes() {}

    /** The items that are there twice. */
    static List<FieldError> duplicates(StructuralSchema schema, Map<String, Object> tree) {
        List<FieldError> errors = new ArrayList<>();
        walk(schema, tree, "", errors);
        return errors;
    }

    private static void walk(
            @Nullable StructuralSchema schema, @Nullable Object value, String path, List<FieldError> errors) {
        if (schema == null) {
            return;
        }
        if (value instanceof Map<?, ?> map) {
            Json.asObject(map)
                    .forEach((name, inner) ->
                            walk(schema.field(name), inner, path.isEmpty() ? name : path + "." + name, errors));
        } else if (value instanceof List<?> list) {
            switch (schema.listType) {
                case "set" -> unique(Json.asList(list), path, errors);
                case "map" -> unique(keys(schema, Json.asList(list)), path, errors);
                default -> {}
            }
            for (int i = 0; i < list.size(); i++) {
                walk(schema.items, list.get(i), path + "[" + i + "]", errors);
            }
        }
    }

    private static List<Object> keys(StructuralSchema schema, List<Object> items) {
        List<Object> keys = new ArrayList<>();
        for (Object item : items) {
            Map<String, Object> key = new LinkedHashMap<>();
            for (String name : schema.listMapKeys) {
                Object value = Json.at(item, name);
                if (value != null) {
                    key.put(name, value);
                }
            }
            keys.add(key);
        }
        return keys;
    }

    /** Numbers and objects compare as JSON; what prints alike with sorted keys is the same. */
    private static void unique(List<Object> values, String path, List<FieldError> errors) {
        Map<String, Integer> seen = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            Object value = values.get(i);
            if (value != null && seen.merge(Json.text(sorted(value)), 1, Integer::sum) == 2) {
                errors.add(FieldError.duplicate(path + "[" + i + "]", sorted(value)));
            }
        }
    }

    private static Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> copy = new java.util.TreeMap<>();
                Json.asObject(map).forEach((key, inner) -> Trees.put(copy, key, inner == null ? null : sorted(inner)));
                yield copy;
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>();
                list.forEach(inner -> Trees.insert(copy, copy.size(), inner == null ? null : sorted(inner)));
                yield copy;
            }
            case Double real when JsonSink.integral(real) -> (long) (double) real;
            default -> value;
        };
    }
}
