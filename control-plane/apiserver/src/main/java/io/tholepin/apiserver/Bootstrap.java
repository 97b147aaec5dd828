package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Store;
import io.tholepin.kv.Txn;
import io.tholepin.objects.Defaults;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.Strategy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * The objects that every cluster has: system namespaces, the API's own service, priority classes, roles. Creates what
 * is missing and changes nothing that is there, in a few transactions; safe to run by several members at once. Source:
 * contract 3.6, "Objects that must exist at start".
 */
public final class Bootstrap {
    private final Backend backend;
    private final SystemFields fields;
    private final ClusterAddresses range;
    private final String apiAddress;
    private final int apiPort;

    private record Wanted(ResourceType type, Bytes key, Map<String, Object> object) {}

    /**
     * @param serviceRange IPv4 CIDR of cluster IPs; its first address becomes that of the service {@code kubernetes}
     * @param apiAddress IPv4 address at which pods reach the API
     */
    public Bootstrap(Backend backend, RandomGenerator chance, String serviceRange, String apiAddress, int apiPort) {
        this.backend = backend;
        this.fields = new SystemFields(backend.clock(), chance);
        this.range = ClusterAddresses.parse(serviceRange);
        this.apiAddress = apiAddress;
        this.apiPort = apiPort;
    }

    /** Creates what is missing; blocks until it is stored. Returns how many objects were created. */
    public int run() {
        List<Wanted> all = wanted();
        int created = 0;
        for (int from = 0; from < all.size(); from += Store.TXN_OPS_MAX) {
            created += create(missing(all.subList(from, Math.min(all.size(), from + Store.TXN_OPS_MAX))));
        }
        return created;
    }

