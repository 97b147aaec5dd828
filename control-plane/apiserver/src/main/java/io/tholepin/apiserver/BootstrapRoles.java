package io.tholepin.apiserver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The roles that every cluster has: those of users ({@code cluster-admin}, {@code admin}, {@code edit}, {@code view}),
 * of everybody, and of the control plane's own parts. The default policy of Kubernetes cut down to
 * the resources served here. Source: contract 3.6; Kubernetes RBAC documentation, "Default roles and role bindings".
 */
final class BootstrapRoles {
    static final String GROUP = "rbac.authorization.k8s.io";

    private static final String READ = "get,list,watch";
    private static final String CHANGE = "create,delete,deletecollection,patch,update";
    private static final String ALL = READ + "," + CHANGE;

    private static final String CORE_CONTENT =
            "configmaps,endpoints,persistentvolumeclaims,pods,replicationcontrollers,replicationcontrollers/scale,"
                    + "serviceaccounts,services";
    private static final String CORE_STATUS =
            "persistentvolumeclaims/status,pods/log,pods/status,replicationcontrollers/status,services/status,bindings,"
                    + "events,limitranges,namespaces,namespaces/status,resourcequotas,resourcequotas/status";
    private static final String APPS = "daemonsets,deployments,deployments/scale,replicasets,replicasets/scale,"
            + "statefulsets,statefulsets/scale";

    private BootstrapRoles() {}

    static List<Map<String, Object>> clusterRoles() {
        List<Map<String, Object>> roles = new ArrayList<>();
        roles.add(role(
                "cluster-admin",
                List.of(rule("*", "*", "*"), Bootstrap.map("verbs", strings("*"), "nonResourceURLs", strings("*")))));
        addForUsers(roles);
        addForEverybody(roles);
        addForControlPlane(roles);
        return roles;
    }

    private static void addForUsers(List<Map<String, Object>> roles) {
        List<Object> view = new ArrayList<>();
        view.add(rule("", CORE_CONTENT + "," + CORE_STATUS, READ));
        view.add(rule(
                "apps",
                APPS + ",controllerrevisions,daemonsets/status,deployments/status,replicasets/status,"
                        + "statefulsets/status",
                READ));
        view.add(rule("autoscaling", "horizontalpodautoscalers,horizontalpodautoscalers/status", READ));
        view.add(rule("batch", "cronjobs,cronjobs/status,jobs,jobs/status", READ));
        view.add(rule("discovery.k8s.io", "endpointslices", READ));
        view.add(rule("networking.k8s.io", "ingresses,ingresses/status,networkpolicies", READ));
        view.add(rule("policy", "poddisruptionbudgets,poddisruptionbudgets/status", READ));
        view.add(rule("resource.k8s.io", "resourceclaims,resourceclaims/status,resourceclaimtemplates", READ));
        List<Object> edit = new ArrayList<>(view);
        edit.add(rule("", "secrets,pods/attach,pods/exec,pods/portforward,pods/proxy,services/proxy", READ));
        edit.add(rule("", "serviceaccounts", "impersonate"));
        edit.add(rule("", "pods/eviction,serviceaccounts/token", "create"));
        edit.add(rule(
                "",
                CORE_CONTENT + ",secrets,events,pods/attach,pods/exec,pods/portforward,pods/proxy,services/proxy",
                CHANGE));
        edit.add(rule("apps", APPS, CHANGE));
        edit.add(rule("autoscaling", "horizontalpodautoscalers", CHANGE));
        edit.add(rule("batch", "cronjobs,jobs", CHANGE));
        edit.add(rule("networking.k8s.io", "ingresses,networkpolicies", CHANGE));
        edit.add(rule("policy", "poddisruptionbudgets", CHANGE));
        edit.add(rule("resource.k8s.io", "resourceclaims,resourceclaimtemplates", CHANGE));
        edit.add(rule("coordination.k8s.io", "leases", ALL));
        List<Object> admin = new ArrayList<>(edit);
        admin.add(rule("authorization.k8s.io", "localsubjectaccessreviews", "create"));
        admin.add(rule(GROUP, "rolebindings,roles", ALL));
        roles.add(role("view", view));
        roles.add(role("edit", edit));
        roles.add(role("admin", admin));
    }

