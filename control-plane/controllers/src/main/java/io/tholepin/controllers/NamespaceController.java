package io.tholepin.controllers;

import io.tholepin.client.ApiClient;
import io.tholepin.client.ApiClient.Discovered;
import io.tholepin.client.ApiException;
import io.tholepin.client.Informer;
import io.tholepin.objects.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Empties a namespace that is being deleted, then gives up the {@code kubernetes} finalizer. Pods go first, everything
 * else when no pod is left (KEP-5080). Objects with finalizers of their own hold the namespace until those are gone;
 * the namespace's conditions say so. Source: contract 2.6, 6.2.
 */
final class NamespaceController implements Reconciler {
    private static final String FINALIZER = "kubernetes";
    private static final Map<String, Object> BACKGROUND = Map.of("propagationPolicy", "Background");

    private final ApiClient client;

    NamespaceController(ApiClient client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "namespace-controller";
    }

    /** Whether there is anything to do for a namespace. */
    static boolean isTerminating(Map<String, Object> namespace) {
        return !Json.string(namespace, "metadata", "deletionTimestamp").isEmpty();
    }

    @Override
    public boolean reconcile(String name) throws InterruptedException {
        Map<String, Object> namespace;
        try {
            namespace = client.get("/api/v1/namespaces/" + name, Map.of());
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return true;
            }
            throw e;
        }
        if (!isTerminating(namespace)
                || !Json.list(namespace, "spec", "finalizers").contains(FINALIZER)) {
            return true;
        }
        List<String> remaining = empty(name);
        if (!remaining.isEmpty()) {
            report(namespace, remaining);
            return false;
        }
        finish(namespace);
        return true;
    }

    /** Deletes what is there; returns what still was afterwards, as {@code pods has 3 resource instances}. */
    private List<String> empty(String namespace) throws InterruptedException {
        List<Discovered> deletable = client.discover().stream()
                .filter(Discovered::namespaced)
                .filter(type -> type.verbs().contains("list") && type.verbs().contains("delete"))
                .sorted(Comparator.comparing(type -> !isPods(type)))
                .toList();
        List<String> remaining = new ArrayList<>();
        for (Discovered type : deletable) {
            long left = deleteAll(type, namespace);
            if (left > 0) {
                String resource = type.group().isEmpty() ? type.resource() : type.resource() + "." + type.group();
                remaining.add(resource + " has " + left + " resource instances");
                if (isPods(type)) {
                    break;
                }
            }
        }
        return remaining;
    }

    private static boolean isPods(Discovered type) {
        return type.group().isEmpty() && type.resource().equals("pods");
    }

    /** How many objects of a resource were left; none when the resource itself has gone meanwhile. */
    private long deleteAll(Discovered type, String namespace) throws InterruptedException {
        try {
            return delete(type, namespace);
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return 0;
            }
            throw e;
        }
    }

    private long delete(Discovered type, String namespace) throws InterruptedException {
        String path = type.in(namespace);
        if (count(path) == 0) {
            return 0;
        }
        if (type.verbs().contains("deletecollection")) {
            client.delete(path, BACKGROUND);
        } else {
            for (Object item : Json.list(client.get(path, Map.of()), "items")) {
                deleteOne(path + "/" + Json.string(item, "metadata", "name"));
            }
        }
        return count(path);
    }

    private void deleteOne(String path) throws InterruptedException {
        try {
            client.delete(path, BACKGROUND);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private long count(String path) throws InterruptedException {
        Map<String, Object> list = client.get(path, Map.of("limit", "1"));
        return Json.list(list, "items").size() + Json.integer(list, 0, "metadata", "remainingItemCount");
    }

    private void report(Map<String, Object> namespace, List<String> remaining) throws InterruptedException {
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", "NamespaceContentRemaining");
        condition.put("status", "True");
        condition.put("reason", "SomeResourcesRemain");
        condition.put("message", "Some resources are remaining: " + String.join(", ", remaining));
        List<Object> conditions = Json.list(namespace, "status", "conditions");
        if (conditions.stream().anyMatch(old -> sameContent(old, condition))) {
            return;
        }
        Map<String, Object> patch = Map.of("status", Map.of("conditions", List.of(condition)));
        client.mergePatch("/api/v1/namespaces/" + Informer.key(namespace) + "/status", patch);
    }

    private static boolean sameContent(Object old, Map<String, Object> condition) {
        return Json.string(old, "type").equals(condition.get("type"))
                && Json.string(old, "message").equals(condition.get("message"));
    }

    private void finish(Map<String, Object> namespace) throws InterruptedException {
        String name = Informer.key(namespace);
        Map<String, Object> fresh = client.get("/api/v1/namespaces/" + name, Map.of());
        List<Object> kept = new ArrayList<>(Json.list(fresh, "spec", "finalizers"));
        kept.remove(FINALIZER);
        Json.child(fresh, "spec").put("finalizers", kept);
        client.update("/api/v1/namespaces/" + name + "/finalize", fresh);
    }
}
