package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StrategicMergeTest {
    private static final TypeSchema POD_SPEC = type("k8s.io.api.core.v1.PodSpec");
    private static final TypeSchema DEPLOYMENT_SPEC = type("k8s.io.api.apps.v1.DeploymentSpec");
    private static final TypeSchema METADATA = type("k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta");

    private static TypeSchema type(String name) {
        return Objects.requireNonNull(SchemaPack.builtIn().type(name));
    }

    private static void merges(TypeSchema type, String tree, String patch, String expected) {
        Object patched = Patches.strategicMergePatch(Samples.tree(tree), Samples.tree(patch), type);
        assertThat(Json.text(patched)).isEqualTo(Json.text(Samples.parse(expected)));
    }

    @Test
    void aMergeListMatchesItemsByKey() {
        merges(
                POD_SPEC,
                "{containers: [{name: a, image: a:1}, {name: b, image: b:1}]}",
                "{containers: [{name: b, image: b:2}, {name: c, image: c:1}]}",
                "{containers: [{name: a, image: a:1}, {name: b, image: b:2}, {name: c, image: c:1}]}");
    }

    @Test
    void listsInsideMergedItemsMergeAsWell() {
        merges(
                POD_SPEC,
                "{containers: [{name: a, env: [{name: X, value: '1'}], args: [p, q]}]}",
                "{containers: [{name: a, env: [{name: Y, value: '2'}], args: [r]}]}",
                "{containers: [{name: a, env: [{name: X, value: '1'}, {name: Y, value: '2'}], args: [r]}]}");
    }

    @Test
    void nullDeletesAField() {
        merges(POD_SPEC, "{hostname: a, nodeName: n}", "{hostname: null}", "{nodeName: n}");
    }

    @Test
    void aListWithoutAStrategyIsReplaced() {
        merges(
                POD_SPEC,
                "{tolerations: [{key: a}, {key: b}]}",
                "{tolerations: [{key: c}]}",
                "{tolerations: [{key: c}]}");
    }

    @Test
    void anItemIsDeletedByDirective() {
        merges(
                POD_SPEC,
                "{containers: [{name: a}, {name: b}]}",
                "{containers: [{name: a, $patch: delete}]}",
                "{containers: [{name: b}]}");
    }

    @Test
    void aMergeListIsReplacedByDirective() {
        merges(
                POD_SPEC,
                "{containers: [{name: a}, {name: b}]}",
                "{containers: [{name: c}, {$patch: replace}]}",
                "{containers: [{name: c}]}");
    }

    @Test
    void anObjectIsReplacedOrDeletedByDirective() {
        merges(
                POD_SPEC,
                "{securityContext: {runAsUser: 1, fsGroup: 2}}",
                "{securityContext: {$patch: replace, runAsUser: 3}}",
                "{securityContext: {runAsUser: 3}}");
        merges(
                POD_SPEC,
                "{securityContext: {runAsUser: 1}, hostname: a}",
                "{securityContext: {$patch: delete}}",
                "{securityContext: {}, hostname: a}");
        merges(
                POD_SPEC,
                "{securityContext: {runAsUser: 1}}",
                "{securityContext: {$patch: merge, fsGroup: 2}}",
                "{securityContext: {runAsUser: 1, fsGroup: 2}}");
    }

    @Test
    void primitivesMergeByValueAndAreDeletedByDirective() {
        merges(METADATA, "{finalizers: [a/x, b/x]}", "{finalizers: [b/x, c/x]}", "{finalizers: [a/x, b/x, c/x]}");
        merges(
                METADATA,
                "{finalizers: [a/x, b/x]}",
                "{$deleteFromPrimitiveList/finalizers: [a/x]}",
                "{finalizers: [b/x]}");
    }

    @Test
    void theOrderOfAMergedListIsSetByDirective() {
        merges(
                POD_SPEC,
                "{containers: [{name: a}, {name: b}, {name: c}]}",
                "{$setElementOrder/containers: [{name: c}, {name: a}, {name: b}]}",
                "{containers: [{name: c}, {name: a}, {name: b}]}");
        merges(
                METADATA,
                "{finalizers: [a/x, b/x]}",
                "{$setElementOrder/finalizers: [c/x, b/x, a/x], finalizers: [c/x]}",
                "{finalizers: [c/x, b/x, a/x]}");
    }

    @Test
    void whatTheServerAddedKeepsItsPlaceAmongTheOthers() {
        merges(
                POD_SPEC,
                "{containers: [{name: a}, {name: sidecar}, {name: b}]}",
                "{$setElementOrder/containers: [{name: a}, {name: b}], containers: [{name: b, image: b:2}]}",
                "{containers: [{name: a}, {name: sidecar}, {name: b, image: b:2}]}");
    }

    @Test
    void retainedKeysDropTheirSiblings() {
        merges(
                DEPLOYMENT_SPEC,
                "{strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}",
                "{strategy: {$retainKeys: [type], type: Recreate}}",
                "{strategy: {type: Recreate}}");
        merges(
                POD_SPEC,
                "{volumes: [{name: v, emptyDir: {}}]}",
                "{volumes: [{name: v, $retainKeys: [name, configMap], configMap: {name: c}}]}",
                "{volumes: [{name: v, configMap: {name: c}}]}");
    }

    @Test
    void directivesDoNotRemainInWhatIsNew() {
        merges(
                POD_SPEC,
                "{}",
                "{securityContext: {$patch: merge, fsGroup: 2}, volumes: [{name: v, $retainKeys: [name], hostPath:"
                        + " null}],"
                        + " containers: [{name: a, $setElementOrder/env: [], env: [{name: X, $patch: delete}]}]}",
                "{securityContext: {fsGroup: 2}, volumes: [{name: v}], containers: [{name: a, env: []}]}");
    }

    @Test
    void serviceAndContainerPortsOfTheSameNumberCollide() {
        merges(
                type("k8s.io.api.core.v1.ServiceSpec"),
                "{ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]}",
                "{ports: [{name: changed, port: 53, protocol: TCP}]}",
                "{ports: [{name: changed, port: 53, protocol: TCP}, {name: dns-tcp, port: 53, protocol: TCP}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{containers: [{image: a}]}",
                "{containers: [{name: a}, b]}",
                "{securityContext: {$patch: explode}}",
                "{$deleteFromPrimitiveList/finalizers: a}",
                "{$setElementOrder/containers: a}",
                "{$retainKeys: a}",
                "{$setElementOrder/containers: [{name: a}], containers: [{name: b}]}",
            })
    void aMalformedPatchIsABadRequest(String patch) {
        String tree = "{containers: [{name: a}], securityContext: {}}";
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> Patches.strategicMergePatch(Samples.tree(tree), Samples.tree(patch), POD_SPEC))
                .satisfies(status -> assertThat(status.code()).isEqualTo(400));
    }

    /** Contract, Appendix A: type, field, merge key ({@code value} for primitives), retainKeys. */
    @ParameterizedTest
    @CsvSource({
        "core.v1.PodSpec, volumes, name, true",
        "core.v1.PodSpec, initContainers, name, false",
        "core.v1.PodSpec, containers, name, false",
        "core.v1.PodSpec, ephemeralContainers, name, false",
        "core.v1.PodSpec, imagePullSecrets, name, false",
        "core.v1.PodSpec, hostAliases, ip, false",
        "core.v1.PodSpec, topologySpreadConstraints, topologyKey, false",
        "core.v1.PodSpec, schedulingGates, name, false",
        "core.v1.PodSpec, resourceClaims, name, true",
        "core.v1.Container, ports, containerPort, false",
        "core.v1.Container, env, name, false",
        "core.v1.Container, volumeMounts, mountPath, false",
        "core.v1.Container, volumeDevices, devicePath, false",
        "core.v1.EphemeralContainerCommon, ports, containerPort, false",
        "core.v1.EphemeralContainerCommon, env, name, false",
        "core.v1.ContainerStatus, volumeMounts, mountPath, false",
        "core.v1.ContainerStatus, allocatedResourcesStatus, name, false",
        "core.v1.PodStatus, conditions, type, false",
        "core.v1.PodStatus, hostIPs, ip, false",
        "core.v1.PodStatus, podIPs, ip, false",
        "core.v1.PodStatus, resourceClaimStatuses, name, true",
        "core.v1.ServiceSpec, ports, port, false",
        "core.v1.ServiceStatus, conditions, type, false",
        "core.v1.ServiceAccount, secrets, name, false",
        "core.v1.NodeSpec, podCIDRs, value, false",
        "core.v1.NodeStatus, conditions, type, false",
        "core.v1.NodeStatus, addresses, type, false",
        "core.v1.NamespaceStatus, conditions, type, false",
        "core.v1.ReplicationControllerStatus, conditions, type, false",
        "core.v1.PersistentVolumeClaimStatus, conditions, type, false",
        "core.v1.ComponentStatus, conditions, type, false",
        "apps.v1.DeploymentStatus, conditions, type, false",
        "apps.v1.ReplicaSetStatus, conditions, type, false",
        "apps.v1.StatefulSetStatus, conditions, type, false",
        "apps.v1.DaemonSetStatus, conditions, type, false",
        "batch.v1.JobStatus, conditions, type, false",
        "autoscaling.v2.HorizontalPodAutoscalerStatus, conditions, type, false",
        "networking.v1.ServiceCIDRStatus, conditions, type, false",
        "policy.v1.PodDisruptionBudgetStatus, conditions, type, false",
        "storage.v1.CSINodeSpec, drivers, name, false",
        "admissionregistration.v1.MutatingWebhookConfiguration, webhooks, name, false",
        "admissionregistration.v1.ValidatingWebhookConfiguration, webhooks, name, false",
        "admissionregistration.v1.MutatingWebhook, matchConditions, name, false",
        "admissionregistration.v1.ValidatingWebhook, matchConditions, name, false",
        "admissionregistration.v1.ValidatingAdmissionPolicySpec, matchConditions, name, false",
        "admissionregistration.v1.ValidatingAdmissionPolicySpec, variables, name, false",
        "admissionregistration.v1.MutatingAdmissionPolicySpec, matchConditions, name, false",
        "flowcontrol.v1.FlowSchemaStatus, conditions, type, false",
        "flowcontrol.v1.PriorityLevelConfigurationStatus, conditions, type, false",
        "resource.v1.ResourceClaimStatus, reservedFor, uid, false",
    })
    void thePackCarriesTheMergeKeysOfKubernetes(String type, String field, String key, boolean retainKeys) {
        checkField(type("k8s.io.api." + type), field, key, retainKeys);
    }

    @Test
    void metadataMergesOwnersByUidAndFinalizersByValue() {
        checkField(METADATA, "ownerReferences", "uid", false);
        checkField(METADATA, "finalizers", "value", false);
    }

    private static void checkField(TypeSchema type, String field, String key, boolean retainKeys) {
        FieldSchema schema = Objects.requireNonNull(type.field(field));
        assertThat(schema.patchStrategies()).contains("merge");
        assertThat(schema.patchMergeKey()).isEqualTo(key.equals("value") ? "" : key);
        assertThat(schema.patchStrategies().contains("retainKeys")).isEqualTo(retainKeys);
    }

    @Test
    void deploymentStrategyRetainsKeysAndABudgetsSelectorIsReplaced() {
        assertThat(Objects.requireNonNull(DEPLOYMENT_SPEC.field("strategy")).patchStrategies())
                .isEqualTo(List.of("retainKeys"));
        assertThat(Objects.requireNonNull(type("k8s.io.api.policy.v1.PodDisruptionBudgetSpec")
                                .field("selector"))
                        .patchStrategies())
                .isEqualTo(List.of("replace"));
    }
}
