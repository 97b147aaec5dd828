package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class DefaultsTest {
    private static Map<String, Object> defaulted(String resource, String yaml) {
        ResourceType type = Samples.resource(resource);
        Map<String, Object> tree = Samples.typed(type, Samples.tree(yaml));
        Defaults.apply(type, tree);
        return tree;
    }

    private static void assertAt(Map<String, Object> tree, String path, String expected) {
        Object found = tree;
        for (String step : path.split("/")) {
            found = found instanceof List<?> list ? list.get(Integer.parseInt(step)) : Json.at(found, step);
        }
        assertThat(Trees.equal(
                        found, Samples.parse("{v: " + expected + "}") instanceof Map<?, ?> m ? m.get("v") : null))
                .describedAs(path + " = " + Json.text(found) + ", expected " + expected)
                .isTrue();
    }

    static List<Map<String, Object>> bundle() {
        return Samples.bundle().toList();
    }

    @ParameterizedTest
    @MethodSource("bundle")
    void applyingDefaultsTwiceChangesNothing(Map<String, Object> tree) {
        ResourceType type = Samples.resourceOf(tree);
        Defaults.apply(type, tree);
        Map<String, Object> once = Json.copyObject(tree);
        Defaults.apply(type, tree);
        assertThat(Json.text(tree)).isEqualTo(Json.text(once));
    }

    @ParameterizedTest
    @MethodSource("bundle")
    void defaultsFitTheSchema(Map<String, Object> tree) {
        ResourceType type = Samples.resourceOf(tree);
        Defaults.apply(type, tree);
        assertThat(Samples.typed(type, tree)).isEqualTo(Samples.typed(type, Samples.typed(type, tree)));
    }

    @Test
    void theBundleHoldsEveryKindThatIsStored() {
        Set<String> missing = new TreeSet<>();
        BuiltInResources.all().stream()
                .filter(ResourceType::stored)
                .forEach(type -> missing.add(type.apiVersion() + " " + type.kind()));
        bundle().forEach(tree -> missing.remove(tree.get("apiVersion") + " " + tree.get("kind")));
        assertThat(missing)
                .containsExactlyInAnyOrder(
                        "events.k8s.io/v1 Event",
                        "resource.k8s.io/v1 ResourceSlice",
                        "storage.k8s.io/v1 CSIStorageCapacity");
    }

    @ParameterizedTest
    @CsvSource({
        "nginx, Always",
        "nginx:latest, Always",
        "nginx:1.27, IfNotPresent",
        "registry:5000/nginx, Always",
        "registry:5000/nginx:1, IfNotPresent",
        "nginx@sha256:abc, IfNotPresent",
        "nginx:latest@sha256:abc, Always",
    })
    void thePullPolicyFollowsTheTag(String image, String policy) {
        assertThat(PodDefaults.pullPolicy(image)).isEqualTo(policy);
    }

    @Test
    void aPodGetsAllItsDefaults() {
        Map<String, Object> pod = defaulted("pods", """
                spec:
                  containers:
                  - name: a
                    image: a:1
                    ports: [{containerPort: 80}]
                    resources: {limits: {cpu: '1', memory: 1Gi}, requests: {cpu: 100m}}
                    livenessProbe: {httpGet: {port: 80}}
                    env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
                  volumes: [{name: e}, {name: s, secret: {secretName: x}}, {name: h, hostPath: {path: /x}}]
                """);
        assertAt(pod, "spec/restartPolicy", "Always");
        assertAt(pod, "spec/dnsPolicy", "ClusterFirst");
        assertAt(pod, "spec/terminationGracePeriodSeconds", "30");
        assertAt(pod, "spec/schedulerName", "default-scheduler");
        assertAt(pod, "spec/securityContext", "{}");
        assertAt(pod, "spec/enableServiceLinks", "true");
        assertAt(pod, "spec/containers/0/terminationMessagePath", "/dev/termination-log");
        assertAt(pod, "spec/containers/0/terminationMessagePolicy", "File");
        assertAt(pod, "spec/containers/0/imagePullPolicy", "IfNotPresent");
        assertAt(pod, "spec/containers/0/ports/0/protocol", "TCP");
        assertAt(pod, "spec/containers/0/resources/requests", "{cpu: 100m, memory: 1Gi}");
        assertAt(
                pod,
                "spec/containers/0/livenessProbe",
                "{httpGet: {port: 80, path: /, scheme: HTTP}, timeoutSeconds: 1, periodSeconds: 10,"
                        + " successThreshold: 1, failureThreshold: 3}");
        assertAt(pod, "spec/containers/0/env/0/valueFrom/fieldRef/apiVersion", "v1");
        assertAt(pod, "spec/volumes/0", "{name: e, emptyDir: {}}");
        assertAt(pod, "spec/volumes/1/secret/defaultMode", "420");
        assertAt(pod, "spec/volumes/2/hostPath/type", "''");
    }

    @Test
    void aPodOnTheHostNetworkTakesItsPortsOnTheHost() {
        Map<String, Object> pod =
                defaulted("pods", "{spec: {hostNetwork: true, containers: [{name: a, ports: [{containerPort: 80}]}]}}");
        assertAt(pod, "spec/containers/0/ports/0/hostPort", "80");
    }

    @Test
    void aTemplateGetsWhatAPodGetsButNothingOfTheContainersResources() {
        Map<String, Object> deployment = defaulted("deployments.apps", """
                spec:
                  template:
                    spec: {serviceAccountName: web, containers: [{name: a, image: a, resources: {limits: {cpu: '1'}}}]}
                """);
        assertAt(deployment, "spec/replicas", "1");
        assertAt(
                deployment,
                "spec/strategy",
                "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 25%, maxSurge: 25%}}");
        assertAt(deployment, "spec/revisionHistoryLimit", "10");
        assertAt(deployment, "spec/progressDeadlineSeconds", "600");
        assertAt(deployment, "spec/template/spec/restartPolicy", "Always");
        assertAt(deployment, "spec/template/spec/serviceAccount", "web");
        assertAt(deployment, "spec/template/spec/enableServiceLinks", "null");
        assertAt(deployment, "spec/template/spec/containers/0/resources", "{limits: {cpu: '1'}}");
    }

    @Test
    void aRecreatingDeploymentHasNoRollingUpdate() {
        Map<String, Object> deployment =
                defaulted("deployments.apps", "{spec: {replicas: 0, strategy: {type: Recreate}}}");
        assertAt(deployment, "spec/strategy", "{type: Recreate}");
        assertAt(deployment, "spec/replicas", "0");
    }

    @Test
    void theOtherWorkloadsGetTheirs() {
        Map<String, Object> set = defaulted("statefulsets.apps", """
                spec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce]}}]}
                """);
        assertAt(set, "spec/podManagementPolicy", "OrderedReady");
        assertAt(set, "spec/updateStrategy", "{type: RollingUpdate, rollingUpdate: {partition: 0}}");
        assertAt(set, "spec/persistentVolumeClaimRetentionPolicy", "{whenDeleted: Retain, whenScaled: Retain}");
        assertAt(set, "spec/volumeClaimTemplates/0/spec/volumeMode", "Filesystem");
        assertAt(set, "spec/volumeClaimTemplates/0/status/phase", "Pending");
        Map<String, Object> daemons = defaulted("daemonsets.apps", "{spec: {}}");
        assertAt(
                daemons,
                "spec/updateStrategy",
                "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}");
        Map<String, Object> cron = defaulted("cronjobs.batch", "{spec: {schedule: '* * * * *'}}");
        assertAt(cron, "spec/concurrencyPolicy", "Allow");
        assertAt(cron, "spec/successfulJobsHistoryLimit", "3");
        assertAt(cron, "spec/failedJobsHistoryLimit", "1");
        assertAt(cron, "spec/suspend", "false");
    }

    @Test
    void aJobCountsToOneUnlessItSaysParallelism() {
        Map<String, Object> job = defaulted("jobs.batch", "{spec: {template: {}}}");
        assertAt(job, "spec/completions", "1");
        assertAt(job, "spec/parallelism", "1");
        assertAt(job, "spec/backoffLimit", "6");
        assertAt(job, "spec/completionMode", "NonIndexed");
        assertAt(job, "spec/podReplacementPolicy", "TerminatingOrFailed");
        Map<String, Object> queue = defaulted(
                "jobs.batch", "{spec: {parallelism: 3, backoffLimitPerIndex: 1, podFailurePolicy: {rules: []}}}");
        assertAt(queue, "spec/completions", "null");
        assertAt(queue, "spec/backoffLimit", "2147483647");
        assertAt(queue, "spec/podReplacementPolicy", "Failed");
    }

    @Test
    void aControllersSelectorAndLabelsComeFromItsTemplate() {
        Map<String, Object> rc =
                defaulted("replicationcontrollers", "{spec: {template: {metadata: {labels: {app: a}}}}}");
        assertAt(rc, "spec/selector", "{app: a}");
        assertAt(rc, "metadata/labels", "{app: a}");
    }

    @Test
    void servicesByTheirType() {
        Map<String, Object> plain = defaulted("services", "{spec: {ports: [{port: 80}]}}");
        assertAt(plain, "spec/type", "ClusterIP");
        assertAt(plain, "spec/sessionAffinity", "None");
        assertAt(plain, "spec/internalTrafficPolicy", "Cluster");
        assertAt(plain, "spec/externalTrafficPolicy", "null");
        assertAt(plain, "spec/ports/0", "{port: 80, protocol: TCP, targetPort: 80}");
        Map<String, Object> balanced = defaulted("services", "{spec: {type: LoadBalancer, sessionAffinity: ClientIP}}");
        assertAt(balanced, "spec/sessionAffinityConfig", "{clientIP: {timeoutSeconds: 10800}}");
        assertAt(balanced, "spec/externalTrafficPolicy", "Cluster");
        assertAt(balanced, "spec/allocateLoadBalancerNodePorts", "true");
        Map<String, Object> alias = defaulted("services", "{spec: {type: ExternalName, externalName: a.b}}");
        assertAt(alias, "spec/internalTrafficPolicy", "null");
    }

    @Test
    void secretTextsBecomeData() {
        Map<String, Object> secret = defaulted("secrets", "{data: {a: b2xk, k: eA==}, stringData: {a: new}}");
        assertAt(secret, "type", "Opaque");
        assertAt(secret, "data", "{a: bmV3, k: eA==}");
        assertThat(secret).doesNotContainKey("stringData");
    }

    @Test
    void anAutoscalerLooksAtCpuUnlessToldOtherwise() {
        Map<String, Object> scaler = defaulted(
                "horizontalpodautoscalers.autoscaling",
                "{spec: {maxReplicas: 3, behavior: {scaleDown: {selectPolicy: Min}}}}");
        assertAt(scaler, "spec/minReplicas", "1");
        assertAt(
                scaler,
                "spec/metrics",
                "[{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]");
        assertAt(
                scaler,
                "spec/behavior/scaleUp",
                "{stabilizationWindowSeconds: 0, selectPolicy: Max, policies:"
                        + " [{type: Pods, value: 4, periodSeconds: 15}, {type: Percent, value: 100, periodSeconds:"
                        + " 15}]}");
        assertAt(
                scaler,
                "spec/behavior/scaleDown",
                "{selectPolicy: Min, policies: [{type: Percent, value: 100, periodSeconds: 15}]}");
    }

    @Test
    void limitsOfALimitRangeFollowFromEachOther() {
        Map<String, Object> range =
                defaulted("limitranges", "{spec: {limits: [{type: Container, max: {cpu: '2'}, min: {memory: 1Mi}}]}}");
        assertAt(range, "spec/limits/0/default", "{cpu: '2'}");
        assertAt(range, "spec/limits/0/defaultRequest", "{cpu: '2', memory: 1Mi}");
    }

    @Test
    void amountsFinerThanThousandthsRoundUp() {
        Map<String, Object> pod =
                defaulted("pods", "{spec: {containers: [{name: a, resources: {requests: {cpu: '0.0001'}}}]}}");
        assertAt(pod, "spec/containers/0/resources/requests/cpu", "1m");
    }

    @Test
    void bindingsNetworkPoliciesAndDefinitionsGetTheirs() {
        Map<String, Object> binding = defaulted("rolebindings.rbac.authorization.k8s.io", """
                {roleRef: {kind: Role, name: r}, subjects: [{kind: User, name: u}, {kind: ServiceAccount, name: s}]}
                """);
        assertAt(binding, "roleRef/apiGroup", "rbac.authorization.k8s.io");
        assertAt(binding, "subjects/0/apiGroup", "rbac.authorization.k8s.io");
        assertAt(binding, "subjects/1/apiGroup", "null");
        assertAt(defaulted("networkpolicies.networking.k8s.io", "{spec: {}}"), "spec/policyTypes", "[Ingress]");
        assertAt(
                defaulted("networkpolicies.networking.k8s.io", "{spec: {egress: [{}]}}"),
                "spec/policyTypes",
                "[Ingress, Egress]");
        Map<String, Object> definition = defaulted("customresourcedefinitions.apiextensions.k8s.io", """
                spec: {names: {plural: crontabs, kind: CronTab}, versions: [{name: v1, storage: true}, {name: v2}]}
                """);
        assertAt(definition, "spec/names/singular", "crontab");
        assertAt(definition, "spec/names/listKind", "CronTabList");
        assertAt(definition, "spec/conversion/strategy", "None");
        assertAt(definition, "status/storedVersions", "[v1]");
    }

    /** Defaults that Kubernetes' sources mark for machines are written as code like all others. */
    @Test
    void markedDefaultsAreKnown() {
        List<String> marked = new ArrayList<>();
        SchemaPack.builtIn()
                .types()
                .values()
                .forEach(type -> type.fields().stream()
                        .filter(field -> !field.defaultJson().isEmpty())
                        .forEach(field ->
                                marked.add(type.shortName() + "." + field.jsonName() + "=" + field.defaultJson())));
        assertThat(marked)
                .describedAs("a new one needs code in the defaults of its kind")
                .containsExactlyInAnyOrder(
                        "ServicePort.protocol=\"TCP\"",
                        "ContainerPort.protocol=\"TCP\"",
                        "GRPCAction.service=\"\"",
                        "FileKeySelector.optional=false",
                        "LocalObjectReference.name=\"\"",
                        "RBDVolumeSource.pool=\"rbd\"",
                        "RBDVolumeSource.user=\"admin\"",
                        "RBDVolumeSource.keyring=\"/etc/ceph/keyring\"",
                        "RBDPersistentVolumeSource.pool=\"rbd\"",
                        "RBDPersistentVolumeSource.user=\"admin\"",
                        "RBDPersistentVolumeSource.keyring=\"/etc/ceph/keyring\"",
                        "AzureDiskVolumeSource.fsType=\"ext4\"",
                        "AzureDiskVolumeSource.readOnly=false",
                        "ScaleIOVolumeSource.storageMode=\"ThinProvisioned\"",
                        "ScaleIOVolumeSource.fsType=\"xfs\"",
                        "ScaleIOPersistentVolumeSource.storageMode=\"ThinProvisioned\"",
                        "ScaleIOPersistentVolumeSource.fsType=\"xfs\"",
                        "ISCSIVolumeSource.iscsiInterface=\"default\"",
                        "ISCSIPersistentVolumeSource.iscsiInterface=\"default\"",
                        "ReplicationControllerSpec.replicas=1",
                        "ReplicationControllerSpec.minReadySeconds=0",
                        "DeviceToleration.operator=\"Equal\"",
                        "ScaleSpec.replicas=0");
    }
}
