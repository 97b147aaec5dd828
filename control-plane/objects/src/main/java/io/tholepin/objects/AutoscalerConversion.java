package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * HorizontalPodAutoscaler between {@code autoscaling/v1} and {@code autoscaling/v2}. What v1 has no field for travels
 * in four annotations, whose metrics have the flat form of v2beta1.
 */
final class AutoscalerConversion {
    private static final String METRICS = "autoscaling.alpha.kubernetes.io/metrics";
    private static final String CURRENT_METRICS = "autoscaling.alpha.kubernetes.io/current-metrics";
    private static final String CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
    private static final String BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";
    private static final String[] SPEC_FIELDS = {"scaleTargetRef", "minReplicas", "maxReplicas"};
    private static final String[] STATUS_FIELDS = {
        "observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas"
    };

    /** A flat field's name for each of name, value, average value, utilization; empty where the source has none. */
    private record Flat(String source, String key, String name, String selector, String value, String average) {}

    private static final List<Flat> SOURCES = List.of(
            new Flat("Object", "object", "metricName", "selector", "Value", "averageValue"),
            new Flat("Pods", "pods", "metricName", "selector", "", "AverageValue"),
            new Flat("Resource", "resource", "", "", "", "AverageValue"),
            new Flat("ContainerResource", "containerResource", "", "", "", "AverageValue"),
            new Flat("External", "external", "metricName", "metricSelector", "Value", "AverageValue"));

    private AutoscalerConversion() {}

    static Map<String, Object> toV1(Map<String, Object> v2) {
        Map<String, Object> v1 = Conversions.typed("HorizontalPodAutoscaler", "autoscaling/v1", v2);
        Map<String, Object> spec = copyFields(Json.object(v2, "spec"), SPEC_FIELDS);
        Map<String, String> extra = new LinkedHashMap<>();
        List<Object> others = new ArrayList<>();
        for (Object metric : Json.list(v2, "spec", "metrics")) {
            Object utilization = cpuUtilization(metric, "target");
            if (utilization == null) {
                others.add(flatten(metric, "target"));
            } else {
                spec.putIfAbsent("targetCPUUtilizationPercentage", utilization);
            }
        }
        put(extra, METRICS, others);
        Map<String, Object> status = copyFields(Json.object(v2, "status"), STATUS_FIELDS);
        List<Object> current = new ArrayList<>();
        for (Object metric : Json.list(v2, "status", "currentMetrics")) {
            Object utilization = cpuUtilization(metric, "current");
            if (utilization != null) {
                status.putIfAbsent("currentCPUUtilizationPercentage", utilization);
            }
            current.add(flatten(metric, "current"));
        }
        put(extra, CURRENT_METRICS, current);
        put(extra, CONDITIONS, Json.list(v2, "status", "conditions"));
        Object behavior = Json.at(v2, "spec", "behavior");
        if (behavior != null) {
            extra.put(BEHAVIOR, Json.text(behavior));
        }
        v1.put("spec", spec);
        v1.put("status", status);
        annotate(v1, extra);
        return v1;
    }

    static Map<String, Object> toV2(Map<String, Object> v1) {
        Map<String, Object> v2 = Conversions.typed("HorizontalPodAutoscaler", "autoscaling/v2", v1);
        Map<String, Object> spec = copyFields(Json.object(v1, "spec"), SPEC_FIELDS);
        List<Object> metrics = new ArrayList<>();
        Object target = Json.at(v1, "spec", "targetCPUUtilizationPercentage");
        if (target != null) {
            Map<String, Object> value = map("type", "Utilization");
            value.put("averageUtilization", target);
            metrics.add(cpuMetric("target", value));
        }
        metrics.addAll(unflatten(annotation(v1, METRICS), "target"));
        if (!metrics.isEmpty()) {
            spec.put("metrics", metrics);
        }
        if (annotation(v1, BEHAVIOR) instanceof Map<?, ?> behavior) {
            spec.put("behavior", behavior);
        }
        Map<String, Object> status = copyFields(Json.object(v1, "status"), STATUS_FIELDS);
        List<Object> current = unflatten(annotation(v1, CURRENT_METRICS), "current");
        Object utilization = Json.at(v1, "status", "currentCPUUtilizationPercentage");
        if (current.isEmpty() && utilization != null) {
            current = List.of(cpuMetric("current", map("averageUtilization", utilization)));
        }
        if (!current.isEmpty()) {
            status.put("currentMetrics", current);
        }
        if (annotation(v1, CONDITIONS) instanceof List<?> conditions) {
            status.put("conditions", conditions);
        }
        v2.put("spec", spec);
        v2.put("status", status);
        dropAnnotations(v2);
        return v2;
    }

    private static Map<String, Object> copyFields(@Nullable Map<String, Object> from, String[] names) {
        Map<String, Object> copy = new LinkedHashMap<>();
        for (String name : names) {
            if (from != null && from.containsKey(name)) {
                copy.put(name, from.get(name));
            }
        }
        return copy;
    }

    private static @Nullable Object cpuUtilization(Object metric, String side) {
        boolean cpu = Json.string(metric, "type").equals("Resource")
                && Json.string(metric, "resource", "name").equals("cpu");
        return cpu ? Json.at(metric, "resource", side, "averageUtilization") : null;
    }

