package io.tholepin.objects;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Strategic merge: lists of a type may be merged by a key field or by value instead of replaced, and directives in
 * the patch
 * say more. Source: contract 2.4 and its Appendix A.
 */
final class StrategicMerge {
    private static final String PATCH = "$patch";
    private static final String RETAIN_KEYS = "$retainKeys";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";
    private static final String ORDER = "$setElementOrder/";

    private StrategicMerge() {}

    /** What the schema says about one field; null parts where it is unknown. */
    private record Rule(
            @Nullable TypeSchema type, boolean merge, boolean replace, boolean retainKeys, String mergeKey) {
        static final Rule NONE = new Rule(null, false, false, false, "");

        static Rule of(@Nullable TypeSchema parent, String field) {
            FieldSchema schema = parent == null ? null : parent.field(field);
            if (schema == null) {
                return NONE;
            }
            List<String> strategies = schema.patchStrategies();
            return new Rule(
                    schema.message(),
                    strategies.contains("merge"),
                    strategies.contains("replace"),
                    strategies.contains("retainKeys"),
                    schema.patchMergeKey());
        }
    }

    static Map<String, Object> object(
            Map<String, Object> original, Map<String, Object> patch, @Nullable TypeSchema type) {
        return object(original, patch, type, Rule.NONE);
    }

    private static Map<String, Object> object(
            Map<String, Object> original, Map<String, Object> patch, @Nullable TypeSchema type, Rule rule) {
        Object directive = patch.get(PATCH);
        if (directive != null) {
            switch (String.valueOf(directive)) {
                case "replace" -> {
                    return clean(without(patch, PATCH));
                }
                case "delete" -> {
                    return new LinkedHashMap<>();
                }
                case "merge" -> {}
                default -> throw refused("unknown patch type found: " + directive);
            }
        }
        retainKeys(original, patch, rule);
        Map<String, List<Object>> deletions = directives(patch, DELETE_FROM);
        Map<String, List<Object>> orders = directives(patch, ORDER);
        for (Map.Entry<String, Object> change : patch.entrySet()) {
            if (!change.getKey().startsWith("$")) {
                field(original, change.getKey(), change.getValue(), Rule.of(type, change.getKey()));
            }
        }
        deletions.forEach((field, values) -> {
            if (original.get(field) instanceof List<?> list) {
                list.removeIf(item -> contains(values, item));
            }
        });
        orders.forEach((field, order) -> order(original, patch, field, order, Rule.of(type, field)));
        return original;
    }

    private static void field(Map<String, Object> original, String field, @Nullable Object change, Rule rule) {
        Object old = original.get(field);
        if (change == null) {
            original.remove(field);
        } else if (change instanceof Map<?, ?> map) {
            Map<String, Object> patch = Json.asObject(map);
            if (old instanceof Map<?, ?> existing && !rule.replace()) {
                original.put(field, object(Json.asObject(existing), patch, rule.type(), rule));
            } else if (!(old instanceof Map<?, ?>) && "delete".equals(patch.get(PATCH))) {
                original.remove(field);
            } else {
                original.put(field, fresh(patch));
            }
        } else if (change instanceof List<?> list) {
            List<Object> items = Json.asList(list);
            List<Object> existing = old instanceof List<?> there ? Json.asList(there) : new ArrayList<>();
            original.put(field, rule.merge() ? list(existing, items, rule, field) : replacement(items));
        } else {
            original.put(field, change);
        }
    }

    /** A value that the original does not have: directives are obeyed as on an empty object and do not remain. */
    private static Map<String, Object> fresh(Map<String, Object> patch) {
        return clean(without(patch, PATCH));
    }

    private static List<Object> replacement(List<Object> items) {
        List<Object> kept = new ArrayList<>();
        for (Object item : items) {
            if (item instanceof Map<?, ?> map && map.containsKey(PATCH)) {
                Map<String, Object> rest = without(Json.asObject(map), PATCH);
                if (!"delete".equals(map.get(PATCH)) && !rest.isEmpty()) {
                    kept.add(clean(rest));
                }
            } else {
                kept.add(item instanceof Map<?, ?> map ? clean(Json.asObject(map)) : item);
            }
        }
        return kept;
    }

    private static Map<String, Object> clean(Map<String, Object> patch) {
        Map<String, Object> kept = new LinkedHashMap<>();
        for (Map.Entry<String, Object> entry : patch.entrySet()) {
            Object value = entry.getValue();
            boolean deleted = value instanceof Map<?, ?> inner && "delete".equals(inner.get(PATCH));
            if (value == null || deleted || isDirective(entry.getKey())) {
                continue;
            }
            kept.put(
                    entry.getKey(),
                    switch (value) {
                        case Map<?, ?> map -> clean(without(Json.asObject(map), PATCH));
                        case List<?> list -> replacement(Json.asList(list));
                        default -> value;
                    });
        }
        return kept;
    }

    private static boolean isDirective(String key) {
        return key.equals(PATCH) || key.equals(RETAIN_KEYS) || key.startsWith(DELETE_FROM) || key.startsWith(ORDER);
    }

    private static Map<String, Object> without(Map<String, Object> map, String key) {
        Map<String, Object> rest = new LinkedHashMap<>(map);
        rest.remove(key);
        return rest;
    }

