package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One rule of a role. Source: contract 5.2. */
record PolicyRule(
        List<String> verbs,
        List<String> apiGroups,
        List<String> resources,
        List<String> resourceNames,
        List<String> nonResourceUrls) {
    static PolicyRule of(Object tree) {
        return new PolicyRule(
                strings(tree, "verbs"),
                strings(tree, "apiGroups"),
                strings(tree, "resources"),
                strings(tree, "resourceNames"),
                strings(tree, "nonResourceURLs"));
    }

    static List<PolicyRule> all(Object role) {
        return Json.list(role, "rules").stream().map(PolicyRule::of).toList();
    }

    static PolicyRule resources(List<String> verbs, List<String> groups, List<String> resources) {
        return new PolicyRule(verbs, groups, resources, List.of(), List.of());
    }

    static PolicyRule urls(List<String> verbs, List<String> urls) {
        return new PolicyRule(verbs, List.of(), List.of(), List.of(), urls);
    }

    private static List<String> strings(Object tree, String field) {
        return Json.list(tree, field).stream().map(String::valueOf).toList();
    }

    boolean allows(Authorizer.Attributes wanted) {
        if (!covers(verbs, wanted.verb())) {
            return false;
        }
        if (!wanted.isResource()) {
            return nonResourceUrls.stream().anyMatch(url -> coversPath(url, wanted.path()));
        }
        return covers(apiGroups, wanted.group())
                && coversResource(wanted)
                && (resourceNames.isEmpty() || !wanted.name().isEmpty() && resourceNames.contains(wanted.name()));
    }

    private boolean coversResource(Authorizer.Attributes wanted) {
        return covers(resources, wanted.resourcePath())
                || !wanted.subresource().isEmpty() && resources.contains("*/" + wanted.subresource());
    }

    private static boolean covers(List<String> allowed, String wanted) {
        return allowed.contains("*") || allowed.contains(wanted);
    }

    private static boolean coversPath(String url, String path) {
        return url.equals("*")
                || url.equals(path)
                || url.endsWith("*") && path.startsWith(url.substring(0, url.length() - 1));
    }

    boolean isNonResource() {
        return !nonResourceUrls.isEmpty();
    }

    /** As a {@code SelfSubjectRulesReview} lists it. */
    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("verbs", new ArrayList<Object>(verbs));
        if (isNonResource()) {
            tree.put("nonResourceURLs", new ArrayList<Object>(nonResourceUrls));
            return tree;
        }
        tree.put("apiGroups", new ArrayList<Object>(apiGroups));
        tree.put("resources", new ArrayList<Object>(resources));
        if (!resourceNames.isEmpty()) {
            tree.put("resourceNames", new ArrayList<Object>(resourceNames));
        }
        return tree;
    }
}
