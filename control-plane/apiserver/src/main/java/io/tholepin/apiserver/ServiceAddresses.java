package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.objects.FieldError;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.StatusException.Cause;
import io.tholepin.objects.StatusException.Details;
import io.tholepin.watchcache.WatchCache;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Gives services their cluster IPs and node ports. An address is taken by creating its {@code IPAddress} object, a port
 * by setting its bit, in the very transaction that writes the service: two services never get the same one, and none is
 * lost when a write fails. Thread-safe. Source: contract 6.4.
 */
final class ServiceAddresses {
    private static final String NONE = "None";

    private final Backend backend;
    private final SystemFields fields;
    private final ClusterAddresses range;
    private final ObjectCodec portsCodec;
    private final ResourceType services;
    private final ResourceType addresses;

    ServiceAddresses(Backend backend, SystemFields fields, ClusterAddresses range, ObjectCodec portsCodec) {
        this.backend = backend;
        this.fields = fields;
        this.range = range;
        this.portsCodec = portsCodec;
        services = Objects.requireNonNull(backend.types().resource("", "v1", "services"));
        addresses = Objects.requireNonNull(backend.types().resource("networking.k8s.io", "v1", "ipaddresses"));
    }

    /** Completes a new service; returns what takes its addresses. */
    List<Op> onCreate(View view, ResourceType type, Map<String, Object> service) {
        if (!type.equals(services)) {
            return List.of();
        }
        List<Op> ops = new ArrayList<>();
        if (hasClusterIp(service)) {
            setFamilies(service);
            takeAddress(view, service, ops);
        }
        if (ServicePorts.needsPorts(service) || ServicePorts.asksForPorts(service)) {
            NodePorts ports = NodePorts.of(view, portsCodec);
            new ServicePorts(ports, fields, service).take();
            ops.addAll(ports.ops());
        }
        return ops;
    }

    /** Completes a changed service that has kept what it may; returns what takes and frees addresses. */
    List<Op> onUpdate(View view, ResourceType type, Map<String, Object> old, Map<String, Object> fresh) {
        if (!type.equals(services)) {
            return List.of();
        }
        List<Op> ops = new ArrayList<>();
        updateAddress(view, old, fresh, ops);
        List<Long> before = ServicePorts.numbers(old);
        if (!before.equals(ServicePorts.numbers(fresh)) || ServicePorts.lacksPorts(fresh)) {
            NodePorts ports = NodePorts.of(view, portsCodec);
            before.forEach(ports::free);
            new ServicePorts(ports, fields, fresh).take();
            ops.addAll(ports.ops());
        }
        return ops;
    }

    /** Returns what frees the addresses of a service that goes. */
    List<Op> onDelete(View view, ResourceType type, Map<String, Object> service) {
        if (!type.equals(services)) {
            return List.of();
        }
        List<Op> ops = new ArrayList<>();
        freeAddress(view, service, ops);
        List<Long> numbers = ServicePorts.numbers(service);
        if (!numbers.isEmpty()) {
            NodePorts ports = NodePorts.of(view, portsCodec);
            numbers.forEach(ports::free);
            ops.addAll(ports.ops());
        }
        return ops;
    }

    private static boolean hasClusterIp(Map<String, Object> service) {
        return !Json.string(service, "spec", "type").equals("ExternalName");
    }

    private void updateAddress(View view, Map<String, Object> old, Map<String, Object> fresh, List<Op> ops) {
        if (hasClusterIp(old) && !hasClusterIp(fresh)) {
            freeAddress(view, old, ops);
        } else if (!hasClusterIp(old) && hasClusterIp(fresh)) {
            setFamilies(fresh);
            takeAddress(view, fresh, ops);
        }
    }

    /** One family, except for a headless service that selects nothing: that one may hold addresses of either. */
    private static void setFamilies(Map<String, Object> service) {
        Map<String, Object> spec = Json.child(service, "spec");
        boolean both = Json.string(spec, "clusterIP").equals(NONE)
                && Json.strings(spec, "selector").isEmpty();
        spec.computeIfAbsent("ipFamilyPolicy", key -> both ? "RequireDualStack" : "SingleStack");
        spec.computeIfAbsent(
                "ipFamilies", key -> new ArrayList<Object>(both ? List.of("IPv4", "IPv6") : List.of("IPv4")));
        if (!both) {
            refuseOtherFamilies(service, spec);
        }
    }

