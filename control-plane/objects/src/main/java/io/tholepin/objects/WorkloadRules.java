package io.tholepin.objects;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Rules of the kinds that make pods. Source: contract 2.12, 2.14. */
final class WorkloadRules {
    private static final Pattern PERCENT = Pattern.compile("[0-9]+%");
    private static final String NO_MATCH = "`selector` does not match template `labels`";

    private WorkloadRules() {}

    static void deployment(Check root) {
        Check spec = root.at("spec");
        spec.nonNegative("replicas");
        selector(spec, "empty selector is invalid for deployment");
        template(spec, "activeDeadlineSeconds in ReplicaSet is not Supported");
        Check strategy = spec.at("strategy");
        switch (strategy.string("type")) {
            case "Recreate" -> {
                if (strategy.has("rollingUpdate")) {
                    strategy.forbidden("rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
                }
            }
            case "RollingUpdate" -> {
                Check rolling = strategy.at("rollingUpdate");
                amountOrPercent(rolling, "maxUnavailable");
                amountOrPercent(rolling, "maxSurge");
                if (isZero(rolling.value("maxUnavailable")) && isZero(rolling.value("maxSurge"))) {
                    rolling.invalid("maxUnavailable", "may not be 0 when `maxSurge` is 0");
                }
                notMoreThanAll(rolling, "maxUnavailable");
            }
            default -> unsupportedStrategy(strategy, "Recreate", "RollingUpdate");
        }
        spec.nonNegative("minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds");
        if (spec.has("progressDeadlineSeconds")
                && spec.integer("progressDeadlineSeconds", 0) <= spec.integer("minReadySeconds", 0)) {
            spec.invalid("progressDeadlineSeconds", "must be greater than minReadySeconds");
        }
    }

    /** Kubernetes prints the whole strategy with the names of its Go fields. */
    private static void unsupportedStrategy(Check strategy, String... supported) {
        Map<String, Object> printed = new LinkedHashMap<>();
        printed.put("Type", strategy.string("type"));
        Trees.put(printed, "RollingUpdate", strategy.value("rollingUpdate"));
        strategy.add(FieldError.unsupported(strategy.path(), printed, List.of(supported)));
    }

    private static void amountOrPercent(Check holder, String field) {
        if (holder.value(field) instanceof String text) {
            if (!PERCENT.matcher(text).matches()) {
                holder.invalid(
                        field,
                        Names.regex(
                                "a valid percent string must be a numeric string followed by an ending '%'",
                                "[0-9]+%", "1%", "93%"));
            }
        } else {
            holder.nonNegative(field);
        }
    }

    private static boolean isZero(@Nullable Object amount) {
        return amount == null
                || (amount instanceof Number number && number.longValue() == 0)
                || (amount instanceof String text && text.matches("0+%"));
    }

    private static void notMoreThanAll(Check holder, String field) {
        if (holder.value(field) instanceof String text
                && PERCENT.matcher(text).matches()
                && new BigInteger(text.substring(0, text.length() - 1)).compareTo(BigInteger.valueOf(100)) > 0) {
            holder.invalid(field, "must not be greater than 100%");
        }
    }

    private static void selector(Check spec, String emptyText) {
        if (!spec.has("selector")) {
            spec.add(FieldError.required(spec.path("selector"), ""));
            return;
        }
        spec.selector("selector");
        if (isEmptySelector(spec.at("selector"))) {
            spec.invalid("selector", emptyText);
        }
    }

    private static boolean isEmptySelector(Check selector) {
        return selector.isEmpty("matchLabels") && selector.isEmpty("matchExpressions");
    }

    /** The template of something that keeps its pods running. */
    private static void template(Check spec, String deadlineText) {
        Check template = spec.at("template");
        selects(spec, template);
        PodRules.template(template);
        alwaysRestarts(template);
        if (template.at("spec").has("activeDeadlineSeconds")) {
            template.at("spec").forbidden("activeDeadlineSeconds", deadlineText);
        }
    }

    private static void alwaysRestarts(Check template) {
        String policy = template.at("spec").string("restartPolicy");
        if (!policy.equals("Always")) {
            template.add(FieldError.unsupported(template.path() + ".spec.restartPolicy", policy, List.of("Always")));
        }
    }

    private static void selects(Check spec, Check template) {
        Check selector = spec.at("selector");
        Check labels = template.at("metadata", "labels");
        if (!isEmptySelector(selector) && !matches(selector.value(), Json.strings(labels.value()))) {
            labels.add(
                    FieldError.invalid(labels.path(), new java.util.TreeMap<>(Json.strings(labels.value())), NO_MATCH));
        }
    }

    /** Whether labels satisfy a label selector; true for a malformed one, which is an error of its own. */
    static boolean matches(@Nullable Object selector, Map<String, String> labels) {
        if (!(selector instanceof Map<?, ?> map)) {
            return true;
        }
        try {
            return LabelSelector.fromObject(Json.asObject(map)).matches(labels);
        } catch (StatusException malformed) {
            return true;
        }
    }

    static void replicaSet(Check root) {
        Check spec = root.at("spec");
        spec.nonNegative("replicas", "minReadySeconds");
        selector(spec, "empty selector is invalid for deployment");
        template(spec, "activeDeadlineSeconds in ReplicaSet is not Supported");
    }

    static void replicationController(Check root) {
        Check spec = root.at("spec");
        spec.nonNegative("minReadySeconds");
        spec.required("selector");
        spec.nonNegative("replicas");
        if (!spec.has("template")) {
            spec.required("template");
            return;
        }
        Check template = spec.at("template");
        Map<String, String> labels = Json.strings(template.value(), "metadata", "labels");
        if (!labels.entrySet()
                .containsAll(Json.strings(spec.value(), "selector").entrySet())) {
            Check place = template.at("metadata", "labels");
            place.add(FieldError.invalid(place.path(), new java.util.TreeMap<>(labels), NO_MATCH));
        }
        PodRules.template(template);
        alwaysRestarts(template);
        if (template.at("spec").has("activeDeadlineSeconds")) {
            template.at("spec")
                    .forbidden(
                            "activeDeadlineSeconds", "activeDeadlineSeconds in ReplicationController is not Supported");
        }
    }

    static void podTemplate(Check root) {
        PodRules.template(root.at("template"));
    }

    static void daemonSet(Check root) {
        Check spec = root.at("spec");
        Check template = spec.at("template");
        if (!spec.has("selector")) {
            spec.add(FieldError.required("spec.selector", ""));
        } else {
            spec.selector("selector");
            selects(spec, template);
            if (isEmptySelector(spec.at("selector"))) {
                spec.invalid("selector", "empty selector is invalid for daemonset");
            }
        }
        PodRules.template(template);
        alwaysRestarts(template);
        if (template.at("spec").has("activeDeadlineSeconds")) {
            template.at("spec").invalid("activeDeadlineSeconds", "must not be specified");
        }
        spec.nonNegative("minReadySeconds", "revisionHistoryLimit");
        Check strategy = spec.at("updateStrategy");
        switch (strategy.string("type")) {
            case "OnDelete" -> {}
            case "RollingUpdate" -> {
                Check rolling = strategy.at("rollingUpdate");
                amountOrPercent(rolling, "maxUnavailable");
                amountOrPercent(rolling, "maxSurge");
                notMoreThanAll(rolling, "maxUnavailable");
                notMoreThanAll(rolling, "maxSurge");
                boolean unavailable = !isZero(rolling.value("maxUnavailable"));
                boolean surge = !isZero(rolling.value("maxSurge"));
                if (unavailable && surge) {
                    rolling.invalid("maxSurge", "may not be set when maxUnavailable is non-zero");
                } else if (!unavailable && !surge) {
                    rolling.add(FieldError.required(rolling.path("maxUnavailable"), "cannot be 0 when maxSurge is 0"));
                }
            }
            default -> unsupportedStrategy(strategy, "OnDelete", "RollingUpdate");
        }
    }

    /** Kubernetes does not look into the pods of a stateful set; they are refused when they are made. */
    static void statefulSet(Check root) {
        Check spec = root.at("spec");
        String policy = spec.string("podManagementPolicy");
        if (spec.required("podManagementPolicy")
                && !List.of("OrderedReady", "Parallel").contains(policy)) {
            spec.invalid("podManagementPolicy", "must be 'OrderedReady' or 'Parallel'");
        }
        Check strategy = spec.at("updateStrategy");
        switch (strategy.string("type")) {
            case "OnDelete" -> {
                if (strategy.has("rollingUpdate")) {
                    strategy.invalid("rollingUpdate", "only allowed for updateStrategy 'RollingUpdate'");
                }
            }
            case "RollingUpdate" -> strategy.at("rollingUpdate").nonNegative("partition");
            default -> strategy.invalid("must be 'RollingUpdate' or 'OnDelete'");
        }
        Check retention = spec.at("persistentVolumeClaimRetentionPolicy");
        retention.optionalOneOf("whenDeleted", "Retain", "Delete");
        retention.optionalOneOf("whenScaled", "Retain", "Delete");
        spec.nonNegative("replicas", "minReadySeconds", "revisionHistoryLimit");
        spec.at("ordinals").nonNegative("start");
        selector(spec, "empty selector is invalid for statefulset");
        Check template = spec.at("template");
        selects(spec, template);
        Check metadata = template.at("metadata").as(template.path());
        metadata.labels("labels");
        MetadataRules.annotations(metadata, "annotations");
        alwaysRestarts(template);
        if (template.at("spec").has("activeDeadlineSeconds")) {
            template.at("spec").invalid("activeDeadlineSeconds", "must not be specified");
        }
    }

    private static final List<String> STATEFUL_SET_MUTABLE = List.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");

    static void statefulSetUpdate(Check root, Map<String, Object> old) {
        Map<String, Object> after = new LinkedHashMap<>(Json.child(Json.asObject(tree(root)), "spec"));
        Map<String, Object> before = new LinkedHashMap<>(Json.child(old, "spec"));
        after.keySet().removeAll(STATEFUL_SET_MUTABLE);
        before.keySet().removeAll(STATEFUL_SET_MUTABLE);
        if (!Trees.same(after, before)) {
            root.forbidden(
                    "spec",
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
                            + " 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and"
                            + " 'minReadySeconds' are forbidden");
        }
    }

    private static Object tree(Check root) {
        Object tree = root.value();
        return tree == null ? new LinkedHashMap<String, Object>() : tree;
    }

    /** Replica counts of a status, none above the total. */
    static void replicaStatus(Check root) {
        Check status = root.at("status");
        List<String> counts = new ArrayList<>(List.of(
                "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "currentReplicas", "updatedReplicas"));
        status.nonNegative("replicas", "observedGeneration", "unavailableReplicas", "terminatingReplicas");
        counts.forEach(status::nonNegative);
        long replicas = status.integer("replicas", 0);
        for (String count : counts) {
            if (status.integer(count, 0) > replicas) {
                status.invalid(count, "cannot be greater than status.replicas");
            }
        }
        if (status.integer("availableReplicas", 0) > status.integer("readyReplicas", 0)) {
            status.invalid("availableReplicas", "cannot be greater than readyReplicas");
        }
    }

    static void controllerRevision(Check root) {
        if (!root.has("data")) {
            root.required("data", "data is mandatory");
        }
        root.nonNegative("revision");
    }
}
