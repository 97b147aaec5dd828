package io.tholepin.objects;

import java.util.List;

/** Rules of horizontal pod autoscalers. */
final class AutoscalerRules {
    private static final List<String> SOURCES = List.of("containerResource", "external", "object", "pods", "resource");
    private static final int WINDOW_SECONDS_MAX = 3600;
    private static final int PERIOD_SECONDS_MAX = 1800;

    private AutoscalerRules() {}

    static void autoscaler(Check root) {
        Check spec = root.at("spec");
        if (spec.integer("minReplicas", 1) < 1) {
            spec.invalid("minReplicas", "must be greater than or equal to 1");
        }
        long max = spec.integer("maxReplicas", 0);
        if (max < 1) {
            spec.add(FieldError.invalid("spec.maxReplicas", max, "must be greater than 0"));
        }
        if (max < spec.integer("minReplicas", 1)) {
            spec.add(FieldError.invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`"));
        }
        Check target = spec.at("scaleTargetRef");
        target.requiredName("kind", Names::pathSegment);
        target.requiredName("name", Names::pathSegment);
        spec.each("metrics", AutoscalerRules::metric);
        spec.with("behavior", behavior -> {
            behavior.with("scaleUp", AutoscalerRules::scaling);
            behavior.with("scaleDown", AutoscalerRules::scaling);
        });
    }

    private static void metric(Check metric) {
        String type = metric.string("type");
        if (type.isEmpty()) {
            metric.add(FieldError.required(metric.path("type"), "must specify a metric source type"));
            return;
        }
        metric.optionalOneOf("type", "ContainerResource", "External", "Object", "Pods", "Resource");
        String field = Character.toLowerCase(type.charAt(0)) + type.substring(1);
        for (String source : SOURCES) {
            if (metric.has(source) && !source.equals(field)) {
                metric.forbidden(source, "must populate the given metric source only");
            }
        }
        if (SOURCES.contains(field)) {
            if (!metric.has(field)) {
                metric.add(FieldError.required(
                        metric.path(field), "must populate information for the given metric source"));
            } else if (field.equals("resource") || field.equals("containerResource")) {
                metric.at(field).required("name", "must specify a resource name");
                target(metric.at(field, "target"));
            }
        }
    }

    private static void target(Check target) {
        if (!target.has("averageUtilization") && !target.has("averageValue")) {
            target.add(FieldError.required(
                    target.path("averageUtilization"), "must set either a target raw value or a target utilization"));
        }
        if (target.has("averageUtilization") && target.has("averageValue")) {
            target.forbidden("averageValue", "may not set both a target raw value and a target utilization");
        }
        if (target.has("averageUtilization") && target.integer("averageUtilization", 1) < 1) {
            target.invalid("averageUtilization", "must be greater than 0");
        }
    }

    private static void scaling(Check rules) {
        long window = rules.integer("stabilizationWindowSeconds", 0);
        if (window < 0) {
            rules.invalid("stabilizationWindowSeconds", "must be greater than or equal to zero");
        } else if (window > WINDOW_SECONDS_MAX) {
            rules.invalid("stabilizationWindowSeconds", "must be less than or equal to " + WINDOW_SECONDS_MAX);
        }
        rules.optionalOneOf("selectPolicy", "Disabled", "Max", "Min");
        if (rules.isEmpty("policies")) {
            rules.add(FieldError.required(rules.path("policies"), "must specify at least one Policy"));
        }
        rules.each("policies", policy -> {
            policy.optionalOneOf("type", "Percent", "Pods");
            if (policy.integer("value", 0) <= 0) {
                policy.add(FieldError.invalid(
                        policy.path("value"), policy.integer("value", 0), "must be greater than zero"));
            }
            long period = policy.integer("periodSeconds", 0);
            if (period <= 0) {
                policy.add(FieldError.invalid(policy.path("periodSeconds"), period, "must be greater than zero"));
            } else if (period > PERIOD_SECONDS_MAX) {
                policy.invalid("periodSeconds", "must be less than or equal to " + PERIOD_SECONDS_MAX);
            }
        });
    }
}