    private static void retainKeys(Map<String, Object> original, Map<String, Object> patch, Rule rule) {
        Object directive = patch.get(RETAIN_KEYS);
        if (directive == null) {
            return;
        }
        if (!(directive instanceof List<?> keys)) {
            throw refused("invalid value for " + RETAIN_KEYS + " strategy: expected a list");
        }
        if (!rule.retainKeys()) {
            return;
        }
        for (String key : patch.keySet()) {
            if (!isDirective(key) && !keys.contains(key)) {
                throw refused("fields in the patch must be a subset of the " + RETAIN_KEYS + " list: " + key);
            }
        }
        original.keySet().removeIf(key -> !keys.contains(key));
    }

    private static Map<String, List<Object>> directives(Map<String, Object> patch, String prefix) {
        Map<String, List<Object>> found = new LinkedHashMap<>();
        patch.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                if (!(value instanceof List<?> list)) {
                    throw refused("invalid value for " + key + ": expected a list");
                }
                found.put(key.substring(prefix.length()), Json.asList(list));
            }
        });
        return found;
    }

    private static List<Object> list(List<Object> original, List<Object> patch, Rule rule, String field) {
        if (patch.isEmpty()) {
            return original;
        }
        if (!(patch.getFirst() instanceof Map<?, ?>)) {
            for (Object item : patch) {
                if (!contains(original, item)) {
                    original.add(item);
                }
            }
            return original;
        }
        if (rule.mergeKey().isEmpty()) {
            throw refused("map: " + Json.text(patch.getFirst()) + " does not contain declared merge key: " + field);
        }
        boolean replaced = patch.stream().anyMatch(i -> i instanceof Map<?, ?> m && "replace".equals(m.get(PATCH)));
        if (replaced) {
            return replacement(patch.stream().filter(i -> !isBareReplace(i)).toList());
        }
        for (Object item : patch) {
            if (!(item instanceof Map<?, ?> map)) {
                throw refused("expected an object in " + field + ": " + Json.text(item));
            }
            item(original, Json.asObject(map), rule);
        }
        return original;
    }

    private static boolean isBareReplace(Object item) {
        return item instanceof Map<?, ?> map && "replace".equals(map.get(PATCH)) && map.size() == 1;
    }

    private static void item(List<Object> original, Map<String, Object> item, Rule rule) {
        Object key = item.get(rule.mergeKey());
        if (key == null) {
            throw refused("map: " + Json.text(item) + " does not contain declared merge key: " + rule.mergeKey());
        }
        if ("delete".equals(item.get(PATCH))) {
            original.removeIf(old -> Trees.equal(Json.at(old, rule.mergeKey()), key));
            return;
        }
        for (int i = 0; i < original.size(); i++) {
            if (Trees.equal(Json.at(original.get(i), rule.mergeKey()), key)) {
                Map<String, Object> old = Json.asObject(original.get(i));
                original.set(i, object(old, item, rule.type(), rule));
                return;
            }
        }
        original.add(fresh(item));
    }

    /**
     * Brings a merged list into the order that the patch asks for. What the patch does not mention (it was added on
     * the server)
     * keeps its place among the others: before the first mentioned item that followed it.
     */
    private static void order(
            Map<String, Object> original, Map<String, Object> patch, String field, List<Object> order, Rule rule) {
        if (!(original.get(field) instanceof List<?> merged) || !rule.merge()) {
            return;
        }
        List<Object> keys = order.stream().map(o -> key(o, rule)).toList();
        if (patch.get(field) instanceof List<?> sent) {
            for (Object item : sent) {
                boolean deleted = item instanceof Map<?, ?> map && map.containsKey(PATCH);
                if (!deleted && !contains(keys, key(item, rule))) {
                    throw refused("the order in patch list is not specified in " + ORDER + field);
                }
            }
        }
        original.put(field, ordered(Json.asList(merged), keys, rule));
    }

    private static List<Object> ordered(List<Object> merged, List<Object> keys, Rule rule) {
        List<Object> mentioned = new ArrayList<>();
        for (Object key : keys) {
            merged.stream().filter(item -> Trees.equal(key(item, rule), key)).forEach(mentioned::add);
        }
        List<Object> result = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < merged.size(); i++) {
            Object item = merged.get(i);
            if (contains(keys, key(item, rule))) {
                continue;
            }
            // Everything mentioned that stood before it in the merged list comes first.
            List<Object> before = merged.subList(0, i);
            while (next < mentioned.size() && holds(before, mentioned.get(next))) {
                result.add(mentioned.get(next++));
            }
            result.add(item);
        }
        result.addAll(mentioned.subList(next, mentioned.size()));
        return result;
    }

    @SuppressWarnings("ReferenceEquality") // the very item, equal ones may stand elsewhere
    private static boolean holds(List<Object> list, Object item) {
        return list.stream().anyMatch(other -> other == item);
    }

    private static Object key(Object item, Rule rule) {
        Object key = item instanceof Map<?, ?> map ? map.get(rule.mergeKey()) : item;
        return key == null ? item : key;
    }

    private static boolean contains(Collection<Object> values, @Nullable Object wanted) {
        return values.stream().anyMatch(value -> Trees.equal(value, wanted));
    }

    private static StatusException refused(String message) {
        return StatusException.badRequest(message);
    }
}
