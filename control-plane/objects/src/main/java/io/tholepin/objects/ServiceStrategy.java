package io.tholepin.objects;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an update of a service keeps of what was allocated for the old one, and what it drops when the type changes
 * and the
 * user did not touch it. Source: contract 2.12; Kubernetes service concepts, "type".
 */
final class ServiceStrategy {
    private static final List<String> ADDRESSES = List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy");
    private static final Set<String> WITH_NODE_PORTS = Set.of("NodePort", "LoadBalancer");

    private ServiceStrategy() {}

    static void update(Map<String, Object> fresh, Map<String, Object> old) {
        Map<String, Object> after = Json.child(fresh, "spec");
        Map<String, Object> before = Json.child(old, "spec");
        boolean hadAddress = hasAddress(before);
        if (hadAddress && hasAddress(after)) {
            keepAddresses(after, before);
        } else if (hadAddress) {
            ADDRESSES.forEach(field -> dropUnchanged(after, before, field));
            dropUnchanged(after, before, "internalTrafficPolicy");
        }
        boolean hadNodePorts = WITH_NODE_PORTS.contains(Json.string(before, "type"));
        boolean hasNodePorts = WITH_NODE_PORTS.contains(Json.string(after, "type"));
        if (hadNodePorts && hasNodePorts) {
            keepNodePorts(after, before);
        } else if (hadNodePorts) {
            dropNodePorts(after, before);
        }
        if (hadNodePorts && !hasNodePorts && Json.list(after, "externalIPs").isEmpty()) {
            dropUnchanged(after, before, "externalTrafficPolicy");
        }
        if (Json.string(before, "type").equals("LoadBalancer")) {
            if (Json.string(after, "type").equals("LoadBalancer")) {
                keepEmpty(after, before, "healthCheckNodePort");
            } else {
                dropUnchanged(after, before, "healthCheckNodePort");
                dropUnchanged(after, before, "allocateLoadBalancerNodePorts");
                dropUnchanged(after, before, "loadBalancerClass");
            }
        }
    }

    private static boolean hasAddress(Map<String, Object> spec) {
        return !Json.string(spec, "type").equals("ExternalName");
    }

    private static void keepAddresses(Map<String, Object> after, Map<String, Object> before) {
        boolean changed =
                !Trees.isEmpty(after.get("clusterIP")) && !Trees.same(after.get("clusterIP"), before.get("clusterIP"));
        if (!changed) {
            ADDRESSES.forEach(field -> keepEmpty(after, before, field));
        }
    }

    private static void keepEmpty(Map<String, Object> after, Map<String, Object> before, String field) {
        if (Trees.isEmpty(after.get(field))) {
            Strategy.keep(after, before, field);
        }
    }

    private static void dropUnchanged(Map<String, Object> after, Map<String, Object> before, String field) {
        if (Trees.same(after.get(field), before.get(field))) {
            after.remove(field);
        }
    }

    private static void keepNodePorts(Map<String, Object> after, Map<String, Object> before) {
        Trees.each(after, "ports", port -> {
            if (Trees.isEmpty(port.get("nodePort"))) {
                Trees.each(before, "ports", old -> {
                    boolean same = Trees.same(old.get("port"), port.get("port"))
                            && Json.string(old, "protocol").equals(Json.string(port, "protocol"));
                    if (same) {
                        Strategy.keep(port, old, "nodePort");
                    }
                });
            }
        });
    }

    private static void dropNodePorts(Map<String, Object> after, Map<String, Object> before) {
        Set<Object> old = new java.util.HashSet<>();
        Trees.each(before, "ports", port -> {
            if (port.get("nodePort") instanceof Number number) {
                old.add(number.longValue());
            }
        });
        Trees.each(after, "ports", port -> {
            if (port.get("nodePort") instanceof Number number && old.contains(number.longValue())) {
                port.remove("nodePort");
            }
        });
    }
}
