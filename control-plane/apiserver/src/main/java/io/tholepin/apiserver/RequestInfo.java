package io.tholepin.apiserver;

import io.tholepin.objects.ResourceType;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a path and method mean. Strings are empty where they do not apply.
 *
 * @param resourceRequest about a resource of the API; otherwise only {@code verb} (the lower-case method) and
 *     {@code path} are meaningful
 * @param verb get, list, watch, create, update, patch, delete or deletecollection
 * @param namespace namespace of the path; of a request about a namespace object, its name
 * @param name object's name, also the one that a list's or watch's {@code metadata.name} field selector asks for
 * @param type the resource served there, null when there is none
 */
public record RequestInfo(
        boolean resourceRequest,
        String verb,
        String path,
        String group,
        String version,
        String namespace,
        String resource,
        String subresource,
        String name,
        @Nullable ResourceType type) {

    private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");

    /** Reads a request line; never fails: what is not about a resource is a non-resource request. */
    public static RequestInfo of(String method, String path, Query query, ResourceTypes types) {
        List<String> parts =
                Arrays.stream(path.split("/")).filter(p -> !p.isEmpty()).toList();
        boolean core = !parts.isEmpty() && parts.getFirst().equals("api");
        boolean grouped = !parts.isEmpty() && parts.getFirst().equals("apis");
        int head = core ? 2 : 3;
        if (!(core || grouped) || parts.size() <= head) {
            return nonResource(method, path);
        }
        String group = core ? "" : parts.get(1);
        String version = parts.get(head - 1);
        List<String> rest = parts.subList(head, parts.size());
        boolean watchPath = rest.getFirst().equals("watch");
        if (watchPath) {
            rest = rest.subList(1, rest.size());
            if (rest.isEmpty()) {
                return nonResource(method, path);
            }
        }
        return resource(method, path, query, types, group, version, rest, watchPath);
    }

    private static RequestInfo nonResource(String method, String path) {
        return new RequestInfo(false, method.toLowerCase(java.util.Locale.ROOT), path, "", "", "", "", "", "", null);
    }

    private static RequestInfo resource(
            String method,
            String path,
            Query query,
            ResourceTypes types,
            String group,
            String version,
            List<String> rest,
            boolean watchPath) {
        String namespace = "";
        if (rest.getFirst().equals("namespaces") && rest.size() > 1) {
            namespace = rest.get(1);
            if (rest.size() > 2 && !NAMESPACE_SUBRESOURCES.contains(rest.get(2))) {
                rest = rest.subList(2, rest.size());
            }
        }
        String resource = rest.getFirst();
        String name = rest.size() > 1 ? rest.get(1) : "";
        String subresource = rest.size() > 2 ? rest.get(2) : "";
        String verb = watchPath ? "watch" : verb(method, name, query);
        if (name.isEmpty() && (verb.equals("list") || verb.equals("watch") || verb.equals("deletecollection"))) {
            name = Selectors.nameAskedFor(query.first("fieldSelector"));
        }
        ResourceType type = types.resource(group, version, resource);
        return new RequestInfo(true, verb, path, group, version, namespace, resource, subresource, name, type);
    }

    private static String verb(String method, String name, Query query) {
        return switch (method) {
            case "GET", "HEAD" -> name.isEmpty() ? (query.flag("watch") ? "watch" : "list") : "get";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> name.isEmpty() ? "deletecollection" : "delete";
            default -> method.toLowerCase(java.util.Locale.ROOT);
        };
    }

    /** Whether the path names one object. */
    boolean hasName() {
        return !name.isEmpty() && !verb.equals("list") && !verb.equals("watch") && !verb.equals("deletecollection");
    }

    /** Namespace to look objects up in: empty for a cluster-scoped resource. */
    public String objectNamespace() {
        return type != null && !type.namespaced() ? "" : namespace;
    }

    /** {@code v1} or {@code apps/v1}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** {@code pods} or {@code pods/status}. */
    public String resourcePath() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }
}
