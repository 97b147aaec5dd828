package io.tholepin.objects;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rules of the schemas in custom resource definitions: they must be structural, so that it is plain of every field
 * whether it is known and what its type is. Source: contract 4.1.
 */
final class SchemaRules {
    private static final String INT_OR_STRING = "x-kubernetes-int-or-string";
    private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";
    private static final String EMBEDDED = "x-kubernetes-embedded-resource";
    private static final String LIST_TYPE = "x-kubernetes-list-type";
    private static final String LIST_MAP_KEYS = "x-kubernetes-list-map-keys";
    private static final String MAP_TYPE = "x-kubernetes-map-type";
    private static final String RULES = "x-kubernetes-validations";

    private static final List<String> TYPES = List.of("array", "boolean", "integer", "number", "object", "string");
    private static final List<String> UNSUPPORTED =
            List.of("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref");
    private static final List<String> ROOT_WITH_STATUS = List.of(
            "description",
            "type",
            "format",
            "title",
            "maximum",
            "exclusiveMaximum",
            "minimum",
            "exclusiveMinimum",
            "maxLength",
            "minLength",
            "pattern",
            "maxItems",
            "minItems",
            "uniqueItems",
            "multipleOf",
            "required",
            "items",
            "properties",
            "externalDocs",
            "example",
            PRESERVE,
            RULES);
    private static final List<String> JUNCTORS = List.of("allOf", "anyOf", "oneOf");
    /** What a schema under a junctor must leave to the structure around it, and how upstream asks for that. */
    private static final Map<String, String> STRUCTURE = Map.ofEntries(
            Map.entry("type", "must be empty to be structural"),
            Map.entry("additionalProperties", "must be undefined to be structural"),
            Map.entry("default", "must be undefined to be structural"),
            Map.entry("title", "must be empty to be structural"),
            Map.entry("description", "must be empty to be structural"),
            Map.entry("nullable", "must be false to be structural"),
            Map.entry("externalDocs", "must be undefined to be structural"),
            Map.entry(PRESERVE, "must be false to be structural"),
            Map.entry(EMBEDDED, "must be false to be structural"),
            Map.entry(INT_OR_STRING, "must be false to be structural"),
            Map.entry(LIST_MAP_KEYS, "must be empty to be structural"),
            Map.entry(LIST_TYPE, "must be undefined to be structural"),
            Map.entry(MAP_TYPE, "must be undefined to be structural"),
            Map.entry(RULES, "must be empty to be structural"));

    /** Where a schema stands. */
    private enum Level {
        ROOT("must not be empty at the root"),
        ITEM("must not be empty for specified array items"),
        FIELD("must not be empty for specified object fields");

        private final String typeDemand;

        Level(String typeDemand) {
            this.typeDemand = typeDemand;
        }
    }

    private SchemaRules() {}

    /** The schema of one version of a definition. */
    static void version(Check version) {
        Check schema = version.at("schema", "openAPIV3Schema");
        if (schema.value() == null) {
            return;
        }
        if (schema.flag("nullable")) {
            schema.forbidden("nullable", "nullable cannot be true at the root");
        }
        structure(schema, Level.ROOT);
        if (version.at("subresources").has("status")) {
            rootWithStatus(schema);
        }
    }

    /** A status is checked on its own, by its property of the root alone. */
    private static void rootWithStatus(Check schema) {
        String where = " at the root of the schema if the status subresource is enabled";
        if (!schema.isEmpty("type") && !schema.string("type").equals("object")) {
            schema.invalid("type", "only \"object\" is allowed as the type" + where);
            return;
        }
        Map<String, Object> fields = Json.asObject(schema.value() == null ? Map.of() : schema.value());
        if (fields.keySet().stream().anyMatch(field -> !ROOT_WITH_STATUS.contains(field) && !schema.isEmpty(field))) {
            String names = ROOT_WITH_STATUS.stream().map(SchemaRules::goName).collect(Collectors.joining(" "));
            schema.invalid("only [" + names + "] fields are allowed" + where);
        }
    }

    /** The name of a field in kube-apiserver's source. */
    private static String goName(String field) {
        return switch (field) {
            case PRESERVE -> "XPreserveUnknownFields";
            case RULES -> "XValidations";
            default -> Character.toUpperCase(field.charAt(0)) + field.substring(1);
        };
    }

