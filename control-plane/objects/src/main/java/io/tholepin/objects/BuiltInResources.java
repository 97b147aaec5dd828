package io.tholepin.objects;

import io.tholepin.objects.ResourceType.Subresource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The built-in resources that are served: the GA resources of Kubernetes 1.36. Immutable, made once in well under a
 * millisecond. Source: contract 3.6 (resources), 2.13 (where they are stored), 2.10 (subresources).
 */
public final class BuiltInResources {
    /**
     * A line with a colon opens a group-version; groups stand in the order in which discovery lists them, versions
     * preferred first. Other lines: resource, kind, N(amespaced) or C(luster), short names, categories, verbs,
     * subresources; {@code -} is none.
     */
    private static final String TABLE = """
            :v1
            bindings Binding N - - create -
            componentstatuses ComponentStatus C cs - get,list -
            configmaps ConfigMap N cm - all -
            endpoints Endpoints N ep - all -
            events Event N ev - all -
            limitranges LimitRange N limits - all -
            namespaces Namespace C ns - create,delete,get,list,patch,update,watch finalize,status
            nodes Node C no - all proxy,status
            persistentvolumeclaims PersistentVolumeClaim N pvc - all status
            persistentvolumes PersistentVolume C pv - all status
            pods Pod N po all all attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status
            podtemplates PodTemplate N - - all -
            replicationcontrollers ReplicationController N rc all all scale,status
            resourcequotas ResourceQuota N quota - all status
            secrets Secret N - - all -
            serviceaccounts ServiceAccount N sa - all token
            services Service N svc all all proxy,status
            :apiregistration.k8s.io/v1
            apiservices APIService C - api-extensions all status
            :apps/v1
            controllerrevisions ControllerRevision N - - all -
            daemonsets DaemonSet N ds all all status
            deployments Deployment N deploy all all scale,status
            replicasets ReplicaSet N rs all all scale,status
            statefulsets StatefulSet N sts all all scale,status
            :events.k8s.io/v1
            events Event N ev - all -
            :authentication.k8s.io/v1
            selfsubjectreviews SelfSubjectReview C - - create -
            tokenreviews TokenReview C - - create -
            :authorization.k8s.io/v1
            localsubjectaccessreviews LocalSubjectAccessReview N - - create -
            selfsubjectaccessreviews SelfSubjectAccessReview C - - create -
            selfsubjectrulesreviews SelfSubjectRulesReview C - - create -
            subjectaccessreviews SubjectAccessReview C - - create -
            :autoscaling/v2
            horizontalpodautoscalers HorizontalPodAutoscaler N hpa all all status
            :autoscaling/v1
            horizontalpodautoscalers HorizontalPodAutoscaler N hpa all all status
            :batch/v1
            cronjobs CronJob N cj all all status
            jobs Job N - all all status
            :certificates.k8s.io/v1
            certificatesigningrequests CertificateSigningRequest C csr - all approval,status
            :networking.k8s.io/v1
            ingressclasses IngressClass C - - all -
            ingresses Ingress N ing - all status
            ipaddresses IPAddress C ip - all -
            networkpolicies NetworkPolicy N netpol - all -
            servicecidrs ServiceCIDR C - - all status
            :policy/v1
            poddisruptionbudgets PodDisruptionBudget N pdb - all status
            :rbac.authorization.k8s.io/v1
            clusterrolebindings ClusterRoleBinding C - - all -
            clusterroles ClusterRole C - - all -
            rolebindings RoleBinding N - - all -
            roles Role N - - all -
            :storage.k8s.io/v1
            csidrivers CSIDriver C - - all -
            csinodes CSINode C - - all -
            csistoragecapacities CSIStorageCapacity N - - all -
            storageclasses StorageClass C sc - all -
            volumeattachments VolumeAttachment C - - all status
            volumeattributesclasses VolumeAttributesClass C vac - all -
            :admissionregistration.k8s.io/v1
            mutatingadmissionpolicies MutatingAdmissionPolicy C - api-extensions all -
            mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding C - api-extensions all -
            mutatingwebhookconfigurations MutatingWebhookConfiguration C - api-extensions all -
            validatingadmissionpolicies ValidatingAdmissionPolicy C - api-extensions all status
            validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding C - api-extensions all -
            validatingwebhookconfigurations ValidatingWebhookConfiguration C - api-extensions all -
            :apiextensions.k8s.io/v1
            customresourcedefinitions CustomResourceDefinition C crd,crds api-extensions all status
            :scheduling.k8s.io/v1
            priorityclasses PriorityClass C pc - all -
            :coordination.k8s.io/v1
            leases Lease N - - all -
            :node.k8s.io/v1
            runtimeclasses RuntimeClass C - - all -
            :discovery.k8s.io/v1
            endpointslices EndpointSlice N - - all -
            :flowcontrol.apiserver.k8s.io/v1
            flowschemas FlowSchema C - - all status
            prioritylevelconfigurations PriorityLevelConfiguration C - - all status
            :resource.k8s.io/v1
            deviceclasses DeviceClass C - - all -
            resourceclaims ResourceClaim N - - all status
            resourceclaimtemplates ResourceClaimTemplate N - - all -
            resourceslices ResourceSlice C - - all -
            """;

    private static final List<String> VERBS_ALL =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final List<String> GET_PATCH_UPDATE = List.of("get", "patch", "update");
    private static final List<String> CREATE = List.of("create");
    private static final List<String> CREATE_GET = List.of("create", "get");
    private static final List<String> PROXY_VERBS = List.of("create", "delete", "get", "patch", "update");

