package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tholepin.kv.StoreException;
import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CreationsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private final TestCluster cluster = TestCluster.withDefaultNamespace();

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aNewObjectGetsItsSystemFields() {
        WriteResult result = cluster.send("POST", MAPS, "{'metadata':{'name':'c'},'data':{'a':'1'}}");
        assertThat(result.code()).isEqualTo(201);
        Map<String, Object> created = result.object();
        assertThat(created).containsEntry("kind", "ConfigMap").containsEntry("apiVersion", "v1");
        assertThat(Json.string(created, "metadata", "namespace")).isEqualTo("default");
        assertThat(Json.string(created, "metadata", "creationTimestamp")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(Json.string(created, "metadata", "uid"))
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(Json.string(created, "metadata", "resourceVersion")).isEqualTo(Long.toString(cluster.revision()));
    }

    @Test
    void theAnswerIsWhatAReadShowsAfterwards() {
        Map<String, Object> created = cluster.create(MAPS, "{'metadata':{'name':'c'},'data':{'a':'1'}}");
        assertThat(cluster.read("", "configmaps", "default", "c")).isEqualTo(created);
    }

    @Test
    void systemFieldsOfTheClientAreIgnored() {
        Map<String, Object> created = cluster.create(
                MAPS,
                "{'metadata':{'name':'c','uid':'mine','creationTimestamp':'2001-01-01T00:00:00Z','selfLink':'/x',"
                        + "'deletionTimestamp':'2001-01-01T00:00:00Z','deletionGracePeriodSeconds':5,"
                        + "'managedFields':[]}}");
        assertThat(Json.string(created, "metadata", "uid")).isNotEqualTo("mine");
        assertThat(Json.string(created, "metadata", "creationTimestamp")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(Json.object(created, "metadata"))
                .doesNotContainKeys("selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields");
    }

    @Test
    void aResourceVersionInTheBodyIsRefused() {
        StatusException refused =
                TestCluster.refusal(() -> cluster.create(MAPS, "{'metadata':{'name':'c','resourceVersion':'7'}}"));
        assertThat(Json.text(refused.toStatus()))
                .isEqualTo("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                        + "\"message\":\"resourceVersion should not be set on objects to be created\",\"code\":500}");
    }

    @Test
    void aTakenNameIsRefused() {
        cluster.create(MAPS, "{'metadata':{'name':'c'}}");
        StatusException refused = TestCluster.refusal(() -> cluster.create(MAPS, "{'metadata':{'name':'c'}}"));
        assertThat(Json.text(refused.toStatus()))
                .isEqualTo("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                        + "\"message\":\"configmaps \\\"c\\\" already exists\",\"reason\":\"AlreadyExists\","
                        + "\"details\":{\"name\":\"c\",\"kind\":\"configmaps\"},\"code\":409}");
    }

    @Test
    void aTakenNameOfATerminatingObjectSaysSo() {
        cluster.create(MAPS, "{'metadata':{'name':'c','finalizers':['example.com/f']}}");
        cluster.delete(MAPS + "/c");
        StatusException refused = TestCluster.refusal(() -> cluster.create(MAPS, "{'metadata':{'name':'c'}}"));
        assertThat(refused).hasMessage("object is being deleted: configmaps \"c\" already exists");
    }

    @Test
    void anObjectNeedsANameOrAGenerateName() {
        StatusException refused = TestCluster.refusal(() -> cluster.create(MAPS, "{'metadata':{}}"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused)
                .hasMessage(
                        "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required");
    }

    @Test
    void aGeneratedNameIsThePrefixAndFiveCharacters() {
        Map<String, Object> created = cluster.create(MAPS, "{'metadata':{'generateName':'web-'}}");
        assertThat(Json.string(created, "metadata", "name")).matches("web-[bcdfghjklmnpqrstvwxz2456789]{5}");
        assertThat(Json.string(created, "metadata", "generateName")).isEqualTo("web-");
    }

    @Test
    void aLongPrefixIsCutTo58Characters() {
        Map<String, Object> created = cluster.create(MAPS, "{'metadata':{'generateName':'" + "x".repeat(100) + "'}}");
        assertThat(Json.string(created, "metadata", "name")).hasSize(63).startsWith("x".repeat(58));
    }

    @Test
    void aCollisionOfGeneratedNamesIsTriedAgain() {
        TestCluster same = new TestCluster(cluster.store(), 42);
        String first = Json.string(same.create(MAPS, "{'metadata':{'generateName':'w-'}}"), "metadata", "name");
        TestCluster again = new TestCluster(cluster.store(), 42);
        String second = Json.string(again.create(MAPS, "{'metadata':{'generateName':'w-'}}"), "metadata", "name");
        assertThat(second).isNotEqualTo(first).startsWith("w-");
    }

    @Test
    void afterEightCollisionsTheServerGivesUp() {
        for (int seed = 0; seed < Creations.GENERATED_NAMES_MAX; seed++) {
            new TestCluster(cluster.store(), 7).create(MAPS, "{'metadata':{'generateName':'w-'}}");
        }
        TestCluster unlucky = new TestCluster(cluster.store(), 7);
        StatusException refused = TestCluster.refusal(() -> unlucky.create(MAPS, "{'metadata':{'generateName':'w-'}}"));
        assertThat(refused.reason()).isEqualTo("AlreadyExists");
        assertThat(refused.details().retryAfterSeconds()).isEqualTo(1);
        assertThat(refused.getMessage())
                .endsWith("already exists, the server was not able to generate a unique name for the object");
    }

    @Test
    void anotherNamespaceInTheBodyIsRefused() {
        StatusException refused =
                TestCluster.refusal(() -> cluster.create(MAPS, "{'metadata':{'name':'c','namespace':'other'}}"));
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused)
                .hasMessage("the namespace of the provided object does not match the namespace sent on the request");
    }

    @Test
    void aClusterScopedObjectLosesItsNamespace() {
        Map<String, Object> created = cluster.create("/api/v1/namespaces", "{'metadata':{'name':'n','namespace':'x'}}");
        assertThat(Json.object(created, "metadata")).doesNotContainKey("namespace");
    }

    @Test
    void nothingIsCreatedInANamespaceThatDoesNotExist() {
        StatusException refused = TestCluster.refusal(
                () -> cluster.create("/api/v1/namespaces/gone/configmaps", "{'metadata':{'name':'c'}}"));
        assertThat(refused.code()).isEqualTo(404);
        assertThat(refused).hasMessage("namespaces \"gone\" not found");
    }

    @Test
    void nothingIsCreatedInANamespaceThatIsBeingDeleted() {
        cluster.create("/api/v1/namespaces", "{'metadata':{'name':'n'}}");
        cluster.delete("/api/v1/namespaces/n");
        StatusException refused = TestCluster.refusal(
                () -> cluster.create("/api/v1/namespaces/n/configmaps", "{'metadata':{'name':'c'}}"));
        assertThat(Json.text(refused.toStatus()))
                .isEqualTo("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                        + "\"message\":\"configmaps \\\"c\\\" is forbidden: unable to create new content in "
                        + "namespace n "
                        + "because it is being terminated\",\"reason\":\"Forbidden\",\"details\":{\"name\":\"c\","
                        + "\"kind\":\"configmaps\",\"causes\":[{\"reason\":\"NamespaceTerminating\",\"message\":"
                        + "\"namespace n is being terminated\",\"field\":\"metadata.namespace\"}]},\"code\":403}");
    }

    @Test
    void dryRunStoresNothingAndShowsWhatWouldBe() {
        long before = cluster.revision();
        Map<String, Object> shown = cluster.create(MAPS + "?dryRun=All", "{'metadata':{'name':'c'}}");
        assertThat(cluster.revision()).isEqualTo(before);
        assertThat(Json.string(shown, "metadata", "uid")).isNotEmpty();
        assertThat(Json.object(shown, "metadata")).doesNotContainKey("resourceVersion");
    }

    @Test
    void dryRunKnowsWhatTheStoreHas() {
        cluster.create(MAPS, "{'metadata':{'name':'c'}}");
        StatusException refused =
                TestCluster.refusal(() -> cluster.create(MAPS + "?dryRun=All", "{'metadata':{'name':'c'}}"));
        assertThat(refused.reason()).isEqualTo("AlreadyExists");
    }

    @Test
    void anObjectTooLargeForTheStoreIsRefused() {
        String huge = Samples.deployment("d").replace("nginx:1'", "nginx:1','args':['" + "A".repeat(1_600_000) + "']");
        StoreException refused = catchThrowableOfType(
                StoreException.class, () -> cluster.create("/apis/apps/v1/namespaces/default/deployments", huge));
        StatusException status = StoreFailures.status(refused);
        assertThat(status.code()).isEqualTo(413);
        assertThat(status.getMessage()).contains("etcdserver: request is too large");
    }

    @Test
    void anOwnerGivenTwiceCountsOnce() {
        String owner = "{'apiVersion':'v1','kind':'Pod','name':'p','uid':'u1'}";
        Map<String, Object> created =
                cluster.create(MAPS, "{'metadata':{'name':'c','ownerReferences':[" + owner + "," + owner + "]}}");
        assertThat(Json.list(created, "metadata", "ownerReferences")).hasSize(1);
        assertThat(cluster.warnings()).singleElement().asString().endsWith("duplicate UID(s) observed: [u1]");
    }

    @Test
    void aDeprecatedKindIsWarnedAbout() {
        cluster.create("/api/v1/namespaces/default/endpoints", "{'metadata':{'name':'e'}}");
        assertThat(cluster.warnings())
                .containsExactly("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
    }

    @Test
    void aDeploymentStartsAtGenerationOneWithDefaults() {
        Map<String, Object> created =
                cluster.create("/apis/apps/v1/namespaces/default/deployments", Samples.deployment("web"));
        assertThat(Json.integer(created, 0, "metadata", "generation")).isEqualTo(1);
        assertThat(Json.integer(created, 0, "spec", "replicas")).isEqualTo(1);
    }
}
