package io.tholepin.objects;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Between the served and the stored form of resources that share one storage: {@code events.k8s.io/v1} is stored as
 * core {@code v1} Event, {@code autoscaling/v1} as {@code autoscaling/v2}. All other resources pass unchanged.
 * Source: contract 2.13, 3.6.
 */
public final class Conversions {
    private static final String[][] EVENT_FIELDS = {
        {"regarding", "involvedObject"},
        {"reason", "reason"},
        {"note", "message"},
        {"deprecatedSource", "source"},
        {"deprecatedFirstTimestamp", "firstTimestamp"},
        {"deprecatedLastTimestamp", "lastTimestamp"},
        {"deprecatedCount", "count"},
        {"type", "type"},
        {"eventTime", "eventTime"},
        {"series", "series"},
        {"action", "action"},
        {"related", "related"},
        {"reportingController", "reportingComponent"},
        {"reportingInstance", "reportingInstance"},
    };

    private Conversions() {}

    /**
     * The stored form of an object; takes {@code served} over: it, or a new tree that shares its parts, is returned.
     */
    public static Map<String, Object> toStorage(ResourceType type, Map<String, Object> served) {
        if (!type.convertsForStorage()) {
            return served;
        }
        return switch (type.group()) {
            case "autoscaling" -> AutoscalerConversion.toV2(served);
            case "events.k8s.io" -> event(served, 0, 1, "v1");
            default -> throw new IllegalStateException("no conversion for " + type.groupResource());
        };
    }

    /** The served form of a stored object; takes {@code stored} over as {@link #toStorage} does. */
    public static Map<String, Object> fromStorage(ResourceType type, Map<String, Object> stored) {
        if (!type.convertsForStorage()) {
            return stored;
        }
        return switch (type.group()) {
            case "autoscaling" -> AutoscalerConversion.toV1(stored);
            case "events.k8s.io" -> event(stored, 1, 0, "events.k8s.io/v1");
            default -> throw new IllegalStateException("no conversion for " + type.groupResource());
        };
    }

    private static Map<String, Object> event(Map<String, Object> event, int from, int to, String apiVersion) {
        Map<String, Object> converted = typed("Event", apiVersion, event);
        for (String[] names : EVENT_FIELDS) {
            if (event.containsKey(names[from])) {
                converted.put(names[to], event.get(names[from]));
            }
        }
        return converted;
    }

    /** A new object with kind, apiVersion and the metadata of another. */
    static Map<String, Object> typed(String kind, String apiVersion, Map<String, Object> like) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", kind);
        tree.put("apiVersion", apiVersion);
        if (like.containsKey("metadata")) {
            tree.put("metadata", like.get("metadata"));
        }
        return tree;
    }
}
