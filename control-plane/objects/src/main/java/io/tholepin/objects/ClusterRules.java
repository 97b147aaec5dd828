package io.tholepin.objects;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rules of kinds that stand alone: nodes, quotas, budgets, leases, classes and the like. Source: contract 2.12, 2.14.
 */
final class ClusterRules {
    private static final long USER_PRIORITY_MAX = 1_000_000_000;
    private static final Map<String, Long> SYSTEM_PRIORITIES =
            Map.of("system-node-critical", 2_000_001_000L, "system-cluster-critical", 2_000_000_000L);

    private ClusterRules() {}

    static void node(Check root) {
        Check spec = root.at("spec");
        Set<String> seen = new HashSet<>();
        for (Check taint : spec.items("taints")) {
            taint.at("key").name(Names::labelKey);
            taint.optionalName("value", Names::labelValue);
            taint.oneOf("effect", "NoSchedule", "PreferNoSchedule", "NoExecute");
            if (!seen.add(taint.string("effect") + "/" + taint.string("key"))) {
                taint.add(new FieldError(
                        taint.path(),
                        FieldError.Type.DUPLICATE,
                        Json.text(taint.value()),
                        "taints must be unique by key and effect pair"));
            }
        }
        spec.each("podCIDRs", block -> block.name(Addresses::cidr));
    }

