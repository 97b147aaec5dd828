package io.tholepin.objects;

import static io.tholepin.objects.Trees.each;
import static io.tholepin.objects.Trees.empty;
import static io.tholepin.objects.Trees.unset;
import static io.tholepin.objects.Trees.with;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Defaults of everything that is neither a workload, nor networking, nor an extension. Source: contract 2.11. */
final class ClusterDefaults {
    private static final String RBAC = "rbac.authorization.k8s.io";
    private static final String METRICS_ANNOTATION = "autoscaling.alpha.kubernetes.io/metrics";

    private ClusterDefaults() {}

    /** {@code stringData} is only ever written: it becomes data here. */
    static void secret(Map<String, Object> tree) {
        empty(tree, "type", "Opaque");
        Map<String, Object> texts = Json.object(tree, "stringData");
        if (texts != null && !texts.isEmpty()) {
            Map<String, Object> data = Json.child(tree, "data");
            texts.forEach((key, value) -> data.put(
                    key,
                    Base64.getEncoder().encodeToString(String.valueOf(value).getBytes(StandardCharsets.UTF_8))));
        }
        tree.remove("stringData");
    }

    static void namespace(Map<String, Object> tree) {
        String name = Json.string(tree, "metadata", "name");
        if (!name.isEmpty()) {
            Json.child(Json.child(tree, "metadata"), "labels").put("kubernetes.io/metadata.name", name);
        }
        empty(Json.child(tree, "status"), "phase", "Active");
    }

    static void node(Map<String, Object> tree) {
        with(tree, "status", status -> {
            with(status, "capacity", PodDefaults::roundToMilli);
            with(status, "allocatable", PodDefaults::roundToMilli);
            Map<String, Object> capacity = Json.object(status, "capacity");
            if (capacity != null) {
                unset(status, "allocatable", Json.copyObject(capacity));
            }
        });
    }

    static void resourceQuota(Map<String, Object> tree) {
        with(tree, "spec", spec -> with(spec, "hard", PodDefaults::roundToMilli));
        with(tree, "status", status -> {
            with(status, "hard", PodDefaults::roundToMilli);
            with(status, "used", PodDefaults::roundToMilli);
        });
    }

    static void autoscaler(ResourceType type, Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        unset(spec, "minReplicas", 1L);
        if (type.version().equals("v1")) {
            if (Json.strings(tree, "metadata", "annotations").get(METRICS_ANNOTATION) == null) {
                unset(spec, "targetCPUUtilizationPercentage", 80L);
            }
            return;
        }
        if (Json.list(spec, "metrics").isEmpty()) {
            Map<String, Object> target = object("type", "Utilization", "averageUtilization", 80L);
            Map<String, Object> metric =
                    object("type", "Resource", "resource", object("name", "cpu", "target", target));
            spec.put("metrics", new ArrayList<>(List.of(metric)));
        }
        with(spec, "behavior", behavior -> {
            Map<String, Object> pods = object("type", "Pods", "value", 4L, "periodSeconds", 15L);
            Map<String, Object> up = Json.child(behavior, "scaleUp");
            unset(up, "stabilizationWindowSeconds", 0L);
            scaling(up, new ArrayList<>(List.of(pods, doubling())));
            scaling(Json.child(behavior, "scaleDown"), new ArrayList<>(List.of(doubling())));
        });
    }

    private static Map<String, Object> doubling() {
        return object("type", "Percent", "value", 100L, "periodSeconds", 15L);
    }

    private static void scaling(Map<String, Object> rules, List<Object> policies) {
        unset(rules, "selectPolicy", "Max");
        unset(rules, "policies", policies);
    }

    private static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    static void storageClass(Map<String, Object> tree) {
        unset(tree, "reclaimPolicy", "Delete");
        unset(tree, "volumeBindingMode", "Immediate");
    }

    static void csiDriver(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        unset(spec, "attachRequired", true);
        unset(spec, "podInfoOnMount", false);
        unset(spec, "storageCapacity", false);
        unset(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
        if (Json.list(spec, "volumeLifecycleModes").isEmpty()) {
            spec.put("volumeLifecycleModes", new ArrayList<Object>(List.of("Persistent")));
        }
        unset(spec, "requiresRepublish", false);
        unset(spec, "seLinuxMount", false);
    }

    static void priorityClass(Map<String, Object> tree) {
        unset(tree, "preemptionPolicy", "PreemptLowerPriority");
    }

    static void runtimeClass(Map<String, Object> tree) {
        with(tree, "overhead", overhead -> with(overhead, "podFixed", PodDefaults::roundToMilli));
    }

    static void roleBinding(Map<String, Object> tree) {
        with(tree, "roleRef", role -> empty(role, "apiGroup", RBAC));
        each(tree, "subjects", subject -> {
            String kind = Json.string(subject, "kind");
            if (kind.equals("User") || kind.equals("Group")) {
                empty(subject, "apiGroup", RBAC);
            }
        });
    }

    static void flowSchema(Map<String, Object> tree) {
        empty(Json.child(tree, "spec"), "matchingPrecedence", 1000L);
    }

    static void priorityLevel(Map<String, Object> tree) {
        with(tree, "spec", spec -> {
            with(spec, "limited", limited -> {
                unset(limited, "nominalConcurrencyShares", 30L);
                unset(limited, "lendablePercent", 0L);
                with(
                        limited,
                        "limitResponse",
                        response -> with(response, "queuing", queuing -> {
                            empty(queuing, "handSize", 8L);
                            empty(queuing, "queues", 64L);
                            empty(queuing, "queueLengthLimit", 50L);
                        }));
            });
            with(spec, "exempt", exempt -> {
                unset(exempt, "nominalConcurrencyShares", 0L);
                unset(exempt, "lendablePercent", 0L);
            });
        });
    }

    static void resourceClaim(Map<String, Object> tree) {
        with(tree, "spec", ClusterDefaults::claimSpec);
    }

    static void resourceClaimTemplate(Map<String, Object> tree) {
        with(tree, "spec", template -> with(template, "spec", ClusterDefaults::claimSpec));
    }

    private static void claimSpec(Map<String, Object> spec) {
        with(
                spec,
                "devices",
                devices -> each(devices, "requests", request -> {
                    with(request, "exactly", ClusterDefaults::deviceRequest);
                    each(request, "firstAvailable", ClusterDefaults::deviceRequest);
                }));
    }

    private static void deviceRequest(Map<String, Object> request) {
        empty(request, "allocationMode", "ExactCount");
        if (Json.string(request, "allocationMode").equals("ExactCount")) {
            empty(request, "count", 1L);
        }
        each(request, "tolerations", toleration -> empty(toleration, "operator", "Equal"));
    }
}
