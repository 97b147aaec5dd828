package io.tholepin.objects;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The versions of one definition, read from its JSON when somebody needs them: a definition that nobody uses costs
 * nothing but its bytes, which the watch cache holds anyway. Thread-safe.
 */
final class CustomSchemas {
    private final byte[] definition;
    private final String storageVersion;
    private final Map<String, StructuralSchema> schemas = new ConcurrentHashMap<>();

    /**
     * @param definition the JSON of the definition; not written to
     */
    CustomSchemas(byte[] definition, String storageVersion) {
        this.definition = definition;
        this.storageVersion = storageVersion;
    }

    /** The schema of a version; that of the storage version for one that the definition no longer has. */
    StructuralSchema of(String version) {
        StructuralSchema known = schemas.get(version);
        return known != null ? known : schemas.computeIfAbsent(version, this::read);
    }

    private StructuralSchema read(String version) {
        Map<String, Object> tree = schemaTree(version);
        if (Json.flag(Json.parseObject(definition), "spec", "preserveUnknownFields")) {
            preserve(tree);
        }
        return StructuralSchema.of(tree);
    }

    /** An old definition may say that nothing is pruned anywhere. */
    private static void preserve(Map<String, Object> schema) {
        schema.put("x-kubernetes-preserve-unknown-fields", true);
        for (String field : List.of("items", "additionalProperties")) {
            if (schema.get(field) instanceof Map<?, ?> inner) {
                preserve(Json.asObject(inner));
            }
        }
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            for (Object property : properties.values()) {
                if (property instanceof Map<?, ?> inner) {
                    preserve(Json.asObject(inner));
                }
            }
        }
    }

    /** The JSON of a version's schema, a new tree. */
    Map<String, Object> schemaTree(String version) {
        return Json.child(Json.child(version(version), "schema"), "openAPIV3Schema");
    }

    /** All that the definition says about a version, a new tree. */
    Map<String, Object> version(String version) {
        Map<String, Object> stored = new LinkedHashMap<>();
        for (Object one : Json.list(Json.parseObject(definition), "spec", "versions")) {
            String name = Json.string(one, "name");
            if (name.equals(version)) {
                return Json.asObject(one);
            }
            if (name.equals(storageVersion)) {
                stored = Json.asObject(one);
            }
        }
        return stored;
    }
}
