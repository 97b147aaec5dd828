package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * OpenAPI 3.0 schemas of the pack's types, with the extensions that kubectl reads: patch strategies, list and map
 * types, group-version-kinds. Immutable. Source: contract 3.3.
 */
final class OpenApiSchemas {
    static final String META = "k8s.io.apimachinery.pkg.apis.meta.v1.";
    private static final String REF_PREFIX = "#/components/schemas/";

    private final SchemaPack pack;
    /** Package to group and version, of what is served. */
    private final Map<String, GroupVersion> packages = new HashMap<>();

    private record GroupVersion(String group, String version) {}

    OpenApiSchemas(SchemaPack pack, List<ResourceType> resources) {
        this.pack = pack;
        for (ResourceType type : resources) {
            packages.put(packageOf(type.typeName()), new GroupVersion(type.group(), type.version()));
        }
    }

    private static String packageOf(String typeName) {
        return typeName.substring(0, typeName.lastIndexOf('.'));
    }

    /** Name in OpenAPI: {@code io.k8s.api.core.v1.Pod} for {@code k8s.io.api.core.v1.Pod}; of others the same. */
    static String name(String typeName) {
        if (!typeName.startsWith("k8s.io.")) {
            return typeName;
        }
        String rest = typeName.substring("k8s.io.".length());
        int dot = rest.indexOf('.');
        return "io.k8s." + rest.substring(0, dot).replace('_', '-') + rest.substring(dot);
    }

    /** A reference to a type's schema. */
    static Map<String, Object> ref(String typeName) {
        Map<String, Object> ref = new LinkedHashMap<>();
        ref.put("$ref", REF_PREFIX + name(typeName));
        return ref;
    }

    /** The schemas of these types and of all that they refer to, by OpenAPI name. */
    Map<String, Object> schemas(Iterable<String> typeNames) {
        Map<String, Object> schemas = new TreeMap<>();
        List<TypeSchema> waiting = new ArrayList<>();
        for (String name : typeNames) {
            TypeSchema type = pack.type(name);
            if (type != null) {
                waiting.add(type);
            }
        }
        while (!waiting.isEmpty()) {
            TypeSchema type = waiting.removeLast();
            if (!schemas.containsKey(name(type.name()))) {
                schemas.put(name(type.name()), schema(type));
                collect(type, waiting);
            }
        }
        return schemas;
    }

    private static void collect(TypeSchema type, List<TypeSchema> found) {
        if (type.special() != TypeSchema.Special.NONE) {
            return;
        }
        for (FieldSchema field : type.fields()) {
            TypeSchema message = field.message();
            if (message != null && field.inlined()) {
                collect(message, found);
            } else if (message != null && message.special() != TypeSchema.Special.STRING_LIST) {
                found.add(message);
            }
        }
    }

    private Map<String, Object> schema(TypeSchema type) {
        Map<String, Object> schema = new LinkedHashMap<>();
        putUnlessEmpty(schema, "description", type.doc());
        switch (type.special()) {
            case NONE -> object(schema, type);
            case TIME, MICRO_TIME -> typed(schema, "string", "date-time");
            case DURATION -> typed(schema, "string", "");
            case QUANTITY -> schema.put("oneOf", List.of(Map.of("type", "string"), Map.of("type", "number")));
            case INT_OR_STRING -> {
                schema.put("format", "int-or-string");
                schema.put("oneOf", List.of(Map.of("type", "integer"), Map.of("type", "string")));
            }
            case RAW_EXTENSION, FIELDS_V1 -> typed(schema, "object", "");
            case STRING_LIST -> schema.putAll(stringList());
            case JSON, JSON_SCHEMA_OR_ARRAY, JSON_SCHEMA_OR_BOOL, JSON_SCHEMA_OR_STRING_ARRAY -> {}
        }
        return schema;
    }

    private void object(Map<String, Object> schema, TypeSchema type) {
        Map<String, Object> properties = new TreeMap<>();
        List<Object> required = new ArrayList<>();
        if (type.typeMeta()) {
            typeMeta(properties);
        }
        properties(type, properties, required);
        if (!properties.isEmpty()) {
            schema.put("properties", properties);
        }
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("type", "object");
        List<Object> kinds = kinds(type);
        if (!kinds.isEmpty()) {
            schema.put("x-kubernetes-group-version-kind", kinds);
        }
        if (type.atomic()) {
            schema.put("x-kubernetes-map-type", "atomic");
        }
    }

    private void typeMeta(Map<String, Object> properties) {
        typeMeta(pack, properties);
    }

    /** Adds the properties {@code apiVersion} and {@code kind}. */
    static void typeMeta(SchemaPack pack, Map<String, Object> properties) {
        TypeSchema type = pack.type(META + "TypeMeta");
        for (String name : List.of("apiVersion", "kind")) {
            FieldSchema field = type == null ? null : type.field(name);
            Map<String, Object> property = new LinkedHashMap<>();
            putUnlessEmpty(property, "description", field == null ? "" : field.doc());
            property.put("type", "string");
            properties.put(name, property);
        }
    }

    private static void properties(TypeSchema type, Map<String, Object> properties, List<Object> required) {
        for (FieldSchema field : type.fields()) {
            TypeSchema message = field.message();
            if (field.inlined() && message != null) {
                properties(message, properties, required);
            } else {
                properties.put(field.jsonName(), property(field));
                if (field.required()) {
                    required.add(field.jsonName());
                }
            }
        }
    }

