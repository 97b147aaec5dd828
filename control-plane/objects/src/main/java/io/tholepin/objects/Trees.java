package io.tholepin.objects;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Steps through JSON trees that rules about objects have in common. An unset field is one that is missing or null; an
 * empty
 * one is unset or the zero value of its type, as Go sees it.
 */
final class Trees {
    private Trees() {}

    @SuppressWarnings("NullAway") // null is a JSON value; nullness inside trees is not expressed in the type
    static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    @SuppressWarnings("NullAway") // as above
    static void insert(List<Object> list, int index, @Nullable Object value) {
        list.add(index, value);
    }

    @SuppressWarnings("NullAway") // as above
    static void set(List<Object> list, int index, @Nullable Object value) {
        list.set(index, value);
    }

    /** Whether the field is missing, null, false, zero, or an empty string, list or object. */
    static boolean isEmpty(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case String text -> text.isEmpty();
            case Boolean flag -> !flag;
            case Number number -> number.doubleValue() == 0;
            case List<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
        };
    }

    /** Sets a field that is missing or null: the default of a Go pointer. */
    static void unset(Map<String, Object> map, String key, Object value) {
        if (map.get(key) == null) {
            map.put(key, value);
        }
    }

    /** Sets a field that is missing or has the zero value: the default of a plain Go field. */
    static void empty(Map<String, Object> map, String key, Object value) {
        if (isEmpty(map.get(key))) {
            map.put(key, value);
        }
    }

    /** Each object of the list under a key. */
    static void each(@Nullable Map<String, Object> parent, String key, Consumer<Map<String, Object>> consumer) {
        if (parent != null && parent.get(key) instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof Map<?, ?> map) {
                    consumer.accept(Json.asObject(map));
                }
            }
        }
    }

    /** The object under a key, when there is one. */
    static void with(@Nullable Map<String, Object> parent, String key, Consumer<Map<String, Object>> consumer) {
        if (parent != null && parent.get(key) instanceof Map<?, ?> map) {
            consumer.accept(Json.asObject(map));
        }
    }

    /** Equal as Kubernetes' semantic deep-equal sees it: unset equals empty list and empty object, numbers by value. */
    static boolean same(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            return covers(a, b) && covers(b, a);
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            if (a.size() != b.size()) {
                return false;
            }
            for (int i = 0; i < a.size(); i++) {
                if (!same(a.get(i), b.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof Number a && right instanceof Number b) {
            return number(a).compareTo(number(b)) == 0;
        }
        if (left == null || right == null) {
            Object other = left == null ? right : left;
            return other == null
                    || (other instanceof Map<?, ?> map && map.isEmpty())
                    || (other instanceof List<?> list && list.isEmpty())
                    || "".equals(other);
        }
        return left.equals(right);
    }

    /** Equal as JSON: the same keys and items, numbers by value. */
    static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            return a.keySet().equals(b.keySet()) && a.keySet().stream().allMatch(key -> equal(a.get(key), b.get(key)));
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return a.size() == b.size() && IntStream.range(0, a.size()).allMatch(i -> equal(a.get(i), b.get(i)));
        }
        if (left instanceof Number a && right instanceof Number b) {
            return number(a).compareTo(number(b)) == 0;
        }
        return Objects.equals(left, right);
    }

    private static boolean covers(Map<?, ?> left, Map<?, ?> right) {
        for (Map.Entry<?, ?> entry : left.entrySet()) {
            if (!same(entry.getValue(), right.get(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    static BigDecimal number(Number number) {
        return switch (number) {
            case BigInteger big -> new BigDecimal(big);
            case BigDecimal big -> big;
            case Double real -> BigDecimal.valueOf(real);
            default -> BigDecimal.valueOf(number.longValue());
        };
    }
}
