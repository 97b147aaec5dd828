package io.tholepin.objects;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the cells of many kinds have in common. */
final class TableCells {
    static final String NONE = "<none>";
    static final String UNSET = "<unset>";
    private static final int LIST_MAX = 3;

    private TableCells() {}

    static String name(Map<String, Object> object) {
        return Json.string(object, "metadata", "name");
    }

    static String age(Map<String, Object> object, Instant now) {
        return since(Json.string(object, "metadata", "creationTimestamp"), now);
    }

    static boolean deleting(Map<String, Object> object) {
        return !Json.string(object, "metadata", "deletionTimestamp").isEmpty();
    }

    /** How long ago a timestamp was; {@code <unknown>} for an empty one. */
    static String since(String timestamp, Instant now) {
        Instant then = instant(timestamp);
        return then == null ? "<unknown>" : HumanDuration.of(Duration.between(then, now));
    }

    static @Nullable Instant instant(String timestamp) {
        try {
            return timestamp.isEmpty() ? null : Instant.parse(timestamp);
        } catch (DateTimeException notATime) {
            return null;
        }
    }

    static String or(String text, String otherwise) {
        return text.isEmpty() ? otherwise : text;
    }

    static Long number(Map<String, Object> object, String... path) {
        return Json.integer(object, 0, path);
    }

    static String string(@Nullable Object object, String... path) {
        return Json.string(object, path);
    }

    static Long size(Map<String, Object> object, String... path) {
        Object value = Json.at(object, path);
        return switch (value) {
            case List<?> list -> (long) list.size();
            case Map<?, ?> map -> (long) map.size();
            case null, default -> 0L;
        };
    }

    /** A value of any type as text, {@code otherwise} when absent. */
    static String text(@Nullable Object object, String otherwise, String... path) {
        Object value = Json.at(object, path);
        return value == null ? otherwise : value instanceof String text ? text : Json.text(value);
    }

    /** A boolean as {@code True}, {@code False} or {@code <unset>}. */
    static String bool(@Nullable Object object, String... path) {
        return Json.at(object, path) instanceof Boolean flag ? flag ? "True" : "False" : UNSET;
    }

    static boolean flag(Map<String, Object> object, boolean otherwise, String... path) {
        return Json.at(object, path) instanceof Boolean flag ? flag : otherwise;
    }

    /** One field of each item of a list, joined by commas. */
    static String joined(@Nullable Object object, String field, String... path) {
        List<String> values = new ArrayList<>();
        for (Object item : Json.list(object, path)) {
            values.add(string(item, field));
        }
        return String.join(",", values);
    }

    /** A list of strings joined by commas. */
    static String joinedStrings(@Nullable Object object, String... path) {
        List<String> values = new ArrayList<>();
        for (Object item : Json.list(object, path)) {
            values.add(String.valueOf(item));
        }
        return String.join(",", values);
    }

    /** {@code a=b,c=d} sorted by key, or {@code <none>}. */
    static String labels(@Nullable Map<String, Object> labels) {
        List<String> pairs = new ArrayList<>();
        if (labels != null) {
            new TreeMap<>(labels).forEach((key, value) -> pairs.add(key + "=" + value));
        }
        return or(String.join(",", pairs), NONE);
    }

    /** A {@code metav1.LabelSelector} as text, {@code otherwise} when it says nothing. */
    static String selector(@Nullable Map<String, Object> selector, String otherwise, String invalid) {
        if (selector == null) {
            return otherwise;
        }
        try {
            return or(LabelSelector.fromObject(selector).toString(), otherwise);
        } catch (StatusException notASelector) {
            return invalid;
        }
    }

    /** The first three, and how many more there are; {@code empty} when there are none. */
    static String firstThree(List<String> all, int count, String empty) {
        String shown = String.join(",", all.subList(0, Math.min(LIST_MAX, all.size())));
        return count > LIST_MAX ? shown + " + " + (count - LIST_MAX) + " more..." : or(shown, empty);
    }

    /** {@code kind.group/name} in lower case, from a reference with apiVersion, kind and name. */
    static String reference(Object reference) {
        String apiVersion = string(reference, "apiVersion");
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "" : "." + apiVersion.substring(0, slash);
        String kind = (string(reference, "kind") + group).toLowerCase(Locale.ROOT);
        return kind.isEmpty() ? string(reference, "name") : kind + "/" + string(reference, "name");
    }

    /** The status of the condition of a type, empty when there is none. */
    static String condition(Map<String, Object> object, String type) {
        for (Object condition : Json.list(object, "status", "conditions")) {
            if (string(condition, "type").equals(type)) {
                return string(condition, "status");
            }
        }
        return "";
    }

    /** Addresses or host names of a load balancer, sorted. */
    static String loadBalancer(Map<String, Object> object) {
        TreeSet<String> addresses = new TreeSet<>();
        for (Object ingress : Json.list(object, "status", "loadBalancer", "ingress")) {
            String address = or(string(ingress, "ip"), string(ingress, "hostname"));
            if (!address.isEmpty()) {
                addresses.add(address);
            }
        }
        return String.join(",", addresses);
    }

    /** A row and what follows it. */
    static List<Object> with(List<Object> cells, Object... more) {
        List<Object> all = new ArrayList<>(cells);
        all.addAll(List.of(more));
        return all;
    }
}
