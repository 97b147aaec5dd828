package io.tholepin.objects;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a pod's endpoints keep and set. Source: contract 2.9, 2.10. */
final class PodStrategy {
    private PodStrategy() {}

    static void create(Map<String, Object> tree, Instant now) {
        Map<String, Object> spec = Json.child(tree, "spec");
        Map<String, Object> status = Json.child(tree, "status");
        status.put("phase", "Pending");
        status.put("qosClass", PodResources.qosClass(spec));
        if (!Json.list(spec, "schedulingGates").isEmpty()) {
            Map<String, Object> gated = new LinkedHashMap<>();
            gated.put("type", "PodScheduled");
            gated.put("status", "False");
            gated.put("lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
            gated.put("reason", "SchedulingGated");
            gated.put("message", "Scheduling is blocked due to non-empty scheduling gates");
            status.put("conditions", new java.util.ArrayList<Object>(List.of(gated)));
        }
    }

    static void updateStatus(Map<String, Object> fresh, Map<String, Object> old) {
        Map<String, Object> metadata = Json.child(fresh, "metadata");
        Map<String, Object> before = Json.child(old, "metadata");
        Strategy.keep(metadata, before, "ownerReferences");
        Strategy.keep(metadata, before, "deletionTimestamp");
        Strategy.keep(metadata, before, "deletionGracePeriodSeconds");
        Map<String, Object> status = Json.child(fresh, "status");
        Map<String, Object> statusBefore = Json.child(old, "status");
        if (Trees.isEmpty(status.get("qosClass"))) {
            Strategy.keep(status, statusBefore, "qosClass");
        }
    }

    static void keepAllButEphemeralContainers(Map<String, Object> fresh, Map<String, Object> old) {
        Object containers = Json.at(fresh, "spec", "ephemeralContainers");
        restore(fresh, old);
        Map<String, Object> spec = Json.child(fresh, "spec");
        if (containers == null) {
            spec.remove("ephemeralContainers");
        } else {
            spec.put("ephemeralContainers", containers);
        }
    }

    static void keepAllButResources(Map<String, Object> fresh, Map<String, Object> old) {
        Map<String, Object> asked = Json.copyObject(fresh);
        restore(fresh, old);
        for (String kind : List.of("containers", "initContainers")) {
            List<Object> before = Json.list(fresh, "spec", kind);
            List<Object> after = Json.list(asked, "spec", kind);
            for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
                Map<String, Object> container = Json.asObject(before.get(i));
                Map<String, Object> wanted = Json.asObject(after.get(i));
                if (Json.string(container, "name").equals(Json.string(wanted, "name"))) {
                    Strategy.keep(container, wanted, "resources");
                    Strategy.keep(container, wanted, "resizePolicy");
                }
            }
        }
    }

    /** Makes the fresh object a copy of the old one, but for the version that the update is conditional on. */
    private static void restore(Map<String, Object> fresh, Map<String, Object> old) {
        Object version = Json.at(fresh, "metadata", "resourceVersion");
        fresh.clear();
        fresh.putAll(Json.copyObject(old));
        if (version != null) {
            Json.child(fresh, "metadata").put("resourceVersion", version);
        }
    }
}