    private static Map<String, Object> cpuMetric(String side, Map<String, Object> value) {
        Map<String, Object> resource = map("name", "cpu");
        resource.put(side, value);
        Map<String, Object> metric = map("type", "Resource");
        metric.put("resource", resource);
        return metric;
    }

    private static Map<String, Object> flatten(Object metric, String side) {
        Map<String, Object> flat = map("type", Json.string(metric, "type"));
        for (Flat form : SOURCES) {
            Map<String, Object> source = Json.object(metric, form.key);
            if (source != null) {
                flat.put(form.key, flattenSource(form, source, side));
            }
        }
        return flat;
    }

    private static Map<String, Object> flattenSource(Flat form, Map<String, Object> source, String side) {
        Map<String, Object> flat = new LinkedHashMap<>();
        move(source, "name", flat, "name");
        move(source, "container", flat, "container");
        move(source, "describedObject", flat, "target");
        if (!form.name.isEmpty()) {
            move(Json.object(source, "metric"), "name", flat, form.name);
            move(Json.object(source, "metric"), "selector", flat, form.selector);
        } else {
            move(Json.object(source, side), "averageUtilization", flat, side + "AverageUtilization");
        }
        if (!form.value.isEmpty()) {
            move(Json.object(source, side), "value", flat, side + form.value);
        }
        move(Json.object(source, side), "averageValue", flat, averageName(form, side));
        return flat;
    }

    private static List<Object> unflatten(@Nullable Object metrics, String side) {
        List<Object> result = new ArrayList<>();
        for (Object flat : metrics instanceof List<?> list ? Json.asList(list) : List.of()) {
            Map<String, Object> metric = map("type", Json.string(flat, "type"));
            for (Flat form : SOURCES) {
                Map<String, Object> source = Json.object(flat, form.key);
                if (source != null) {
                    metric.put(form.key, unflattenSource(form, source, side));
                }
            }
            result.add(metric);
        }
        return result;
    }

    private static Map<String, Object> unflattenSource(Flat form, Map<String, Object> flat, String side) {
        Map<String, Object> source = new LinkedHashMap<>();
        move(flat, "target", source, "describedObject");
        if (form.name.isEmpty()) {
            move(flat, "name", source, "name");
            move(flat, "container", source, "container");
        } else {
            Map<String, Object> metric = new LinkedHashMap<>();
            move(flat, form.name, metric, "name");
            move(flat, form.selector, metric, "selector");
            source.put("metric", metric);
        }
        Map<String, Object> value = new LinkedHashMap<>();
        if (!form.value.isEmpty()) {
            move(flat, side + form.value, value, "value");
        }
        move(flat, averageName(form, side), value, "averageValue");
        move(flat, side + "AverageUtilization", value, "averageUtilization");
        if (side.equals("target")) {
            value.put("type", targetType(value));
        }
        source.put(side, value);
        return source;
    }

    private static String targetType(Map<String, Object> value) {
        if (value.containsKey("averageUtilization")) {
            return "Utilization";
        }
        return value.containsKey("averageValue") ? "AverageValue" : "Value";
    }

    private static String averageName(Flat form, String side) {
        return form.average.startsWith("a") ? form.average : side + form.average;
    }

    private static void move(@Nullable Map<String, Object> from, String name, Map<String, Object> to, String as) {
        if (from != null && from.containsKey(name)) {
            to.put(as, from.get(name));
        }
    }

    private static Map<String, Object> map(String key, Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(key, value);
        return map;
    }

    private static void put(Map<String, String> annotations, String name, List<Object> value) {
        if (!value.isEmpty()) {
            annotations.put(name, Json.text(value));
        }
    }

    private static void annotate(Map<String, Object> object, Map<String, String> extra) {
        if (extra.isEmpty()) {
            return;
        }
        Map<String, Object> metadata = metadataCopy(object);
        Map<String, Object> annotations = new LinkedHashMap<>();
        Map<String, Object> old = Json.object(metadata, "annotations");
        if (old != null) {
            annotations.putAll(old);
        }
        annotations.putAll(extra);
        metadata.put("annotations", annotations);
        object.put("metadata", metadata);
    }

    private static void dropAnnotations(Map<String, Object> object) {
        Map<String, Object> old = Json.object(object, "metadata", "annotations");
        if (old == null) {
            return;
        }
        Map<String, Object> annotations = new LinkedHashMap<>(old);
        annotations.keySet().removeAll(List.of(METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR));
        Map<String, Object> metadata = metadataCopy(object);
        if (annotations.isEmpty()) {
            metadata.remove("annotations");
        } else {
            metadata.put("annotations", annotations);
        }
        object.put("metadata", metadata);
    }

    private static Map<String, Object> metadataCopy(Map<String, Object> object) {
        Map<String, Object> metadata = Json.object(object, "metadata");
        return metadata == null ? new LinkedHashMap<>() : new LinkedHashMap<>(metadata);
    }

    /** The JSON in an annotation; null when there is none or it cannot be read, which loses it as it does upstream. */
    private static @Nullable Object annotation(Map<String, Object> object, String name) {
        String text = Json.string(object, "metadata", "annotations", name);
        if (text.isEmpty()) {
            return null;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            return Json.parse(bytes, 0, bytes.length, path -> {});
        } catch (Json.Malformed unreadable) {
            return null;
        }
    }
}
