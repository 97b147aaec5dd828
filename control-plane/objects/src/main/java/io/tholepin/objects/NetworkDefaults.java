package io.tholepin.objects;

import static io.tholepin.objects.Trees.each;
import static io.tholepin.objects.Trees.empty;
import static io.tholepin.objects.Trees.unset;
import static io.tholepin.objects.Trees.with;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Defaults of services and of the networking and discovery groups. Source: contract 2.11. */
final class NetworkDefaults {
    private static final long CLIENT_IP_TIMEOUT_SECONDS = 10_800;

    private NetworkDefaults() {}

    static void service(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        empty(spec, "sessionAffinity", "None");
        if (Json.string(spec, "sessionAffinity").equals("None")) {
            spec.remove("sessionAffinityConfig");
        } else if (Json.string(spec, "sessionAffinity").equals("ClientIP")) {
            Map<String, Object> config = Json.child(spec, "sessionAffinityConfig");
            unset(Json.child(config, "clientIP"), "timeoutSeconds", CLIENT_IP_TIMEOUT_SECONDS);
        }
        empty(spec, "type", "ClusterIP");
        each(spec, "ports", port -> {
            empty(port, "protocol", "TCP");
            if (port.get("port") instanceof Number number) {
                empty(port, "targetPort", number.longValue());
            }
        });
        String type = Json.string(spec, "type");
        boolean reachable = type.equals("NodePort") || type.equals("LoadBalancer");
        if (reachable
                || (type.equals("ClusterIP") && !Json.list(spec, "externalIPs").isEmpty())) {
            empty(spec, "externalTrafficPolicy", "Cluster");
        }
        if (reachable || type.equals("ClusterIP")) {
            unset(spec, "internalTrafficPolicy", "Cluster");
        }
        if (type.equals("LoadBalancer")) {
            unset(spec, "allocateLoadBalancerNodePorts", true);
            with(
                    tree,
                    "status",
                    status -> with(
                            status,
                            "loadBalancer",
                            balancer -> each(balancer, "ingress", ingress -> {
                                if (!Json.string(ingress, "ip").isEmpty()) {
                                    unset(ingress, "ipMode", "VIP");
                                }
                            })));
        }
    }

    static void endpoints(Map<String, Object> tree) {
        each(tree, "subsets", subset -> each(subset, "ports", port -> empty(port, "protocol", "TCP")));
    }

    static void endpointSlice(Map<String, Object> tree) {
        each(tree, "ports", port -> {
            unset(port, "name", "");
            unset(port, "protocol", "TCP");
        });
    }

    static void networkPolicy(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        for (String direction : List.of("ingress", "egress")) {
            each(spec, direction, rule -> each(rule, "ports", port -> unset(port, "protocol", "TCP")));
        }
        if (Json.list(spec, "policyTypes").isEmpty()) {
            List<Object> types = new ArrayList<>(List.of("Ingress"));
            if (!Json.list(spec, "egress").isEmpty()) {
                types.add("Egress");
            }
            spec.put("policyTypes", types);
        }
    }

    static void ingressClass(Map<String, Object> tree) {
        with(tree, "spec", spec -> with(spec, "parameters", parameters -> unset(parameters, "scope", "Cluster")));
    }
}
