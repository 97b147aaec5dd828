package io.tholepin.objects;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fills in a schema's defaults, where a field is missing or null without being nullable, and takes out such nulls where
 * there is no default. Source: contract 4.1.
 */
final class StructuralDefaults {
    private StructuralDefaults() {}

    /** Fills in the defaults below a value, in place. */
    static void apply(@Nullable Object value, @Nullable StructuralSchema schema) {
        if (schema == null) {
            return;
        }
        if (value instanceof Map<?, ?> map) {
            fields(Json.asObject(map), schema);
        } else if (value instanceof List<?> list && schema.items != null) {
            List<Object> items = Json.asList(list);
            for (int i = 0; i < items.size(); i++) {
                if (items.get(i) == null && !schema.items.nullable && schema.items.byDefault != null) {
                    Trees.set(items, i, Json.copy(schema.items.byDefault));
                }
                apply(items.get(i), schema.items);
            }
        }
    }

    private static void fields(Map<String, Object> map, StructuralSchema schema) {
        map.entrySet().removeIf(entry -> entry.getValue() == null && isUnset(schema.field(entry.getKey())));
        schema.properties.forEach((name, field) -> {
            if (field.byDefault != null && (!map.containsKey(name) || map.get(name) == null && !field.nullable)) {
                Trees.put(map, name, Json.copy(field.byDefault));
            }
        });
        StructuralSchema values = schema.values;
        for (Map.Entry<String, Object> entry : map.entrySet()) {
            if (entry.getValue() == null && values != null && !schema.properties.containsKey(entry.getKey())) {
                Object byDefault = Json.copy(values.byDefault);
                if (byDefault != null && !values.nullable) {
                    entry.setValue(byDefault);
                }
            }
            apply(entry.getValue(), schema.field(entry.getKey()));
        }
    }

    /** Whether null there means that nothing was said. */
    private static boolean isUnset(@Nullable StructuralSchema field) {
        return field != null && !field.nullable && field.byDefault == null;
    }
}
