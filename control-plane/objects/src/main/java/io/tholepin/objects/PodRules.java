package io.tholepin.objects;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Rules of pods and pod templates as a whole; containers are in {@link ContainerRules}. Source: contract 2.8, 2.14. */
final class PodRules {
    private static final Set<String> COMPARISONS = Set.of("Lt", "Gt");

    private PodRules() {}

    static void pod(Check root) {
        spec(root.at("spec"), true);
    }

    /** A template; {@code at} is where it stands, {@code spec.template}. */
    static void template(Check at) {
        Check metadata = at.at("metadata").as(at.path());
        metadata.labels("labels");
        MetadataRules.annotations(metadata, "annotations");
        spec(at.at("spec"), false);
        if (!at.at("spec").list("ephemeralContainers").isEmpty()) {
            at.at("spec").forbidden("ephemeralContainers", "ephemeral containers not allowed in pod template");
        }
    }

    static void spec(Check spec, boolean pod) {
        Set<String> volumes = VolumeRules.volumes(spec);
        ContainerRules.containers(spec, volumes);
        spec.oneOf("restartPolicy", "Always", "OnFailure", "Never");
        spec.oneOf("dnsPolicy", "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        spec.each("readinessGates", gate -> gate.at("conditionType").name(Names::labelKey));
        schedulingGates(spec);
        spec.labels("nodeSelector");
        securityContext(spec.at("securityContext"));
        spec.with("affinity", PodRules::affinity);
        dns(spec);
        spec.each("hostAliases", alias -> alias.each("hostnames", host -> host.name(Names::subdomain)));
        spec.optionalName("serviceAccountName", Names::subdomain);
        spec.optionalName("nodeName", Names::subdomain);
        spec.optionalName("hostname", Names::label);
        spec.optionalName("subdomain", Names::label);
        spec.optionalName("priorityClassName", Names::subdomain);
        spec.optionalName("runtimeClassName", Names::subdomain);
        spec.optionalOneOf("preemptionPolicy", "PreemptLowerPriority", "Never");
        spec.range("activeDeadlineSeconds", 1, Integer.MAX_VALUE);
        spec.each("tolerations", PodRules::toleration);
        spec.each("topologySpreadConstraints", PodRules::spread);
        spec.with("os", os -> os.oneOf("name", "linux", "windows"));
        spec.quantities("overhead");
        hostNetwork(spec, pod);
    }

    private static void schedulingGates(Check spec) {
        Set<String> seen = new HashSet<>();
        spec.each("schedulingGates", gate -> {
            String name = gate.string("name");
            Names.labelKey(name).forEach(message -> gate.add(FieldError.invalid(gate.path(), name, message)));
            if (!seen.add(name)) {
                gate.add(FieldError.duplicate(gate.path(), name));
            }
        });
    }

    private static void hostNetwork(Check spec, boolean pod) {
        if (!spec.flag("hostNetwork")) {
            return;
        }
        spec.each(
                "containers",
                container -> container.each("ports", port -> {
                    long host = port.integer("hostPort", 0);
                    if ((pod || host != 0) && host != port.integer("containerPort", 0)) {
                        port.add(FieldError.invalid(
                                port.path("hostPort"), host, "must match `containerPort` when `hostNetwork` is true"));
                    }
                }));
    }

    private static void securityContext(Check context) {
        for (String id : List.of("runAsUser", "runAsGroup", "fsGroup")) {
            context.range(id, 0, Integer.MAX_VALUE);
        }
        context.each("supplementalGroups", group -> {
            if (group.value() instanceof Number number
                    && (number.longValue() < 0 || number.longValue() > Integer.MAX_VALUE)) {
                group.invalid("must be between 0 and " + Integer.MAX_VALUE + ", inclusive");
            }
        });
        context.optionalOneOf("fsGroupChangePolicy", "Always", "OnRootMismatch");
        context.with("seccompProfile", ContainerRules::seccomp);
    }

    private static void dns(Check spec) {
        if (spec.string("dnsPolicy").equals("None")) {
            if (!spec.has("dnsConfig")) {
                spec.required("dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None");
                return;
            }
            spec.at("dnsConfig")
                    .required("nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
        }
        Check config = spec.at("dnsConfig");
        if (config.list("nameservers").size() > 3) {
            config.invalid("nameservers", "must not have more than 3 nameservers");
        }
        config.each("nameservers", server -> server.name(Addresses::ip));
        if (config.list("searches").size() > 32) {
            config.invalid("searches", "must not have more than 32 search paths");
        }
    }

    private static void toleration(Check toleration) {
        if (!toleration.isEmpty("key")) {
            toleration.at("key").name(Names::labelKey);
        } else if (!toleration.string("operator").equals("Exists")) {
            toleration.invalid(
                    "operator",
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }
        if (toleration.has("tolerationSeconds") && !toleration.string("effect").equals("NoExecute")) {
            toleration.invalid("effect", "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        switch (toleration.string("operator")) {
            case "Equal", "" -> toleration.at("value").name(Names::labelValue);
            case "Exists" -> {
                if (!toleration.isEmpty("value")) {
                    toleration.add(FieldError.invalid(
                            toleration.path("operator"),
                            String.valueOf(toleration.value("value")),
                            "value must be empty when `operator` is 'Exists'"));
                }
            }
            default ->
                toleration.add(FieldError.unsupported(
                        toleration.path("operator"), toleration.string("operator"), List.of("Equal", "Exists")));
        }
        if (!toleration.isEmpty("effect")) {
            toleration.optionalOneOf("effect", "NoSchedule", "PreferNoSchedule", "NoExecute");
        }
    }

    private static void spread(Check constraint) {
        if (constraint.integer("maxSkew", 0) <= 0) {
            constraint.add(FieldError.invalid(
                    constraint.path("maxSkew"), constraint.integer("maxSkew", 0), "must be greater than zero"));
        }
        constraint.required("topologyKey", "can not be empty");
        constraint.optionalName("topologyKey", Names::labelKey);
        if (!Set.of("DoNotSchedule", "ScheduleAnyway").contains(constraint.string("whenUnsatisfiable"))) {
            constraint.add(FieldError.unsupported(
                    constraint.path("whenUnsatisfiable"),
                    constraint.string("whenUnsatisfiable"),
                    List.of("DoNotSchedule", "ScheduleAnyway")));
        }
        constraint.optionalOneOf("nodeAffinityPolicy", "Honor", "Ignore");
        constraint.optionalOneOf("nodeTaintsPolicy", "Honor", "Ignore");
        constraint.selector("labelSelector");
    }

    private static void affinity(Check affinity) {
        String hard = "requiredDuringSchedulingIgnoredDuringExecution";
        String soft = "preferredDuringSchedulingIgnoredDuringExecution";
        affinity.with("nodeAffinity", node -> {
            node.with(hard, PodRules::nodeSelector);
            node.each(soft, term -> {
                weight(term);
                nodeSelectorTerm(term.at("preference"));
            });
        });
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            affinity.with(kind, pods -> {
                pods.each(hard, PodRules::podAffinityTerm);
                pods.each(soft, term -> {
                    weight(term);
                    podAffinityTerm(term.at("podAffinityTerm"));
                });
            });
        }
    }

    private static void weight(Check term) {
        long weight = term.integer("weight", 0);
        if (weight < 1 || weight > 100) {
            term.add(FieldError.invalid(term.path("weight"), weight, "must be in the range 1-100"));
        }
    }

    static void nodeSelector(Check selector) {
        selector.required("nodeSelectorTerms", "must have at least one node selector term");
        selector.each("nodeSelectorTerms", PodRules::nodeSelectorTerm);
    }

    private static void nodeSelectorTerm(Check term) {
        term.each("matchExpressions", requirement -> requirement.requirement(COMPARISONS));
    }

    private static void podAffinityTerm(Check term) {
        term.selector("labelSelector");
        term.selector("namespaceSelector");
        term.each("namespaces", namespace -> namespace.name(Names::label));
        if (term.required("topologyKey", "can not be empty")) {
            term.at("topologyKey").name(Names::labelKey);
        }
    }

    /** What may change in a pod that exists. Source: contract 2.12. */
    static void update(Check root, Map<String, Object> old) {
        Check spec = root.at("spec");
        Map<String, Object> before = Json.child(old, "spec");
        for (String kind : List.of("containers", "initContainers")) {
            if (spec.list(kind).size() != Json.list(before, kind).size()) {
                spec.forbidden(kind, "pod updates may not add or remove containers");
                return;
            }
        }
        activeDeadline(spec, before);
        tolerations(spec, before);
        gates(spec, before);
        Map<String, Object> after =
                spec.value() instanceof Map<?, ?> map ? Json.copyObject(Json.asObject(map)) : Map.of();
        mask(after, before);
        if (!Trees.same(after, before)) {
            Set<String> changed = new TreeSet<>(after.keySet());
            changed.addAll(before.keySet());
            changed.removeIf(field -> Trees.same(after.get(field), before.get(field)));
            spec.forbidden("pod updates may not change fields other than `spec.containers[*].image`,"
                    + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only"
                    + " additions to"
                    + " existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was"
                    + " previously negative)\n" + difference(changed, after, before));
        }
    }

    private static String difference(Set<String> fields, Map<String, Object> after, Map<String, Object> before) {
        StringBuilder out = new StringBuilder();
        for (String field : fields) {
            out.append("- ")
                    .append(field)
                    .append(": ")
                    .append(Json.text(before.get(field)))
                    .append('\n');
            out.append("+ ")
                    .append(field)
                    .append(": ")
                    .append(Json.text(after.get(field)))
                    .append('\n');
        }
        return out.toString();
    }

    /** Sets what may change to what it was. */
    private static void mask(Map<String, Object> after, Map<String, Object> before) {
        for (String field : List.of("activeDeadlineSeconds", "tolerations", "schedulingGates")) {
            Strategy.keep(after, before, field);
        }
        boolean gated = !Json.list(before, "schedulingGates").isEmpty();
        if (gated) {
            Strategy.keep(after, before, "nodeSelector");
            Strategy.keep(after, before, "affinity");
        }
        boolean wasNegative = Json.integer(before, 0, "terminationGracePeriodSeconds") < 0;
        if (wasNegative && Json.integer(after, 0, "terminationGracePeriodSeconds") == 1) {
            Strategy.keep(after, before, "terminationGracePeriodSeconds");
        }
        for (String kind : List.of("containers", "initContainers")) {
            List<Object> old = Json.list(before, kind);
            List<Object> fresh = Json.list(after, kind);
            for (int i = 0; i < fresh.size(); i++) {
                Strategy.keep(Json.asObject(fresh.get(i)), Json.asObject(old.get(i)), "image");
            }
        }
    }

    private static void activeDeadline(Check spec, Map<String, Object> before) {
        Object old = before.get("activeDeadlineSeconds");
        if (old == null) {
            return;
        }
        if (!spec.has("activeDeadlineSeconds")) {
            spec.invalid("activeDeadlineSeconds", "must not update from a positive integer to nil value");
        } else if (spec.integer("activeDeadlineSeconds", 0) > Json.integer(before, 0, "activeDeadlineSeconds")) {
            spec.invalid("activeDeadlineSeconds", "must be less than or equal to previous value");
        }
    }

    private static void tolerations(Check spec, Map<String, Object> before) {
        Function<Object, Map<String, Object>> withoutSeconds = toleration -> {
            Map<String, Object> copy = Json.copyObject(Json.asObject(toleration));
            copy.remove("tolerationSeconds");
            return copy;
        };
        List<Map<String, Object>> fresh =
                spec.list("tolerations").stream().map(withoutSeconds).toList();
        for (Object old : Json.list(before, "tolerations")) {
            Map<String, Object> wanted = withoutSeconds.apply(old);
            if (fresh.stream().noneMatch(toleration -> Trees.same(toleration, wanted))) {
                spec.forbidden("tolerations", "existing toleration can not be modified except its tolerationSeconds");
                return;
            }
        }
    }

    private static void gates(Check spec, Map<String, Object> before) {
        Set<String> old = new HashSet<>();
        Trees.each(before, "schedulingGates", gate -> old.add(Json.string(gate, "name")));
        spec.each("schedulingGates", gate -> {
            if (!old.contains(gate.string("name"))) {
                gate.forbidden("only deletion is allowed, but found new scheduling gate '" + gate.string("name") + "'");
            }
        });
    }
}
