package io.tholepin.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code /openapi/v2}: all group-versions in one Swagger 2.0 document, translated from the {@link OpenApiV3} ones. What
 * Swagger cannot say is dropped: defaults, and text or number in one field. Made when first asked for; thread-safe.
 * Source: contract 3.3.
 */
public final class OpenApiV2 {
    /** The media type of the document. */
    public static final String MEDIA_TYPE = "application/json";

    private static final String REF_V3 = "#/components/schemas/";
    private static final String REF_V2 = "#/definitions/";
    private static final List<String> METHODS = List.of("delete", "get", "patch", "post", "put");

    private final OpenApiV3 source;
    private volatile @Nullable Made made;

    /**
     * @param index hash of the index of the documents that it was made of
     */
    private record Made(String index, Document document) {}

    private OpenApiV2(OpenApiV3 source) {
        this.source = source;
    }

    /** The Swagger form of these documents. */
    public static OpenApiV2 of(OpenApiV3 source) {
        return new OpenApiV2(source);
    }

    /**
     * The document. The first call, and the first one after resources have changed, takes a while; two threads may make
     * two equal ones.
     */
    public Document document() {
        String index = source.index().hash();
        Made known = made;
        if (known == null || !known.index.equals(index)) {
            known = new Made(index, Document.ofJson(tree()));
            made = known;
        }
        return known.document;
    }

    private Map<String, Object> tree() {
        Map<String, Object> paths = new TreeMap<>();
        Map<String, Object> definitions = new TreeMap<>();
        Map<String, Object> info = Map.of();
        Map<String, Object> security = Map.of();
        for (String path : source.paths()) {
            Map<String, Object> v3 = source.tree(path);
            Json.child(v3, "paths").forEach((name, item) -> paths.put(name, pathItem(Json.asObject(item))));
            Map<String, Object> components = Json.child(v3, "components");
            Json.child(components, "schemas")
                    .forEach(
                            (name, schema) -> definitions.computeIfAbsent(name, made -> schema(Json.asObject(schema))));
            info = Json.child(v3, "info");
            security = Json.child(components, "securitySchemes");
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("swagger", "2.0");
        tree.put("info", info);
        tree.put("paths", paths);
        tree.put("definitions", definitions);
        tree.put("securityDefinitions", security);
        tree.put("security", List.of(Map.of("BearerToken", List.of())));
        return tree;
    }

    private static Map<String, Object> pathItem(Map<String, Object> v3) {
        Map<String, Object> v2 = new TreeMap<>();
        v3.forEach((key, value) -> {
            if (METHODS.contains(key)) {
                v2.put(key, operation(Json.asObject(value)));
            } else {
                v2.put(key, parameters(Json.asList(value)));
            }
        });
        return v2;
    }

    private static Map<String, Object> operation(Map<String, Object> v3) {
        Map<String, Object> v2 = new LinkedHashMap<>(v3);
        List<Object> parameters = new ArrayList<>(parameters(Json.list(v3, "parameters")));
        Map<String, Object> body = Json.object(v3, "requestBody");
        v2.remove("requestBody");
        if (body != null) {
            Map<String, Object> content = Json.child(body, "content");
            Map<String, Object> parameter = new LinkedHashMap<>();
            parameter.put("in", "body");
            parameter.put("name", "body");
            if (Json.flag(body, "required")) {
                parameter.put("required", true);
            }
            parameter.put("schema", firstSchema(content));
            parameters.add(parameter);
            v2.put("consumes", List.copyOf(content.keySet()));
        }
        if (!parameters.isEmpty()) {
            v2.put("parameters", parameters);
        }
        responses(Json.child(v3, "responses"), v2);
        v2.put("schemes", List.of("https"));
        return v2;
    }

    private static void responses(Map<String, Object> v3, Map<String, Object> operation) {
        Map<String, Object> responses = new TreeMap<>();
        TreeSet<String> produces = new TreeSet<>();
        v3.forEach((code, response) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("description", Json.string(response, "description"));
            Map<String, Object> content = Json.object(response, "content");
            if (content != null) {
                one.put("schema", firstSchema(content));
                produces.addAll(content.keySet());
            }
            responses.put(code, one);
        });
        operation.put("produces", List.copyOf(produces));
        operation.put("responses", responses);
    }

    /** All media types of a body have the same schema. */
    private static Map<String, Object> firstSchema(Map<String, Object> content) {
        Object first = content.values().iterator().next();
        return schema(Json.child(Json.asObject(first), "schema"));
    }

    private static List<Object> parameters(List<Object> v3) {
        List<Object> v2 = new ArrayList<>();
        for (Object parameter : v3) {
            Map<String, Object> flat = new LinkedHashMap<>(Json.asObject(parameter));
            Map<String, Object> schema = Json.object(parameter, "schema");
            flat.remove("schema");
            if (schema != null) {
                flat.putAll(schema);
            }
            v2.add(flat);
        }
        return v2;
    }

    private static Map<String, Object> schema(Map<String, Object> v3) {
        Map<String, Object> v2 = new LinkedHashMap<>();
        v3.forEach((key, value) -> {
            switch (key) {
                case "$ref" -> v2.put(key, String.valueOf(value).replace(REF_V3, REF_V2));
                case "allOf" -> {
                    Object first = Json.asList(value).getFirst();
                    if (Json.at(first, "$ref") != null) {
                        v2.putAll(schema(Json.asObject(first)));
                    }
                }
                case "oneOf" -> {
                    if (!v3.containsKey("type")) {
                        v2.put("type", "string");
                    }
                }
                case "default", "anyOf", "not", "nullable" -> {}
                case "items", "additionalProperties" ->
                    v2.put(key, value instanceof Map<?, ?> map ? schema(Json.asObject(map)) : value);
                case "properties" -> {
                    Map<String, Object> properties = new TreeMap<>();
                    Json.asObject(value).forEach((name, one) -> properties.put(name, schema(Json.asObject(one))));
                    v2.put(key, properties);
                }
                default -> v2.put(key, value);
            }
        });
        return v2;
    }
}
