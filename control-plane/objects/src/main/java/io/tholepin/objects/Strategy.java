package io.tholepin.objects;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is special about storing objects of one resource. Immutable and cheap to make. Source: contract 2.3 (flags), 2.6
 * (deletion), 2.9 (generation, status).
 */
public final class Strategy {
    private static final Set<String> CREATE_ON_UPDATE = Set.of(
            "services",
            "endpoints",
            "events",
            "events.events.k8s.io",
            "leases.coordination.k8s.io",
            "limitranges",
            "podtemplates",
            "roles.rbac.authorization.k8s.io",
            "clusterroles.rbac.authorization.k8s.io",
            "rolebindings.rbac.authorization.k8s.io",
            "clusterrolebindings.rbac.authorization.k8s.io");
    private static final Set<String> UPDATE_NEEDS_VERSION = Set.of(
            "poddisruptionbudgets.policy",
            "customresourcedefinitions.apiextensions.k8s.io",
            "apiservices.apiregistration.k8s.io",
            "leases.coordination.k8s.io",
            "runtimeclasses.node.k8s.io",
            "csidrivers.storage.k8s.io",
            "csinodes.storage.k8s.io",
            "volumeattachments.storage.k8s.io");
    private static final Set<String> RETURNS_DELETED = Set.of(
            "pods",
            "services",
            "serviceaccounts",
            "persistentvolumes",
            "persistentvolumeclaims",
            "podtemplates",
            "resourcequotas",
            "namespaces");
    private static final Set<String> COUNTS_GENERATIONS = Set.of(
            "pods",
            "replicationcontrollers",
            "poddisruptionbudgets.policy",
            "ingresses.networking.k8s.io",
            "ingressclasses.networking.k8s.io",
            "networkpolicies.networking.k8s.io",
            "customresourcedefinitions.apiextensions.k8s.io",
            "horizontalpodautoscalers.autoscaling",
            "endpointslices.discovery.k8s.io",
            "deviceclasses.resource.k8s.io",
            "resourceslices.resource.k8s.io");
    /** Groups whose kinds all count generations, controller revisions excepted. */
    private static final Set<String> GROUPS_THAT_COUNT =
            Set.of("apps", "batch", "admissionregistration.k8s.io", "flowcontrol.apiserver.k8s.io");
    /** Kinds whose status endpoint takes nothing of the metadata. */
    private static final Set<String> STATUS_KEEPS_METADATA = Set.of(
            "customresourcedefinitions.apiextensions.k8s.io",
            "apiservices.apiregistration.k8s.io",
            "flowschemas.flowcontrol.apiserver.k8s.io",
            "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
            "volumeattachments.storage.k8s.io",
            "resourceclaims.resource.k8s.io");

    private static final Set<String> BESIDES_SPEC = Set.of("apiVersion", "kind", "metadata", "status");
    private static final Set<String> BESIDES_SPEC_AND_STATUS = Set.of("apiVersion", "kind", "metadata");

    private final ResourceType type;
    private final String resource;

    private Strategy(ResourceType type) {
        this.type = type;
        resource = type.groupResource();
    }

    /** The strategy of a resource; resources that need nothing special get the general one. */
    public static Strategy of(ResourceType type) {
        return new Strategy(type);
    }

    /** Whether a PUT to a missing name creates. */
    public boolean allowCreateOnUpdate() {
        return CREATE_ON_UPDATE.contains(resource);
    }

    /** Whether an update without resourceVersion is allowed. */
    public boolean allowUnconditionalUpdate() {
        return type.custom() == null
                && !UPDATE_NEEDS_VERSION.contains(resource)
                && !type.group().equals("admissionregistration.k8s.io");
    }

    /** Whether a deletion answers with the deleted object rather than a {@code Status}. */
    public boolean returnsDeletedObject() {
        boolean group = type.group().equals("storage.k8s.io") || type.group().equals("resource.k8s.io");
        return group || RETURNS_DELETED.contains(resource);
    }

    /** Whether deletion may wait for a grace period: pods. */
    public boolean gracefulDelete() {
        return resource.equals("pods");
    }

