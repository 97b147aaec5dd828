package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UpdatesTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

    private final TestCluster cluster = TestCluster.withDefaultNamespace();

    @AfterEach
    void close() {
        cluster.close();
    }

    private static String version(Map<String, Object> object) {
        return Json.string(object, "metadata", "resourceVersion");
    }

    private static Map<String, Object> with(Map<String, Object> object, String key, String value) {
        Map<String, Object> copy = Json.copyObject(object);
        Json.child(copy, "data").put(key, value);
        return copy;
    }

    @Test
    void anUpdateWithTheCurrentVersionReplacesTheObject() {
        Map<String, Object> created = cluster.create(MAPS, "{'metadata':{'name':'c'},'data':{'a':'1'}}");
        Map<String, Object> updated = cluster.update(MAPS + "/c", with(created, "a", "2"));
        assertThat(Json.string(updated, "data", "a")).isEqualTo("2");
        assertThat(Long.parseLong(version(updated))).isGreaterThan(Long.parseLong(version(created)));
        assertThat(Json.string(updated, "metadata", "uid")).isEqualTo(Json.string(created, "metadata", "uid"));
    }

    @Test
    void anUpdateWithAnOldVersionIsRefused() {
        Map<String, Object> created = cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        cluster.merge(DEPLOYMENTS + "/d", "{'metadata':{'labels':{'a':'b'}}}");
        StatusException refused = TestCluster.refusal(() -> cluster.update(DEPLOYMENTS + "/d", created));
        assertThat(Json.text(refused.toStatus()))
                .isEqualTo("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                        + "\"message\":\"Operation cannot be fulfilled on deployments.apps \\\"d\\\": the "
                        + "object has been "
                        + "modified; please apply your changes to the latest version and try again\",\"reason\":"
                        + "\"Conflict\",\"details\":{\"name\":\"d\",\"group\":\"apps\",\"kind\":\"deployments\"},"
                        + "\"code\":409}");
    }

    @Test
    void anUpdateWithoutVersionReplacesWhateverIsThere() {
        cluster.create(MAPS, "{'metadata':{'name':'c'},'data':{'a':'1'}}");
        Map<String, Object> updated = cluster.update(MAPS + "/c", "{'metadata':{'name':'c'},'data':{'b':'2'}}");
        assertThat(Json.strings(updated, "data")).containsExactly(Map.entry("b", "2"));
    }

    @Test
    void someKindsMustNameAVersion() {
        String path = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
        String body = "{'kind':'PodDisruptionBudget','apiVersion':'policy/v1','metadata':{'name':'p'},"
                + "'spec':{'minAvailable':1}}";
        cluster.create(path, body);
        StatusException refused = TestCluster.refusal(() -> cluster.update(path + "/p", body));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused)
                .hasMessage("PodDisruptionBudget.policy \"p\" is invalid: metadata.resourceVersion: Invalid value: 0: "
                        + "must be specified for an update");
    }

    @Test
    void anotherUidIsAFailedPrecondition() {
        Map<String, Object> created = cluster.create(MAPS, "{'metadata':{'name':'c'}}");
        StatusException refused =
                TestCluster.refusal(() -> cluster.update(MAPS + "/c", "{'metadata':{'name':'c','uid':'other'}}"));
        assertThat(refused.reason()).isEqualTo("Conflict");
        assertThat(refused)
                .hasMessage("Operation cannot be fulfilled on configmaps \"c\": StorageError: invalid object, Code: 4, "
                        + "Key: /registry/configmaps/default/c, ResourceVersion: 0, AdditionalErrorMsg: Precondition "
                        + "failed: UID in precondition: other, UID in object meta: "
                        + Json.string(created, "metadata", "uid"));
    }

    @Test
    void anotherNameInTheBodyIsRefused() {
        StatusException refused =
                TestCluster.refusal(() -> cluster.update(MAPS + "/c", "{'metadata':{'name':'other'}}"));
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused).hasMessage("the name of the object (other) does not match the name on the URL (c)");
    }

    @Test
    void aMissingObjectIsNotFound() {
        StatusException refused =
                TestCluster.refusal(() -> cluster.update(DEPLOYMENTS + "/d", Samples.deployment("d")));
        assertThat(Json.text(refused.toStatus()))
                .isEqualTo("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                        + "\"message\":\"deployments.apps \\\"d\\\" not found\",\"reason\":\"NotFound\",\"details\":"
                        + "{\"name\":\"d\",\"group\":\"apps\",\"kind\":\"deployments\"},\"code\":404}");
    }

    @Test
    void someKindsAreCreatedByAnUpdate() {
        WriteResult result = cluster.send("PUT", "/api/v1/namespaces/default/services/s", Samples.service("s"));
        assertThat(result.code()).isEqualTo(201);
        assertThat(Json.string(result.object(), "metadata", "uid")).isNotEmpty();
        assertThat(Json.string(result.object(), "spec", "clusterIP")).startsWith("10.96.");
    }

    @Test
    void anUpdateThatChangesNothingWritesNothing() {
        Map<String, Object> created = cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        long before = cluster.revision();
        assertThat(cluster.update(DEPLOYMENTS + "/d", created)).isEqualTo(created);
        assertThat(cluster.update(DEPLOYMENTS + "/d", Samples.deployment("d"))).isEqualTo(created);
        assertThat(cluster.revision()).isEqualTo(before);
    }

    @Test
    void whatTheServerOwnsIsKept() {
        Map<String, Object> created = cluster.create(MAPS, "{'metadata':{'name':'c'}}");
        Map<String, Object> changed = with(created, "a", "1");
        Map<String, Object> metadata = Json.child(changed, "metadata");
        metadata.put("creationTimestamp", "2001-01-01T00:00:00Z");
        metadata.put("generation", 77L);
        metadata.remove("uid");
        Map<String, Object> updated = cluster.update(MAPS + "/c", changed);
        assertThat(Json.string(updated, "metadata", "creationTimestamp")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(Json.string(updated, "metadata", "uid")).isEqualTo(Json.string(created, "metadata", "uid"));
        assertThat(Json.object(updated, "metadata")).doesNotContainKey("generation");
    }

    @Test
    void theGenerationCountsChangesOfTheSpecOnly() {
        cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        Map<String, Object> labelled = cluster.merge(DEPLOYMENTS + "/d", "{'metadata':{'labels':{'a':'b'}}}");
        assertThat(Json.integer(labelled, 0, "metadata", "generation")).isEqualTo(1);
        Map<String, Object> scaled = cluster.merge(DEPLOYMENTS + "/d", "{'spec':{'replicas':3}}");
        assertThat(Json.integer(scaled, 0, "metadata", "generation")).isEqualTo(2);
    }

    @Test
    void theMainEndpointIgnoresStatusAndTheStatusEndpointIgnoresSpec() {
        cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        Map<String, Object> main = cluster.merge(DEPLOYMENTS + "/d", "{'status':{'replicas':3}}");
        assertThat(Json.integer(main, 0, "status", "replicas")).isZero();
        Map<String, Object> status = cluster.merge(
                DEPLOYMENTS + "/d/status",
                "{'metadata':{'annotations':{'a':'b'}},'spec':{'replicas':7},'status':{'replicas':3}}");
        assertThat(Json.integer(status, 0, "status", "replicas")).isEqualTo(3);
        assertThat(Json.integer(status, 0, "spec", "replicas")).isEqualTo(1);
        assertThat(Json.strings(status, "metadata", "annotations")).containsEntry("a", "b");
        assertThat(Json.integer(status, 0, "metadata", "generation")).isEqualTo(1);
    }

    @Test
    void dryRunChangesNothing() {
        Map<String, Object> created = cluster.create(MAPS, "{'metadata':{'name':'c'},'data':{'a':'1'}}");
        long before = cluster.revision();
        Map<String, Object> shown = cluster.update(MAPS + "/c?dryRun=All", with(created, "a", "2"));
        assertThat(Json.string(shown, "data", "a")).isEqualTo("2");
        assertThat(version(shown)).isEqualTo(version(created));
        assertThat(cluster.revision()).isEqualTo(before);
    }

    @Test
    void takingTheLastFinalizerOfATerminatingObjectRemovesIt() {
        cluster.create(MAPS, "{'metadata':{'name':'c','finalizers':['example.com/a','example.com/b']}}");
        cluster.delete(MAPS + "/c");
        cluster.merge(MAPS + "/c", "{'metadata':{'finalizers':['example.com/b']}}");
        assertThat(cluster.read("", "configmaps", "default", "c")).isNotNull();
        WriteResult last = cluster.send(
                "PATCH",
                MAPS + "/c",
                "application/merge-patch+json",
                TestCluster.json("{'metadata':{'finalizers':null}}"));
        assertThat(last.code()).isEqualTo(200);
        assertThat(last.object()).containsEntry("kind", "ConfigMap");
        assertThat(cluster.read("", "configmaps", "default", "c")).isNull();
    }

    @Test
    void anUnknownDryRunValueIsRefused() {
        StatusException refused =
                TestCluster.refusal(() -> cluster.update(MAPS + "/c?dryRun=Some", "{'metadata':{'name':'c'}}"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.details().kind()).isEqualTo("UpdateOptions");
        assertThat(refused.details().group()).isEqualTo("meta.k8s.io");
    }

    @Test
    void twoServedVersionsOfOneObjectShareItsStorage() {
        String body = "{'kind':'HorizontalPodAutoscaler','apiVersion':'autoscaling/v1','metadata':{'name':'h'},'spec':{"
                + "'maxReplicas':5,'targetCPUUtilizationPercentage':60,'scaleTargetRef':{'kind':'Deployment',"
                + "'name':'d',"
                + "'apiVersion':'apps/v1'}}}";
        cluster.create("/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers", body);
        Map<String, Object> other = cluster.merge(
                "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/h", "{'spec':{'maxReplicas':9}}");
        assertThat(other).containsEntry("apiVersion", "autoscaling/v2");
        Object target = Json.at(Json.list(other, "spec", "metrics").getFirst(), "resource", "target");
        assertThat(Json.integer(target, 0, "averageUtilization")).isEqualTo(60);
        Map<String, Object> first =
                Objects.requireNonNull(cluster.read("autoscaling", "horizontalpodautoscalers", "default", "h"));
        assertThat(Json.integer(first, 0, "spec", "maxReplicas")).isEqualTo(9);
    }
}
