package io.tholepin.objects;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Warnings about objects that are allowed but surprising. Source: contract 2.7. */
final class ObjectWarnings {
    private static final Map<String, String> OLD_NODE_LABELS = Map.of(
            "beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
            "beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "failure-domain.beta.kubernetes.io/region",
                    "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
            "failure-domain.beta.kubernetes.io/zone",
                    "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
            "beta.kubernetes.io/instance-type",
                    "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead");

    private ObjectWarnings() {}

    static List<String> of(String resource, Map<String, Object> tree) {
        Set<String> warnings = new LinkedHashSet<>();
        String hostnames = "metadata.name: this is used in Pod names and hostnames, which can result in surprising"
                + " behavior; a DNS label is recommended: ";
        switch (resource) {
            case "pods" -> {
                name(
                        tree,
                        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior;"
                                + " a DNS label is recommended: ",
                        warnings);
                podSpec(Json.object(tree, "spec"), "spec", warnings);
            }
            case "deployments.apps",
                    "replicasets.apps",
                    "statefulsets.apps",
                    "jobs.batch",
                    "replicationcontrollers" -> {
                name(tree, hostnames, warnings);
                template(Json.object(tree, "spec"), "spec", warnings);
            }
            case "daemonsets.apps" -> template(Json.object(tree, "spec"), "spec", warnings);
            case "cronjobs.batch" -> {
                name(tree, hostnames, warnings);
                template(Json.object(tree, "spec", "jobTemplate", "spec"), "spec.jobTemplate.spec", warnings);
            }
            case "customresourcedefinitions.apiextensions.k8s.io" ->
                Trees.each(
                        Json.object(tree, "spec"),
                        "versions",
                        version -> definition(Json.string(tree, "spec", "conversion", "strategy"), version, warnings));
            default -> {}
        }
        return new ArrayList<>(warnings);
    }

    /** What this server does not do of a version of a definition; DefinitionStatus tells the rest in its status. */
    private static void definition(String conversion, Map<String, Object> version, Set<String> warnings) {
        String name = Json.string(version, "name");
        String path = "spec.versions[" + name + "]";
        if (SchemaRules.hasExpressions(Json.at(version, "schema", "openAPIV3Schema"))) {
            warnings.add(path + ".schema.openAPIV3Schema: x-kubernetes-validations are kept but not enforced by this"
                    + " server");
        }
        if (conversion.equals("Webhook") && Json.flag(version, "served") && !Json.flag(version, "storage")) {
            warnings.add(path + ": not served, because this server does not convert by webhook; only the storage"
                    + " version is");
        }
    }

    private static void name(Map<String, Object> tree, String text, Set<String> warnings) {
        List<String> wrong = Names.label(Json.string(tree, "metadata", "name"));
        if (!wrong.isEmpty()) {
            warnings.add(text + "[" + String.join(" ", wrong) + "]");
        }
    }

    private static void template(@Nullable Map<String, Object> holder, String path, Set<String> warnings) {
        podSpec(Json.object(holder, "template", "spec"), path + ".template.spec", warnings);
    }

    private static void podSpec(@Nullable Map<String, Object> spec, String path, Set<String> warnings) {
        if (spec == null) {
            return;
        }
        Json.strings(spec, "nodeSelector").keySet().forEach(key -> {
            if (OLD_NODE_LABELS.get(key) instanceof String advice) {
                warnings.add(path + ".nodeSelector[" + key + "]: " + advice);
            }
        });
        if (Json.integer(spec, 0, "terminationGracePeriodSeconds") < 0) {
            warnings.add(path + ".terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be"
                    + " treated as 1");
        }
        for (String kind : List.of("initContainers", "containers")) {
            int index = 0;
            for (Object container : Json.list(spec, kind)) {
                container(Json.asObject(container), path + "." + kind + "[" + index++ + "]", warnings);
            }
        }
    }

    private static void container(Map<String, Object> container, String path, Set<String> warnings) {
        for (String kind : List.of("limits", "requests")) {
            Json.strings(container, "resources", kind).forEach((resource, text) -> {
                Quantity amount = Quantity.tryParse(text);
                boolean bytes = resource.equals("memory") || resource.equals("ephemeral-storage");
                if (bytes
                        && amount != null
                        && amount.value().stripTrailingZeros().scale() > 0) {
                    warnings.add(path + ".resources." + kind + "[" + resource + "]: fractional byte value \"" + text
                            + "\" is invalid, must be an integer");
                }
            });
        }
        Set<String> names = new LinkedHashSet<>();
        int index = 0;
        for (Object variable : Json.list(container, "env")) {
            String name = Json.string(variable, "name");
            if (!names.add(name)) {
                warnings.add(path + ".env[" + index + "]: hides previous definition of \"" + name
                        + "\", which may be dropped when using apply");
            }
            index++;
        }
    }
}
