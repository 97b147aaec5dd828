package io.tholepin.objects;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One served resource: its names, scope, verbs, and where it lives in the store.
 *
 * @param group API group, empty for the core group
 * @param resource lower-case plural used in paths
 * @param singular lower-case singular
 * @param typeName name of its type in the schema pack, {@code k8s.io.api.core.v1.Pod}; of a custom resource, which is
 *     not in there, its name in OpenAPI
 * @param storagePrefix registry key prefix ending in a slash, {@code /registry/pods/}; empty when nothing is stored
 * @param storageApiVersion apiVersion of the stored form, {@code autoscaling/v2} for both autoscaling versions
 * @param storageTypeName schema type of the stored form; another than {@code typeName} where two resources share one
 *     storage, and {@link Conversions} goes between the two
 * @param custom what a definition says about it, null for a built-in resource
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
        String storagePrefix,
        String storageApiVersion,
        String storageTypeName,
        @Nullable CustomResource custom) {

    /** A built-in resource. */
    public ResourceType(
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
            String storagePrefix,
            String storageApiVersion,
            String storageTypeName) {
        this(
                group,
                version,
                resource,
                singular,
                kind,
                namespaced,
                shortNames,
                categories,
                verbs,
                subresources,
                typeName,
                storagePrefix,
                storageApiVersion,
                storageTypeName,
                null);
    }

    /** A built-in resource stored as it is served. */
    public ResourceType(
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
        this(
                group,
                version,
                resource,
                singular,
                kind,
                namespaced,
                shortNames,
                categories,
                verbs,
                subresources,
                typeName,
                storagePrefix,
                group.isEmpty() ? version : group + "/" + version,
                typeName);
    }

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

    /** Kind of a list of it. */
    public String listKind() {
        return custom == null ? kind + "List" : custom.listKind();
    }

    /** {@code pods} or {@code deployments.apps}, as messages name it. */
    public String groupResource() {
        return group.isEmpty() ? resource : resource + "." + group;
    }

    /** Whether the stored form is of another version or group than the served one. */
    public boolean convertsForStorage() {
        return !storageTypeName.equals(typeName);
    }

    /** The subresource of this name, null when there is none. */
    public @Nullable Subresource subresource(String name) {
        for (Subresource one : subresources) {
            if (one.name().equals(name)) {
                return one;
            }
        }
        return null;
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