    private static void addForEverybody(List<Map<String, Object>> roles) {
        List<Object> info = List.of(urls("/healthz", "/livez", "/readyz", "/version", "/version/"));
        roles.add(role("system:public-info-viewer", info));
        roles.add(role(
                "system:discovery",
                List.of(urls(
                        "/api",
                        "/api/*",
                        "/apis",
                        "/apis/*",
                        "/healthz",
                        "/livez",
                        "/openapi",
                        "/openapi/*",
                        "/readyz",
                        "/version",
                        "/version/"))));
        roles.add(role(
                "system:monitoring",
                List.of(urls(
                        "/healthz",
                        "/healthz/*",
                        "/livez",
                        "/livez/*",
                        "/metrics",
                        "/metrics/slis",
                        "/readyz",
                        "/readyz/*"))));
        roles.add(role(
                "system:basic-user",
                List.of(
                        rule("authorization.k8s.io", "selfsubjectaccessreviews,selfsubjectrulesreviews", "create"),
                        rule("authentication.k8s.io", "selfsubjectreviews", "create"))));
        roles.add(role(
                "system:auth-delegator",
                List.of(
                        rule("authentication.k8s.io", "tokenreviews", "create"),
                        rule("authorization.k8s.io", "subjectaccessreviews", "create"))));
        roles.add(role(
                "system:service-account-issuer-discovery",
                List.of(urls("/.well-known/openid-configuration", "/openid/v1/jwks"))));
    }

    private static void addForControlPlane(List<Map<String, Object>> roles) {
        List<Object> scheduler = List.of(
                rule("events.k8s.io", "events", "create,patch,update"),
                rule("", "events", "create,patch,update"),
                rule("coordination.k8s.io", "leases", "create,get,list,update,watch"),
                rule("", "nodes,namespaces,persistentvolumes,replicationcontrollers,services", READ),
                rule("", "pods", "delete," + READ),
                rule("", "bindings,pods/binding", "create"),
                rule("", "pods/status", "patch,update"),
                rule("apps", "replicasets,statefulsets", READ),
                rule("policy", "poddisruptionbudgets", READ),
                rule("", "persistentvolumeclaims", READ + ",patch,update"),
                rule(
                        "storage.k8s.io",
                        "csidrivers,csinodes,csistoragecapacities,storageclasses,volumeattachments",
                        READ),
                rule("resource.k8s.io", "deviceclasses,resourceclaims,resourceslices", READ),
                rule("resource.k8s.io", "resourceclaims,resourceclaims/status", "patch,update"));
        roles.add(role("system:kube-scheduler", scheduler));
        roles.add(role(
                "system:kube-controller-manager",
                List.of(
                        rule("*", "*", "list,watch"),
                        rule("", "events", "create,patch,update"),
                        rule("events.k8s.io", "events", "create,patch,update"),
                        rule("coordination.k8s.io", "leases", "create,get,list,update,watch"),
                        rule("", "configmaps,namespaces,secrets,serviceaccounts", "get"),
                        rule("", "secrets,serviceaccounts", "create,delete,update"),
                        rule("", "serviceaccounts/token", "create"),
                        rule("authentication.k8s.io", "tokenreviews", "create"),
                        rule("authorization.k8s.io", "subjectaccessreviews", "create"))));
        roles.add(role(
                "system:node",
                List.of(
                        rule("", "nodes", "create,get,list,watch,delete,patch,update"),
                        rule("", "nodes/status", "patch,update"),
                        rule("", "pods", "create,delete," + READ),
                        rule("", "pods/status", "patch,update"),
                        rule("", "pods/eviction,serviceaccounts/token", "create"),
                        rule("", "configmaps,secrets,services,persistentvolumeclaims,persistentvolumes", READ),
                        rule("", "events", "create,patch,update"),
                        rule("coordination.k8s.io", "leases", "create,delete,get,patch,update"),
                        rule("node.k8s.io", "runtimeclasses", READ),
                        rule("storage.k8s.io", "csidrivers,volumeattachments", READ),
                        rule("storage.k8s.io", "csinodes", "create,delete,get,patch,update"),
                        rule("certificates.k8s.io", "certificatesigningrequests", "create," + READ))));
        roles.add(role(
                "system:node-proxier",
                List.of(
                        rule("", "endpoints,services", "list,watch"),
                        rule("", "nodes", READ),
                        rule("discovery.k8s.io", "endpointslices", "list,watch"),
                        rule("", "events", "create,patch,update"),
                        rule("events.k8s.io", "events", "create,patch,update"))));
    }

