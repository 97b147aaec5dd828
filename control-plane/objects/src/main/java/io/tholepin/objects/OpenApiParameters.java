package io.tholepin.objects;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** OpenAPI 3.0 parameters: names in paths, and the fields of the options types as query parameters. Immutable. */
final class OpenApiParameters {
    static final Map<String, Object> PRETTY = parameter(
            "query", "pretty", "Whether to indent JSON. Without it, only command-line HTTP tools get it.", "string");
    static final Map<String, Object> NAMESPACE =
            parameter("path", "namespace", "Namespace that the request is about.", "string");

    private static final Set<String> WATCH_ONLY = Set.of("watch", "allowWatchBookmarks");

    final List<Object> list;
    final List<Object> deleteCollection;
    final List<Object> delete;
    final List<Object> write;
    final List<Object> patch;
    private final SchemaPack pack;

    OpenApiParameters(SchemaPack pack) {
        this.pack = pack;
        Map<String, Object> listOptions = options(OpenApiSchemas.META + "ListOptions");
        Map<String, Object> deleteOptions = options(OpenApiSchemas.META + "DeleteOptions");
        Map<String, Object> both = new TreeMap<>(listOptions);
        both.keySet().removeAll(WATCH_ONLY);
        both.putAll(deleteOptions);
        list = List.copyOf(listOptions.values());
        deleteCollection = List.copyOf(both.values());
        delete = List.copyOf(deleteOptions.values());
        write = List.copyOf(options(OpenApiSchemas.META + "UpdateOptions").values());
        patch = List.copyOf(options(OpenApiSchemas.META + "PatchOptions").values());
    }

    /** The scalar fields of a type as query parameters, by name. */
    Map<String, Object> options(String typeName) {
        Map<String, Object> parameters = new TreeMap<>();
        TypeSchema type = pack.type(typeName);
        for (FieldSchema field : type == null ? List.<FieldSchema>of() : type.fields()) {
            if (field.message() == null && !field.map()) {
                Object name = OpenApiSchemas.scalar(field.kind()).get("type");
                parameters.put(
                        field.jsonName(), parameter("query", field.jsonName(), field.doc(), String.valueOf(name)));
            }
        }
        return parameters;
    }

    static Map<String, Object> name(String kind) {
        return parameter("path", "name", "Name of the " + kind + ".", "string");
    }

    static Map<String, Object> proxyPath() {
        return parameter("path", "path", "Path that is asked of the target.", "string");
    }

    private static Map<String, Object> parameter(String in, String name, String description, String type) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", type);
        schema.put("uniqueItems", true);
        Map<String, Object> parameter = new LinkedHashMap<>();
        if (!description.isEmpty()) {
            parameter.put("description", description);
        }
        parameter.put("in", in);
        parameter.put("name", name);
        if (in.equals("path")) {
            parameter.put("required", true);
        }
        parameter.put("schema", schema);
        return parameter;
    }
}
