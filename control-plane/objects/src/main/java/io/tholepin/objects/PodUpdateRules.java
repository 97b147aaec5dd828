package io.tholepin.objects;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of the pod endpoints that change one part of the spec only. Source: contract 2.10. */
final class PodUpdateRules {
    private PodUpdateRules() {}

    /** Ephemeral containers are only ever added. */
    static void ephemeralContainers(Check root, Map<String, Object> old) {
        PodRules.pod(root);
        Check spec = root.at("spec");
        Map<String, Map<String, Object>> fresh = new HashMap<>();
        spec.each("ephemeralContainers", c -> {
            if (c.value() instanceof Map<?, ?> map) {
                fresh.put(c.string("name"), Json.asObject(map));
            }
        });
        Trees.each(Json.object(old, "spec"), "ephemeralContainers", before -> {
            String name = Json.string(before, "name");
            Map<String, Object> after = fresh.get(name);
            if (after == null) {
                spec.forbidden(
                        "ephemeralContainers",
                        "existing ephemeral containers " + Json.text(name) + " may not be removed");
            } else if (!Trees.same(after, before)) {
                spec.forbidden(
                        "ephemeralContainers",
                        "existing ephemeral containers " + Json.text(name) + " may not be changed");
            }
        });
    }

    /** Only amounts of cpu and memory change, none goes away, and the quality of service stays. */
    static void resize(Check root, Map<String, Object> old) {
        PodRules.pod(root);
        Check spec = root.at("spec");
        for (String kind : List.of("containers", "initContainers")) {
            List<Object> before = Json.list(old, "spec", kind);
            List<Check> after = spec.items(kind);
            for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
                amounts(after.get(i).at("resources"), Json.at(before.get(i), "resources"));
            }
        }
        Map<String, Object> specTree = Json.object(root.value(), "spec");
        Map<String, Object> specBefore = Json.object(old, "spec");
        if (specTree != null
                && specBefore != null
                && !PodResources.qosClass(specTree).equals(PodResources.qosClass(specBefore))) {
            spec.add(FieldError.invalid(
                    "spec", PodResources.qosClass(specTree), "Pod QOS Class may not change as a result of resizing"));
        }
    }

    private static void amounts(Check resources, @org.jspecify.annotations.Nullable Object old) {
        for (String kind : List.of("requests", "limits")) {
            Map<String, String> before = Json.strings(old, kind);
            Map<String, String> after = Json.strings(resources.value(), kind);
            if (!after.keySet().containsAll(before.keySet())) {
                resources.forbidden(kind, "resource " + kind + " cannot be removed");
            }
            Set<String> names = new HashSet<>(after.keySet());
            names.removeAll(Set.of("cpu", "memory"));
            for (String name : names) {
                if (!String.valueOf(after.get(name)).equals(before.get(name))) {
                    resources.add(FieldError.forbidden("spec", "only cpu and memory resources are mutable"));
                }
            }
        }
    }
}
