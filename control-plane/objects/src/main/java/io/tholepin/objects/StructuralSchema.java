package io.tholepin.objects;

import static java.util.Objects.requireNonNullElse;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One node of a custom resource's schema, read from {@code openAPIV3Schema}: which fields there are, what they are when
 * nobody sets them, and what a value must be like. Immutable. Source: contract 4.1.
 */
final class StructuralSchema {
    /** JSON type, empty when any is allowed. */
    final String type;

    final String format;
    final boolean nullable;
    final boolean intOrString;
    /** Unknown fields of this object stay. */
    final boolean preserving;
    /** A whole object with kind, apiVersion and metadata. */
    final boolean embedded;

    final Map<String, StructuralSchema> properties;
    /** Whether other fields than {@link #properties} are known, too: {@code additionalProperties}. */
    final boolean mapped;
    /** Of those other fields, null when nothing is said about them. */
    final @Nullable StructuralSchema values;

    final @Nullable StructuralSchema items;
    /** Null when there is none. */
    final @Nullable Object byDefault;

    /** {@code atomic}, {@code set} or {@code map}. */
    final String listType;

    final List<String> listMapKeys;
    final ValueRules rules;

    /** What a value must be like, beside its type; null and empty where nothing is asked. */
    record ValueRules(
            List<String> required,
            @Nullable List<Object> enumeration,
            @Nullable Number minimum,
            boolean exclusiveMinimum,
            @Nullable Number maximum,
            boolean exclusiveMaximum,
            @Nullable Number multipleOf,
            @Nullable Long minLength,
            @Nullable Long maxLength,
            @Nullable Pattern pattern,
            @Nullable Long minItems,
            @Nullable Long maxItems,
            @Nullable Long minProperties,
            @Nullable Long maxProperties,
            List<StructuralSchema> allOf,
            List<StructuralSchema> anyOf,
            List<StructuralSchema> oneOf,
            @Nullable StructuralSchema not) {
        /** Nothing is asked, as of most nodes. */
        private static final ValueRules NONE = StructuralSchema.rules(Map.of());
    }

    private StructuralSchema(Map<String, Object> tree) {
        type = Json.string(tree, "type");
        format = Json.string(tree, "format");
        nullable = Json.flag(tree, "nullable");
        intOrString = Json.flag(tree, "x-kubernetes-int-or-string");
        preserving = Json.flag(tree, "x-kubernetes-preserve-unknown-fields");
        embedded = Json.flag(tree, "x-kubernetes-embedded-resource");
        Map<String, StructuralSchema> fields = new LinkedHashMap<>();
        requireNonNullElse(Json.object(tree, "properties"), Map.<String, Object>of())
                .forEach((name, schema) -> fields.put(name, of(Json.asObject(schema))));
        properties = fields;
        Object additional = tree.get("additionalProperties");
        mapped = additional instanceof Map<?, ?> || Boolean.TRUE.equals(additional);
        values = child(tree, "additionalProperties");
        items = child(tree, "items");
        byDefault = tree.get("default");
        String given = Json.string(tree, "x-kubernetes-list-type");
        listType = given.isEmpty() ? "atomic" : given;
        listMapKeys = Json.list(tree, "x-kubernetes-list-map-keys").stream()
                .map(String::valueOf)
                .toList();
        ValueRules own = rules(tree);
        rules = own.equals(ValueRules.NONE) ? ValueRules.NONE : own;
    }

    /** The schema that a JSON tree of it describes; the tree must not change afterwards. */
    static StructuralSchema of(Map<String, Object> tree) {
        return new StructuralSchema(tree);
    }

    private static ValueRules rules(Map<String, Object> tree) {
        return new ValueRules(
                Json.list(tree, "required").stream().map(String::valueOf).toList(),
                tree.containsKey("enum") ? Json.list(tree, "enum") : null,
                number(tree, "minimum"),
                Json.flag(tree, "exclusiveMinimum"),
                number(tree, "maximum"),
                Json.flag(tree, "exclusiveMaximum"),
                number(tree, "multipleOf"),
                count(tree, "minLength"),
                count(tree, "maxLength"),
                pattern(Json.string(tree, "pattern")),
                count(tree, "minItems"),
                count(tree, "maxItems"),
                count(tree, "minProperties"),
                count(tree, "maxProperties"),
                children(tree, "allOf"),
                children(tree, "anyOf"),
                children(tree, "oneOf"),
                child(tree, "not"));
    }

    /** One whose matching takes time linear in the text; null for none, and for a malformed one from the store. */
    private static @Nullable Pattern pattern(String text) {
        try {
            return text.isEmpty() ? null : Pattern.compile(text);
        } catch (PatternSyntaxException refusedInWhatIsWritten) {
            return null;
        }
    }

    private static @Nullable StructuralSchema child(Map<String, Object> tree, String key) {
        Map<String, Object> child = Json.object(tree, key);
        return child == null ? null : of(child);
    }

    private static List<StructuralSchema> children(Map<String, Object> tree, String key) {
        List<StructuralSchema> all = new ArrayList<>();
        Trees.each(tree, key, schema -> all.add(of(schema)));
        return List.copyOf(all);
    }

    private static @Nullable Number number(Map<String, Object> tree, String key) {
        return tree.get(key) instanceof Number number ? number : null;
    }

    private static @Nullable Long count(Map<String, Object> tree, String key) {
        return tree.get(key) instanceof Number number ? number.longValue() : null;
    }

    /** The schema of a field, null when there is none. */
    @Nullable
    StructuralSchema field(String name) {
        StructuralSchema own = properties.get(name);
        return own == null ? values : own;
    }

    /** The types that a value may have. */
    List<String> types() {
        if (intOrString) {
            return List.of("integer", "string");
        }
        return type.isEmpty() ? List.of() : List.of(type);
    }
}