    static List<Map<String, Object>> clusterRoleBindings() {
        List<Map<String, Object>> bindings = new ArrayList<>();
        bindings.add(binding("cluster-admin", "cluster-admin", "Group", "system:masters"));
        bindings.add(binding("system:discovery", "system:discovery", "Group", "system:authenticated"));
        bindings.add(binding("system:basic-user", "system:basic-user", "Group", "system:authenticated"));
        bindings.add(binding(
                "system:public-info-viewer",
                "system:public-info-viewer",
                "Group",
                "system:authenticated",
                "system:unauthenticated"));
        bindings.add(binding("system:monitoring", "system:monitoring", "Group", "system:monitoring"));
        bindings.add(binding(
                "system:service-account-issuer-discovery",
                "system:service-account-issuer-discovery",
                "Group",
                "system:serviceaccounts"));
        bindings.add(binding("system:kube-scheduler", "system:kube-scheduler", "User", "system:kube-scheduler"));
        bindings.add(binding(
                "system:kube-controller-manager",
                "system:kube-controller-manager",
                "User",
                "system:kube-controller-manager"));
        bindings.add(binding("system:node-proxier", "system:node-proxier", "User", "system:kube-proxy"));
        return bindings;
    }

    private static Map<String, Object> labelled(String name) {
        Map<String, Object> object = Bootstrap.object("", name);
        Map<String, Object> metadata = io.tholepin.objects.Json.child(object, "metadata");
        metadata.put("labels", Bootstrap.map("kubernetes.io/bootstrapping", "rbac-defaults"));
        metadata.put("annotations", Bootstrap.map(GROUP + "/autoupdate", "true"));
        return object;
    }

    private static Map<String, Object> role(String name, List<Object> rules) {
        Map<String, Object> role = labelled(name);
        role.put("rules", new ArrayList<>(rules));
        return role;
    }

    private static Object rule(String group, String resources, String verbs) {
        return Bootstrap.map(
                "verbs",
                strings(verbs.split(",")),
                "apiGroups",
                strings(group),
                "resources",
                strings(resources.split(",")));
    }

    private static Object urls(String... urls) {
        return Bootstrap.map("verbs", strings("get"), "nonResourceURLs", strings(urls));
    }

    private static List<Object> strings(String... values) {
        return new ArrayList<>(List.of(values));
    }

    private static Map<String, Object> binding(String name, String role, String kind, String... subjects) {
        Map<String, Object> binding = labelled(name);
        binding.put("roleRef", Bootstrap.map("apiGroup", GROUP, "kind", "ClusterRole", "name", role));
        List<Object> list = new ArrayList<>();
        for (String subject : subjects) {
            list.add(Bootstrap.map("kind", kind, "apiGroup", GROUP, "name", subject));
        }
        binding.put("subjects", list);
        return binding;
    }
}
