package io.tholepin.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic over the resources of a pod's containers: what the pod as a whole asks for, and its quality of service.
 */
final class PodResources {
    private static final Set<String> QOS_RESOURCES = Set.of("cpu", "memory");

    private PodResources() {}

    /** Fills in the pod's own requests where only its limits are set: what its containers ask for, else the limit. */
    static void requestsFromContainers(Map<String, Object> spec, Map<String, Object> resources) {
        Map<String, Object> requests = Json.child(resources, "requests");
        totalRequests(spec).forEach((name, sum) -> {
            if (QOS_RESOURCES.contains(name)) {
                requests.putIfAbsent(name, sum.toString());
            }
        });
        Map<String, Object> limits = Json.object(resources, "limits");
        if (limits != null) {
            limits.forEach(requests::putIfAbsent);
        }
    }

    /** The sum over containers and sidecars, or the largest init container with the sidecars before it. */
    private static Map<String, Quantity> totalRequests(Map<String, Object> spec) {
        Map<String, Quantity> total = new LinkedHashMap<>();
        Trees.each(spec, "containers", container -> addAll(total, requests(container)));
        Map<String, Quantity> sidecars = new LinkedHashMap<>();
        Map<String, Quantity> largestInit = new LinkedHashMap<>();
        Trees.each(spec, "initContainers", container -> {
            Map<String, Quantity> own = requests(container);
            if (Json.string(container, "restartPolicy").equals("Always")) {
                addAll(sidecars, own);
                addAll(total, own);
                own = sidecars;
            } else {
                addAll(own, sidecars);
            }
            own.forEach((name, sum) -> largestInit.merge(name, sum, (a, b) -> a.compareTo(b) >= 0 ? a : b));
        });
        largestInit.forEach((name, sum) -> total.merge(name, sum, (a, b) -> a.compareTo(b) >= 0 ? a : b));
        return total;
    }

    private static void addAll(Map<String, Quantity> sum, Map<String, Quantity> more) {
        more.forEach((name, value) -> sum.merge(name, value, Quantity::plus));
    }

    private static Map<String, Quantity> requests(Map<String, Object> container) {
        return quantities(Json.object(container, "resources", "requests"));
    }

    private static Map<String, Quantity> quantities(@Nullable Map<String, Object> resources) {
        Map<String, Quantity> quantities = new LinkedHashMap<>();
        if (resources != null) {
            resources.forEach((name, value) -> {
                Quantity quantity = Quantity.tryParse(String.valueOf(value));
                if (quantity != null) {
                    quantities.put(name, quantity);
                }
            });
        }
        return quantities;
    }

    /**
     * Guaranteed when every container limits cpu and memory and requests just that, BestEffort when none says
     * anything about
     * them, else Burstable. Resources of the pod as a whole, when set, decide instead.
     */
    static String qosClass(Map<String, Object> spec) {
        List<Map<String, Object>> holders = new ArrayList<>();
        Map<String, Object> ofPod = Json.object(spec, "resources");
        if (ofPod != null && !(Trees.isEmpty(ofPod.get("limits")) && Trees.isEmpty(ofPod.get("requests")))) {
            holders.add(spec);
        } else {
            Trees.each(spec, "containers", holders::add);
            Trees.each(spec, "initContainers", holders::add);
        }
        boolean any = false;
        boolean guaranteed = true;
        for (Map<String, Object> holder : holders) {
            Map<String, Quantity> requests = relevant(quantities(Json.object(holder, "resources", "requests")));
            Map<String, Quantity> limits = relevant(quantities(Json.object(holder, "resources", "limits")));
            any |= !requests.isEmpty() || !limits.isEmpty();
            guaranteed &= limits.size() == QOS_RESOURCES.size() && sameAmounts(requests, limits);
        }
        if (!any) {
            return "BestEffort";
        }
        return guaranteed ? "Guaranteed" : "Burstable";
    }

    private static Map<String, Quantity> relevant(Map<String, Quantity> quantities) {
        quantities
                .entrySet()
                .removeIf(
                        q -> !QOS_RESOURCES.contains(q.getKey()) || q.getValue().signum() == 0);
        return quantities;
    }

    private static boolean sameAmounts(Map<String, Quantity> requests, Map<String, Quantity> limits) {
        return requests.entrySet().stream().allMatch(request -> {
            Quantity limit = limits.get(request.getKey());
            return limit != null && limit.compareTo(request.getValue()) == 0;
        });
    }
}
