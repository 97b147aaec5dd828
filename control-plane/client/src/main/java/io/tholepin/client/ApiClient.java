package io.tholepin.client;

import io.tholepin.objects.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Calls of the Kubernetes API with objects as JSON trees. Thread-safe; every call blocks. Errors are
 * {@link ApiException}.
 */
public final class ApiClient {
    private static final String JSON = "application/json";
    private static final String DISCOVERY =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    private static final byte[] NO_BODY = new byte[0];

    private final Transport transport;

    /** A client that sends its calls through {@code transport}. */
    public ApiClient(Transport transport) {
        this.transport = transport;
    }

    /** GET of an object or a list. */
    public Map<String, Object> get(String path, Map<String, String> query) throws InterruptedException {
        return send(new Transport.Call("GET", path, query, JSON, "", NO_BODY));
    }

    /** POST to a collection or subresource. */
    public Map<String, Object> create(String path, Map<String, Object> object) throws InterruptedException {
        return send(new Transport.Call("POST", path, Map.of(), JSON, JSON, Json.write(object)));
    }

    /** PUT of an object or subresource. */
    public Map<String, Object> update(String path, Map<String, Object> object) throws InterruptedException {
        return send(new Transport.Call("PUT", path, Map.of(), JSON, JSON, Json.write(object)));
    }

    /** PATCH with a JSON merge patch. */
    public Map<String, Object> mergePatch(String path, Map<String, Object> patch) throws InterruptedException {
        return send(
                new Transport.Call("PATCH", path, Map.of(), JSON, "application/merge-patch+json", Json.write(patch)));
    }

    /** DELETE of an object or, on a collection's path, of everything in it. */
    public Map<String, Object> delete(String path, Map<String, Object> options) throws InterruptedException {
        return send(new Transport.Call("DELETE", path, Map.of(), JSON, JSON, Json.write(options)));
    }

    /**
     * Watches a collection from {@code resourceVersion} on, with bookmarks. Returns when the server ends the watch or
     * {@code event} returns false.
     *
     * @param event receives {@code {"type":...,"object":...}} trees
     */
    public void watch(String path, String resourceVersion, Predicate<Map<String, Object>> event)
            throws InterruptedException {
        Map<String, String> query =
                Map.of("watch", "true", "allowWatchBookmarks", "true", "resourceVersion", resourceVersion);
        transport.stream(
                new Transport.Call("GET", path, query, JSON, "", NO_BODY), line -> event.test(Json.parseObject(line)));
    }

    /**
     * A resource as discovery names it.
     *
     * @param root {@code /api/v1} or {@code /apis/apps/v1}
     */
    public record Discovered(String root, String group, String resource, boolean namespaced, List<String> verbs) {
        /** Path of the collection in a namespace. */
        public String in(String namespace) {
            return root + "/namespaces/" + namespace + "/" + resource;
        }
    }

    /** Every resource in the preferred one of the versions of its group that have it, from aggregated discovery. */
    public List<Discovered> discover() throws InterruptedException {
        List<Discovered> all = new ArrayList<>();
        for (String root : List.of("/api", "/apis")) {
            Map<String, Object> groups = send(new Transport.Call("GET", root, Map.of(), DISCOVERY, "", NO_BODY));
            for (Object group : Json.list(groups, "items")) {
                String name = Json.string(group, "metadata", "name");
                Set<String> seen = new HashSet<>();
                Json.list(group, "versions").forEach(version -> addResources(all, root, name, version, seen));
            }
        }
        return all;
    }

    private static void addResources(
            List<Discovered> all, String root, String group, Object version, Set<String> seen) {
        String path = root + (group.isEmpty() ? "" : "/" + group) + "/" + Json.string(version, "version");
        for (Object resource : Json.list(version, "resources")) {
            if (!seen.add(Json.string(resource, "resource"))) {
                continue;
            }
            List<String> verbs = new ArrayList<>();
            Json.list(resource, "verbs").forEach(verb -> verbs.add(String.valueOf(verb)));
            all.add(new Discovered(
                    path,
                    group,
                    Json.string(resource, "resource"),
                    Json.string(resource, "scope").equals("Namespaced"),
                    verbs));
        }
    }

    private Map<String, Object> send(Transport.Call call) throws InterruptedException {
        Transport.Reply reply = transport.send(call);
        if (reply.code() >= 300) {
            throw ApiException.of(call, reply);
        }
        return Json.parseObject(reply.body());
    }
}
