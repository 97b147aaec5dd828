package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Scale, binding, eviction, ephemeral containers, approval, and those that need a kubelet. */
class SubresourcesTest {
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";

    private final TestCluster cluster = TestCluster.withDefaultNamespace();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Map<String, Object> pod(String name) {
        return Objects.requireNonNull(cluster.read("", "pods", "default", name));
    }

    @Test
    void aScaleShowsReplicasAndTheSelector() {
        Map<String, Object> deployment = cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        Map<String, Object> scale = Scales.of(cluster.type("apps", "deployments"), deployment);
        assertThat(Json.text(scale))
                .isEqualTo("{\"kind\":\"Scale\",\"apiVersion\":\"autoscaling/v1\",\"metadata\":{\"name\":\"d\","
                        + "\"namespace\":"
                        + "\"default\",\"uid\":\"" + Json.string(deployment, "metadata", "uid")
                        + "\",\"resourceVersion\":\""
                        + Json.string(deployment, "metadata", "resourceVersion")
                        + "\",\"creationTimestamp\":\"2026-01-02T03:04:05Z\"},"
                        + "\"spec\":{\"replicas\":1},\"status\":"
                        + "{\"replicas\":0,\"selector\":\"app=d\"}}");
    }

    @Test
    void replacingAScaleSetsReplicasAndCountsAGeneration() {
        Map<String, Object> deployment = cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        Map<String, Object> scale = Scales.of(cluster.type("apps", "deployments"), deployment);
        Json.child(scale, "spec").put("replicas", 5L);
        Map<String, Object> answer = cluster.update(DEPLOYMENTS + "/d/scale", scale);
        assertThat(answer).containsEntry("kind", "Scale");
        assertThat(Json.integer(answer, 0, "spec", "replicas")).isEqualTo(5);
        Map<String, Object> scaled = cluster.read("apps", "deployments", "default", "d");
        assertThat(Json.integer(scaled, 0, "spec", "replicas")).isEqualTo(5);
        assertThat(Json.integer(scaled, 0, "metadata", "generation")).isEqualTo(2);
        StatusException refused = TestCluster.refusal(() -> cluster.update(DEPLOYMENTS + "/d/scale", scale));
        assertThat(refused.reason()).isEqualTo("Conflict");
    }

    @Test
    void aScaleCanBePatchedToZero() {
        cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        Map<String, Object> answer = cluster.merge(DEPLOYMENTS + "/d/scale", "{'spec':{'replicas':0}}");
        assertThat(Json.object(answer, "spec")).doesNotContainKey("replicas");
        Map<String, Object> scaled = cluster.read("apps", "deployments", "default", "d");
        assertThat(Json.integer(scaled, -1, "spec", "replicas")).isZero();
    }

    @Test
    void aNegativeScaleIsInvalid() {
        cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        StatusException refused =
                TestCluster.refusal(() -> cluster.merge(DEPLOYMENTS + "/d/scale", "{'spec':{'replicas':-1}}"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused)
                .hasMessage(
                        "Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or "
                                + "equal to 0");
    }

    @Test
    void aBindingPutsAPodOnANodeOnce() {
        cluster.create(PODS, Samples.pod("p"));
        String body = "{'kind':'Binding','apiVersion':'v1','metadata':{'name':'p','annotations':{'a':'b'}},"
                + "'target':{'kind':'Node','name':'n'}}";
        WriteResult bound = cluster.send("POST", PODS + "/p/binding", body);
        assertThat(bound.code()).isEqualTo(201);
        assertThat(Json.text(bound.object()))
                .isEqualTo("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\","
                        + "\"code\":201}");
        assertThat(Json.string(pod("p"), "spec", "nodeName")).isEqualTo("n");
        assertThat(Json.strings(pod("p"), "metadata", "annotations")).containsEntry("a", "b");
        Object condition = Json.list(pod("p"), "status", "conditions").getLast();
        assertThat(Json.string(condition, "type")).isEqualTo("PodScheduled");
        assertThat(Json.string(condition, "status")).isEqualTo("True");
        StatusException refused = TestCluster.refusal(() -> cluster.create(PODS + "/p/binding", body));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused)
                .hasMessage(
                        "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n\"");
    }

    @Test
    void theOlderBindingsResourceNamesThePodInTheBody() {
        cluster.create(PODS, Samples.pod("p"));
        cluster.create(
                "/api/v1/namespaces/default/bindings",
                "{'kind':'Binding','apiVersion':'v1','metadata':{'name':'p'},'target':{'kind':'Node','name':'n'}}");
        assertThat(Json.string(pod("p"), "spec", "nodeName")).isEqualTo("n");
    }

    @Test
    void aBindingIsForNodesAndPodsThatStay() {
        cluster.create(PODS, Samples.pod("p").replace("'labels'", "'finalizers':['example.com/f'],'labels'"));
        StatusException invalid = TestCluster.refusal(
                () -> cluster.create(PODS + "/p/binding", "{'metadata':{'name':'p'},'target':{'kind':'Minion'}}"));
        assertThat(invalid.code()).isEqualTo(422);
        cluster.delete(PODS + "/p");
        StatusException refused = TestCluster.refusal(() ->
                cluster.create(PODS + "/p/binding", "{'metadata':{'name':'p'},'target':{'kind':'Node','name':'n'}}"));
        assertThat(refused.getMessage()).endsWith("pod p is being deleted, cannot be assigned to a host");
    }

