package io.tholepin.objects;

import static io.tholepin.objects.Trees.empty;
import static io.tholepin.objects.Trees.unset;
import static io.tholepin.objects.Trees.with;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Defaults of the kinds that make pods: apps, batch, and the core group's old ones. Source: contract 2.11. */
final class WorkloadDefaults {
    private static final long INT32_MAX = Integer.MAX_VALUE;

    private WorkloadDefaults() {}

    static void deployment(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        PodDefaults.template(spec);
        unset(spec, "replicas", 1L);
        Map<String, Object> strategy = Json.child(spec, "strategy");
        empty(strategy, "type", "RollingUpdate");
        if (Json.string(strategy, "type").equals("RollingUpdate")) {
            Map<String, Object> rolling = Json.child(strategy, "rollingUpdate");
            unset(rolling, "maxUnavailable", "25%");
            unset(rolling, "maxSurge", "25%");
        }
        unset(spec, "revisionHistoryLimit", 10L);
        unset(spec, "progressDeadlineSeconds", 600L);
    }

    static void replicaSet(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        PodDefaults.template(spec);
        unset(spec, "replicas", 1L);
    }

    static void replicationController(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        PodDefaults.template(spec);
        unset(spec, "replicas", 1L);
        Map<String, Object> labels = Json.object(spec, "template", "metadata", "labels");
        if (labels != null && !labels.isEmpty()) {
            empty(spec, "selector", Json.copyObject(labels));
            empty(Json.child(tree, "metadata"), "labels", Json.copyObject(labels));
        }
    }

    static void podTemplate(Map<String, Object> tree) {
        PodDefaults.template(tree);
    }

    static void statefulSet(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        PodDefaults.template(spec);
        empty(spec, "podManagementPolicy", "OrderedReady");
        Map<String, Object> strategy = Json.child(spec, "updateStrategy");
        empty(strategy, "type", "RollingUpdate");
        if (Json.string(strategy, "type").equals("RollingUpdate")) {
            unset(Json.child(strategy, "rollingUpdate"), "partition", 0L);
        }
        Map<String, Object> retention = Json.child(spec, "persistentVolumeClaimRetentionPolicy");
        empty(retention, "whenDeleted", "Retain");
        empty(retention, "whenScaled", "Retain");
        unset(spec, "replicas", 1L);
        unset(spec, "revisionHistoryLimit", 10L);
        Trees.each(spec, "volumeClaimTemplates", claim -> {
            claim(claim);
            empty(claim, "apiVersion", "v1");
            empty(claim, "kind", "PersistentVolumeClaim");
        });
    }

    static void daemonSet(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        PodDefaults.template(spec);
        Map<String, Object> strategy = Json.child(spec, "updateStrategy");
        empty(strategy, "type", "RollingUpdate");
        if (Json.string(strategy, "type").equals("RollingUpdate")) {
            Map<String, Object> rolling = Json.child(strategy, "rollingUpdate");
            unset(rolling, "maxUnavailable", 1L);
            unset(rolling, "maxSurge", 0L);
        }
        unset(spec, "revisionHistoryLimit", 10L);
    }

    static void job(Map<String, Object> tree) {
        jobSpec(Json.child(tree, "spec"));
        Map<String, Object> labels = Json.object(tree, "spec", "template", "metadata", "labels");
        if (labels != null && !labels.isEmpty()) {
            empty(Json.child(tree, "metadata"), "labels", Json.copyObject(labels));
        }
    }

    private static void jobSpec(Map<String, Object> spec) {
        PodDefaults.template(spec);
        if (spec.get("completions") == null && spec.get("parallelism") == null) {
            spec.put("completions", 1L);
        }
        unset(spec, "parallelism", 1L);
        unset(spec, "backoffLimit", spec.get("backoffLimitPerIndex") == null ? 6L : INT32_MAX);
        unset(spec, "completionMode", "NonIndexed");
        unset(spec, "suspend", false);
        unset(spec, "manualSelector", false);
        boolean failurePolicy = spec.get("podFailurePolicy") != null;
        unset(spec, "podReplacementPolicy", failurePolicy ? "Failed" : "TerminatingOrFailed");
        with(
                spec,
                "podFailurePolicy",
                policy -> Trees.each(
                        policy,
                        "rules",
                        rule -> Trees.each(rule, "onPodConditions", condition -> empty(condition, "status", "True"))));
    }

    static void cronJob(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        empty(spec, "concurrencyPolicy", "Allow");
        unset(spec, "suspend", false);
        unset(spec, "successfulJobsHistoryLimit", 3L);
        unset(spec, "failedJobsHistoryLimit", 1L);
        with(
                spec,
                "jobTemplate",
                template -> with(template, "spec", job -> {
                    PodDefaults.template(job);
                    with(
                            job,
                            "podFailurePolicy",
                            policy -> Trees.each(
                                    policy,
                                    "rules",
                                    rule -> Trees.each(
                                            rule, "onPodConditions", condition -> empty(condition, "status", "True"))));
                }));
    }

    static void claim(Map<String, Object> tree) {
        claimSpec(Json.child(tree, "spec"));
        empty(Json.child(tree, "status"), "phase", "Pending");
    }

    static void claimSpec(Map<String, Object> spec) {
        unset(spec, "volumeMode", "Filesystem");
        with(spec, "resources", resources -> {
            with(resources, "limits", PodDefaults::roundToMilli);
            with(resources, "requests", PodDefaults::roundToMilli);
        });
    }

    static void volume(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        empty(spec, "persistentVolumeReclaimPolicy", "Retain");
        unset(spec, "volumeMode", "Filesystem");
        PodDefaults.VolumeDefaults.network(spec);
        with(spec, "capacity", PodDefaults::roundToMilli);
        empty(Json.child(tree, "status"), "phase", "Pending");
    }

    static void limitRange(Map<String, Object> tree) {
        with(
                tree,
                "spec",
                spec -> Trees.each(spec, "limits", item -> {
                    for (String list : List.of("max", "min", "default", "defaultRequest")) {
                        with(item, list, PodDefaults::roundToMilli);
                    }
                    if (Json.string(item, "type").equals("Container")) {
                        fill(item, "default", "max");
                        fill(item, "defaultRequest", "default");
                        fill(item, "defaultRequest", "min");
                    }
                }));
    }

    private static void fill(Map<String, Object> item, String target, String source) {
        Map<String, Object> from = Json.object(item, source);
        if (from != null && !from.isEmpty()) {
            Map<String, Object> to = new LinkedHashMap<>(Json.child(item, target));
            from.forEach(to::putIfAbsent);
            item.put(target, to);
        }
    }
}
