package io.tholepin.objects;

import java.util.List;
import java.util.Map;

/** Rules of roles and their bindings. Source: contract 2.12. */
final class RbacRules {
    private static final String GROUP = "rbac.authorization.k8s.io";

    private RbacRules() {}

    static void clusterRole(Check root) {
        rules(root, false);
        root.with("aggregationRule", aggregation -> {
            if (aggregation.isEmpty("clusterRoleSelectors")) {
                aggregation.add(FieldError.required(
                        aggregation.path("clusterRoleSelectors"),
                        "at least one clusterRoleSelector required if aggregationRule is non-nil"));
            }
            for (Check selector : aggregation.items("clusterRoleSelectors")) {
                selector.labels("matchLabels");
            }
        });
    }

    static void rules(Check root, boolean namespaced) {
        root.each("rules", rule -> {
            rule.required("verbs", "verbs must contain at least one value");
            if (!rule.isEmpty("nonResourceURLs")) {
                if (namespaced) {
                    rule.invalid("nonResourceURLs", "namespaced rules cannot apply to non-resource URLs");
                }
                if (!rule.isEmpty("apiGroups") || !rule.isEmpty("resources") || !rule.isEmpty("resourceNames")) {
                    rule.invalid(
                            "nonResourceURLs", "rules cannot apply to both regular resources and non-resource URLs");
                }
                return;
            }
            rule.required("apiGroups", "resource rules must supply at least one api group");
            rule.required("resources", "resource rules must supply at least one resource");
        });
    }

    static void binding(Check root, boolean namespaced) {
        Check role = root.at("roleRef");
        if (!role.string("apiGroup").equals(GROUP)) {
            role.add(FieldError.unsupported(role.path("apiGroup"), role.string("apiGroup"), List.of(GROUP)));
        }
        List<String> kinds = namespaced ? List.of("Role", "ClusterRole") : List.of("ClusterRole");
        if (!kinds.contains(role.string("kind"))) {
            role.add(FieldError.unsupported(role.path("kind"), role.string("kind"), kinds));
        }
        role.requiredName("name", Names::pathSegment);
        root.each("subjects", subject -> subject(subject, namespaced));
    }

    private static void subject(Check subject, boolean namespaced) {
        subject.required("name");
        String group = subject.string("apiGroup");
        switch (subject.string("kind")) {
            case "ServiceAccount" -> {
                if (!subject.isEmpty("name")) {
                    subject.at("name").name(Names::subdomain);
                }
                if (!group.isEmpty()) {
                    subject.add(FieldError.unsupported(subject.path("apiGroup"), group, List.of("")));
                }
                if (!namespaced) {
                    subject.required("namespace");
                }
            }
            case "User", "Group" -> {
                if (!group.equals(GROUP)) {
                    subject.add(FieldError.unsupported(subject.path("apiGroup"), group, List.of(GROUP)));
                }
            }
            default ->
                subject.add(FieldError.unsupported(
                        subject.path("kind"), subject.string("kind"), List.of("ServiceAccount", "User", "Group")));
        }
    }

    static void bindingUpdate(Check root, Map<String, Object> old) {
        if (!Trees.same(root.value("roleRef"), old.get("roleRef"))) {
            root.invalid("roleRef", "cannot change roleRef");
        }
    }
}
