package io.tholepin.objects;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/** Rules of jobs and cron jobs. Source: contract 2.12, 2.14. */
final class BatchRules {
    /** Jobs of a cron job add eleven characters to its name. */
    private static final int CRON_JOB_NAME_MAX = 52;

    private static final int INDEXED_PARALLELISM_MAX = 100_000;

    private BatchRules() {}

    static void job(Check root) {
        Check spec = root.at("spec");
        generatedSelector(root, spec);
        spec(spec);
        if (!spec.has("selector")) {
            spec.add(FieldError.required("spec.selector", ""));
            return;
        }
        spec.selector("selector");
        Check labels = spec.at("template", "metadata", "labels");
        Map<String, String> found = Json.strings(labels.value());
        if (!WorkloadRules.matches(spec.value("selector"), found)) {
            labels.add(FieldError.invalid(
                    labels.path(), new java.util.TreeMap<>(found), "`selector` does not match template `labels`"));
        }
    }

    private static void generatedSelector(Check root, Check spec) {
        if (spec.flag("manualSelector")) {
            return;
        }
        String uid = Json.string(root.value(), "metadata", "uid");
        String name = Json.string(root.value(), "metadata", "name");
        Map<String, String> labels = Json.strings(spec.value(), "template", "metadata", "labels");
        Map<String, String> expected = Map.of(
                "batch.kubernetes.io/controller-uid", uid,
                "batch.kubernetes.io/job-name", name,
                "controller-uid", uid,
                "job-name", name);
        expected.keySet().stream().sorted().forEach(key -> {
            String wanted = String.valueOf(expected.get(key));
            String value = labels.get(key);
            if (value != null && !value.equals(wanted)) {
                String path = "spec.template.metadata.labels[" + key + "]";
                spec.add(FieldError.invalid(path, value, "must be '" + wanted + "'"));
            }
        });
        Map<String, String> match = Json.strings(spec.value(), "selector", "matchLabels");
        boolean generated =
                Json.list(spec.value(), "selector", "matchExpressions").isEmpty()
                        && match.size() == 1
                        && match.entrySet().stream()
                                .allMatch(e -> e.getKey().endsWith("controller-uid")
                                        && e.getValue().equals(uid));
        if (spec.has("selector") && !generated) {
            spec.invalid("selector", "`selector` not auto-generated");
        }
    }

    private static void spec(Check spec) {
        spec.nonNegative(
                "parallelism",
                "completions",
                "activeDeadlineSeconds",
                "backoffLimit",
                "ttlSecondsAfterFinished",
                "backoffLimitPerIndex",
                "maxFailedIndexes");
        spec.optionalOneOf("completionMode", "Indexed", "NonIndexed");
        boolean indexed = spec.string("completionMode").equals("Indexed");
        if (indexed && !spec.has("completions")) {
            spec.add(FieldError.required(spec.path("completions"), "when completion mode is Indexed"));
        }
        if (indexed && spec.integer("parallelism", 0) > INDEXED_PARALLELISM_MAX) {
            spec.invalid(
                    "parallelism",
                    "must be less than or equal to " + INDEXED_PARALLELISM_MAX + " when completion mode is Indexed");
        }
        if (!indexed && spec.has("backoffLimitPerIndex")) {
            spec.invalid("backoffLimitPerIndex", "requires indexed completion mode");
        }
        spec.optionalOneOf("podReplacementPolicy", "Failed", "TerminatingOrFailed");
        PodRules.template(spec.at("template"));
        restartPolicy(spec.at("template", "spec"));
        failurePolicy(spec);
    }

    private static void restartPolicy(Check pod) {
        String policy = pod.string("restartPolicy");
        if (policy.equals("Always") || policy.isEmpty()) {
            pod.add(FieldError.required(pod.path("restartPolicy"), "valid values: \"OnFailure\", \"Never\""));
        } else {
            pod.optionalOneOf("restartPolicy", "OnFailure", "Never");
        }
    }

    private static void failurePolicy(Check spec) {
        spec.with("podFailurePolicy", policy -> {
            String restart = Json.string(spec.value(), "template", "spec", "restartPolicy");
            if (!restart.equals("Never")) {
                spec.add(FieldError.invalid(
                        spec.path("template.spec.restartPolicy"),
                        restart,
                        "only \"Never\" is supported when podFailurePolicy is specified"));
            }
            policy.each("rules", rule -> {
                rule.oneOf("action", "Count", "FailIndex", "FailJob", "Ignore");
                boolean codes = rule.has("onExitCodes");
                boolean conditions = !rule.isEmpty("onPodConditions");
                if (codes == conditions) {
                    rule.invalid(
                            codes
                                    ? "specifying both OnExitCodes and OnPodConditions is not supported"
                                    : "specifying one of OnExitCodes and OnPodConditions is required");
                }
                rule.with("onExitCodes", exit -> {
                    exit.oneOf("operator", "In", "NotIn");
                    exit.required("values", "at least one value is required");
                });
            });
        });
    }

    static void jobUpdate(Check root, Map<String, Object> old) {
        Check spec = root.at("spec");
        Map<String, Object> before = Json.child(old, "spec");
        boolean elastic = spec.string("completionMode").equals("Indexed")
                && spec.integer("completions", -1) == spec.integer("parallelism", -2);
        if (!elastic) {
            spec.immutable("completions", before.get("completions"));
        }
        spec.immutable("selector", before.get("selector"));
        if (!templateMayChange(before, old)) {
            spec.immutable("template", before.get("template"));
        }
        for (String field : List.of("completionMode", "podFailurePolicy", "backoffLimitPerIndex")) {
            spec.immutable(field, before.get(field));
        }
    }

    /** While a job is suspended and never ran, its scheduling may still change. */
    private static boolean templateMayChange(Map<String, Object> spec, Map<String, Object> old) {
        return Json.flag(spec, "suspend") && Json.at(old, "status", "startTime") == null;
    }

    static void cronJob(Check root) {
        String name = Json.string(root.value(), "metadata", "name");
        if (name.length() > CRON_JOB_NAME_MAX) {
            root.add(FieldError.invalid(
                    "metadata.name", name, "must be no more than " + CRON_JOB_NAME_MAX + " characters"));
        }
        Check spec = root.at("spec");
        if (spec.required("schedule")) {
            String problem = CronSchedule.problem(spec.string("schedule"));
            if (!problem.isEmpty()) {
                spec.invalid("schedule", problem);
            } else if (spec.string("schedule").contains("TZ")) {
                spec.invalid("schedule", "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
            }
        }
        spec.nonNegative("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit");
        if (spec.has("timeZone")) {
            timeZone(spec);
        }
        spec.oneOf("concurrencyPolicy", "Allow", "Forbid", "Replace");
        Check job = spec.at("jobTemplate", "spec");
        spec(job);
        if (job.has("selector")) {
            job.invalid("selector", "`selector` will be auto-generated");
        }
        if (job.flag("manualSelector")) {
            job.add(FieldError.unsupported(job.path("manualSelector"), true, List.of("nil", "false")));
        }
    }

    private static void timeZone(Check spec) {
        String zone = spec.string("timeZone");
        if (zone.isEmpty()) {
            spec.invalid("timeZone", "timeZone must be nil or non-empty string");
        } else if (zone.equalsIgnoreCase("local")) {
            spec.invalid(
                    "timeZone",
                    "timeZone must be an explicit time zone as defined in" + " https://www.iana.org/time-zones");
        } else {
            try {
                ZoneId.of(zone);
            } catch (DateTimeException unknown) {
                spec.invalid("timeZone", "unknown time zone " + zone);
            }
        }
    }
}
