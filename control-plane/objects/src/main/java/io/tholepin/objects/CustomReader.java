package io.tholepin.objects;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON tree as a custom resource's object: kind and apiVersion, metadata as every object has it, then the other
 * fields by name; pruned and defaulted by its schema. Source: contract 4.1, "Order on write".
 */
final class CustomReader {
    /** Of any object, its metadata. */
    static final TypeSchema METADATA = Objects.requireNonNull(
            SchemaPack.builtIn().type("k8s.io.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata"));

    private CustomReader() {}

    /**
     * Reads a tree.
     *
     * @param tree not changed
     * @param duplicates paths that {@link Json#parse} reported
     * @throws TypedReader.MismatchException when the tree is no object or its metadata is none of an object
     */
    static TypedReader.Result read(
            StructuralSchema schema, @Nullable Object tree, Collection<String> duplicates, String kind) {
        if (!(tree instanceof Map<?, ?> map)) {
            throw new TypedReader.MismatchException(
                    "json: cannot unmarshal " + TypePath.goValue(tree) + " into Go value of type " + kind);
        }
        Map<String, Object> copy = Json.copyObject(Json.asObject(map));
        wholeNumbers(copy);
        Set<String> findings = new LinkedHashSet<>();
        Map<String, Object> metadata = metadata(copy, duplicates, findings);
        for (String twice : duplicates) {
            if (!twice.startsWith("metadata.")) {
                findings.add("duplicate field " + Json.text(twice));
            }
        }
        Pruning.unknown(copy, schema, TypedReader.FINDINGS_MAX)
                .forEach(path -> findings.add("unknown field " + Json.text(path)));
        StructuralDefaults.apply(copy, schema);
        return new TypedReader.Result(
                ordered(copy, metadata),
                findings.stream().limit(TypedReader.FINDINGS_MAX).toList());
    }

    private static Map<String, Object> metadata(
            Map<String, Object> tree, Collection<String> duplicates, Set<String> findings) {
        Map<String, Object> part = new LinkedHashMap<>();
        Object given = tree.get("metadata");
        if (given != null) {
            part.put("metadata", given);
        }
        TypedReader.Result read = TypedReader.read(METADATA, part, duplicates);
        findings.addAll(read.findings());
        return Json.child(read.tree(), "metadata");
    }

    /** Go prints a whole number without a point, and its clients expect every integer to have none. */
    private static void wholeNumbers(@Nullable Object tree) {
        if (tree instanceof Map<?, ?> map) {
            for (Map.Entry<String, Object> entry : Json.asObject(map).entrySet()) {
                if (entry.getValue() instanceof Double number) {
                    entry.setValue(whole(number));
                } else {
                    wholeNumbers(entry.getValue());
                }
            }
        } else if (tree instanceof List<?> list) {
            for (ListIterator<Object> items = Json.asList(list).listIterator(); items.hasNext(); ) {
                Object item = items.next();
                if (item instanceof Double number) {
                    items.set(whole(number));
                } else {
                    wholeNumbers(item);
                }
            }
        }
    }

    private static Number whole(Double number) {
        return number == Math.rint(number) && Math.abs(number) < Long.MAX_VALUE ? (Number) number.longValue() : number;
    }

    /** Beginning as every object that is served; the other fields sorted, so that equal objects have equal bytes. */
    private static Map<String, Object> ordered(Map<String, Object> tree, Map<String, Object> metadata) {
        Map<String, Object> ordered = new LinkedHashMap<>();
        for (String name : List.of("kind", "apiVersion")) {
            if (tree.get(name) instanceof String text) {
                ordered.put(name, text);
            }
        }
        ordered.put("metadata", metadata);
        List<String> names = new ArrayList<>(tree.keySet());
        names.removeAll(Pruning.META);
        names.sort(null);
        for (String name : names) {
            Trees.put(ordered, name, tree.get(name));
        }
        return ordered;
    }

    /** Prunes what a version does not know from an object that was read in another one. */
    static void prune(StructuralSchema schema, Map<String, Object> tree) {
        Pruning.object(tree, schema, path -> {});
    }
}