    private static void refuseOtherFamilies(Map<String, Object> service, Map<String, Object> spec) {
        List<FieldError> errors = new ArrayList<>();
        if (Json.string(spec, "ipFamilyPolicy").equals("RequireDualStack")) {
            errors.add(FieldError.invalid(
                    "spec.ipFamilyPolicy",
                    "RequireDualStack",
                    "this cluster is not configured for dual-stack services"));
        }
        List<Object> families = Json.list(spec, "ipFamilies");
        for (int i = 0; i < families.size(); i++) {
            if (families.get(i).equals("IPv6")) {
                errors.add(FieldError.invalid("spec.ipFamilies[" + i + "]", "IPv6", "not configured on this cluster"));
            }
        }
        refuse(service, errors);
    }

    private void takeAddress(View view, Map<String, Object> service, List<Op> ops) {
        Map<String, Object> spec = Json.child(service, "spec");
        String asked = Json.string(spec, "clusterIP");
        if (asked.isEmpty()) {
            String free = range.free(fields, ip -> isTaken(view, ip));
            if (free == null) {
                String text = "Internal error occurred: failed to allocate a serviceIP: range is full";
                Details details = new Details("", "", "", "", List.of(new Cause("", text, "")), 0);
                throw new StatusException(500, "InternalError", text, details);
            }
            spec.put("clusterIP", free);
        } else if (!asked.equals(NONE)) {
            checkAsked(view, service, asked);
        }
        String given = Json.string(spec, "clusterIP");
        spec.computeIfAbsent("clusterIPs", key -> new ArrayList<Object>(List.of(given)));
        if (!given.equals(NONE) && ClusterAddresses.number(given) != null) {
            ops.add(Op.Put.of(key(given), backend.codecOf(addresses).encode(address(service, given))));
        }
    }

    private void checkAsked(View view, Map<String, Object> service, String ip) {
        Long number = ClusterAddresses.number(ip);
        if (number == null) {
            return; // no address at all: validation says so
        }
        String problem = !range.contains(number)
                ? "the provided IP (" + ip + ") is not in the valid range. The range of valid IPs is " + range
                : view.look(addresses, "", ip) != null ? "provided IP is already allocated" : "";
        if (!problem.isEmpty()) {
            String value = "[]string{" + Json.text(ip) + "}";
            refuse(
                    service,
                    List.of(new FieldError(
                            "spec.clusterIPs",
                            FieldError.Type.INVALID,
                            value,
                            "failed to allocate IP " + ip + ": " + problem)));
        }
    }

    /** Asks the cache, and only of an address that seems free the view, so that few become conditions of the write. */
    private boolean isTaken(View view, String ip) {
        WatchCache cache = backend.cacheOf(addresses);
        return cache.ready() && cache.latest().get("", ip) != null || view.look(addresses, "", ip) != null;
    }

    private void freeAddress(View view, Map<String, Object> service, List<Op> ops) {
        String ip = Json.string(service, "spec", "clusterIP");
        if (ip.isEmpty() || ip.equals(NONE)) {
            return;
        }
        Stored taken = view.look(addresses, "", ip);
        if (taken != null && parent(service).equals(Json.object(taken.object(), "spec", "parentRef"))) {
            ops.add(new Op.Delete(KeyRange.key(key(ip)), false));
        }
    }

    private Bytes key(String ip) {
        return Bytes.utf8(addresses.key("", ip));
    }

    /** The object that says that a service has an address. */
    private Map<String, Object> address(Map<String, Object> service, String ip) {
        Map<String, Object> labels = new LinkedHashMap<>();
        labels.put("ipaddress.kubernetes.io/ip-family", "IPv4");
        labels.put("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io");
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", ip);
        metadata.put("labels", labels);
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("parentRef", parent(service));
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kind", addresses.kind());
        object.put("apiVersion", addresses.apiVersion());
        object.put("metadata", metadata);
        object.put("spec", spec);
        fields.stamp(object);
        return object;
    }

    private static Map<String, Object> parent(Map<String, Object> service) {
        Map<String, Object> parent = new LinkedHashMap<>();
        parent.put("resource", "services");
        parent.put("namespace", Json.string(service, "metadata", "namespace"));
        parent.put("name", Json.string(service, "metadata", "name"));
        return parent;
    }

    private static void refuse(Map<String, Object> service, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw StatusException.invalid("", "Service", Json.string(service, "metadata", "name"), errors);
        }
    }
}
