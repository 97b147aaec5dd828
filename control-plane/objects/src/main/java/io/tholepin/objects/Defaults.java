package io.tholepin.objects;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The values that Kubernetes fills in where the user says nothing. Applied to what a request brings, before
 * validation, and
 * to what the store holds when it is read. Applying them twice changes nothing. Source: contract 2.11.
 */
public final class Defaults {
    private static final Map<String, BiConsumer<ResourceType, Map<String, Object>>> BY_RESOURCE = table();

    private Defaults() {}

    /** Fills in the defaults of one object, in place; a custom resource's are filled in when it is read. */
    public static void apply(ResourceType type, Map<String, Object> tree) {
        BiConsumer<ResourceType, Map<String, Object>> defaults = BY_RESOURCE.get(type.groupResource());
        if (defaults != null) {
            defaults.accept(type, tree);
        }
    }

    private static Map<String, BiConsumer<ResourceType, Map<String, Object>>> table() {
        Map<String, Consumer<Map<String, Object>>> plain = new HashMap<>();
        plain.put("pods", PodDefaults::pod);
        plain.put("podtemplates", WorkloadDefaults::podTemplate);
        plain.put("replicationcontrollers", WorkloadDefaults::replicationController);
        plain.put("deployments.apps", WorkloadDefaults::deployment);
        plain.put("replicasets.apps", WorkloadDefaults::replicaSet);
        plain.put("statefulsets.apps", WorkloadDefaults::statefulSet);
        plain.put("daemonsets.apps", WorkloadDefaults::daemonSet);
        plain.put("jobs.batch", WorkloadDefaults::job);
        plain.put("cronjobs.batch", WorkloadDefaults::cronJob);
        plain.put("persistentvolumes", WorkloadDefaults::volume);
        plain.put("persistentvolumeclaims", WorkloadDefaults::claim);
        plain.put("limitranges", WorkloadDefaults::limitRange);
        plain.put("resourcequotas", ClusterDefaults::resourceQuota);
        plain.put("services", NetworkDefaults::service);
        plain.put("endpoints", NetworkDefaults::endpoints);
        plain.put("endpointslices.discovery.k8s.io", NetworkDefaults::endpointSlice);
        plain.put("networkpolicies.networking.k8s.io", NetworkDefaults::networkPolicy);
        plain.put("ingressclasses.networking.k8s.io", NetworkDefaults::ingressClass);
        plain.put("secrets", ClusterDefaults::secret);
        plain.put("namespaces", ClusterDefaults::namespace);
        plain.put("nodes", ClusterDefaults::node);
        plain.put("storageclasses.storage.k8s.io", ClusterDefaults::storageClass);
        plain.put("csidrivers.storage.k8s.io", ClusterDefaults::csiDriver);
        plain.put("priorityclasses.scheduling.k8s.io", ClusterDefaults::priorityClass);
        plain.put("runtimeclasses.node.k8s.io", ClusterDefaults::runtimeClass);
        plain.put("clusterrolebindings.rbac.authorization.k8s.io", ClusterDefaults::roleBinding);
        plain.put("rolebindings.rbac.authorization.k8s.io", ClusterDefaults::roleBinding);
        plain.put("flowschemas.flowcontrol.apiserver.k8s.io", ClusterDefaults::flowSchema);
        plain.put("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", ClusterDefaults::priorityLevel);
        plain.put("resourceclaims.resource.k8s.io", ClusterDefaults::resourceClaim);
        plain.put("resourceclaimtemplates.resource.k8s.io", ClusterDefaults::resourceClaimTemplate);
        plain.put("apiservices.apiregistration.k8s.io", ExtensionDefaults::apiService);
        plain.put("customresourcedefinitions.apiextensions.k8s.io", ExtensionDefaults::customResourceDefinition);
        String admission = ".admissionregistration.k8s.io";
        plain.put("mutatingwebhookconfigurations" + admission, ExtensionDefaults::mutatingWebhooks);
        plain.put("validatingwebhookconfigurations" + admission, ExtensionDefaults::validatingWebhooks);
        plain.put("validatingadmissionpolicies" + admission, ExtensionDefaults::admissionPolicy);
        plain.put("mutatingadmissionpolicies" + admission, ExtensionDefaults::admissionPolicy);
        plain.put("validatingadmissionpolicybindings" + admission, ExtensionDefaults::admissionPolicyBinding);
        plain.put("mutatingadmissionpolicybindings" + admission, ExtensionDefaults::admissionPolicyBinding);
        Map<String, BiConsumer<ResourceType, Map<String, Object>>> all = new HashMap<>();
        plain.forEach((resource, defaults) -> all.put(resource, (type, tree) -> defaults.accept(tree)));
        all.put("horizontalpodautoscalers.autoscaling", ClusterDefaults::autoscaler);
        return Map.copyOf(all);
    }
}
