package io.tholepin.objects;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The rules of one kind besides its metadata: of any object, of a change, and of its status. */
record KindRules(
        Consumer<Check> objectRule, BiConsumer<Check, Map<String, Object>> changeRule, Consumer<Check> statusRule) {
    private static final KindRules NONE = of(root -> {});
    private static final Map<String, KindRules> TABLE = table();

    static KindRules of(ResourceType type) {
        return TABLE.getOrDefault(type.groupResource(), NONE);
    }

    private static KindRules of(Consumer<Check> object) {
        return new KindRules(object, (root, old) -> {}, root -> {});
    }

    private KindRules changing(BiConsumer<Check, Map<String, Object>> change) {
        return new KindRules(objectRule, change, statusRule);
    }

    private KindRules withStatus(Consumer<Check> status) {
        return new KindRules(objectRule, changeRule, status);
    }

    void object(Check root) {
        objectRule.accept(root);
    }

    void change(Check root, Map<String, Object> old) {
        changeRule.accept(root, old);
    }

    void status(Check root) {
        statusRule.accept(root);
    }

    private static Map<String, KindRules> table() {
        Map<String, KindRules> table = new HashMap<>();
        workloads(table);
        network(table);
        cluster(table);
        extensions(table);
        return Map.copyOf(table);
    }

    private static void workloads(Map<String, KindRules> table) {
        BiConsumer<Check, Map<String, Object>> selectorStays =
                (root, old) -> root.at("spec").immutable("selector", Json.at(old, "spec", "selector"));
        table.put("pods", of(PodRules::pod).changing(PodRules::update));
        table.put("podtemplates", of(WorkloadRules::podTemplate));
        table.put(
                "replicationcontrollers",
                of(WorkloadRules::replicationController).withStatus(WorkloadRules::replicaStatus));
        table.put(
                "deployments.apps",
                of(WorkloadRules::deployment).changing(selectorStays).withStatus(WorkloadRules::replicaStatus));
        table.put(
                "replicasets.apps",
                of(WorkloadRules::replicaSet).changing(selectorStays).withStatus(WorkloadRules::replicaStatus));
        table.put("daemonsets.apps", of(WorkloadRules::daemonSet).changing(selectorStays));
        table.put(
                "statefulsets.apps",
                of(WorkloadRules::statefulSet)
                        .changing(WorkloadRules::statefulSetUpdate)
                        .withStatus(WorkloadRules::replicaStatus));
        table.put(
                "controllerrevisions.apps",
                of(WorkloadRules::controllerRevision).changing((root, old) -> root.immutable("data", old.get("data"))));
        table.put("jobs.batch", of(BatchRules::job).changing(BatchRules::jobUpdate));
        table.put("cronjobs.batch", of(BatchRules::cronJob));
        table.put("persistentvolumes", of(StorageRules::volume).changing(StorageRules::volumeUpdate));
        table.put("persistentvolumeclaims", of(StorageRules::claim).changing(StorageRules::claimUpdate));
    }

    private static void network(Map<String, KindRules> table) {
        table.put("services", of(ServiceRules::service).changing(ServiceRules::update));
        table.put("endpoints", of(NetworkRules::endpoints));
        table.put(
                "endpointslices.discovery.k8s.io",
                of(NetworkRules::endpointSlice).changing(NetworkRules::endpointSliceUpdate));
        String group = ".networking.k8s.io";
        table.put("ingresses" + group, of(NetworkRules::ingress));
        table.put("ingressclasses" + group, of(NetworkRules::ingressClass).changing(NetworkRules::ingressClassUpdate));
        table.put("networkpolicies" + group, of(NetworkRules::networkPolicy));
        table.put("ipaddresses" + group, of(NetworkRules::ipAddress).changing(NetworkRules::specIsImmutable));
        table.put("servicecidrs" + group, of(NetworkRules::serviceCidr));
    }

    private static void cluster(Map<String, KindRules> table) {
        table.put("configmaps", of(ConfigRules::configMap).changing(ConfigRules::configMapUpdate));
        table.put("secrets", of(ConfigRules::secret).changing(ConfigRules::secretUpdate));
        table.put("nodes", of(ClusterRules::node).changing(ClusterRules::nodeUpdate));
        table.put("namespaces", of(ClusterRules::namespace));
        table.put("limitranges", of(ClusterRules::limitRange));
        table.put("resourcequotas", of(ClusterRules::resourceQuota));
        table.put("events", of(ClusterRules::event));
        table.put("poddisruptionbudgets.policy", of(ClusterRules::disruptionBudget));
        table.put("horizontalpodautoscalers.autoscaling", of(AutoscalerRules::autoscaler));
        table.put("leases.coordination.k8s.io", of(ClusterRules::lease));
        table.put(
                "priorityclasses.scheduling.k8s.io",
                of(ClusterRules::priorityClass).changing(ClusterRules::priorityClassUpdate));
        table.put(
                "runtimeclasses.node.k8s.io",
                of(ClusterRules::runtimeClass).changing((root, old) -> root.immutable("handler", old.get("handler"))));
        table.put("certificatesigningrequests.certificates.k8s.io", of(ClusterRules::certificateSigningRequest));
        String rbac = ".rbac.authorization.k8s.io";
        table.put("roles" + rbac, of(root -> RbacRules.rules(root, true)));
        table.put("clusterroles" + rbac, of(RbacRules::clusterRole));
        table.put(
                "rolebindings" + rbac, of(root -> RbacRules.binding(root, true)).changing(RbacRules::bindingUpdate));
        table.put(
                "clusterrolebindings" + rbac,
                of(root -> RbacRules.binding(root, false)).changing(RbacRules::bindingUpdate));
        String storage = ".storage.k8s.io";
        table.put(
                "storageclasses" + storage, of(StorageRules::storageClass).changing(StorageRules::storageClassUpdate));
        table.put("csidrivers" + storage, of(StorageRules::csiDriver));
        table.put("csinodes" + storage, of(StorageRules::csiNode));
        table.put("volumeattachments" + storage, of(StorageRules::attachment).changing(NetworkRules::specIsImmutable));
    }

    private static void extensions(Map<String, KindRules> table) {
        String admission = ".admissionregistration.k8s.io";
        table.put("mutatingwebhookconfigurations" + admission, of(ExtensionRules::webhooks));
        table.put("validatingwebhookconfigurations" + admission, of(ExtensionRules::webhooks));
        table.put("validatingadmissionpolicies" + admission, of(ExtensionRules::validatingPolicy));
        table.put("mutatingadmissionpolicies" + admission, of(ExtensionRules::mutatingPolicy));
        table.put("validatingadmissionpolicybindings" + admission, of(ExtensionRules::validatingBinding));
        table.put("mutatingadmissionpolicybindings" + admission, of(ExtensionRules::policyBinding));
        table.put("apiservices.apiregistration.k8s.io", of(ExtensionRules::apiService));
        table.put(
                "customresourcedefinitions.apiextensions.k8s.io",
                of(CustomResourceRules::definition).changing(CustomResourceRules::definitionUpdate));
        table.put("flowschemas.flowcontrol.apiserver.k8s.io", of(FlowRules::flowSchema));
        table.put("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", of(FlowRules::priorityLevel));
    }
}