    /** {@code Orphan} or {@code Background}: what happens to dependents when the request does not say. */
    public String defaultPropagation() {
        return resource.equals("replicationcontrollers") || resource.equals("jobs.batch") ? "Orphan" : "Background";
    }

    /**
     * The grace period of a deletion in seconds, at least 0; 0 unless {@link #gracefulDelete}.
     *
     * @param requested what the request says, null when nothing
     */
    public long gracePeriodSeconds(Map<String, Object> tree, @Nullable Long requested) {
        if (!gracefulDelete() || Json.string(tree, "spec", "nodeName").isEmpty()) {
            return 0;
        }
        String phase = Json.string(tree, "status", "phase");
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            return 0;
        }
        long seconds = requested != null ? requested : Json.integer(tree, 0, "spec", "terminationGracePeriodSeconds");
        return seconds < 0 ? 1 : seconds;
    }

    /** Whether {@code metadata.generation} counts changes of the spec. */
    public boolean countsGenerations() {
        return type.custom() != null
                || COUNTS_GENERATIONS.contains(resource)
                || (GROUPS_THAT_COUNT.contains(type.group()) && !type.resource().equals("controllerrevisions"));
    }

    private boolean hasStatus() {
        return type.subresource("status") != null;
    }

    /**
     * Makes a new object ready to be validated: resets status, sets what the server owns. Name, namespace, uid and
     * creation time
     * are set already.
     */
    public void prepareForCreate(Map<String, Object> tree, Instant now) {
        if (countsGenerations()) {
            Json.child(tree, "metadata").put("generation", 1L);
        }
        // Whoever creates a node says all about it.
        if (hasStatus() && type.custom() != null) {
            tree.remove("status");
        } else if (hasStatus() && !resource.equals("nodes")) {
            tree.put("status", new LinkedHashMap<String, Object>());
        }
        switch (resource) {
            case "pods" -> PodStrategy.create(tree, now);
            case "namespaces" -> createNamespace(tree);
            case "persistentvolumes", "persistentvolumeclaims" ->
                Json.child(tree, "status").put("phase", "Pending");
            case "jobs.batch" -> generateJobLabels(tree);
            case "customresourcedefinitions.apiextensions.k8s.io" -> ExtensionDefaults.storedVersions(tree);
            default -> {}
        }
    }

    private static void createNamespace(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        List<Object> finalizers = new ArrayList<>(Json.list(spec, "finalizers"));
        if (!finalizers.contains("kubernetes")) {
            finalizers.add("kubernetes");
        }
        spec.put("finalizers", finalizers);
        ClusterDefaults.namespace(tree);
    }

    /** Unless the user selects pods by hand, a job selects by its uid; old and new label names are both set. */
    private static void generateJobLabels(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        if (!Json.flag(spec, "manualSelector")) {
            String uid = Json.string(tree, "metadata", "uid");
            String name = Json.string(tree, "metadata", "name");
            Map<String, Object> labels = Json.child(Json.child(Json.child(spec, "template"), "metadata"), "labels");
            labels.putIfAbsent("batch.kubernetes.io/controller-uid", uid);
            labels.putIfAbsent("batch.kubernetes.io/job-name", name);
            labels.putIfAbsent("controller-uid", uid);
            labels.putIfAbsent("job-name", name);
            Json.child(Json.child(spec, "selector"), "matchLabels")
                    .putIfAbsent("batch.kubernetes.io/controller-uid", uid);
        }
        WorkloadDefaults.job(tree);
    }

    /**
     * Makes a changed object ready to be validated: takes from the old one what this endpoint must not change and
     * bumps the
     * generation.
     *
     * @param subresource name of the subresource that is written, empty for the object itself
     */
    public void prepareForUpdate(Map<String, Object> fresh, Map<String, Object> old, String subresource, Instant now) {
        switch (subresource) {
            case "status" -> updateStatus(fresh, old);
            case "approval" -> keepAllBut(fresh, old, "status");
            case "ephemeralcontainers" -> PodStrategy.keepAllButEphemeralContainers(fresh, old);
            case "resize" -> PodStrategy.keepAllButResources(fresh, old);
            default -> updateMain(fresh, old, subresource);
        }
        Map<String, Object> metadata = Json.child(fresh, "metadata");
        long generation = Json.integer(old, 0, "metadata", "generation");
        boolean bump = countsGenerations() && !subresource.equals("status") && changed(fresh, old);
        setOrRemove(metadata, "generation", bump ? generation + 1 : generation);
    }

    private void updateMain(Map<String, Object> fresh, Map<String, Object> old, String subresource) {
        if (hasStatus() || type.subresource("approval") != null) {
            keep(fresh, old, "status");
        }
        switch (resource) {
            case "namespaces" -> {
                if (!subresource.equals("finalize")) {
                    keep(fresh, old, "spec");
                }
                ClusterDefaults.namespace(fresh);
            }
            case "services" -> ServiceStrategy.update(fresh, old);
            case "certificatesigningrequests.certificates.k8s.io" -> keep(fresh, old, "spec");
            case "customresourcedefinitions.apiextensions.k8s.io" -> ExtensionDefaults.storedVersions(fresh);
            default -> {}
        }
    }

    private void updateStatus(Map<String, Object> fresh, Map<String, Object> old) {
        keepAllBut(fresh, old, "status");
        Map<String, Object> metadata = Json.child(fresh, "metadata");
        Map<String, Object> before = Json.child(old, "metadata");
        if (type.custom() != null) {
            metadata.keySet().removeIf(key -> !key.equals("resourceVersion"));
            before.forEach(metadata::putIfAbsent);
        }
        if (STATUS_KEEPS_METADATA.contains(resource)) {
            for (String key : List.of("labels", "annotations", "finalizers", "ownerReferences")) {
                keep(metadata, before, key);
            }
        }
        switch (resource) {
            case "deployments.apps" -> keep(metadata, before, "labels");
            case "pods" -> PodStrategy.updateStatus(fresh, old);
            default -> {}
        }
    }

    /** Takes everything besides metadata and one field from the old object. */
    private static void keepAllBut(Map<String, Object> fresh, Map<String, Object> old, String changed) {
        fresh.keySet().removeIf(key -> !old.containsKey(key) && !key.equals(changed) && !key.equals("metadata"));
        for (String key : old.keySet()) {
            if (!key.equals(changed) && !key.equals("metadata")) {
                keep(fresh, old, key);
            }
        }
    }

    /** Takes one field from the old object, its absence too. */
    static void keep(Map<String, Object> fresh, Map<String, Object> old, String key) {
        Object value = old.get(key);
        if (value == null) {
            fresh.remove(key);
        } else {
            Trees.put(fresh, key, Json.copy(value));
        }
    }

    private static void setOrRemove(Map<String, Object> metadata, String key, long value) {
        if (value == 0) {
            metadata.remove(key);
        } else {
            metadata.put(key, value);
        }
    }

    /** Whether anything changed that generations count: all but metadata and status, and a deployment's annotations. */
    private boolean changed(Map<String, Object> fresh, Map<String, Object> old) {
        Map<String, Object> left = new LinkedHashMap<>(fresh);
        Map<String, Object> right = new LinkedHashMap<>(old);
        Set<String> uncounted = type.custom() == null || hasStatus() ? BESIDES_SPEC : BESIDES_SPEC_AND_STATUS;
        left.keySet().removeAll(uncounted);
        right.keySet().removeAll(uncounted);
        if (!Trees.same(left, right)) {
            return true;
        }
        return resource.equals("deployments.apps")
                && !Trees.same(Json.at(fresh, "metadata", "annotations"), Json.at(old, "metadata", "annotations"));
    }

    /** The text of a {@code Warning} header for every request to a deprecated resource, empty for none. */
    public String deprecation() {
        if (type.custom() != null) {
            return type.custom().deprecation();
        }
        return switch (resource) {
            case "endpoints" -> "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
            case "componentstatuses" -> "v1 ComponentStatus is deprecated in v1.19+";
            default -> "";
        };
    }

    /** Texts for {@code Warning} headers about an object that is created or updated. */
    public List<String> warnings(Map<String, Object> tree) {
        return ObjectWarnings.of(resource, tree);
    }

    @Override
    public String toString() {
        return resource;
    }
}
