package io.tholepin.objects;

import java.util.List;

/** Rules of API priority and fairness. */
final class FlowRules {
    private static final int PRECEDENCE_MAX = 10_000;

    private FlowRules() {}

    static void flowSchema(Check root) {
        Check spec = root.at("spec");
        long precedence = spec.integer("matchingPrecedence", 0);
        if (precedence <= 0) {
            spec.add(FieldError.invalid("spec.matchingPrecedence", precedence, "must be a positive value"));
        }
        if (precedence > PRECEDENCE_MAX) {
            spec.invalid("matchingPrecedence", "must not be greater than " + PRECEDENCE_MAX);
        }
        spec.with("distinguisherMethod", method -> method.oneOf("type", "ByNamespace", "ByUser"));
        spec.at("priorityLevelConfiguration").required("name", "must reference a priority level");
        spec.each("rules", rule -> {
            rule.required("subjects", "subjects must contain at least one value");
            if (rule.isEmpty("resourceRules") && rule.isEmpty("nonResourceRules")) {
                rule.add(FieldError.required(
                        rule.path(), "at least one of resourceRules and nonResourceRules has to be non-empty"));
            }
            rule.each("subjects", subject -> subject.oneOf("kind", "Group", "ServiceAccount", "User"));
            rule.each("resourceRules", FlowRules::resourceRule);
        });
    }

    private static void resourceRule(Check rule) {
        rule.required("verbs");
        rule.required("apiGroups");
        rule.required("resources");
        if (rule.isEmpty("namespaces") && !rule.flag("clusterScope")) {
            rule.add(FieldError.required(
                    rule.path("namespaces"),
                    "resource rules that are not cluster scoped must supply at least one namespace"));
        }
    }

    static void priorityLevel(Check root) {
        Check spec = root.at("spec");
        switch (spec.string("type")) {
            case "Limited" -> {
                if (!spec.has("limited")) {
                    spec.add(FieldError.required("spec.limited", "must not be empty when type is Limited"));
                }
                if (spec.has("exempt")) {
                    spec.forbidden("exempt", "must be nil if the type is not Exempt");
                }
                spec.with("limited", FlowRules::limited);
            }
            case "Exempt" -> {
                if (spec.has("limited")) {
                    spec.forbidden("limited", "must be nil if the type is not Limited");
                }
            }
            default -> spec.add(FieldError.unsupported("spec.type", spec.string("type"), List.of("Exempt", "Limited")));
        }
    }

    private static void limited(Check limited) {
        limited.nonNegative("nominalConcurrencyShares");
        limited.range("lendablePercent", 0, 100);
        Check response = limited.at("limitResponse");
        response.oneOf("type", "Queue", "Reject");
        boolean queues = response.string("type").equals("Queue");
        if (queues && !response.has("queuing")) {
            response.add(FieldError.required(
                    response.path("queuing"), "must not be empty if limited.limitResponse.type is Limited"));
        }
        if (!queues && response.has("queuing")) {
            response.forbidden("queuing", "must be nil if limited.limitResponse.type is not Limited");
        }
        response.with("queuing", queuing -> {
            for (String field : List.of("queues", "queueLengthLimit", "handSize")) {
                if (queuing.integer(field, 0) <= 0) {
                    queuing.add(FieldError.invalid(queuing.path(field), queuing.integer(field, 0), "must be positive"));
                }
            }
            if (queuing.integer("handSize", 0) > queuing.integer("queues", 0)) {
                queuing.invalid("handSize", "should not be greater than queues (" + queuing.integer("queues", 0) + ")");
            }
        });
    }
}
