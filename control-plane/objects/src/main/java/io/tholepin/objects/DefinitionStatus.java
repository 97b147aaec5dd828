package io.tholepin.objects;

import io.tholepin.objects.CustomDefinition.Names;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the status of a CustomResourceDefinition has to say: whether its names are free, whether its resource is served,
 * and what is the matter if not. Changes trees that it is given and nothing else. Source: contract 4.1.
 */
public final class DefinitionStatus {
    static final String APPROVAL = "api-approved.kubernetes.io";

    private DefinitionStatus() {}

    /**
     * Brings the status of a definition up to date.
     *
     * @param others the other definitions of its group: what they were granted is not free
     * @return whether anything changed
     */
    public static boolean settle(Map<String, Object> tree, Collection<CustomDefinition> others, Instant now) {
        Map<String, Object> before = Json.copyObject(tree);
        Map<String, Object> status = Json.child(tree, "status");
        boolean accepted = names(tree, others, now);
        if (accepted && !is(tree, "Established", "True")) {
            if (overlaps(tree)) {
                String why = "a built-in resource has this name, or this group and version";
                condition(status, "Established", "False", "OverlappingBuiltInResource", why, now);
            } else {
                String why = "the initial names have been accepted";
                condition(status, "Established", "True", "InitialNamesAccepted", why, now);
            }
        } else if (!accepted && find(status, "Established") == null) {
            condition(status, "Established", "False", "NotAccepted", "not all names are accepted", now);
        }
        approval(tree, now);
        structure(tree, now);
        conversion(tree, now);
        return !Trees.equal(before, tree);
    }

    private static boolean names(Map<String, Object> tree, Collection<CustomDefinition> others, Instant now) {
        Names wanted = Names.of(Json.at(tree, "spec", "names"));
        Names had = Names.of(Json.at(tree, "status", "acceptedNames"));
        Set<String> resources = new HashSet<>();
        Set<String> kinds = new HashSet<>();
        for (CustomDefinition other : others) {
            Names taken = other.accepted();
            resources.addAll(List.of(taken.plural(), taken.singular()));
            resources.addAll(taken.shortNames());
            kinds.addAll(List.of(taken.kind(), taken.listKind()));
        }
        List<String> shortTaken = wanted.shortNames().stream()
                .filter(one -> !had.shortNames().contains(one) && resources.contains(one))
                .toList();
        boolean plural = free(wanted.plural(), had.plural(), resources);
        boolean singular = free(wanted.singular(), had.singular(), resources);
        boolean kind = free(wanted.kind(), had.kind(), kinds);
        boolean listKind = free(wanted.listKind(), had.listKind(), kinds);
        Names granted = new Names(
                plural ? wanted.plural() : had.plural(),
                singular ? wanted.singular() : had.singular(),
                kind ? wanted.kind() : had.kind(),
                listKind ? wanted.listKind() : had.listKind(),
                shortTaken.isEmpty() ? wanted.shortNames() : had.shortNames(),
                wanted.categories());
        Map<String, Object> status = Json.child(tree, "status");
        status.put("acceptedNames", granted.tree());
        String reason = !listKind
                ? "ListKindConflict"
                : !kind
                        ? "KindConflict"
                        : !shortTaken.isEmpty()
                                ? "ShortNamesConflict"
                                : !singular ? "SingularConflict" : !plural ? "PluralConflict" : "";
        if (reason.isEmpty()) {
            condition(status, "NamesAccepted", "True", "NoConflicts", "no conflicts found", now);
            return true;
        }
        String name = switch (reason) {
            case "ListKindConflict" -> wanted.listKind();
            case "KindConflict" -> wanted.kind();
            case "SingularConflict" -> wanted.singular();
            case "PluralConflict" -> wanted.plural();
            default -> shortTaken.getFirst();
        };
        condition(status, "NamesAccepted", "False", reason, Json.text(name) + " is already in use", now);
        return false;
    }

    private static boolean free(String wanted, String had, Set<String> taken) {
        return wanted.equals(had) || !taken.contains(wanted);
    }

    private static boolean overlaps(Map<String, Object> tree) {
        String group = Json.string(tree, "spec", "group");
        String plural = Json.string(tree, "spec", "names", "plural");
        return BuiltInResources.all().stream()
                .anyMatch(type -> type.group().equals(group)
                        && (type.resource().equals(plural)
                                || Json.list(tree, "spec", "versions").stream()
                                        .allMatch(version ->
                                                Json.string(version, "name").equals(type.version()))));
    }

