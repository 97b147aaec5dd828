package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PatchRequestsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

    private final TestCluster cluster = TestCluster.withDefaultNamespace();

    @AfterEach
    void close() {
        cluster.close();
    }

    private WriteResult patch(String path, String type, String body) {
        return cluster.send("PATCH", path, type, TestCluster.json(body));
    }

    @Test
    void aMergePatchSetsAndDeletes() {
        cluster.create(MAPS, "{'metadata':{'name':'c'},'data':{'a':'1','b':'2'}}");
        Map<String, Object> patched = cluster.merge(MAPS + "/c", "{'data':{'a':null,'c':'3'}}");
        assertThat(Json.strings(patched, "data")).containsOnly(Map.entry("b", "2"), Map.entry("c", "3"));
    }

    @Test
    void aJsonPatchRunsItsOperations() {
        cluster.create(MAPS, "{'metadata':{'name':'c'},'data':{'a':'1'}}");
        WriteResult patched = patch(
                MAPS + "/c",
                "application/json-patch+json; charset=utf-8",
                "[{'op':'test','path':'/data/a','value':'1'},{'op':'replace','path':'/data/a','value':'2'}]");
        assertThat(patched.code()).isEqualTo(200);
        assertThat(Json.string(patched.object(), "data", "a")).isEqualTo("2");
    }

    @Test
    void aFailedTestOfAJsonPatchIsUnprocessable() {
        cluster.create(MAPS, "{'metadata':{'name':'c'},'data':{'a':'1'}}");
        StatusException refused = TestCluster.refusal(() ->
                patch(MAPS + "/c", "application/json-patch+json", "[{'op':'test','path':'/data/a','value':'9'}]"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused).hasMessage("the server rejected our request due to an error in our request");
    }

    @Test
    void aStrategicPatchMergesListsByKey() {
        cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        Map<String, Object> patched = cluster.strategic(
                DEPLOYMENTS + "/d",
                "{'spec':{'template':{'spec':{'containers':[{'name':'side','image':'busybox:1'}]}}}}");
        assertThat(Json.list(patched, "spec", "template", "spec", "containers")).hasSize(2);
    }

    @Test
    void anUnknownMediaTypeIsRefusedWithTheAcceptedOnes() {
        cluster.create(MAPS, "{'metadata':{'name':'c'}}");
        StatusException refused = TestCluster.refusal(() -> patch(MAPS + "/c", "application/json", "{}"));
        assertThat(refused.code()).isEqualTo(415);
        assertThat(refused.reason()).isEqualTo("UnsupportedMediaType");
        assertThat(refused)
                .hasMessage("the body of the request was in an unknown format - accepted media types include: "
                        + "application/json-patch+json, application/merge-patch+json, "
                        + "application/strategic-merge-patch+json");
    }

    @Test
    void aMissingObjectIsNotFound() {
        StatusException refused = TestCluster.refusal(() -> cluster.merge(MAPS + "/c", "{'data':{'a':'1'}}"));
        assertThat(refused.code()).isEqualTo(404);
        assertThat(refused).hasMessage("configmaps \"c\" not found");
    }

    @Test
    void aPatchWithAnOldVersionIsAConflict() {
        Map<String, Object> created = cluster.create(MAPS, "{'metadata':{'name':'c'}}");
        String version = Json.string(created, "metadata", "resourceVersion");
        String body = "{'metadata':{'resourceVersion':'" + version + "'},'data':{'a':'1'}}";
        cluster.merge(MAPS + "/c", body);
        StatusException refused = TestCluster.refusal(() -> cluster.merge(MAPS + "/c", body));
        assertThat(refused.reason()).isEqualTo("Conflict");
        assertThat(refused.getMessage()).endsWith("please apply your changes to the latest version and try again");
    }

    @Test
    void aPatchThatChangesNothingWritesNothing() {
        cluster.create(MAPS, "{'metadata':{'name':'c'},'data':{'a':'1'}}");
        long before = cluster.revision();
        cluster.merge(MAPS + "/c", "{'data':{'a':'1'}}");
        cluster.strategic(MAPS + "/c", "{}");
        assertThat(cluster.revision()).isEqualTo(before);
    }

    @Test
    void aPatchCannotRename() {
        cluster.create(MAPS, "{'metadata':{'name':'c'}}");
        StatusException refused =
                TestCluster.refusal(() -> cluster.merge(MAPS + "/c", "{'metadata':{'name':'other'}}"));
        assertThat(refused.code()).isEqualTo(400);
    }

    @Test
    void aResultThatIsNoSuchObjectIsInvalidAtPatch() {
        cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        StatusException refused =
                TestCluster.refusal(() -> cluster.merge(DEPLOYMENTS + "/d", "{'spec':{'replicas':'many'}}"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.details().causes().getFirst().field()).isEqualTo("patch");
        assertThat(refused.getMessage())
                .startsWith(" \"\" is invalid: patch: Invalid value: ")
                .contains("json: cannot unmarshal string into Go struct field");
    }

    @Test
    void anUnknownFieldIsDroppedWithAWarningByDefault() {
        cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        Map<String, Object> patched = cluster.merge(DEPLOYMENTS + "/d", "{'spec':{'foo':1}}");
        assertThat(Json.object(patched, "spec")).doesNotContainKey("foo");
        assertThat(cluster.warnings()).containsExactly("unknown field \"spec.foo\"");
        cluster.merge(DEPLOYMENTS + "/d?fieldValidation=Ignore", "{'spec':{'foo':1}}");
        assertThat(cluster.warnings()).isEmpty();
    }

    @Test
    void anUnknownFieldIsRefusedWhenStrict() {
        cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        StatusException refused = TestCluster.refusal(
                () -> cluster.merge(DEPLOYMENTS + "/d?fieldValidation=Strict", "{'spec':{'foo':1}}"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.getMessage()).endsWith("strict decoding error: unknown field \"spec.foo\"");
    }

    @Test
    void aMalformedPatchIsABadRequest() {
        StatusException refused = TestCluster.refusal(() -> cluster.merge(MAPS + "/c", "{"));
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.getMessage()).startsWith("error decoding patch: ");
    }

    @Test
    void forceIsForApplyOnly() {
        StatusException refused =
                TestCluster.refusal(() -> cluster.merge(MAPS + "/c?force=true", "{'data':{'a':'1'}}"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused)
                .hasMessage("PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for "
                        + "non-apply "
                        + "patch");
    }
}