    /** Whether rules in CEL are anywhere in a schema. */
    static boolean hasExpressions(@Nullable Object schema) {
        return switch (schema) {
            case Map<?, ?> map -> {
                Object rules = map.get(RULES);
                yield rules instanceof List<?> list && !list.isEmpty()
                        || map.values().stream().anyMatch(SchemaRules::hasExpressions);
            }
            case List<?> list -> list.stream().anyMatch(SchemaRules::hasExpressions);
            case null, default -> false;
        };
    }

    private static void structure(Check schema, Level level) {
        standard(schema);
        extensions(schema);
        type(schema, level);
        List<Object> structured = new ArrayList<>();
        if (schema.value("items") instanceof Map<?, ?>) {
            structure(schema.at("items"), Level.ITEM);
        } else if (schema.string("type").equals("array")) {
            schema.add(FieldError.required(schema.path("items"), "must be specified"));
        }
        if (schema.value("additionalProperties") != null) {
            additionalProperties(schema, level);
        }
        boolean whole = level == Level.ROOT || schema.flag(EMBEDDED);
        schema.entries("properties", property -> {
            structure(property, Level.FIELD);
            structured.add(property.path());
        });
        if (whole) {
            metadata(schema, level);
        }
        boolean intOrString = schema.flag(INT_OR_STRING);
        for (String junctor : JUNCTORS) {
            int index = 0;
            for (Check alternative : schema.items(junctor)) {
                boolean pattern = intOrString
                        && (junctor.equals("anyOf") || junctor.equals("allOf") && index == 0 && hasAnyOf(alternative));
                nested(alternative, level == Level.ROOT ? schema : null, pattern);
                index++;
            }
        }
        if (schema.has("not")) {
            nested(schema.at("not"), level == Level.ROOT ? schema : null, false);
        }
        if (schema.has("default")) {
            byDefault(schema, level);
        }
    }

    private static boolean hasAnyOf(Check alternative) {
        return alternative.items("anyOf").size() == 2;
    }

