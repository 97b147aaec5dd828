package io.tholepin.objects;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of kubectl's JSONPath that printer columns, scales and selectable fields are written in:
 * {@code .spec.replicas}, {@code ['a.b']}, {@code [0]}, {@code [-1]}, {@code [*]} and
 * {@code [?(@.type=="Ready")]}. Immutable. Source: contract 4.1.
 */
final class JsonPath {
    private final List<Step> steps;

    private sealed interface Step {
        record Field(String name) implements Step {}

        record Index(int index) implements Step {}

        record Every() implements Step {}

        /** Items for which the comparison is true; {@code operator} is empty when they only need to have the field. */
        record Filter(
                JsonPath left, String operator, @Nullable Object right) implements Step {}
    }

    private JsonPath(List<Step> steps) {
        this.steps = List.copyOf(steps);
    }

    /**
     * Parses a path.
     *
     * @throws IllegalArgumentException when it is none of this kind
     */
    static JsonPath parse(String text) {
        return new Parser(text).path();
    }

    /** A path of fields alone, null when it goes through a list. */
    @Nullable
    List<String> fields() {
        List<String> names = new ArrayList<>();
        for (Step step : steps) {
            if (!(step instanceof Step.Field(String name))) {
                return null;
            }
            names.add(name);
        }
        return names;
    }

    /** The first value that it leads to, null when there is none. */
    @Nullable
    Object first(@Nullable Object tree) {
        List<Object> found = all(tree);
        return found.isEmpty() ? null : found.getFirst();
    }

    private List<Object> all(@Nullable Object tree) {
        List<Object> here = tree == null ? List.of() : List.of(tree);
        for (Step step : steps) {
            List<Object> next = new ArrayList<>();
            for (Object value : here) {
                follow(step, value, next);
            }
            here = next;
        }
        return here;
    }

    private static void follow(Step step, Object value, List<Object> into) {
        switch (step) {
            case Step.Field(String name) -> add(into, Json.at(value, name));
            case Step.Index(int index) -> {
                if (value instanceof List<?> list) {
                    int at = index < 0 ? list.size() + index : index;
                    add(into, at < 0 || at >= list.size() ? null : list.get(at));
                }
            }
            case Step.Every() -> items(value).forEach(item -> add(into, item));
            case Step.Filter filter ->
                items(value).stream().filter(item -> holds(filter, item)).forEach(into::add);
        }
    }

    private static List<Object> items(Object value) {
        return switch (value) {
            case List<?> list ->
                list.stream().filter(Objects::nonNull).<Object>map(item -> item).toList();
            case Map<?, ?> map ->
                map.values().stream()
                        .filter(Objects::nonNull)
                        .<Object>map(item -> item)
                        .toList();
            default -> List.of();
        };
    }

    private static void add(List<Object> into, @Nullable Object value) {
        if (value != null) {
            into.add(value);
        }
    }

    private static boolean holds(Step.Filter filter, Object item) {
        Object left = filter.left.first(item);
        Object right = filter.right;
        if (left == null || right == null) {
            return left != null;
        }
        return switch (filter.operator) {
            case "==" -> Trees.equal(left, right);
            case "!=" -> !Trees.equal(left, right);
            default -> {
                boolean comparable = left instanceof Number == right instanceof Number;
                int order = comparable ? compare(left, right) : 0;
                yield comparable
                        && switch (filter.operator) {
                            case "<" -> order < 0;
                            case "<=" -> order <= 0;
                            case ">" -> order > 0;
                            default -> order >= 0;
                        };
            }
        };
    }

    private static int compare(Object left, Object right) {
        return left instanceof Number
                ? new BigDecimal(left.toString()).compareTo(new BigDecimal(right.toString()))
                : left.toString().compareTo(right.toString());
    }

    /** One pass over a text. */
    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        JsonPath path() {
            List<Step> steps = steps("");
            if (at < text.length()) {
                throw malformed("the end");
            }
            return new JsonPath(steps);
        }

        /** Steps up to the end or one of some characters. */
        private List<Step> steps(String stop) {
            List<Step> steps = new ArrayList<>();
            while (at < text.length() && stop.indexOf(text.charAt(at)) < 0) {
                switch (text.charAt(at)) {
                    case '.' -> {
                        at++;
                        if (at < text.length() && text.charAt(at) != '[') {
                            steps.add(new Step.Field(name(stop)));
                        }
                    }
                    case '[' -> steps.add(bracket());
                    default -> throw malformed(". or [");
                }
            }
            return steps;
        }

        private String name(String stop) {
            StringBuilder name = new StringBuilder();
            while (at < text.length() && (".[" + stop).indexOf(text.charAt(at)) < 0) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                name.append(text.charAt(at++));
            }
            if (name.isEmpty() || name.toString().equals("*")) {
                throw malformed("a name");
            }
            return name.toString();
        }

        private Step bracket() {
            at++;
            Step step;
            if (text.startsWith("?(@", at)) {
                at += 3;
                step = filter();
            } else if (text.startsWith("*", at)) {
                at++;
                step = new Step.Every();
            } else if (text.startsWith("'", at) || text.startsWith("\"", at)) {
                step = new Step.Field(quoted());
            } else {
                int end = text.indexOf(']', at);
                try {
                    step = new Step.Index(Integer.parseInt(text.substring(at, Math.max(end, at))));
                } catch (NumberFormatException e) {
                    throw malformed("an index");
                }
                at = end;
            }
            expect("]");
            return step;
        }

        private Step filter() {
            JsonPath left = new JsonPath(steps("=!<> )"));
            skipSpace();
            String operator = "";
            for (String one : List.of("==", "!=", "<=", ">=", "<", ">")) {
                if (operator.isEmpty() && text.startsWith(one, at)) {
                    operator = one;
                }
            }
            at += operator.length();
            skipSpace();
            Object right = operator.isEmpty() ? null : literal();
            skipSpace();
            expect(")");
            return new Step.Filter(left, operator, right);
        }

        private Object literal() {
            if (text.startsWith("'", at) || text.startsWith("\"", at)) {
                return quoted();
            }
            int end = at;
            while (end < text.length() && ") ".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            String word = text.substring(at, end);
            at = end;
            if (word.equals("true") || word.equals("false")) {
                return Boolean.valueOf(word);
            }
            try {
                return new BigDecimal(word);
            } catch (NumberFormatException e) {
                throw malformed("a literal");
            }
        }

        private String quoted() {
            char quote = text.charAt(at++);
            StringBuilder name = new StringBuilder();
            while (at < text.length() && text.charAt(at) != quote) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                name.append(text.charAt(at++));
            }
            expect(String.valueOf(quote));
            return name.toString();
        }

        private void skipSpace() {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
        }

        private void expect(String wanted) {
            if (!text.startsWith(wanted, at)) {
                throw malformed(wanted);
            }
            at += wanted.length();
        }

        private IllegalArgumentException malformed(String expected) {
            return new IllegalArgumentException("JSON path " + text + " at " + at + " (expected: " + expected + ")");
        }
    }
}