    private static Map<String, Object> property(FieldSchema field) {
        Map<String, Object> property;
        if (field.map()) {
            property = new LinkedHashMap<>();
            putUnlessEmpty(property, "description", field.doc());
            property.put("additionalProperties", element(field));
            property.put("type", "object");
        } else if (field.repeated()) {
            property = new LinkedHashMap<>();
            putUnlessEmpty(property, "description", field.doc());
            property.put("items", element(field));
            property.put("type", "array");
        } else {
            property = single(field);
        }
        extensions(property, field);
        return property;
    }

    private static Map<String, Object> single(FieldSchema field) {
        TypeSchema message = field.message();
        Map<String, Object> property = new LinkedHashMap<>();
        Object defaultValue = defaultOf(field);
        if (defaultValue != null) {
            property.put("default", defaultValue);
        }
        putUnlessEmpty(property, "description", field.doc());
        if (message == null) {
            property.putAll(scalar(field.kind()));
        } else if (message.special() == TypeSchema.Special.STRING_LIST) {
            property.putAll(stringList());
        } else if (property.isEmpty()) {
            return ref(message.name());
        } else {
            property.put("allOf", List.of(ref(message.name())));
        }
        return property;
    }

    /** The schema of one item or map value. */
    private static Map<String, Object> element(FieldSchema field) {
        TypeSchema message = field.message();
        if (message == null) {
            Map<String, Object> element = new LinkedHashMap<>();
            if (field.kind() != FieldSchema.Kind.BYTES) {
                element.put("default", zero(field.kind()));
            }
            element.putAll(scalar(field.kind()));
            return element;
        }
        return switch (message.special()) {
            case STRING_LIST -> stringList();
            case NONE -> {
                Map<String, Object> element = new LinkedHashMap<>();
                element.put("allOf", List.of(ref(message.name())));
                element.put("default", Map.of());
                yield element;
            }
            default -> ref(message.name());
        };
    }

    private static Map<String, Object> stringList() {
        Map<String, Object> items = new LinkedHashMap<>();
        items.put("default", "");
        items.put("type", "string");
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("items", items);
        list.put("type", "array");
        return list;
    }

    static Map<String, Object> scalar(FieldSchema.Kind kind) {
        Map<String, Object> schema = new LinkedHashMap<>();
        switch (kind) {
            case STRING -> typed(schema, "string", "");
            case BYTES -> typed(schema, "string", "byte");
            case BOOL -> typed(schema, "boolean", "");
            case INT32 -> typed(schema, "integer", "int32");
            case INT64 -> typed(schema, "integer", "int64");
            case DOUBLE -> typed(schema, "number", "double");
            case MESSAGE -> typed(schema, "object", "");
        }
        return schema;
    }

    private static Object zero(FieldSchema.Kind kind) {
        return switch (kind) {
            case STRING, BYTES -> "";
            case BOOL -> false;
            case INT32, INT64, DOUBLE -> 0L;
            case MESSAGE -> Map.of();
        };
    }

    /** The marker's default, or what Go's zero value is where it is always written; null for none. */
    private static @Nullable Object defaultOf(FieldSchema field) {
        if (!field.defaultJson().isEmpty()) {
            byte[] json = field.defaultJson().getBytes(StandardCharsets.UTF_8);
            return Json.parse(json, 0, json.length, path -> {});
        }
        TypeSchema message = field.message();
        if (field.pointer()) {
            return null;
        }
        if (message != null) {
            return message.special() == TypeSchema.Special.NONE ? Map.of() : null;
        }
        return field.alwaysWritten() ? zero(field.kind()) : null;
    }

    private static void extensions(Map<String, Object> property, FieldSchema field) {
        if (!field.listMapKeys().isEmpty()) {
            property.put("x-kubernetes-list-map-keys", field.listMapKeys());
        }
        String listType = switch (field.listType()) {
            case UNSET -> "";
            case ATOMIC -> "atomic";
            case SET -> "set";
            case MAP -> "map";
        };
        putUnlessEmpty(property, "x-kubernetes-list-type", listType);
        if (field.mapAtomic()) {
            property.put("x-kubernetes-map-type", "atomic");
        }
        putUnlessEmpty(property, "x-kubernetes-patch-merge-key", field.patchMergeKey());
        putUnlessEmpty(property, "x-kubernetes-patch-strategy", String.join(",", field.patchStrategies()));
    }

    /** Options and watch events belong to every group; other meta types to the core group. */
    private List<Object> kinds(TypeSchema type) {
        List<Object> kinds = new ArrayList<>();
        GroupVersion own = packages.get(packageOf(type.name()));
        if (type.name().equals(META + "DeleteOptions") || type.name().equals(META + "WatchEvent")) {
            packages.values().stream()
                    .sorted(java.util.Comparator.comparing(GroupVersion::group).thenComparing(GroupVersion::version))
                    .forEach(one -> kinds.add(kind(one.group, one.version, type.shortName())));
        } else if (type.typeMeta() && own != null) {
            kinds.add(kind(own.group, own.version, type.shortName()));
        } else if (type.typeMeta() && type.name().startsWith(META)) {
            kinds.add(kind("", "v1", type.shortName()));
        }
        return kinds;
    }

    /** A group-version-kind extension. */
    static Map<String, Object> kind(String group, String version, String kind) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("group", group);
        tree.put("kind", kind);
        tree.put("version", version);
        return tree;
    }

    private static void typed(Map<String, Object> schema, String type, String format) {
        putUnlessEmpty(schema, "format", format);
        schema.put("type", type);
    }

    private static void putUnlessEmpty(Map<String, Object> schema, String key, String value) {
        if (!value.isEmpty()) {
            schema.put(key, value);
        }
    }
}
