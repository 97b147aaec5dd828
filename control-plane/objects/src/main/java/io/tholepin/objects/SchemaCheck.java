package io.tholepin.objects;

import static java.util.Objects.requireNonNullElse;

import io.tholepin.objects.StructuralSchema.ValueRules;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Checks an object against its schema. What did not change since the old state of an object is not looked at, so a
 * schema that became stricter holds nobody's other changes up (ratcheting). Errors have Kubernetes' paths and texts.
 * Not thread-safe; used once. Source: contract 4.1.
 */
final class SchemaCheck {
    /** Stands for the old state of something that is new. */
    private static final Object NEW = new Object();

    private final List<FieldError> errors = new ArrayList<>();
    /** How many conditions were met: tells which of several alternatives a value was meant to be. */
    private int met;

    private SchemaCheck() {}

    /** What is wrong with a new object. */
    static List<FieldError> create(StructuralSchema schema, Map<String, Object> tree) {
        return value(schema, tree, "");
    }

    /** What is wrong with a changed one. */
    static List<FieldError> update(StructuralSchema schema, Map<String, Object> tree, Map<String, Object> old) {
        SchemaCheck check = new SchemaCheck();
        check.node(schema, tree, old, "");
        return check.errors;
    }

    /** What is wrong with a value somewhere in an object. */
    static List<FieldError> value(StructuralSchema schema, @Nullable Object value, String path) {
        SchemaCheck check = new SchemaCheck();
        check.node(schema, value, NEW, path);
        return check.errors;
    }

    private void node(StructuralSchema schema, @Nullable Object value, @Nullable Object old, String path) {
        if (!NEW.equals(old) && Trees.equal(value, old)) {
            return;
        }
        type(schema, value, path);
        if (value == null) {
            return;
        }
        junctors(schema.rules, value, old, path);
        switch (value) {
            case String text -> string(schema, text, path);
            case Number number -> number(schema.rules, number, path);
            case List<?> list -> list(schema, Json.asList(list), old, path);
            case Map<?, ?> map -> object(schema, Json.asObject(map), old, path);
            default -> {}
        }
        enumeration(schema.rules, value, path);
    }

    private void expect(boolean holds, FieldError otherwise) {
        if (holds) {
            met++;
        } else {
            errors.add(otherwise);
        }
    }

    private static FieldError invalid(String path, Object value, String demand) {
        return FieldError.invalid(path, value, path + " in body " + demand);
    }

    private void type(StructuralSchema schema, @Nullable Object value, String path) {
        List<String> wanted = schema.types();
        if (wanted.isEmpty() || value == null && schema.nullable) {
            return;
        }
        boolean numeric = wanted.contains("integer") || wanted.contains("number");
        if (value instanceof String && !schema.format.isEmpty() && !numeric) {
            return; // the format decides
        }
        String found = typeOf(value);
        boolean fits = wanted.contains(found)
                || wanted.contains("number") && found.equals("integer")
                || wanted.contains("integer") && value instanceof Double real && real == Math.rint(real);
        String name = String.join(",", wanted);
        expect(
                fits,
                FieldError.typeInvalid(
                        path, found, path + " in body must be of type " + name + ": " + Json.text(found)));
    }

