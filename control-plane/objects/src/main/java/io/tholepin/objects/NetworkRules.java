package io.tholepin.objects;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of the networking and discovery groups and of endpoints. Source: contract 2.12, 2.14. */
final class NetworkRules {
    private static final int ENDPOINTS_MAX = 1000;
    private static final int SLICE_PORTS_MAX = 20_000;
    private static final int ADDRESSES_MAX = 100;
    private static final List<String> FORBIDDEN_IN_PATHS = List.of("//", "/./", "/../", "%2f", "%2F");
    private static final List<String> FORBIDDEN_ENDS = List.of("/..", "/.");

    private NetworkRules() {}

    static void ingress(Check root) {
        Check spec = root.at("spec");
        if (spec.isEmpty("rules") && !spec.has("defaultBackend")) {
            spec.add(new FieldError(
                    "spec", FieldError.Type.INVALID, "null", "either `defaultBackend` or `rules` must be specified"));
        }
        spec.with("defaultBackend", NetworkRules::backend);
        spec.each("rules", rule -> {
            host(rule);
            rule.with("http", http -> {
                http.required("paths");
                http.each("paths", NetworkRules::path);
            });
        });
        spec.each(
                "tls",
                tls -> tls.each("hosts", host -> {
                    String name = String.valueOf(host.value());
                    host.name(name.contains("*") ? Names::wildcardSubdomain : Names::subdomain);
                }));
        spec.optionalName("ingressClassName", Names::subdomain);
    }

    private static void host(Check rule) {
        String host = rule.string("host");
        if (host.isEmpty()) {
            return;
        }
        if (Addresses.isIp(host)) {
            rule.invalid("host", "must be a DNS name, not an IP address");
        }
        rule.at("host").name(host.contains("*") ? Names::wildcardSubdomain : Names::subdomain);
    }

    private static void path(Check path) {
        String text = path.string("path");
        switch (path.string("pathType")) {
            case "" -> path.add(FieldError.required(path.path("pathType"), "pathType must be specified"));
            case "Exact", "Prefix" -> {
                if (!text.startsWith("/")) {
                    path.invalid("path", "must be an absolute path");
                }
                for (String part : FORBIDDEN_IN_PATHS) {
                    if (text.contains(part)) {
                        path.invalid("path", "must not contain '" + part + "'");
                    }
                }
                for (String end : FORBIDDEN_ENDS) {
                    if (text.endsWith(end)) {
                        path.invalid("path", "cannot end with '" + end + "'");
                    }
                }
            }
            case "ImplementationSpecific" -> {
                if (!text.isEmpty() && !text.startsWith("/")) {
                    path.invalid("path", "must be an absolute path");
                }
            }
            default -> path.optionalOneOf("pathType", "Exact", "ImplementationSpecific", "Prefix");
        }
        backend(path.at("backend"));
    }

    private static void backend(Check backend) {
        if (backend.has("resource") && backend.has("service")) {
            backend.add(FieldError.invalid(backend.path(), "", "cannot set both resource and service backends"));
        } else if (backend.has("resource")) {
            backend.at("resource").required("kind");
            backend.at("resource").required("name");
        } else if (backend.has("service")) {
            Check service = backend.at("service");
            service.requiredName("name", Names::dns1035Label);
            Check port = service.at("port");
            if (!port.isEmpty("name") && !port.isEmpty("number")) {
                backend.add(FieldError.invalid(backend.path(), "", "cannot set both port name & port number"));
            } else if (!port.isEmpty("name")) {
                port.at("name").name(Names::portName);
            } else if (!port.isEmpty("number")) {
                port.port("number");
            } else {
                backend.add(FieldError.required(backend.path(), "port name or number is required"));
            }
        } else {
            backend.add(FieldError.invalid(backend.path(), "", "resource or service backend is required"));
        }
    }

    static void ingressClass(Check root) {
        Check spec = root.at("spec");
        if (Names.bytes(spec.string("controller")) > 250) {
            spec.add(FieldError.tooLong("spec.controller", 250));
        }
        if (!spec.isEmpty("controller")
                && !spec.string("controller").matches("[^/]+/[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+")) {
            spec.invalid("controller", "must be a domain-prefixed path (such as \"acme.io/foo\")");
        }
        spec.with("parameters", parameters -> {
            parameters.required("kind");
            parameters.required("name");
            parameters.oneOf("scope", "Cluster", "Namespace");
            if (parameters.string("scope").equals("Namespace")) {
                parameters.required("namespace", "`parameters.scope` is set to 'Namespace'");
            }
        });
    }

    static void ingressClassUpdate(Check root, Map<String, Object> old) {
        root.at("spec").immutable("controller", Json.at(old, "spec", "controller"));
    }

    static void networkPolicy(Check root) {
        Check spec = root.at("spec");
        spec.selector("podSelector");
        for (String direction : List.of("ingress", "egress")) {
            spec.each(direction, rule -> {
                rule.each("ports", NetworkRules::policyPort);
                rule.each(direction.equals("ingress") ? "from" : "to", NetworkRules::peer);
            });
        }
        if (spec.list("policyTypes").size() > 2) {
            spec.invalid("policyTypes", "may not specify more than two policyTypes");
            return;
        }
        spec.each("policyTypes", type -> {
            if (!List.of("Egress", "Ingress").contains(type.value())) {
                type.add(FieldError.unsupported(
                        type.path(), String.valueOf(type.value()), List.of("Egress", "Ingress")));
            }
        });
    }

