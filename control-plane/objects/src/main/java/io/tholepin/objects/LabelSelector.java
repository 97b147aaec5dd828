package io.tholepin.objects;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A label selector: a conjunction of requirements on an object's labels. Immutable; {@link #toString} is the
 * canonical text, requirements sorted by key. Source: contract 1.8, Kubernetes API concepts, "Labels and selectors".
 */
public final class LabelSelector {
    private static final LabelSelector EVERYTHING = new LabelSelector(List.of());

    private final List<Requirement> requirements;

    /** How a requirement compares. The text is that of a selector string, which the messages list. */
    public enum Operator {
        IN("in"),
        NOT_IN("notin"),
        EQUALS("="),
        DOUBLE_EQUALS("=="),
        NOT_EQUALS("!="),
        GREATER("gt"),
        LESS("lt"),
        EXISTS("exists"),
        DOES_NOT_EXIST("!");

        private final String text;

        Operator(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /**
     * One condition.
     *
     * @param values sorted, one for the equalities and comparisons, none for the existence checks
     */
    public record Requirement(String key, Operator operator, List<String> values) {
        boolean matches(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case IN, EQUALS, DOUBLE_EQUALS -> value != null && values.contains(value);
                case NOT_IN, NOT_EQUALS -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case DOES_NOT_EXIST -> value == null;
                case GREATER -> value != null && compare(value) > 0;
                case LESS -> value != null && compare(value) < 0;
            };
        }

        /** Sign of value minus bound; 0 when either is no 64-bit integer. */
        private int compare(String value) {
            Long number = integer(value);
            Long bound = integer(values.getFirst());
            return number == null || bound == null ? 0 : number.compareTo(bound);
        }

        @Override
        public String toString() {
            String joined = String.join(",", values);
            return switch (operator) {
                case IN, NOT_IN -> key + " " + operator.text + " (" + joined + ")";
                case EQUALS, DOUBLE_EQUALS, NOT_EQUALS -> key + operator.text + joined;
                case GREATER -> key + ">" + joined;
                case LESS -> key + "<" + joined;
                case EXISTS -> key;
                case DOES_NOT_EXIST -> "!" + key;
            };
        }
    }

    private LabelSelector(Collection<Requirement> requirements) {
        this.requirements = requirements.stream()
                .sorted(Comparator.comparing(Requirement::key))
                .toList();
    }

    /** Selects every object. */
    public static LabelSelector everything() {
        return EVERYTHING;
    }

    /**
     * Parses the text of a {@code labelSelector} parameter; the empty text selects everything.
     *
     * @throws StatusException 400 with Kubernetes' text
     */
    public static LabelSelector parse(String text) {
        return text.isEmpty() ? EVERYTHING : new LabelSelector(new LabelSelectorParser(text).parse());
    }

    /** Selects objects that have all of these labels; nothing is validated. */
    public static LabelSelector of(Map<String, String> labels) {
        List<Requirement> requirements = new ArrayList<>();
        labels.forEach((key, value) -> requirements.add(new Requirement(key, Operator.EQUALS, List.of(value))));
        return new LabelSelector(requirements);
    }

    /**
     * The selector that a {@code metav1.LabelSelector} object ({@code matchLabels}, {@code matchExpressions}) means;
     * an empty one selects everything. A missing one selects nothing in Kubernetes: that decision is the caller's.
     *
     * @throws StatusException 400 for an unknown operator or a wrong number of values
     */
    public static LabelSelector fromObject(Map<String, Object> object) {
        List<Requirement> requirements = new ArrayList<>();
        Map<String, Object> labels = Json.object(object, "matchLabels");
        if (labels != null) {
            labels.forEach((key, value) ->
                    requirements.add(requirement(key, Operator.EQUALS, List.of(String.valueOf(value)))));
        }
        for (Object expression : Json.list(object, "matchExpressions")) {
            List<String> values = new ArrayList<>();
            Json.list(expression, "values").forEach(value -> values.add(String.valueOf(value)));
            requirements.add(requirement(Json.string(expression, "key"), objectOperator(expression), values));
        }
        return new LabelSelector(requirements);
    }

    private static Operator objectOperator(Object expression) {
        String name = Json.string(expression, "operator");
        return switch (name) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            case "DoesNotExist" -> Operator.DOES_NOT_EXIST;
            default -> throw StatusException.badRequest(Json.text(name) + " is not a valid label selector operator");
        };
    }

    /** A checked requirement; throws 400 when key, values or their number are wrong. */
    static Requirement requirement(String key, Operator operator, Collection<String> values) {
        List<String> sorted = List.copyOf(new TreeSet<>(values));
        List<FieldError> errors = new ArrayList<>();
        List<String> keyErrors = Names.labelKey(key);
        if (!keyErrors.isEmpty()) {
            errors.add(FieldError.invalid("key", key, String.join("; ", keyErrors)));
        }
        String count = countError(operator, sorted.size());
        if (count != null) {
            errors.add(FieldError.invalid("values", sorted, count));
        }
        for (int i = 0; i < sorted.size(); i++) {
            String value = sorted.get(i);
            if ((operator == Operator.GREATER || operator == Operator.LESS) && integer(value) == null) {
                errors.add(FieldError.invalid(
                        "values[" + i + "]", value, "for 'Gt', 'Lt' operators, the value must be an integer"));
            }
            List<String> valueErrors = Names.labelValue(value);
            if (!valueErrors.isEmpty()) {
                errors.add(FieldError.invalid("values[" + i + "][" + key + "]", value, String.join("; ", valueErrors)));
            }
        }
        if (!errors.isEmpty()) {
            throw StatusException.badRequest("unable to parse requirement: " + aggregate(errors));
        }
        return new Requirement(key, operator, sorted);
    }

    private static String aggregate(List<FieldError> errors) {
        List<String> texts =
                errors.stream().map(FieldError::toString).distinct().toList();
        return texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
    }

    private static @Nullable String countError(Operator operator, int count) {
        return switch (operator) {
            case IN, NOT_IN -> count > 0 ? null : "for 'in', 'notin' operators, values set can't be empty";
            case EQUALS, DOUBLE_EQUALS, NOT_EQUALS ->
                count == 1 ? null : "exact-match compatibility requires one single value";
            case GREATER, LESS -> count == 1 ? null : "for 'Gt', 'Lt' operators, exactly one value is required";
            case EXISTS, DOES_NOT_EXIST -> count == 0 ? null : "values set must be empty for exists and does not exist";
        };
    }

    static @Nullable Long integer(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException noInteger) {
            return null;
        }
    }

    /** Whether an object with these labels is selected. */
    public boolean matches(Map<String, String> labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    /** Whether it selects everything. */
    public boolean isEmpty() {
        return requirements.isEmpty();
    }

    /** All requirements, sorted by key. */
    public List<Requirement> requirements() {
        return requirements;
    }

    /** The labels of a JSON object's metadata as a sorted map. */
    public static Map<String, String> labelsOf(Map<String, Object> object) {
        Map<String, String> labels = new TreeMap<>();
        Map<String, Object> tree = Json.object(object, "metadata", "labels");
        if (tree != null) {
            tree.forEach((key, value) -> labels.put(key, String.valueOf(value)));
        }
        return labels;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LabelSelector selector && requirements.equals(selector.requirements);
    }

    @Override
    public int hashCode() {
        return requirements.hashCode();
    }

    @Override
    public String toString() {
        return String.join(",", requirements.stream().map(Requirement::toString).toList());
    }
}
