package io.tholepin.objects;

import java.util.List;

/**
 * One served resource: its names, scope, verbs, and where it lives in the store.
 *
 * @param group API group, empty for the core group
 * @param resource lower-case plural used in paths
 * @param singular lower-case singular
 * @param typeName name of its type in the schema pack, {@code k8s.io.api.core.v1.Pod}
 * @param storagePrefix registry key prefix ending in a slash, {@code /registry/pods/}; empty when nothing is stored
 */
public record ResourceType(
        String group,
        String version,
        String resource,
        String singular,
        String kind,
        boolean namespaced,
        List<String> shortNames,
        List<String> categories,
        List<String> verbs,
        List<Subresource> subresources,
        String typeName,
        String storagePrefix) {

    /**
     * A path below an object.
     *
     * @param group group of the body's kind, empty for the core group
     * @param typeName schema type of the body, empty when the body is no typed object (log, proxy, exec)
     */
    public record Subresource(
            String name, String group, String version, String kind, List<String> verbs, String typeName) {}

    /** {@code v1} or {@code apps/v1}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** {@code pods} or {@code deployments.apps}, as messages name it. */
    public String groupResource() {
        return group.isEmpty() ? resource : resource + "." + group;
    }

    /** Whether objects of it are kept in the store. */
    public boolean stored() {
        return !storagePrefix.isEmpty();
    }

    /** The registry key of one object; {@code namespace} is empty for cluster-scoped objects. */
    public String key(String namespace, String name) {
        return namespaced ? storagePrefix + namespace + "/" + name : storagePrefix + name;
    }

    /** The registry key prefix of a namespace's objects, of all for the empty namespace. */
    public String keyPrefix(String namespace) {
        return namespace.isEmpty() ? storagePrefix : storagePrefix + namespace + "/";
    }
}