    private static void policyPort(Check port) {
        port.optionalOneOf("protocol", "SCTP", "TCP", "UDP");
        if (port.has("port")) {
            port.portOrName("port");
        }
        if (port.has("endPort")) {
            if (!port.has("port")) {
                port.invalid("endPort", "may not be specified when `port` is not specified");
            } else if (port.value("port") instanceof String) {
                port.invalid("endPort", "may not be specified when `port` is non-numeric");
            } else if (port.integer("endPort", 0) < port.integer("port", 0)) {
                port.invalid("endPort", "must be greater than or equal to `port`");
            }
        }
    }

    private static void peer(Check peer) {
        peer.selector("podSelector");
        peer.selector("namespaceSelector");
        peer.with("ipBlock", block -> {
            if (block.required("cidr")) {
                block.at("cidr").name(Addresses::cidr);
            }
            block.each("except", except -> except.name(Addresses::cidr));
        });
        boolean selects = peer.has("podSelector") || peer.has("namespaceSelector");
        if (peer.has("ipBlock") && selects) {
            peer.forbidden("may not specify both ipBlock and another peer");
        } else if (!peer.has("ipBlock") && !selects) {
            peer.add(FieldError.required(peer.path(), "must specify a peer"));
        }
    }

    static void endpoints(Check root) {
        root.each("subsets", subset -> {
            if (subset.isEmpty("addresses") && subset.isEmpty("notReadyAddresses")) {
                subset.add(FieldError.required(subset.path(), "must specify `addresses` or `notReadyAddresses`"));
            }
            for (String kind : List.of("addresses", "notReadyAddresses")) {
                subset.each(kind, address -> address.at("ip").name(Addresses::ip));
            }
            boolean several = subset.list("ports").size() > 1;
            subset.each("ports", port -> {
                if (several) {
                    port.required("name");
                }
                port.optionalName("name", Names::label);
                port.port("port");
                port.oneOf("protocol", "SCTP", "TCP", "UDP");
            });
        });
    }

    static void endpointSlice(Check root) {
        root.oneOf("addressType", "FQDN", "IPv4", "IPv6");
        if (root.list("endpoints").size() > ENDPOINTS_MAX) {
            tooMany(root, "endpoints", ENDPOINTS_MAX);
            return;
        }
        String type = root.string("addressType");
        root.each("endpoints", endpoint -> {
            if (endpoint.isEmpty("addresses")) {
                endpoint.add(FieldError.required(endpoint.path("addresses"), "must contain at least 1 address"));
            } else if (endpoint.list("addresses").size() > ADDRESSES_MAX) {
                tooMany(endpoint, "addresses", ADDRESSES_MAX);
            }
            endpoint.each("addresses", address -> address(address, type));
            endpoint.optionalName("nodeName", Names::subdomain);
            endpoint.optionalName("hostname", Names::label);
        });
        slicePorts(root);
    }

    private static void slicePorts(Check root) {
        if (root.list("ports").size() > SLICE_PORTS_MAX) {
            tooMany(root, "ports", SLICE_PORTS_MAX);
            return;
        }
        Set<String> names = new HashSet<>();
        root.each("ports", port -> {
            if (!names.add(port.string("name"))) {
                port.add(FieldError.duplicate(port.path("name"), port.string("name")));
            }
            port.optionalName("name", Names::label);
            port.oneOf("protocol", "SCTP", "TCP", "UDP");
        });
    }

    private static void tooMany(Check holder, String field, int max) {
        holder.add(new FieldError(
                holder.path(field),
                FieldError.Type.TOO_MANY,
                String.valueOf(holder.list(field).size()),
                "must have at most " + max + " items"));
    }

    private static void address(Check address, String type) {
        String text = String.valueOf(address.value());
        boolean right = switch (type) {
            case "IPv4" -> Addresses.isIp(text) && !Addresses.isV6(text);
            case "IPv6" -> Addresses.isIp(text) && Addresses.isV6(text);
            default -> true;
        };
        if (!right) {
            address.invalid("must be an " + type + " address");
        }
        if (type.equals("FQDN")) {
            address.name(Names::subdomain);
        }
    }

    static void endpointSliceUpdate(Check root, Map<String, Object> old) {
        root.immutable("addressType", old.get("addressType"));
    }

    static void ipAddress(Check root) {
        String name = Json.string(root.value(), "metadata", "name");
        if (!Addresses.isIp(name)) {
            root.add(FieldError.invalid(
                    "metadata.name", name, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
        }
        Check spec = root.at("spec");
        if (spec.required("parentRef")) {
            spec.at("parentRef").required("resource");
            spec.at("parentRef").required("name");
        }
    }

    static void serviceCidr(Check root) {
        Check spec = root.at("spec");
        if (spec.isEmpty("cidrs")) {
            spec.add(FieldError.required("spec.cidrs", "at least one CIDR required"));
        } else if (spec.list("cidrs").size() > 2) {
            spec.invalid("cidrs", "may only hold up to 2 values");
        }
        spec.each("cidrs", block -> block.name(Addresses::cidr));
    }

    static void specIsImmutable(Check root, Map<String, Object> old) {
        root.immutable("spec", old.get("spec"));
    }
}