    private static final Map<String, String> UNUSUAL_PREFIXES = Map.of(
            "services", "services/specs",
            "endpoints", "services/endpoints",
            "nodes", "minions",
            "replicationcontrollers", "controllers",
            "ingresses", "ingress",
            "apiservices", "apiregistration.k8s.io/apiservices",
            "customresourcedefinitions", "apiextensions.k8s.io/customresourcedefinitions");

    private BuiltInResources() {}

    /** All of them, in discovery order: preferred versions first, resources by name. */
    public static List<ResourceType> all() {
        return Holder.ALL;
    }

    /** The resource with this plural name, null when it is not served; {@code group} is empty for the core group. */
    public static @Nullable ResourceType find(String group, String version, String resource) {
        for (ResourceType type : Holder.ALL) {
            if (type.resource().equals(resource)
                    && type.group().equals(group)
                    && type.version().equals(version)) {
                return type;
            }
        }
        return null;
    }

    /**
     * The resource whose objects have this kind, null when there is none; {@code group} is empty for the core group.
     */
    public static @Nullable ResourceType findKind(String group, String version, String kind) {
        for (ResourceType type : Holder.ALL) {
            if (type.kind().equals(kind)
                    && type.group().equals(group)
                    && type.version().equals(version)) {
                return type;
            }
        }
        return null;
    }

    /** Whether a custom resource's place is taken: by a resource of its name, or by a built-in group and version. */
    static boolean serves(ResourceType custom) {
        for (ResourceType type : Holder.ALL) {
            if (type.group().equals(custom.group())
                    && (type.version().equals(custom.version())
                            || type.resource().equals(custom.resource()))) {
                return true;
            }
        }
        return false;
    }

    /** Full protobuf name of a kind, {@code k8s.io.api.core.v1.Pod}, as Kubernetes names its packages. */
    static String typeName(String group, String version, String kind) {
        String first = group.isEmpty() ? "core" : group.contains(".") ? group.substring(0, group.indexOf('.')) : group;
        String packageName = switch (first) {
            case "apiextensions" -> "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.";
            case "apiregistration" -> "k8s.io.kube_aggregator.pkg.apis.apiregistration.";
            default -> "k8s.io.api." + first + ".";
        };
        return packageName + version + "." + kind;
    }

    private static List<ResourceType> parse(String table) {
        List<ResourceType> all = new ArrayList<>();
        String group = "";
        String version = "";
        for (String line : table.split("\n")) {
            if (line.startsWith(":")) {
                int slash = line.indexOf('/');
                group = slash < 0 ? "" : line.substring(1, slash);
                version = line.substring(slash < 0 ? 1 : slash + 1);
            } else {
                all.add(resource(group, version, line.split(" ")));
            }
        }
        return List.copyOf(all);
    }

    private static ResourceType resource(String group, String version, String[] cells) {
        String resource = cells[0];
        String kind = cells[1];
        List<String> verbs = cells[5].equals("all") ? VERBS_ALL : names(cells[5]);
        List<Subresource> subresources = new ArrayList<>();
        for (String name : names(cells[6])) {
            subresources.add(subresource(group, version, kind, name));
        }
        boolean stored = verbs.contains("watch");
        String[] storage = storage(group, version);
        return new ResourceType(
                group,
                version,
                resource,
                kind.toLowerCase(java.util.Locale.ROOT),
                kind,
                cells[2].equals("N"),
                names(cells[3]),
                names(cells[4]),
                verbs,
                List.copyOf(subresources),
                typeName(group, version, kind),
                stored ? "/registry/" + UNUSUAL_PREFIXES.getOrDefault(resource, resource) + "/" : "",
                storage[0].isEmpty() ? storage[1] : storage[0] + "/" + storage[1],
                typeName(storage[0], storage[1], kind));
    }

    private static List<String> names(String cell) {
        return cell.equals("-") ? List.of() : List.of(cell.split(","));
    }

    /** Group and version in which a group-version's objects are stored. */
    private static String[] storage(String group, String version) {
        return switch (group) {
            case "autoscaling" -> new String[] {group, "v2"};
            case "events.k8s.io" -> new String[] {"", "v1"};
            default -> new String[] {group, version};
        };
    }

    private static Subresource subresource(String group, String version, String kind, String name) {
        return switch (name) {
            case "scale" -> typed(name, "autoscaling", "v1", "Scale", GET_PATCH_UPDATE);
            case "eviction" -> typed(name, "policy", "v1", "Eviction", CREATE);
            case "binding" -> typed(name, "", "v1", "Binding", CREATE);
            case "token" -> typed(name, "authentication.k8s.io", "v1", "TokenRequest", CREATE);
            case "finalize" -> typed(name, group, version, kind, List.of("update"));
            case "log" -> new Subresource(name, group, version, kind, List.of("get"), "");
            case "attach" -> new Subresource(name, group, version, "PodAttachOptions", CREATE_GET, "");
            case "exec" -> new Subresource(name, group, version, "PodExecOptions", CREATE_GET, "");
            case "portforward" -> new Subresource(name, group, version, "PodPortForwardOptions", CREATE_GET, "");
            case "proxy" -> new Subresource(name, group, version, kind + "ProxyOptions", PROXY_VERBS, "");
            default -> typed(name, group, version, kind, GET_PATCH_UPDATE);
        };
    }

    private static Subresource typed(String name, String group, String version, String kind, List<String> verbs) {
        return new Subresource(name, group, version, kind, verbs, typeName(group, version, kind));
    }

    private static final class Holder {
        static final List<ResourceType> ALL = parse(TABLE);
    }
}