    private static void approval(Map<String, Object> tree, Instant now) {
        if (!protectedGroup(Json.string(tree, "spec", "group"))) {
            return;
        }
        String given = Json.string(tree, "metadata", "annotations", APPROVAL);
        boolean bypassed = given.startsWith("unapproved");
        boolean approved = !bypassed && approvalError(given).isEmpty();
        String reason = bypassed
                ? "UnapprovedAnnotation"
                : approved ? "ApprovedAnnotation" : given.isEmpty() ? "MissingAnnotation" : "InvalidAnnotation";
        String message = bypassed
                ? "not approved: " + Json.text(given)
                : approved ? "approved in " + given : approvalError(given);
        condition(
                Json.child(tree, "status"),
                "KubernetesAPIApprovalPolicyConformant",
                approved ? "True" : "False",
                reason,
                message,
                now);
    }

    /** Whether a group belongs to Kubernetes itself. */
    static boolean protectedGroup(String group) {
        return group.equals("k8s.io")
                || group.endsWith(".k8s.io")
                || group.equals("kubernetes.io")
                || group.endsWith(".kubernetes.io");
    }

    /** What is wrong with an approval, empty when nothing is. */
    static String approvalError(String annotation) {
        String must = "protected groups must have approval annotation " + Json.text(APPROVAL);
        String see = ", see https://github.com/kubernetes/enhancements/pull/1111";
        if (annotation.isEmpty()) {
            return must + see;
        }
        boolean known = annotation.startsWith("unapproved") || annotation.matches("https?://[^/]+.*");
        return known ? "" : must + " with either a URL or a reason starting with \"unapproved\"" + see;
    }

    /** What came with the store, from a time before schemas had to be structural. */
    private static void structure(Map<String, Object> tree, Instant now) {
        List<FieldError> errors = new ArrayList<>();
        DefinitionPaths.check(Check.root(tree, errors), root -> root.at("spec").each("versions", SchemaRules::version));
        Map<String, Object> status = Json.child(tree, "status");
        if (errors.isEmpty()) {
            remove(status, "NonStructuralSchema");
        } else {
            String message = errors.size() == 1 ? errors.getFirst().toString() : errors.toString();
            condition(status, "NonStructuralSchema", "True", "Violations", message, now);
        }
    }

    /** This server's own condition: it cannot convert by webhook, so it serves less than the definition says. */
    private static void conversion(Map<String, Object> tree, Instant now) {
        List<String> left = new ArrayList<>();
        if (Json.string(tree, "spec", "conversion", "strategy").equals("Webhook")) {
            Trees.each(Json.child(tree, "spec"), "versions", version -> {
                if (Json.flag(version, "served") && !Json.flag(version, "storage")) {
                    left.add(Json.string(version, "name"));
                }
            });
        }
        Map<String, Object> status = Json.child(tree, "status");
        if (left.isEmpty()) {
            remove(status, "AllVersionsServed");
        } else {
            String why = "conversion by webhook is not supported: only the storage version is served, not "
                    + String.join(", ", left);
            condition(status, "AllVersionsServed", "False", "ConversionNotSupported", why, now);
        }
    }

    /** Tells that a definition is being deleted, and how far that is. */
    public static void terminating(
            Map<String, Object> tree, boolean goingOn, String reason, String message, Instant now) {
        condition(Json.child(tree, "status"), "Terminating", goingOn ? "True" : "False", reason, message, now);
    }

    /** Whether a condition has this status. */
    static boolean is(Map<String, Object> tree, String type, String status) {
        Map<String, Object> found = find(Json.child(tree, "status"), type);
        return found != null && Json.string(found, "status").equals(status);
    }

    private static @org.jspecify.annotations.Nullable Map<String, Object> find(
            Map<String, Object> status, String type) {
        for (Object condition : Json.list(status, "conditions")) {
            if (Json.string(condition, "type").equals(type)) {
                return Json.asObject(condition);
            }
        }
        return null;
    }

    private static void remove(Map<String, Object> status, String type) {
        if (find(status, type) != null) {
            List<Object> left = new ArrayList<>(Json.list(status, "conditions"));
            left.removeIf(condition -> Json.string(condition, "type").equals(type));
            status.put("conditions", left);
        }
    }

    private static void condition(
            Map<String, Object> status, String type, String value, String reason, String message, Instant now) {
        Map<String, Object> before = find(status, type);
        Map<String, Object> condition = before == null ? new LinkedHashMap<>() : before;
        condition.put("type", type);
        if (!Json.string(condition, "status").equals(value)) {
            condition.put("status", value);
            condition.put(
                    "lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
        }
        condition.put("reason", reason);
        condition.put("message", message);
        if (before == null) {
            List<Object> all = new ArrayList<>(Json.list(status, "conditions"));
            all.add(condition);
            status.put("conditions", all);
        }
    }
}