    private List<Wanted> missing(List<Wanted> wanted) {
        List<Op> gets = new ArrayList<>();
        for (Wanted one : wanted) {
            gets.add(new Op.Get(RangeRequest.of(KeyRange.key(one.key())).counting()));
        }
        var results = Registry.await(backend.store().txn(new Txn(List.of(), gets, List.of())))
                .results();
        List<Wanted> missing = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            if (results.get(i) instanceof io.tholepin.kv.OpResult.Get get
                    && get.range().count() == 0) {
                missing.add(wanted.get(i));
            }
        }
        return missing;
    }

    private int create(List<Wanted> missing) {
        if (missing.isEmpty()) {
            return 0;
        }
        List<Op> puts = new ArrayList<>();
        for (Wanted one : missing) {
            Op put = Op.Put.of(one.key(), backend.codecOf(one.type()).encode(prepared(one)));
            Compare absent = Compare.modRevisionIs(one.key(), 0);
            puts.add(new Op.Nested(new Txn(List.of(absent), List.of(put), List.of())));
        }
        Registry.await(backend.store().txn(new Txn(List.of(), puts, List.of())));
        return missing.size();
    }

    private Map<String, Object> prepared(Wanted wanted) {
        Map<String, Object> object = wanted.object();
        Map<String, Object> status = Json.object(object, "status");
        Defaults.apply(wanted.type(), object);
        fields.stamp(object);
        Strategy.of(wanted.type()).prepareForCreate(object, fields.now());
        if (status != null) {
            object.put("status", status);
        }
        return object;
    }

    private List<Wanted> wanted() {
        List<Wanted> all = new ArrayList<>();
        for (String name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
            add(all, "", "namespaces", object("", name));
        }
        add(all, "scheduling.k8s.io", "priorityclasses", priority("system-cluster-critical", 2_000_000_000L));
        add(all, "scheduling.k8s.io", "priorityclasses", priority("system-node-critical", 2_000_001_000L));
        addService(all);
        BootstrapRoles.clusterRoles().forEach(role -> add(all, BootstrapRoles.GROUP, "clusterroles", role));
        BootstrapRoles.clusterRoleBindings()
                .forEach(binding -> add(all, BootstrapRoles.GROUP, "clusterrolebindings", binding));
        return all;
    }

    private void addService(List<Wanted> all) {
        String ip = range.first();
        Map<String, Object> cidr = object("", "kubernetes");
        cidr.put("spec", map("cidrs", list(range.toString())));
        Map<String, Object> ready = map("type", "Ready", "status", "True", "reason", "", "message", "");
        ready.put("message", "Kubernetes Service CIDR is ready");
        ready.put("lastTransitionTime", SystemFields.text(fields.now()));
        cidr.put("status", map("conditions", list(ready)));
        add(all, "networking.k8s.io", "servicecidrs", cidr);
        add(all, "networking.k8s.io", "ipaddresses", address(ip));
        add(all, "", "services", service(ip));
        add(all, "", "endpoints", endpoints());
        add(all, "discovery.k8s.io", "endpointslices", endpointSlice());
    }

    private static Map<String, Object> address(String ip) {
        Map<String, Object> address = object("", ip);
        Json.child(address, "metadata")
                .put(
                        "labels",
                        map(
                                "ipaddress.kubernetes.io/ip-family", "IPv4",
                                "ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"));
        address.put(
                "spec", map("parentRef", map("resource", "services", "namespace", "default", "name", "kubernetes")));
        return address;
    }

    private Map<String, Object> service(String ip) {
        Map<String, Object> service = object("default", "kubernetes");
        Json.child(service, "metadata").put("labels", map("component", "apiserver", "provider", "kubernetes"));
        Map<String, Object> port = map("name", "https", "protocol", "TCP", "port", 443L);
        port.put("targetPort", (long) apiPort);
        Map<String, Object> spec = map("ports", list(port), "clusterIP", ip, "clusterIPs", list(ip));
        spec.putAll(map("type", "ClusterIP", "sessionAffinity", "None"));
        spec.putAll(map("ipFamilies", list("IPv4"), "ipFamilyPolicy", "SingleStack"));
        service.put("spec", spec);
        return service;
    }

    private Map<String, Object> endpoints() {
        Map<String, Object> endpoints = object("default", "kubernetes");
        Json.child(endpoints, "metadata").put("labels", map("endpointslice.kubernetes.io/skip-mirror", "true"));
        Map<String, Object> subset = map("addresses", list(map("ip", apiAddress)));
        subset.put("ports", list(map("name", "https", "port", (long) apiPort, "protocol", "TCP")));
        endpoints.put("subsets", list(subset));
        return endpoints;
    }

    private Map<String, Object> endpointSlice() {
        Map<String, Object> slice = object("default", "kubernetes");
        Json.child(slice, "metadata").put("labels", map("kubernetes.io/service-name", "kubernetes"));
        slice.put("addressType", "IPv4");
        Map<String, Object> endpoint = map("addresses", list(apiAddress));
        endpoint.put("conditions", map("ready", true));
        slice.put("endpoints", list(endpoint));
        slice.put("ports", list(map("name", "https", "port", (long) apiPort, "protocol", "TCP")));
        return slice;
    }

    private static Map<String, Object> priority(String name, long value) {
        Map<String, Object> priority = object("", name);
        priority.put("value", value);
        priority.put(
                "description",
                "Used for system critical pods that must not be moved from their current "
                        + (name.contains("node") ? "node." : "cluster."));
        return priority;
    }

    private void add(List<Wanted> all, String group, String resource, Map<String, Object> object) {
        ResourceType type = Objects.requireNonNull(backend.types().resource(group, "v1", resource), resource);
        Map<String, Object> typed = map("kind", type.kind(), "apiVersion", type.apiVersion());
        typed.putAll(object);
        String namespace = Json.string(object, "metadata", "namespace");
        all.add(new Wanted(type, Bytes.utf8(type.key(namespace, Json.string(object, "metadata", "name"))), typed));
    }

    /** An object of which only the metadata is there. */
    static Map<String, Object> object(String namespace, String name) {
        Map<String, Object> metadata = map("name", name);
        if (!namespace.isEmpty()) {
            metadata.put("namespace", namespace);
        }
        return map("metadata", metadata);
    }

    /** A tree from key, value, key, value. */
    static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    static List<Object> list(Object... items) {
        return new ArrayList<>(List.of(items));
    }
}