    static String typeOf(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String _ -> "string";
            case Boolean _ -> "boolean";
            case Long _, Integer _, BigInteger _ -> "integer";
            case Number _ -> "number";
            case List<?> _ -> "array";
            default -> "object";
        };
    }

    private void enumeration(ValueRules rules, Object value, String path) {
        if (rules.enumeration() != null) {
            expect(
                    rules.enumeration().stream().anyMatch(one -> Trees.equal(one, value)),
                    FieldError.unsupported(
                            path,
                            value,
                            rules.enumeration().stream()
                                    .map(one -> one instanceof String text ? text : Json.text(one))
                                    .toList()));
        }
    }

    /** The first thing wrong only, as upstream. */
    private void string(StructuralSchema schema, String text, String path) {
        Predicate<String> format = ValueFormats.of(schema.format);
        if (format != null) {
            String demand = path + " in body must be of type " + schema.format + ": " + Json.text(text);
            expect(format.test(text), FieldError.typeInvalid(path, text, demand));
        }
        ValueRules rules = schema.rules;
        long length = text.codePointCount(0, text.length());
        if (rules.maxLength() != null && length > rules.maxLength()) {
            errors.add(FieldError.tooLong(path, rules.maxLength().intValue()));
        } else if (rules.minLength() != null && length < rules.minLength()) {
            errors.add(invalid(path, text, "should be at least " + rules.minLength() + " chars long"));
        } else if (rules.pattern() != null && !rules.pattern().matcher(text).find()) {
            errors.add(invalid(path, text, "should match '" + rules.pattern().pattern() + "'"));
        } else {
            met++;
        }
    }

    private void number(ValueRules rules, Number number, String path) {
        BigDecimal value = Trees.number(number);
        Number multiple = rules.multipleOf();
        if (multiple != null && multiple.doubleValue() > 0) {
            expect(
                    value.remainder(Trees.number(multiple)).signum() == 0,
                    invalid(path, number, "should be a multiple of " + plain(multiple)));
        }
        Number max = rules.maximum();
        if (max != null) {
            int order = value.compareTo(Trees.number(max));
            String than = rules.exclusiveMaximum() ? "should be less than " : "should be less than or equal to ";
            expect(rules.exclusiveMaximum() ? order < 0 : order <= 0, invalid(path, number, than + plain(max)));
        }
        Number min = rules.minimum();
        if (min != null) {
            int order = value.compareTo(Trees.number(min));
            String than = rules.exclusiveMinimum() ? "should be greater than " : "should be greater than or equal to ";
            expect(rules.exclusiveMinimum() ? order > 0 : order >= 0, invalid(path, number, than + plain(min)));
        }
    }

    private static String plain(Number number) {
        return Trees.number(number).stripTrailingZeros().toPlainString();
    }

    private void list(StructuralSchema schema, List<Object> list, @Nullable Object old, String path) {
        ValueRules rules = schema.rules;
        if (schema.items != null) {
            for (int i = 0; i < list.size(); i++) {
                node(schema.items, list.get(i), oldItem(schema, list.get(i), old), path + "[" + i + "]");
            }
        }
        long size = list.size();
        if (rules.minItems() != null) {
            expect(
                    size >= rules.minItems(),
                    invalid(path, size, "should have at least " + rules.minItems() + " items"));
        }
        if (rules.maxItems() != null) {
            expect(size <= rules.maxItems(), FieldError.tooMany(path, size, rules.maxItems()));
        }
    }

    /** The former state of an item: only a list that is a map tells which one that is. */
    private static @Nullable Object oldItem(StructuralSchema schema, @Nullable Object item, @Nullable Object old) {
        if (schema.listType.equals("map") && old instanceof List<?> before) {
            for (Object one : before) {
                if (schema.listMapKeys.stream().allMatch(key -> Trees.equal(Json.at(one, key), Json.at(item, key)))) {
                    return one;
                }
            }
        }
        return NEW;
    }

    private void object(StructuralSchema schema, Map<String, Object> map, @Nullable Object old, String path) {
        ValueRules rules = schema.rules;
        long size = map.size();
        if (rules.minProperties() != null && size < rules.minProperties()) {
            errors.add(invalid(path, size, "should have at least " + rules.minProperties() + " properties"));
            return;
        }
        if (rules.maxProperties() != null && size > rules.maxProperties()) {
            errors.add(FieldError.tooMany(path, size, rules.maxProperties()));
            return;
        }
        String prefix = path.isEmpty() ? "" : path + ".";
        map.forEach((name, value) -> {
            StructuralSchema field = schema.field(name);
            if (field != null) {
                Object before = old instanceof Map<?, ?> was && was.containsKey(name) ? was.get(name) : NEW;
                node(field, value, before, prefix + name);
            }
        });
        for (String name : rules.required()) {
            expect(map.containsKey(name), FieldError.required(prefix + name, ""));
        }
        if (schema.embedded) {
            for (String name : List.of("apiVersion", "kind")) {
                expect(!Json.string(map, name).isEmpty(), FieldError.required(prefix + name, "must not be empty"));
            }
        }
    }

    private void junctors(ValueRules rules, Object value, @Nullable Object old, String path) {
        if (!rules.anyOf().isEmpty()) {
            Alternatives any = new Alternatives(rules.anyOf(), value, old, path);
            if (any.valid == 0) {
                errors.add(composite(path, "must validate at least one schema (anyOf)"));
            }
            any.tell();
        }
        if (!rules.oneOf().isEmpty()) {
            Alternatives one = new Alternatives(rules.oneOf(), value, old, path);
            if (one.valid != 1) {
                String found = one.valid == 0 ? "none valid" : one.valid + " valid alternatives";
                errors.add(composite(path, "must validate one and only one schema (oneOf). Found " + found));
            }
            one.tell();
        }
        if (!rules.allOf().isEmpty()) {
            int valid = 0;
            for (StructuralSchema schema : rules.allOf()) {
                SchemaCheck check = alternative(schema, value, old, path);
                valid += check.errors.isEmpty() ? 1 : 0;
                met += check.met;
                errors.addAll(check.errors);
            }
            if (valid < rules.allOf().size()) {
                String none = valid == 0 ? ". None validated" : "";
                errors.add(composite(path, "must validate all the schemas (allOf)" + none));
            }
        }
        if (rules.not() != null) {
            expect(
                    !alternative(rules.not(), value, old, path).errors.isEmpty(),
                    composite(path, "must not validate the schema (not)"));
        }
    }

    /** Upstream's errors about several schemas at once have no path. */
    private static FieldError composite(String path, String demand) {
        return FieldError.invalid("<nil>", "", Json.text(path) + " " + demand);
    }

    private static SchemaCheck alternative(StructuralSchema schema, Object value, @Nullable Object old, String path) {
        SchemaCheck check = new SchemaCheck();
        check.node(schema, value, old, path);
        return check;
    }

    /** How several schemas judge one value. */
    private final class Alternatives {
        private int valid;
        private @Nullable SchemaCheck best;

        Alternatives(List<StructuralSchema> schemas, Object value, @Nullable Object old, String path) {
            for (StructuralSchema schema : schemas) {
                SchemaCheck check = alternative(schema, value, old, path);
                if (check.errors.isEmpty()) {
                    valid++;
                } else if (best == null || check.met > best.met) {
                    best = check;
                }
            }
        }

        /** Tells what was wrong with the one that came closest, when none was right. */
        void tell() {
            if (valid > 0) {
                met++;
            } else {
                errors.addAll(requireNonNullElse(best, new SchemaCheck()).errors);
            }
        }
    }
}
