package io.tholepin.objects;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of services, checked after addresses and ports were allocated. Source: contract 2.12, 2.14. */
final class ServiceRules {
    private static final Set<String> REACHABLE = Set.of("NodePort", "LoadBalancer");

    private ServiceRules() {}

    static void service(Check root) {
        Check spec = root.at("spec");
        String type = spec.string("type");
        boolean headless = spec.string("clusterIP").equals("None");
        if (!headless && !type.equals("ExternalName")) {
            spec.required("ports");
        }
        if (headless && REACHABLE.contains(type)) {
            spec.add(FieldError.invalid(
                    "spec.clusterIPs[0]", "None", "may not be set to 'None' for " + type + " services"));
        }
        if (type.equals("ExternalName")) {
            externalName(spec);
        }
        ports(spec);
        spec.labels("selector");
        affinity(spec);
        addresses(spec);
        spec.oneOf("type", "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        nodePorts(spec, type);
        duplicatePorts(spec);
        loadBalancer(spec, type);
        externalTraffic(spec, type);
        if (REACHABLE.contains(type) || type.equals("ClusterIP")) {
            spec.required("internalTrafficPolicy");
        }
        spec.optionalOneOf("internalTrafficPolicy", "Cluster", "Local");
        spec.optionalOneOf("trafficDistribution", "PreferClose", "PreferSameNode", "PreferSameZone");
    }

    private static void externalName(Check spec) {
        for (String field : List.of("clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
            if (!spec.isEmpty(field)) {
                spec.forbidden(field, "may not be set for ExternalName services");
            }
        }
        String name = spec.string("externalName");
        String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (plain.isEmpty()) {
            spec.add(FieldError.required("spec.externalName", ""));
        } else {
            Names.subdomain(plain)
                    .forEach(message -> spec.add(FieldError.invalid("spec.externalName", plain, message)));
        }
    }

    private static void ports(Check spec) {
        Set<String> names = new HashSet<>();
        boolean several = spec.list("ports").size() > 1;
        for (Check port : spec.items("ports")) {
            String name = port.string("name");
            if (name.isEmpty()) {
                if (several) {
                    port.required("name");
                }
            } else {
                port.at("name").name(Names::label);
                if (!names.add(name)) {
                    port.add(FieldError.duplicate(port.path("name"), name));
                }
            }
            port.port("port");
            port.oneOf("protocol", "SCTP", "TCP", "UDP");
            port.portOrName("targetPort");
            if (port.has("appProtocol")) {
                port.at("appProtocol").name(Names::labelKey);
            }
        }
    }

    private static void affinity(Check spec) {
        spec.oneOf("sessionAffinity", "ClientIP", "None");
        if (spec.string("sessionAffinity").equals("ClientIP")) {
            Check client = spec.at("sessionAffinityConfig", "clientIP");
            long seconds = client.integer("timeoutSeconds", 0);
            if (seconds <= 0 || seconds > 86_400) {
                client.add(FieldError.invalid(
                        client.path("timeoutSeconds"), seconds, "must be greater than 0 and less than 86400"));
            }
        } else if (spec.has("sessionAffinityConfig")) {
            spec.forbidden("sessionAffinityConfig", "must not be set when session affinity is None");
        }
    }

    private static void addresses(Check spec) {
        spec.optionalOneOf("ipFamilyPolicy", "PreferDualStack", "RequireDualStack", "SingleStack");
        List<Object> addresses = spec.list("clusterIPs");
        if (addresses.size() > 2) {
            spec.invalid("clusterIPs", "may only hold up to 2 values");
        }
        if (!addresses.isEmpty() && !addresses.getFirst().equals(spec.value("clusterIP"))) {
            spec.invalid("clusterIPs", "first value must match `clusterIP`");
        }
        spec.each("clusterIPs", address -> {
            if (!"None".equals(address.value())) {
                address.name(Addresses::ip);
            }
        });
        Set<Object> families = new HashSet<>();
        spec.each("ipFamilies", family -> {
            Object value = family.value() == null ? "" : family.value();
            if (!Set.of("IPv4", "IPv6").contains(value)) {
                family.add(FieldError.unsupported(family.path(), value, List.of("IPv4", "IPv6")));
            } else if (!families.add(value)) {
                family.add(FieldError.duplicate(family.path(), value));
            }
        });
        spec.each("externalIPs", address -> address.name(Addresses::ip));
    }

    private static void nodePorts(Check spec, String type) {
        Set<String> taken = new HashSet<>();
        spec.each("ports", port -> {
            if (port.isEmpty("nodePort")) {
                return;
            }
            if (type.equals("ClusterIP")) {
                port.forbidden("nodePort", "may not be used when `type` is 'ClusterIP'");
            }
            if (!taken.add(port.string("protocol") + "/" + port.integer("nodePort", 0))) {
                port.add(FieldError.duplicate(port.path("nodePort"), port.integer("nodePort", 0)));
            }
        });
    }

    private static void duplicatePorts(Check spec) {
        Set<String> taken = new HashSet<>();
        spec.each("ports", port -> {
            if (!taken.add(port.string("protocol") + "/" + port.integer("port", 0))) {
                // Printed as Kubernetes prints its internal type.
                Map<String, Object> key = new LinkedHashMap<>();
                key.put("Name", "");
                key.put("Protocol", port.string("protocol"));
                Trees.put(key, "AppProtocol", null);
                key.put("Port", port.integer("port", 0));
                key.put("TargetPort", 0L);
                key.put("NodePort", 0L);
                port.add(FieldError.duplicate(port.path(), key));
            }
        });
    }

    private static void loadBalancer(Check spec, String type) {
        boolean balanced = type.equals("LoadBalancer");
        String only = "may only be used when `type` is 'LoadBalancer'";
        if (!balanced && !spec.isEmpty("loadBalancerSourceRanges")) {
            spec.forbidden("LoadBalancerSourceRanges", only);
        }
        spec.each(
                "loadBalancerSourceRanges",
                range -> Addresses.cidr(String.valueOf(range.value()).trim()).forEach(range::invalid));
        if (!balanced && spec.has("allocateLoadBalancerNodePorts")) {
            spec.forbidden("allocateLoadBalancerNodePorts", only);
        }
        if (spec.has("loadBalancerClass")) {
            if (!balanced) {
                spec.forbidden("loadBalancerClass", only);
            } else {
                spec.at("loadBalancerClass").name(Names::labelKey);
            }
        }
    }

    private static void externalTraffic(Check spec, String type) {
        boolean reachable = REACHABLE.contains(type) || (type.equals("ClusterIP") && !spec.isEmpty("externalIPs"));
        if (reachable) {
            spec.oneOf("externalTrafficPolicy", "Cluster", "Local");
        } else if (!spec.isEmpty("externalTrafficPolicy")) {
            spec.invalid("externalTrafficPolicy", "may only be set for externally-accessible services");
        }
        boolean health = type.equals("LoadBalancer")
                && spec.string("externalTrafficPolicy").equals("Local");
        if (!health && !spec.isEmpty("healthCheckNodePort")) {
            spec.invalid(
                    "healthCheckNodePort",
                    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }
    }

    static void update(Check root, Map<String, Object> old) {
        Check spec = root.at("spec");
        Map<String, Object> before = Json.child(old, "spec");
        boolean external = spec.string("type").equals("ExternalName")
                || Json.string(before, "type").equals("ExternalName");
        Object address = before.get("clusterIP");
        if (!external && !Trees.isEmpty(address) && !Trees.same(spec.value("clusterIP"), address)) {
            spec.add(FieldError.invalid(
                    "spec.clusterIPs[0]",
                    spec.list("clusterIPs").isEmpty()
                            ? spec.string("clusterIP")
                            : spec.list("clusterIPs").getFirst(),
                    "may not change once set"));
        }
        List<Object> families = Json.list(before, "ipFamilies");
        if (!external
                && !families.isEmpty()
                && !spec.list("ipFamilies").isEmpty()
                && !families.getFirst().equals(spec.list("ipFamilies").getFirst())) {
            spec.add(FieldError.invalid(
                    "spec.ipFamilies[0]", spec.list("ipFamilies").getFirst(), "may not change once set"));
        }
        boolean balanced = spec.string("type").equals("LoadBalancer")
                && Json.string(before, "type").equals("LoadBalancer");
        if (balanced && !Trees.same(spec.value("loadBalancerClass"), before.get("loadBalancerClass"))) {
            spec.invalid("loadBalancerClass", "may not change once set");
        }
    }
}
