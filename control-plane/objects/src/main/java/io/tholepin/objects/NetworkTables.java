package io.tholepin.objects;

import static io.tholepin.objects.TableCells.NONE;
import static io.tholepin.objects.TableCells.UNSET;
import static io.tholepin.objects.TableCells.age;
import static io.tholepin.objects.TableCells.firstThree;
import static io.tholepin.objects.TableCells.joinedStrings;
import static io.tholepin.objects.TableCells.labels;
import static io.tholepin.objects.TableCells.name;
import static io.tholepin.objects.TableCells.or;
import static io.tholepin.objects.TableCells.string;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rows of what connects pods: services, endpoints, ingresses, network policies, addresses. */
final class NetworkTables {
    private static final int HOSTS_MAX = 3;

    private NetworkTables() {}

    static void register(Map<String, TablePrinter> printers) {
        printers.put(
                "Service",
                TablePrinter.of("Name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector*", NetworkTables::service));
        printers.put("Endpoints", TablePrinter.of("Name|Endpoints|Age", NetworkTables::endpoints));
        printers.put(
                "EndpointSlice", TablePrinter.of("Name|AddressType|Ports|Endpoints|Age", NetworkTables::endpointSlice));
        printers.put("Ingress", TablePrinter.of("Name|Class|Hosts|Address|Ports|Age", NetworkTables::ingress));
        printers.put("IngressClass", TablePrinter.of("Name|Controller|Parameters|Age", NetworkTables::ingressClass));
        printers.put("NetworkPolicy", TablePrinter.of("Name|Pod-Selector|Age", NetworkTables::networkPolicy));
        printers.put("IPAddress", TablePrinter.of("Name|ParentRef|Age", NetworkTables::ipAddress));
        printers.put(
                "ServiceCIDR",
                TablePrinter.of(
                        "Name|CIDRs|Age",
                        (object, now) ->
                                List.of(name(object), joinedStrings(object, "spec", "cidrs"), age(object, now))));
    }

    private static List<Object> service(Map<String, Object> object, Instant now) {
        List<Object> clusterIps = Json.list(object, "spec", "clusterIPs");
        String clusterIp =
                clusterIps.isEmpty() ? string(object, "spec", "clusterIP") : String.valueOf(clusterIps.getFirst());
        return List.of(
                name(object),
                string(object, "spec", "type"),
                or(clusterIp, NONE),
                externalIp(object),
                or(servicePorts(object), NONE),
                age(object, now),
                labels(Json.object(object, "spec", "selector")));
    }

    private static String externalIp(Map<String, Object> service) {
        String external = joinedStrings(service, "spec", "externalIPs");
        return switch (string(service, "spec", "type")) {
            case "ClusterIP", "NodePort" -> or(external, NONE);
            case "LoadBalancer" -> {
                String balancer = TableCells.loadBalancer(service);
                String separator = balancer.isEmpty() || external.isEmpty() ? "" : ",";
                yield or(balancer + separator + external, "<pending>");
            }
            case "ExternalName" -> string(service, "spec", "externalName");
            default -> "<unknown>";
        };
    }

    private static String servicePorts(Map<String, Object> service) {
        List<String> ports = new ArrayList<>();
        for (Object port : Json.list(service, "spec", "ports")) {
            long nodePort = Json.integer(port, 0, "nodePort");
            ports.add(Json.integer(port, 0, "port") + (nodePort > 0 ? ":" + nodePort : "") + "/"
                    + string(port, "protocol"));
        }
        return String.join(",", ports);
    }

    private static List<Object> endpoints(Map<String, Object> object, Instant now) {
        List<String> all = new ArrayList<>();
        for (Object subset : Json.list(object, "subsets")) {
            List<Object> ports = Json.list(subset, "ports");
            for (Object port : ports) {
                for (Object address : Json.list(subset, "addresses")) {
                    all.add(hostPort(string(address, "ip"), Json.integer(port, 0, "port")));
                }
            }
            if (ports.isEmpty()) {
                Json.list(subset, "addresses").forEach(address -> all.add(string(address, "ip")));
            }
        }
        boolean none = Json.list(object, "subsets").isEmpty();
        return List.of(name(object), firstThree(all, all.size(), none ? NONE : ""), age(object, now));
    }

    private static String hostPort(String host, long port) {
        return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    }

    private static List<Object> endpointSlice(Map<String, Object> object, Instant now) {
        List<String> ports = new ArrayList<>();
        for (Object port : Json.list(object, "ports")) {
            Object number = Json.at(port, "port");
            ports.add(number == null ? Json.at(port, "name") == null ? "*" : string(port, "name") : number.toString());
        }
        List<String> addresses = new ArrayList<>();
        for (Object endpoint : Json.list(object, "endpoints")) {
            Json.list(endpoint, "addresses").forEach(address -> addresses.add(String.valueOf(address)));
        }
        return List.of(
                name(object),
                string(object, "addressType"),
                firstThree(ports, ports.size(), UNSET),
                firstThree(addresses, addresses.size(), UNSET),
                age(object, now));
    }

    private static List<Object> ingress(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                or(string(object, "spec", "ingressClassName"), NONE),
                hosts(Json.list(object, "spec", "rules")),
                TableCells.loadBalancer(object),
                Json.list(object, "spec", "tls").isEmpty() ? "80" : "80, 443",
                age(object, now));
    }

    /** Three hosts; beyond them, the number of further rules, as upstream counts. */
    private static String hosts(List<Object> rules) {
        List<String> hosts = new ArrayList<>();
        boolean more = false;
        for (Object rule : rules) {
            more |= hosts.size() == HOSTS_MAX;
            String host = string(rule, "host");
            if (!more && !host.isEmpty()) {
                hosts.add(host);
            }
        }
        String shown = or(String.join(",", hosts), "*");
        return more ? shown + " + " + (rules.size() - HOSTS_MAX) + " more..." : shown;
    }

    private static List<Object> ingressClass(Map<String, Object> object, Instant now) {
        Map<String, Object> parameters = Json.object(object, "spec", "parameters");
        String text = NONE;
        if (parameters != null) {
            String group = parameters.containsKey("apiGroup") ? "." + string(parameters, "apiGroup") : "";
            text = string(parameters, "kind") + group + "/" + string(parameters, "name");
        }
        return List.of(name(object), string(object, "spec", "controller"), text, age(object, now));
    }

    private static List<Object> networkPolicy(Map<String, Object> object, Instant now) {
        String selector = TableCells.selector(Json.object(object, "spec", "podSelector"), NONE, "<error>");
        return List.of(name(object), selector, age(object, now));
    }

    private static List<Object> ipAddress(Map<String, Object> object, Instant now) {
        Map<String, Object> parent = Json.object(object, "spec", "parentRef");
        String text = NONE;
        if (parent != null) {
            String group = string(parent, "group");
            String resource = string(parent, "resource") + (group.isEmpty() ? "" : "." + group);
            String namespace = string(parent, "namespace");
            text = resource.toLowerCase(Locale.ROOT)
                    + (namespace.isEmpty() ? "/" : "/" + namespace + "/")
                    + string(parent, "name");
        }
        return List.of(name(object), text, age(object, now));
    }
}