    static void nodeUpdate(Check root, Map<String, Object> old) {
        Map<String, Object> before = Json.object(old, "spec");
        Check spec = root.at("spec");
        if (before == null) {
            return;
        }
        if (!Trees.isEmpty(before.get("podCIDRs")) && !Trees.same(spec.value("podCIDRs"), before.get("podCIDRs"))) {
            spec.forbidden("podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
        }
        if (!Trees.isEmpty(before.get("providerID"))
                && !Trees.same(spec.value("providerID"), before.get("providerID"))) {
            spec.forbidden("providerID", "node updates may not change providerID except from \"\" to valid");
        }
    }

    static void namespace(Check root) {
        root.at("spec").each("finalizers", finalizer -> {
            String name = String.valueOf(finalizer.value());
            List<String> wrong = Names.labelKey(name);
            wrong.forEach(finalizer::invalid);
            if (wrong.isEmpty() && !name.contains("/") && !name.equals("kubernetes")) {
                finalizer.invalid("name is neither a standard finalizer name nor is it fully qualified");
            }
        });
    }

    static void limitRange(Check root) {
        root.at("spec").each("limits", item -> {
            item.required("type");
            for (String field : List.of("max", "min", "default", "defaultRequest")) {
                ResourceRules.hard(item, field);
            }
            ordered(item, "min", "max", "min value %s is greater than max value %s");
            ordered(item, "min", "default", "min value %s is greater than default value %s");
            ordered(
                    item,
                    "defaultRequest",
                    "default",
                    "default request value %s is greater than default limit value %s");
            ordered(item, "default", "max", "default value %s is greater than max value %s");
        });
    }

    private static void ordered(Check item, String low, String high, String text) {
        Map<String, String> highs = Json.strings(item.value(), high);
        Json.strings(item.value(), low).forEach((name, amount) -> {
            Quantity smaller = Quantity.tryParse(amount);
            Quantity larger = Quantity.tryParse(highs.getOrDefault(name, ""));
            if (smaller != null && larger != null && smaller.compareTo(larger) > 0) {
                String path = item.path(low) + "[" + name + "]";
                item.add(FieldError.invalid(path, amount, String.format(text, smaller, larger)));
            }
        });
    }

    static void resourceQuota(Check root) {
        Check spec = root.at("spec");
        ResourceRules.hard(spec, "hard");
        spec.each("scopes", scope -> {
            List<String> known = List.of(
                    "BestEffort",
                    "CrossNamespacePodAffinity",
                    "NotBestEffort",
                    "NotTerminating",
                    "PriorityClass",
                    "Terminating",
                    "VolumeAttributesClass");
            if (!known.contains(String.valueOf(scope.value()))) {
                spec.invalid("scopes", "unsupported scope");
            }
        });
    }

    static void event(Check root) {
        String namespace = Json.string(root.value(), "metadata", "namespace");
        String about = Json.string(root.value(), "involvedObject", "namespace");
        boolean matches =
                about.isEmpty() ? namespace.equals("default") || namespace.isEmpty() : about.equals(namespace);
        if (!matches) {
            root.add(FieldError.invalid("involvedObject.namespace", about, "does not match event.namespace"));
        }
    }

    static void disruptionBudget(Check root) {
        Check spec = root.at("spec");
        if (spec.has("minAvailable") && spec.has("maxUnavailable")) {
            spec.invalid("minAvailable and maxUnavailable cannot be both set");
        }
        for (String field : List.of("minAvailable", "maxUnavailable")) {
            if (spec.value(field) instanceof String text) {
                if (!text.matches("[0-9]+%")) {
                    spec.invalid(
                            field,
                            Names.regex(
                                    "a valid percent string must be a numeric string followed by an ending '%'",
                                    "[0-9]+%", "1%", "93%"));
                } else if (text.length() > 4 || Integer.parseInt(text.substring(0, text.length() - 1)) > 100) {
                    spec.invalid(field, "must not be greater than 100%");
                }
            } else {
                spec.nonNegative(field);
            }
        }
        spec.selector("selector");
        spec.optionalOneOf("unhealthyPodEvictionPolicy", "AlwaysAllow", "IfHealthyBudget");
    }

    static void lease(Check root) {
        Check spec = root.at("spec");
        if (spec.has("leaseDurationSeconds") && spec.integer("leaseDurationSeconds", 1) <= 0) {
            spec.invalid("leaseDurationSeconds", "must be greater than 0");
        }
        spec.nonNegative("leaseTransitions");
    }

    static void priorityClass(Check root) {
        String name = Json.string(root.value(), "metadata", "name");
        long value = root.integer("value", 0);
        if (name.startsWith("system-")) {
            Long expected = SYSTEM_PRIORITIES.get(name);
            if (expected == null || expected != value) {
                root.add(FieldError.forbidden(
                        "metadata.name",
                        "priority class names with 'system-' prefix are reserved for system use only. error: "
                                + (expected == null
                                        ? name + " is not a known system priority class"
                                        : "value of " + name + " PriorityClass must be " + expected)));
            }
        } else if (value > USER_PRIORITY_MAX) {
            root.forbidden("value", "maximum allowed value of a user defined priority is " + USER_PRIORITY_MAX);
        }
        root.optionalOneOf("preemptionPolicy", "PreemptLowerPriority", "Never");
    }

    static void priorityClassUpdate(Check root, Map<String, Object> old) {
        if (root.integer("value", 0) != Json.integer(old, 0, "value")) {
            root.forbidden("value", "may not be changed in an update.");
        }
        root.immutable("preemptionPolicy", old.get("preemptionPolicy"));
    }

    static void runtimeClass(Check root) {
        root.requiredName("handler", Names::label);
        root.with("scheduling", scheduling -> {
            scheduling.labels("nodeSelector");
        });
    }

    static void certificateSigningRequest(Check root) {
        Check spec = root.at("spec");
        spec.required("request", "");
        if (spec.required("signerName")) {
            String[] parts = spec.string("signerName").split("/", 2);
            if (parts.length < 2) {
                spec.invalid(
                        "signerName",
                        "must be a fully qualified domain and path of the form" + " 'example.com/signer-name'");
            }
        }
        spec.required("usages");
        if (spec.has("expirationSeconds") && spec.integer("expirationSeconds", 600) < 600) {
            spec.invalid("expirationSeconds", "may not specify a duration less than 600 seconds (10 minutes)");
        }
    }
}