    /** What JSON schema has and Kubernetes does not. */
    private static void standard(Check schema) {
        for (String field : UNSUPPORTED) {
            if (!schema.isEmpty(field)) {
                schema.forbidden(field, field + " is not supported");
            }
        }
        if (schema.value("items") instanceof List<?>) {
            schema.forbidden("items", "items must be a schema object and not an array");
        }
        if (schema.flag("uniqueItems")) {
            schema.forbidden(
                    "uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        }
        String type = schema.string("type");
        if (type.equals("null")) {
            schema.forbidden("type", "type cannot be set to null, use nullable as an alternative");
        } else if (!type.isEmpty() && !TYPES.contains(type)) {
            schema.add(FieldError.unsupported(schema.path("type"), type, TYPES));
        }
        String pattern = schema.string("pattern");
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException malformed) {
            schema.invalid("pattern", "must be a valid regular expression, but isn't: " + malformed.getMessage());
        }
    }

    private static void type(Check schema, Level level) {
        String type = schema.string("type");
        if (schema.flag(EMBEDDED) && !type.equals("object")) {
            String demand = "must be object if x-kubernetes-embedded-resource is true";
            if (type.isEmpty()) {
                schema.add(FieldError.required(schema.path("type"), demand));
            } else {
                schema.invalid("type", demand);
            }
        } else if (type.isEmpty() && !schema.flag(INT_OR_STRING) && !schema.flag(PRESERVE)) {
            schema.add(FieldError.required(schema.path("type"), level.typeDemand));
        } else if (level == Level.ROOT && !type.isEmpty() && !type.equals("object")) {
            schema.invalid("type", "must be object at the root");
        }
    }

    private static void additionalProperties(Check schema, Level level) {
        if (level == Level.ROOT) {
            schema.forbidden("additionalProperties", "must not be used at the root");
        }
        boolean any = Boolean.TRUE.equals(schema.value("additionalProperties"));
        if (!schema.isEmpty("properties") && !any) {
            schema.forbidden("additionalProperties", "additionalProperties and properties are mutual exclusive");
        }
        if (schema.flag(EMBEDDED)) {
            schema.forbidden("additionalProperties", "must not be used if x-kubernetes-embedded-resource is set");
        }
        if (schema.value("additionalProperties") instanceof Map<?, ?>) {
            structure(schema.at("additionalProperties"), Level.FIELD);
        }
    }

    /** Every whole object has its own kind, apiVersion and metadata; a schema may restrict names alone. */
    private static void metadata(Check schema, Level level) {
        schema.entries("properties", property -> {
            String name = property.path().substring(property.path().lastIndexOf('[') + 1);
            boolean text = name.equals("kind]") || name.equals("apiVersion]");
            if (text && !property.string("type").equals("string")) {
                property.invalid("type", "must be string");
            }
            if (name.equals("metadata]")) {
                if (!property.string("type").equals("object")) {
                    property.invalid("type", "must be object");
                }
                if (level == Level.ROOT && !namesOnly(property)) {
                    property.forbidden("must not specify anything other than name and generateName, but metadata is"
                            + " implicitly specified");
                }
            }
        });
        if (schema.flag(EMBEDDED) && !schema.flag(PRESERVE) && schema.isEmpty("properties")) {
            schema.add(FieldError.required(
                    schema.path("properties"),
                    "must not be empty if x-kubernetes-embedded-resource is true without"
                            + " x-kubernetes-preserve-unknown-fields"));
        }
    }

    private static boolean namesOnly(Check metadata) {
        Map<String, Object> schema = Json.asObject(metadata.value() instanceof Map<?, ?> map ? map : Map.of());
        Map<String, Object> properties = Json.object(schema, "properties");
        Set<String> allowed = Set.of("type", "properties", "description");
        return allowed.containsAll(schema.keySet())
                && (properties == null || Set.of("name", "generateName").containsAll(properties.keySet()));
    }

    private static void extensions(Check schema) {
        if (Boolean.FALSE.equals(schema.value(PRESERVE))) {
            schema.invalid(PRESERVE, "must be true or undefined");
        }
        if (schema.flag(INT_OR_STRING)) {
            for (String other : List.of(PRESERVE, EMBEDDED)) {
                if (schema.flag(other)) {
                    schema.invalid(other, "must be false if x-kubernetes-int-or-string is true");
                }
            }
        }
        typed(schema, MAP_TYPE, "object", List.of("atomic", "granular"));
        typed(schema, LIST_TYPE, "array", List.of("atomic", "set", "map"));
        boolean map = schema.string(LIST_TYPE).equals("map");
        if (!schema.isEmpty(LIST_MAP_KEYS) && !map) {
            schema.add(FieldError.required(
                    schema.path(LIST_TYPE), "must be map if x-kubernetes-list-map-keys is non-empty"));
        }
        if (map) {
            listMap(schema);
        }
        if (schema.string(LIST_TYPE).equals("set")) {
            Check items = schema.at("items");
            boolean list = items.string("type").equals("array");
            String kind = list ? LIST_TYPE : MAP_TYPE;
            boolean atomic = items.string(kind).equals("atomic") || list && items.isEmpty(kind);
            if ((list || items.string("type").equals("object")) && !atomic) {
                // Whatever kind is asked for, kube-apiserver prints the list's.
                items.add(FieldError.invalid(
                        items.path(kind),
                        items.has(LIST_TYPE) ? items.string(LIST_TYPE) : "null",
                        "must be atomic as item of a list with x-kubernetes-list-type=set"));
            }
        }
        if (List.of("set", "map").contains(schema.string(LIST_TYPE))
                && schema.at("items").flag("nullable")) {
            schema.at("items")
                    .forbidden(
                            "nullable",
                            "cannot be nullable when x-kubernetes-list-type is " + schema.string(LIST_TYPE));
        }
    }

    private static void typed(Check schema, String extension, String type, List<String> supported) {
        if (!schema.has(extension)) {
            return;
        }
        String demand = "must be " + type + " if " + extension + " is specified";
        if (schema.isEmpty("type")) {
            schema.add(FieldError.required(schema.path("type"), demand));
        } else if (!schema.string("type").equals(type)) {
            schema.invalid("type", demand);
        }
        schema.optionalOneOf(extension, supported.toArray(String[]::new));
    }

    private static void listMap(Check schema) {
        if (!schema.required(LIST_MAP_KEYS, "must not be empty if x-kubernetes-list-type is map")) {
            return;
        }
        Check items = schema.at("items");
        if (!items.string("type").equals("object")) {
            items.invalid("type", "must be object if parent array's x-kubernetes-list-type is map");
            return;
        }
        Map<String, Object> properties = Json.object(items.value(), "properties");
        List<Object> keys = schema.list(LIST_MAP_KEYS);
        if (Set.copyOf(keys).size() < keys.size()) {
            schema.invalid(LIST_MAP_KEYS, "must not contain duplicate entries");
        }
        for (Object key : keys) {
            Object property = properties == null ? null : properties.get(String.valueOf(key));
            if (property != null) {
                mapKey(items, key, property);
            }
            if (property == null) {
                schema.add(FieldError.invalid(
                        schema.path(LIST_MAP_KEYS), key, "entries must all be names of item properties"));
            } else if (Set.of("array", "object").contains(Json.string(property, "type"))) {
                schema.add(FieldError.invalid(
                        items.path("properties") + "[" + key + "].type",
                        Json.string(property, "type"),
                        "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            }
        }
    }

    /** What is a key must be there, so that no two items without it are the same. */
    private static void mapKey(Check items, Object key, Object property) {
        String path = items.path("properties") + "[" + key + "]";
        String why = "this property is in x-kubernetes-list-map-keys, so it ";
        if (!items.list("required").contains(key) && Json.at(property, "default") == null) {
            items.add(FieldError.required(path + ".default", why + "must have a default or be a required property"));
        }
        if (Json.flag(property, "nullable")) {
            items.add(FieldError.forbidden(path + ".nullable", why + "cannot be nullable"));
        }
    }

    /**
     * A schema under a junctor: it may only restrict values, at the root those of fields that the structure has.
     *
     * @param around the structure, null where upstream does not ask whether it has the field
     * @param pattern whether it is one of the two types of an int-or-string
     */
    private static void nested(Check schema, @Nullable Check around, boolean pattern) {
        STRUCTURE.forEach((field, demand) -> {
            boolean typeOfPattern = pattern && field.equals("type");
            if (!schema.isEmpty(field) && !typeOfPattern) {
                schema.forbidden(field, demand);
            }
        });
        standard(schema);
        schema.entries("properties", property -> {
            String name = property.path().substring(schema.path("properties").length() + 1);
            String field = name.substring(0, name.length() - 1);
            if (field.equals("metadata")) {
                property.forbidden("must not be specified in a nested context");
            }
            nested(property, counterpart(property, around, "properties", field), false);
        });
        if (schema.value("items") instanceof Map<?, ?>) {
            Check items = schema.at("items");
            nested(items, counterpart(items, around, "items", ""), false);
        }
        for (String junctor : JUNCTORS) {
            for (Check alternative : schema.items(junctor)) {
                nested(alternative, around, pattern && junctor.equals("anyOf"));
            }
        }
        if (schema.has("not")) {
            nested(schema.at("not"), around, false);
        }
    }

    /** What the structure has for a nested schema. */
    private static @Nullable Check counterpart(Check nested, @Nullable Check around, String kind, String field) {
        if (around == null) {
            return null;
        }
        String suffix = field.isEmpty() ? "" : "[" + field + "]";
        Check own = (field.isEmpty() ? around.at(kind) : around.at(kind, field)).as(around.path(kind) + suffix);
        if (own.value() == null) {
            own.add(FieldError.required(own.path(), "because it is defined in " + nested.path()));
            return null;
        }
        return own;
    }

    /** A default must be a value that the schema allows and knows. */
    private static void byDefault(Check schema, Level level) {
        if (level == Level.ROOT) {
            schema.forbidden("default", "must not be set at the root");
            return;
        }
        StructuralSchema structure =
                StructuralSchema.of(Json.asObject(schema.value() == null ? Map.of() : schema.value()));
        Object value = Json.copy(schema.value("default"));
        String path = schema.path("default");
        for (FieldError error : SchemaCheck.value(structure, value, "")) {
            String inside = error.field();
            String where = inside.isEmpty() || inside.startsWith("[") ? path + inside : path + "." + inside;
            schema.add(new FieldError(where, error.type(), error.value(), error.detail()));
        }
        if (value instanceof Map<?, ?> map
                && !Pruning.unknown(Json.asObject(map), structure, 1).isEmpty()) {
            schema.at("default").invalid("must not have unknown fields");
        }
    }
}
