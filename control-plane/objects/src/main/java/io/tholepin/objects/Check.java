package io.tholepin.objects;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A place in an object that is being validated: its path, its value, and the list of errors that all places of the
 * object
 * share. Rules step through the object by fields and items and note what is wrong.
 */
final class Check {
    static final String NOT_NEGATIVE = "must be greater than or equal to 0";
    static final String IMMUTABLE = "field is immutable";

    private final String path;
    private final @Nullable Object value;
    private final List<FieldError> errors;

    private Check(String path, @Nullable Object value, List<FieldError> errors) {
        this.path = path;
        this.value = value;
        this.errors = errors;
    }

    /** The whole object; errors go to the list. */
    static Check root(Map<String, Object> tree, List<FieldError> errors) {
        return new Check("", tree, errors);
    }

    String path() {
        return path;
    }

    String path(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    @Nullable
    Object value() {
        return value;
    }

    /** The value of a field, null when unset. */
    @Nullable
    Object value(String field) {
        return Json.at(value, field);
    }

    String string(String field) {
        return Json.string(value, field);
    }

    long integer(String field, long otherwise) {
        return Json.integer(value, otherwise, field);
    }

    boolean flag(String field) {
        return Json.flag(value, field);
    }

    List<Object> list(String field) {
        return Json.list(value, field);
    }

    /** Whether a field is set at all. */
    boolean has(String field) {
        return value(field) != null;
    }

    /** Whether a field is unset or has its type's zero value. */
    boolean isEmpty(String field) {
        return Trees.isEmpty(value(field));
    }

    /** The place of a field, which may be unset. */
    Check at(String... fields) {
        Check here = this;
        for (String field : fields) {
            here = new Check(here.path(field), Json.at(here.value, field), errors);
        }
        return here;
    }

    /** The same value under another path, where Kubernetes names it otherwise. */
    Check as(String otherPath) {
        return new Check(otherPath, value, errors);
    }

    /** Visits a field when it is set. */
    void with(String field, Consumer<Check> rule) {
        if (has(field)) {
            rule.accept(at(field));
        }
    }

    /** The items of a list field. */
    List<Check> items(String field) {
        List<Check> items = new ArrayList<>();
        int index = 0;
        for (Object item : list(field)) {
            items.add(new Check(path(field) + "[" + index++ + "]", item, errors));
        }
        return items;
    }

    void each(String field, Consumer<Check> rule) {
        items(field).forEach(rule);
    }

    /** The entries of a map field. */
    void entries(String field, Consumer<Check> rule) {
        Map<String, Object> map = Json.object(value, field);
        if (map != null) {
            map.forEach((key, inner) -> rule.accept(new Check(path(field) + "[" + key + "]", inner, errors)));
        }
    }

    void add(FieldError error) {
        errors.add(error);
    }

    void invalid(String detail) {
        add(FieldError.invalid(path, printed(value), detail));
    }

    void invalid(String field, String detail) {
        at(field).invalid(detail);
    }

    void forbidden(String detail) {
        add(FieldError.forbidden(path, detail));
    }

    void forbidden(String field, String detail) {
        add(FieldError.forbidden(path(field), detail));
    }

    /** Maps print with sorted keys, as Go does; what is unset prints as an empty string. */
    private static Object printed(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Map<?, ?> map -> new TreeMap<>(Json.asObject(map));
            default -> value;
        };
    }

    /** Notes a missing field; true when it is there. */
    boolean required(String field, String detail) {
        if (isEmpty(field)) {
            add(FieldError.required(path(field), detail));
            return false;
        }
        return true;
    }

    boolean required(String field) {
        return required(field, "");
    }

    /** Checks this text against a grammar. */
    void name(Function<String, List<String>> grammar) {
        String text = value instanceof String string ? string : "";
        grammar.apply(text).forEach(message -> add(FieldError.invalid(path, text, message)));
    }

    void requiredName(String field, Function<String, List<String>> grammar) {
        if (required(field)) {
            at(field).name(grammar);
        }
    }

    void optionalName(String field, Function<String, List<String>> grammar) {
        if (!isEmpty(field)) {
            at(field).name(grammar);
        }
    }

    /** A field that must hold one of some texts. */
    void oneOf(String field, String... supported) {
        if (required(field)) {
            optionalOneOf(field, supported);
        }
    }

    void optionalOneOf(String field, String... supported) {
        Object found = value(field);
        if (found != null && !List.of(supported).contains(found)) {
            add(FieldError.unsupported(path(field), found, List.of(supported)));
        }
    }

    void nonNegative(String... fields) {
        for (String field : fields) {
            if (integer(field, 0) < 0) {
                invalid(field, NOT_NEGATIVE);
            }
        }
    }

    void range(String field, long min, long max) {
        if (has(field) && (integer(field, min) < min || integer(field, min) > max)) {
            invalid(field, "must be between " + min + " and " + max + ", inclusive");
        }
    }

    void port(String field) {
        long number = integer(field, 0);
        if (number < 1 || number > 65535) {
            add(FieldError.invalid(path(field), number, "must be between 1 and 65535, inclusive"));
        }
    }

    /** A port's number or name. */
    void portOrName(String field) {
        if (value(field) instanceof String text) {
            Names.portName(text).forEach(message -> invalid(field, message));
        } else {
            port(field);
        }
    }

    void labels(String field) {
        Json.strings(value, field).forEach((key, label) -> {
            Names.labelKey(key).forEach(message -> add(FieldError.invalid(path(field), key, message)));
            Names.labelValue(label).forEach(message -> add(FieldError.invalid(path(field), label, message)));
        });
    }

    /** A label selector under a field, when it is set. */
    void selector(String field) {
        with(field, selector -> {
            selector.labels("matchLabels");
            selector.each("matchExpressions", requirement -> requirement.requirement(Set.of()));
        });
    }

    /** One requirement of a selector; {@code comparisons} are operators on numbers that node selectors know as well. */
    void requirement(Set<String> comparisons) {
        String operator = string("operator");
        boolean hasValues = !list("values").isEmpty();
        switch (operator) {
            case "In", "NotIn" -> {
                if (!hasValues) {
                    add(FieldError.required(path("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (hasValues) {
                    forbidden("values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            default -> {
                if (!comparisons.contains(operator)) {
                    invalid("operator", "not a valid selector operator");
                } else if (list("values").size() != 1) {
                    add(FieldError.required(
                            path("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"));
                }
            }
        }
        at("key").name(Names::labelKey);
        each("values", item -> item.name(Names::labelValue));
    }

    /** Notes the second and further items of a list that have the same key. */
    void unique(String field, String keyField) {
        Set<Object> seen = new HashSet<>();
        each(field, item -> {
            Object key = item.value(keyField);
            if (key != null && !seen.add(key)) {
                item.add(FieldError.duplicate(item.path(keyField), key));
            }
        });
    }

    /** Notes a change of a field against the same place in the old object. */
    void immutable(String field, @Nullable Object old) {
        if (!Trees.same(value(field), old)) {
            invalid(field, IMMUTABLE);
        }
    }

    /** Amounts that must not be negative. */
    void quantities(String field) {
        entries(field, entry -> {
            Quantity amount = entry.quantity();
            if (amount != null && amount.signum() < 0) {
                entry.invalid(NOT_NEGATIVE);
            }
        });
    }

    /** This text as a quantity; null, with an error noted, when it is none. */
    @Nullable
    Quantity quantity() {
        try {
            return Quantity.parse(String.valueOf(value));
        } catch (NumberFormatException none) {
            invalid(String.valueOf(none.getMessage()));
            return null;
        }
    }
}
