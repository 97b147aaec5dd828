package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StrategyTest {
    private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");

    private static Map<String, Object> created(String resource, String yaml) {
        ResourceType type = Samples.resource(resource);
        Map<String, Object> tree = Samples.typed(type, Samples.tree(yaml));
        Defaults.apply(type, tree);
        Strategy.of(type).prepareForCreate(tree, NOW);
        return tree;
    }

    private static Map<String, Object> updated(String resource, String old, String fresh, String subresource) {
        Map<String, Object> tree = Samples.tree(fresh);
        Strategy.of(Samples.resource(resource)).prepareForUpdate(tree, Samples.tree(old), subresource, NOW);
        return tree;
    }

    private static long generation(Map<String, Object> tree) {
        return Json.integer(tree, 0, "metadata", "generation");
    }

    @Test
    void whatIsCreatedBeginsWithAnEmptyStatusAndGenerationOne() {
        Map<String, Object> tree =
                created("deployments.apps", "{metadata: {name: d, generation: 7}, spec: {}, status: {replicas: 3}}");
        assertThat(Json.at(tree, "status", "replicas")).isNull();
        assertThat(generation(tree)).isEqualTo(1);
    }

    @Test
    void aNodeMayBeCreatedWithItsStatus() {
        Map<String, Object> node = created("nodes", "{metadata: {name: node}, status: {capacity: {cpu: '4'}}}");
        assertThat(Json.at(node, "status", "allocatable", "cpu")).isEqualTo("4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{containers: [{name: a}]} | BestEffort",
                "{containers: [{name: a, resources: {requests: {cpu: 100m}}}]} | Burstable",
                "{containers: [{name: a, resources: {limits: {cpu: 1, memory: 1Gi}}}]} | Guaranteed",
                "{containers: [{name: a, resources: {limits: {cpu: 1}}}]} | Burstable",
                "{containers: [{name: a, resources: {limits: {cpu: 1, memory: 1Gi}}}, {name: b}]} | Burstable",
                "{containers: [{name: a, resources: {limits: {example.com/gpu: 1}}}]} | BestEffort",
            })
    void aNewPodIsPendingWithItsQualityOfService(String spec, String qos) {
        Map<String, Object> pod =
                created("pods", "{metadata: {name: p}, spec: " + spec + ", status: {phase: Running}}");
        assertThat(Json.string(pod, "status", "phase")).isEqualTo("Pending");
        assertThat(Json.string(pod, "status", "qosClass")).isEqualTo(qos);
    }

    @Test
    void aNamespaceIsFinalizedByKubernetesAndLabelledWithItsName() {
        Map<String, Object> namespace = created("namespaces", "{metadata: {name: a}, spec: {finalizers: [x/y]}}");
        assertThat(Json.list(namespace, "spec", "finalizers")).containsExactly("x/y", "kubernetes");
        assertThat(Json.strings(namespace, "metadata", "labels")).containsEntry("kubernetes.io/metadata.name", "a");
        assertThat(Json.string(namespace, "status", "phase")).isEqualTo("Active");
    }

    @Test
    void aJobSelectsItsPodsByUid() {
        Map<String, Object> job = created("jobs.batch", "{metadata: {name: j, uid: u-1}, spec: {template: {}}}");
        assertThat(Json.strings(job, "spec", "selector", "matchLabels"))
                .isEqualTo(Map.of("batch.kubernetes.io/controller-uid", "u-1"));
        Map<String, String> labels = Map.of(
                "batch.kubernetes.io/controller-uid", "u-1",
                "batch.kubernetes.io/job-name", "j",
                "controller-uid", "u-1",
                "job-name", "j");
        assertThat(Json.strings(job, "spec", "template", "metadata", "labels")).isEqualTo(labels);
        assertThat(Json.strings(job, "metadata", "labels")).isEqualTo(labels);
    }

    @Test
    void aJobWithItsOwnSelectorKeepsIt() {
        Map<String, Object> job = created("jobs.batch", """
                metadata: {name: j, uid: u}
                spec: {manualSelector: true, selector: {matchLabels: {a: b}}, template: {}}
                """);
        assertThat(Json.strings(job, "spec", "selector", "matchLabels")).isEqualTo(Map.of("a", "b"));
    }

    @Test
    void aChangedSpecBumpsTheGenerationAndNothingElseDoes() {
        String old = "{metadata: {generation: 4}, spec: {replicas: 1}, status: {replicas: 1}}";
        assertThat(generation(updated("replicasets.apps", old, "{metadata: {}, spec: {replicas: 2}}", "")))
                .isEqualTo(5);
        assertThat(generation(
                        updated("replicasets.apps", old, "{metadata: {labels: {a: b}}, spec: {replicas: 1}}", "")))
                .isEqualTo(4);
        assertThat(generation(updated("replicasets.apps", old, "{metadata: {generation: 9}, spec: {replicas: 1}}", "")))
                .isEqualTo(4);
        assertThat(generation(updated("replicasets.apps", old, "{metadata: {}, spec: {replicas: 2}}", "status")))
                .isEqualTo(4);
        assertThat(generation(updated("replicasets.apps", old, "{metadata: {}, spec: {replicas: 2}}", "scale")))
                .isEqualTo(5);
    }

    @Test
    void aDeploymentsAnnotationsCountAsWell() {
        String old = "{metadata: {generation: 1}, spec: {}}";
        assertThat(generation(updated("deployments.apps", old, "{metadata: {annotations: {a: b}}, spec: {}}", "")))
                .isEqualTo(2);
        assertThat(generation(updated("daemonsets.apps", old, "{metadata: {annotations: {a: b}}, spec: {}}", "")))
                .isEqualTo(1);
    }

    @Test
    void anEmptyListOrObjectIsNoChange() {
        String old = "{metadata: {generation: 1}, spec: {replicas: 1, template: {spec: {volumes: []}}}}";
        String fresh = "{metadata: {}, spec: {replicas: 1, selector: {}, template: {spec: {}}}}";
        assertThat(generation(updated("replicasets.apps", old, fresh, ""))).isEqualTo(1);
    }

    @Test
    void aKindWithoutGenerationsKeepsNone() {
        assertThat(Json.at(updated("configmaps", "{data: {a: b}}", "{data: {a: c}}", ""), "metadata", "generation"))
                .isNull();
    }

    @Test
    void webhooksAndOtherKindsWithoutASpecCountToo() {
        String resource = "validatingwebhookconfigurations.admissionregistration.k8s.io";
        String old = "{metadata: {generation: 1}, webhooks: [{name: a}]}";
        assertThat(generation(updated(resource, old, "{metadata: {}, webhooks: [{name: b}]}", "")))
                .isEqualTo(2);
    }

    @Test
    void theMainEndpointKeepsTheStatusAndTheStatusEndpointTheSpec() {
        String old = "{metadata: {}, spec: {replicas: 1}, status: {replicas: 1}}";
        String fresh = "{metadata: {annotations: {a: b}}, spec: {replicas: 2}, status: {replicas: 2}}";
        Map<String, Object> main = updated("replicasets.apps", old, fresh, "");
        assertThat(Json.integer(main, 0, "spec", "replicas")).isEqualTo(2);
        assertThat(Json.integer(main, 0, "status", "replicas")).isEqualTo(1);
        Map<String, Object> status = updated("replicasets.apps", old, fresh, "status");
        assertThat(Json.integer(status, 0, "spec", "replicas")).isEqualTo(1);
        assertThat(Json.integer(status, 0, "status", "replicas")).isEqualTo(2);
        assertThat(Json.strings(status, "metadata", "annotations")).containsEntry("a", "b");
    }

    @Test
    void aDefinitionsStatusEndpointTakesNothingOfItsMetadata() {
        String resource = "customresourcedefinitions.apiextensions.k8s.io";
        Map<String, Object> tree = updated(resource, "{metadata: {}}", "{metadata: {annotations: {a: b}}}", "status");
        assertThat(Json.at(tree, "metadata", "annotations")).isNull();
    }

    @Test
    void aPodsStatusEndpointKeepsOwnersAndDeletion() {
        String old = "{metadata: {deletionTimestamp: t, ownerReferences: [{uid: u}]}, status: {qosClass: Burstable}}";
        Map<String, Object> pod = updated("pods", old, "{metadata: {}, status: {phase: Running}}", "status");
        assertThat(Json.at(pod, "metadata", "deletionTimestamp")).isEqualTo("t");
        assertThat(Json.list(pod, "metadata", "ownerReferences")).hasSize(1);
        assertThat(Json.string(pod, "status", "qosClass")).isEqualTo("Burstable");
    }

    @Test
    void ephemeralContainersAndResourcesChangeThroughTheirEndpointsOnly() {
        String old = "{metadata: {generation: 1}, spec: {nodeName: node, containers: [{name: a, image: x}]}}";
        String fresh = "{metadata: {resourceVersion: '5'}, spec: {nodeName: m, containers: [{name: a, image: y,"
                + " resources: {limits: {cpu: '2'}}}], ephemeralContainers: [{name: debug}]}}";
        Map<String, Object> debugged = updated("pods", old, fresh, "ephemeralcontainers");
        assertThat(Json.string(debugged, "spec", "nodeName")).isEqualTo("node");
        assertThat(Json.list(debugged, "spec", "ephemeralContainers")).hasSize(1);
        assertThat(Json.at(Json.list(debugged, "spec", "containers").getFirst(), "resources"))
                .isNull();
        assertThat(Json.string(debugged, "metadata", "resourceVersion")).isEqualTo("5");
        assertThat(generation(debugged)).isEqualTo(2);
        Object container = Json.list(updated("pods", old, fresh, "resize"), "spec", "containers")
                .getFirst();
        assertThat(Json.string(container, "image")).isEqualTo("x");
        assertThat(Json.string(container, "resources", "limits", "cpu")).isEqualTo("2");
    }

    @Test
    void aNamespacesFinalizersChangeThroughFinalizeOnly() {
        String old = "{metadata: {name: a}, spec: {finalizers: [kubernetes]}, status: {phase: Terminating}}";
        assertThat(Json.list(updated("namespaces", old, "{metadata: {name: a}}", ""), "spec", "finalizers"))
                .containsExactly("kubernetes");
        Map<String, Object> finalized = updated("namespaces", old, "{metadata: {name: a}, spec: {}}", "finalize");
        assertThat(Json.list(finalized, "spec", "finalizers")).isEmpty();
        assertThat(Json.string(finalized, "status", "phase")).isEqualTo("Terminating");
    }

    @Test
    void aServiceKeepsWhatWasAllocated() {
        String old = "{spec: {type: NodePort, clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ipFamilies: [IPv4],"
                + " ipFamilyPolicy: SingleStack, ports: [{port: 80, protocol: TCP, nodePort: 30001}]}}";
        Map<String, Object> kept =
                updated("services", old, "{spec: {type: NodePort, ports: [{port: 80, protocol: TCP}]}}", "");
        assertThat(Json.string(kept, "spec", "clusterIP")).isEqualTo("10.0.0.1");
        assertThat(Json.at(Json.list(kept, "spec", "ports").getFirst(), "nodePort"))
                .isEqualTo(30001L);
        Map<String, Object> closed = updated("services", old, old.replace("NodePort", "ClusterIP"), "");
        assertThat(Json.at(Json.list(closed, "spec", "ports").getFirst(), "nodePort"))
                .isNull();
        Map<String, Object> alias = updated("services", old, old.replace("NodePort", "ExternalName"), "");
        assertThat(Json.at(alias, "spec", "clusterIP")).isNull();
        assertThat(Json.at(alias, "spec", "ipFamilies")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "'{spec: {nodeName: node, terminationGracePeriodSeconds: 30}}', , 30",
        "'{spec: {nodeName: node, terminationGracePeriodSeconds: 30}}', 5, 5",
        "'{spec: {nodeName: node, terminationGracePeriodSeconds: 30}}', 0, 0",
        "'{spec: {nodeName: node, terminationGracePeriodSeconds: -3}}', , 1",
        "'{spec: {terminationGracePeriodSeconds: 30}}', 5, 0",
        "'{spec: {nodeName: node, terminationGracePeriodSeconds: 30}, status: {phase: Failed}}', , 0",
    })
    void aPodsGraceFollowsItsSpecAndPhase(String pod, Long requested, long expected) {
        Strategy pods = Strategy.of(Samples.resource("pods"));
        assertThat(pods.gracePeriodSeconds(Samples.tree(pod), requested)).isEqualTo(expected);
    }

    @Test
    void othersHaveNoGrace() {
        Strategy services = Strategy.of(Samples.resource("services"));
        assertThat(services.gracefulDelete()).isFalse();
        assertThat(services.gracePeriodSeconds(Samples.tree("{spec: {nodeName: node}}"), 5L))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"services", "leases.coordination.k8s.io", "roles.rbac.authorization.k8s.io", "events"})
    void someKindsAreCreatedByUpdate(String resource) {
        assertThat(Strategy.of(Samples.resource(resource)).allowCreateOnUpdate())
                .isTrue();
    }

    @Test
    void flagsByKind() {
        assertThat(Strategy.of(Samples.resource("pods")).allowCreateOnUpdate()).isFalse();
        assertThat(Strategy.of(Samples.resource("pods")).allowUnconditionalUpdate())
                .isTrue();
        assertThat(Strategy.of(Samples.resource("poddisruptionbudgets.policy")).allowUnconditionalUpdate())
                .isFalse();
        assertThat(Strategy.of(Samples.resource("pods")).returnsDeletedObject()).isTrue();
        assertThat(Strategy.of(Samples.resource("configmaps")).returnsDeletedObject())
                .isFalse();
        assertThat(Strategy.of(Samples.resource("jobs.batch")).defaultPropagation())
                .isEqualTo("Orphan");
        assertThat(Strategy.of(Samples.resource("deployments.apps")).defaultPropagation())
                .isEqualTo("Background");
        assertThat(Strategy.of(Samples.resource("controllerrevisions.apps")).countsGenerations())
                .isFalse();
    }

    @Test
    void surprisingObjectsAreWarnedAbout() {
        Strategy deployments = Strategy.of(Samples.resource("deployments.apps"));
        Map<String, Object> tree = Samples.tree("""
                metadata: {name: a.b}
                spec: {template: {spec: {nodeSelector: {beta.kubernetes.io/os: linux}, containers: [
                  {name: c, env: [{name: X}, {name: X}], resources: {limits: {memory: 100m}}}]}}}
                """);
        assertThat(deployments.warnings(tree))
                .containsExactly(
                        "metadata.name: this is used in Pod names and hostnames, which can result in surprising"
                                + " behavior; a DNS label is recommended: [must not contain dots]",
                        "spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use"
                                + " \"kubernetes.io/os\" instead",
                        "spec.template.spec.containers[0].resources.limits[memory]: fractional byte value \"100m\" is"
                                + " invalid, must be an integer",
                        "spec.template.spec.containers[0].env[1]: hides previous definition of \"X\", which may be"
                                + " dropped when using apply");
        assertThat(Strategy.of(Samples.resource("endpoints")).deprecation())
                .isEqualTo("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
    }
}