    private void budget(String name, long allowed) {
        cluster.create(
                BUDGETS,
                "{'kind':'PodDisruptionBudget','apiVersion':'policy/v1','metadata':{'name':'" + name
                        + "'},'spec':{'minAvailable':1,'selector':{'matchLabels':{'app':'p'}}}}");
        cluster.merge(
                BUDGETS + "/" + name + "/status",
                "{'status':{'observedGeneration':1,'disruptionsAllowed':" + allowed
                        + ",'currentHealthy':1,'desiredHealthy':1,'expectedPods':1}}");
    }

    private void readyPod() {
        cluster.create(PODS, Samples.podOn("n", "p"));
        cluster.merge(
                PODS + "/p/status", "{'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}}");
    }

    private WriteResult evict() {
        return cluster.send(
                "POST", PODS + "/p/eviction", "{'kind':'Eviction','apiVersion':'policy/v1','metadata':{'name':'p'}}");
    }

    @Test
    void anEvictionWithoutBudgetIsADeletion() {
        readyPod();
        assertThat(evict().code()).isEqualTo(201);
        assertThat(Json.string(pod("p"), "metadata", "deletionTimestamp")).isNotEmpty();
        Object condition = Json.list(pod("p"), "status", "conditions").getLast();
        assertThat(Json.string(condition, "type")).isEqualTo("DisruptionTarget");
        assertThat(Json.string(condition, "reason")).isEqualTo("EvictionByEvictionAPI");
    }

    @Test
    void anExhaustedBudgetRefusesTheEviction() {
        readyPod();
        budget("b", 0);
        StatusException refused = TestCluster.refusal(this::evict);
        assertThat(Json.text(refused.toStatus()))
                .isEqualTo(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":"
                                + "\"Cannot evict pod as it would violate the pod's disruption budget.\",\"reason\":"
                                + "\"TooManyRequests\","
                                + "\"details\":{\"causes\":[{\"reason\":\"DisruptionBudget\",\"message\":"
                                + "\"The disruption budget b needs 1 healthy pods and has 1 "
                                + "currently\"}]},\"code\":429}");
    }

    @Test
    void anEvictionSpendsTheBudgetInTheSameRevision() {
        readyPod();
        budget("b", 1);
        long before = cluster.revision();
        evict();
        assertThat(cluster.revision()).isEqualTo(before + 1);
        Map<String, Object> charged = cluster.read("policy", "poddisruptionbudgets", "default", "b");
        assertThat(Json.integer(charged, -1, "status", "disruptionsAllowed")).isZero();
        assertThat(Json.object(charged, "status", "disruptedPods")).containsKey("p");
    }

    @Test
    void twoBudgetsForOnePodAreAnError() {
        readyPod();
        budget("a", 1);
        budget("b", 1);
        StatusException refused = TestCluster.refusal(this::evict);
        assertThat(refused.code()).isEqualTo(500);
        assertThat(refused.getMessage()).startsWith("This pod has more than one PodDisruptionBudget");
    }

    @Test
    void aBudgetThatIsNotObservedYetAsksToComeBack() {
        readyPod();
        cluster.create(
                BUDGETS,
                "{'kind':'PodDisruptionBudget','apiVersion':'policy/v1','metadata':{'name':'b'},"
                        + "'spec':{'minAvailable':1,"
                        + "'selector':{'matchLabels':{'app':'p'}}}}");
        StatusException refused = TestCluster.refusal(this::evict);
        assertThat(refused.code()).isEqualTo(429);
        assertThat(refused.details().retryAfterSeconds()).isEqualTo(10);
    }

    @Test
    void ephemeralContainersAreAddedWithoutTouchingTheRest() {
        cluster.create(PODS, Samples.pod("p"));
        Map<String, Object> patched = cluster.strategic(
                PODS + "/p/ephemeralcontainers",
                "{'metadata':{'labels':{'app':'other'}},'spec':{'nodeName':'x','ephemeralContainers':[{'name':'debug',"
                        + "'image':'busybox:1'}]}}");
        assertThat(Json.list(patched, "spec", "ephemeralContainers")).hasSize(1);
        assertThat(Json.string(patched, "spec", "nodeName")).isEmpty();
    }

    @Test
    void aRequestIsApprovedThroughItsSubresourceOnly() {
        String path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
        cluster.create(
                path,
                "{'kind':'CertificateSigningRequest','apiVersion':'certificates.k8s.io/v1',"
                        + "'metadata':{'name':'r'},'spec':"
                        + "{'request':'LS0tLS1CRUdJTi','signerName':'example.com/s','usages':['client auth']}}"
                                .replace("LS0tLS1CRUdJTi", "LS0tLS1CRUdJTg=="));
        String approved = "{'status':{'conditions':[{'type':'Approved','status':'True','reason':'r','message':'m'}]}}";
        assertThat(Json.list(cluster.merge(path + "/r", approved), "status", "conditions"))
                .isEmpty();
        assertThat(Json.list(cluster.merge(path + "/r/approval", approved), "status", "conditions"))
                .hasSize(1);
    }

    @Test
    void whatNeedsAKubeletSaysWhyItCannotConnect() {
        cluster.create(PODS, Samples.pod("p"));
        cluster.create(PODS, Samples.podOn("n", "q"));
        assertThat(TestCluster.refusal(() -> cluster.create(PODS + "/p/exec", "{}")))
                .hasMessage("pod p does not have a host assigned");
        assertThat(TestCluster.refusal(() -> cluster.create(PODS + "/q/exec", "{}"))
                        .code())
                .isEqualTo(500);
        assertThat(TestCluster.refusal(() -> cluster.create(PODS + "/gone/exec", "{}"))
                        .code())
                .isEqualTo(404);
    }
}
