package io.tholepin.objects;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The OpenAPI schemas of custom resources: what their definitions say, with kind, apiVersion and metadata as every
 * object has them. Source: contract 3.3.
 */
final class CustomOpenApi {
    private static final String OBJECT_META = OpenApiSchemas.META + "ObjectMeta";
    private static final String LIST_META = OpenApiSchemas.META + "ListMeta";

    private CustomOpenApi() {}

    /**
     * The schemas of the custom ones among some resources, and of their lists, by name.
     *
     * @param referred the built-in types that they refer to are added to it
     */
    static Map<String, Object> schemas(List<ResourceType> types, SchemaPack pack, Set<String> referred) {
        Map<String, Object> schemas = new LinkedHashMap<>();
        for (ResourceType type : types) {
            if (type.custom() != null) {
                referred.addAll(List.of(OBJECT_META, LIST_META));
                schemas.put(type.typeName(), object(type, type.custom(), pack));
                schemas.put(OpenApiPaths.listTypeName(type), list(type, pack));
            }
        }
        return schemas;
    }

    private static Map<String, Object> object(ResourceType type, CustomResource custom, SchemaPack pack) {
        Map<String, Object> schema = custom.schemaTree();
        Map<String, Object> properties = new TreeMap<>(Json.child(schema, "properties"));
        OpenApiSchemas.typeMeta(pack, properties);
        properties.put("metadata", reference(OBJECT_META, "Standard object's metadata."));
        schema.put("properties", properties);
        schema.put("type", "object");
        schema.put("x-kubernetes-group-version-kind", kinds(type, type.kind()));
        return schema;
    }

    private static Map<String, Object> list(ResourceType type, SchemaPack pack) {
        Map<String, Object> items = new LinkedHashMap<>();
        items.put("description", "List of " + type.resource() + ".");
        items.put("items", OpenApiSchemas.ref(type.typeName()));
        items.put("type", "array");
        Map<String, Object> properties = new TreeMap<>();
        OpenApiSchemas.typeMeta(pack, properties);
        properties.put("items", items);
        properties.put("metadata", reference(LIST_META, "Standard list metadata."));
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("description", type.listKind() + " is a list of " + type.kind());
        schema.put("properties", properties);
        schema.put("required", List.of("items"));
        schema.put("type", "object");
        schema.put("x-kubernetes-group-version-kind", kinds(type, type.listKind()));
        return schema;
    }

    private static Map<String, Object> reference(String typeName, String description) {
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("allOf", List.of(OpenApiSchemas.ref(typeName)));
        reference.put("description", description);
        return reference;
    }

    private static List<Object> kinds(ResourceType type, String kind) {
        return List.of(OpenApiSchemas.kind(type.group(), type.version(), kind));
    }
}
