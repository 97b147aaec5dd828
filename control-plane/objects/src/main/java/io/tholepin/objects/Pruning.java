package io.tholepin.objects;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of an object what its schema does not know. Where a schema preserves unknown fields they stay, with all
 * below them; fields it knows are still gone through. Source: contract 4.1.
 */
final class Pruning {
    /** What every whole object has, whatever its schema says. */
    static final Set<String> META = Set.of("apiVersion", "kind", "metadata");

    private final Consumer<String> pruned;

    /**
     * @param pruned told the path of each field that is taken out, such as {@code spec.list[0].foo}
     */
    private Pruning(Consumer<String> pruned) {
        this.pruned = pruned;
    }

    /** Prunes a whole object; its metadata is left alone. */
    static void object(Map<String, Object> tree, StructuralSchema schema, Consumer<String> pruned) {
        new Pruning(pruned).fields(tree, schema, true, "");
    }

    private void value(@Nullable Object value, @Nullable StructuralSchema schema, String path) {
        if (value instanceof Map<?, ?> map) {
            fields(Json.asObject(map), schema, schema != null && schema.embedded, path);
        } else if (value instanceof List<?> list) {
            List<Object> items = Json.asList(list);
            for (int i = 0; i < items.size(); i++) {
                value(items.get(i), schema == null ? null : schema.items, path + "[" + i + "]");
            }
        }
    }

    private void fields(Map<String, Object> map, @Nullable StructuralSchema schema, boolean whole, String path) {
        Iterator<Map.Entry<String, Object>> entries = map.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Object> entry = entries.next();
            String name = entry.getKey();
            String inner = path.isEmpty() ? name : path + "." + name;
            if (whole && META.contains(name)) {
                if (!path.isEmpty() && name.equals("metadata") && entry.getValue() instanceof Map<?, ?> metadata) {
                    embedded(Json.asObject(metadata), inner);
                }
                continue;
            }
            StructuralSchema own = schema == null ? null : schema.properties.get(name);
            if (own != null) {
                value(entry.getValue(), own, inner);
            } else if (schema != null && schema.preserving) {
                if (schema.values != null) {
                    value(entry.getValue(), schema.values, inner);
                }
            } else if (schema != null && schema.mapped) {
                value(entry.getValue(), schema.values, inner);
            } else {
                entries.remove();
                pruned.accept(inner);
            }
        }
    }

    /** The metadata of an object inside another has the fields of any metadata, even where the rest is preserved. */
    private void embedded(Map<String, Object> metadata, String path) {
        Map<String, Object> known;
        try {
            known = Json.child(
                    TypedReader.read(CustomReader.METADATA, Map.of("metadata", metadata), Set.of())
                            .tree(),
                    "metadata");
        } catch (TypedReader.MismatchException notMetadata) {
            return;
        }
        for (String field : List.copyOf(metadata.keySet())) {
            if (!known.containsKey(field) && !Trees.isEmpty(metadata.get(field))) {
                metadata.remove(field);
                pruned.accept(path + "." + field);
            }
        }
    }

    /** The paths that pruning takes out, at most so many. */
    static List<String> unknown(Map<String, Object> tree, StructuralSchema schema, int max) {
        List<String> paths = new ArrayList<>();
        object(tree, schema, path -> {
            if (paths.size() < max) {
                paths.add(path);
            }
        });
        return paths;
    }
}
