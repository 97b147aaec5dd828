package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeletionsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String JOBS = "/apis/batch/v1/namespaces/default/jobs";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

    private final TestCluster cluster = TestCluster.withDefaultNamespace();

    @AfterEach
    void close() {
        cluster.close();
    }

    private static List<Object> finalizers(Map<String, Object> object) {
        return Json.list(object, "metadata", "finalizers");
    }

    @Test
    void mostKindsAnswerWithAStatus() {
        Map<String, Object> created = cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        WriteResult deleted = cluster.delete(DEPLOYMENTS + "/d");
        assertThat(deleted.code()).isEqualTo(200);
        assertThat(Json.text(deleted.object()))
                .isEqualTo(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\",\"details\":"
                                + "{\"name\":\"d\",\"group\":\"apps\",\"kind\":\"deployments\",\"uid\":\""
                                + Json.string(created, "metadata", "uid") + "\"}}");
        assertThat(cluster.read("apps", "deployments", "default", "d")).isNull();
    }

    @Test
    void someKindsAnswerWithTheDeletedObject() {
        cluster.create("/api/v1/namespaces/default/services", Samples.service("s"));
        Map<String, Object> deleted =
                cluster.delete("/api/v1/namespaces/default/services/s").object();
        assertThat(deleted).containsEntry("kind", "Service");
        assertThat(Json.string(deleted, "metadata", "resourceVersion")).isEqualTo(Long.toString(cluster.revision()));
    }

    @Test
    void aMissingObjectIsNotFound() {
        StatusException refused = TestCluster.refusal(() -> cluster.delete(MAPS + "/c"));
        assertThat(refused).hasMessage("configmaps \"c\" not found");
    }

    @Test
    void aWrongUidIsAConflictThatNamesTheKind() {
        Map<String, Object> created = cluster.create(MAPS, "{'metadata':{'name':'c'}}");
        StatusException refused =
                TestCluster.refusal(() -> cluster.delete(MAPS + "/c", "{'preconditions':{'uid':'other'}}"));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused)
                .hasMessage("Operation cannot be fulfilled on ConfigMap \"c\": the UID in the precondition "
                        + "(other) does not "
                        + "match the UID in record (" + Json.string(created, "metadata", "uid")
                        + "). The object might have been deleted and then recreated");
    }

    @Test
    void aWrongResourceVersionIsAConflict() {
        cluster.create(MAPS, "{'metadata':{'name':'c'}}");
        StatusException refused =
                TestCluster.refusal(() -> cluster.delete(MAPS + "/c", "{'preconditions':{'resourceVersion':'1'}}"));
        assertThat(refused.getMessage())
                .contains("the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (");
    }

    @Test
    void aFinalizerKeepsTheObjectWithADeletionTime() {
        cluster.create(MAPS, "{'metadata':{'name':'c','finalizers':['example.com/f']}}");
        cluster.advance(10);
        WriteResult first = cluster.delete(MAPS + "/c");
        assertThat(first.code()).isEqualTo(200);
        assertThat(first.object()).containsEntry("kind", "ConfigMap");
        assertThat(Json.string(first.object(), "metadata", "deletionTimestamp")).isEqualTo("2026-01-02T03:04:15Z");
        assertThat(Json.integer(first.object(), -1, "metadata", "deletionGracePeriodSeconds"))
                .isZero();
        long before = cluster.revision();
        cluster.advance(10);
        assertThat(cluster.delete(MAPS + "/c").object()).isEqualTo(first.object());
        assertThat(cluster.revision()).isEqualTo(before);
    }

    @Test
    void beginningADeletionCountsAsAGeneration() {
        cluster.create(
                DEPLOYMENTS,
                Samples.deployment("d").replace("'name':'d'}", "'name':'d','finalizers':['example.com/f']}"));
        Map<String, Object> deleting = cluster.delete(DEPLOYMENTS + "/d").object();
        assertThat(Json.integer(deleting, 0, "metadata", "generation")).isEqualTo(2);
    }

    @Test
    void aPodWithoutNodeGoesAtOnce() {
        cluster.create(PODS, Samples.pod("p"));
        Map<String, Object> deleted = cluster.delete(PODS + "/p").object();
        assertThat(deleted).containsEntry("kind", "Pod");
        assertThat(cluster.read("", "pods", "default", "p")).isNull();
    }

    @Test
    void aPodOnANodeGetsItsGracePeriod() {
        cluster.create(PODS, Samples.podOn("n", "p"));
        Map<String, Object> deleting = cluster.delete(PODS + "/p").object();
        assertThat(Json.integer(deleting, 0, "metadata", "deletionGracePeriodSeconds"))
                .isEqualTo(30);
        assertThat(Json.string(deleting, "metadata", "deletionTimestamp")).isEqualTo("2026-01-02T03:04:35Z");
        assertThat(cluster.read("", "pods", "default", "p")).isNotNull();
    }

    @Test
    void aSecondDeletionMayOnlyShortenTheGracePeriod() {
        cluster.create(PODS, Samples.podOn("n", "p"));
        Map<String, Object> first =
                cluster.delete(PODS + "/p", "{'gracePeriodSeconds':60}").object();
        assertThat(cluster.delete(PODS + "/p", "{'gracePeriodSeconds':90}").object())
                .isEqualTo(first);
        Map<String, Object> second =
                cluster.delete(PODS + "/p", "{'gracePeriodSeconds':10}").object();
        assertThat(Json.string(second, "metadata", "deletionTimestamp")).isEqualTo("2026-01-02T03:04:15Z");
        cluster.advance(30);
        Map<String, Object> third =
                cluster.delete(PODS + "/p", "{'gracePeriodSeconds':5}").object();
        assertThat(Json.string(third, "metadata", "deletionTimestamp")).isEqualTo("2026-01-02T03:04:35Z");
    }

    @Test
    void graceZeroRemovesATerminatingPod() {
        Map<String, Object> pod = cluster.create(PODS, Samples.podOn("n", "p"));
        cluster.delete(PODS + "/p");
        String uid = Json.string(pod, "metadata", "uid");
        cluster.delete(PODS + "/p", "{'gracePeriodSeconds':0,'preconditions':{'uid':'" + uid + "'}}");
        assertThat(cluster.read("", "pods", "default", "p")).isNull();
    }

    @Test
    void aNegativeGracePeriodIsOneSecond() {
        cluster.create(PODS, Samples.podOn("n", "p"));
        Map<String, Object> deleting =
                cluster.delete(PODS + "/p?gracePeriodSeconds=-5").object();
        assertThat(Json.integer(deleting, 0, "metadata", "deletionGracePeriodSeconds"))
                .isEqualTo(1);
    }

    @Test
    void aFinishedPodGoesAtOnce() {
        cluster.create(PODS, Samples.podOn("n", "p"));
        cluster.merge(PODS + "/p/status", "{'status':{'phase':'Succeeded'}}");
        cluster.delete(PODS + "/p");
        assertThat(cluster.read("", "pods", "default", "p")).isNull();
    }

    @Test
    void thePropagationPolicyBecomesAFinalizer() {
        cluster.create(DEPLOYMENTS, Samples.deployment("d"));
        Map<String, Object> foreground = cluster.delete(DEPLOYMENTS + "/d", "{'propagationPolicy':'Foreground'}")
                .object();
        assertThat(finalizers(foreground)).containsExactly("foregroundDeletion");
        Map<String, Object> orphan = cluster.delete(DEPLOYMENTS + "/d", "{'propagationPolicy':'Orphan'}")
                .object();
        assertThat(finalizers(orphan)).containsExactly("orphan");
        cluster.delete(DEPLOYMENTS + "/d", "{'propagationPolicy':'Background'}");
        assertThat(cluster.read("apps", "deployments", "default", "d")).isNull();
    }

    @Test
    void jobsOrphanTheirDependentsByDefault() {
        cluster.create(
                JOBS,
                "{'kind':'Job','apiVersion':'batch/v1','metadata':{'name':'j'},'spec':{'template':{'spec':{"
                        + "'restartPolicy':'Never','containers':[{'name':'c','image':'i:1'}]}}}}");
        assertThat(finalizers(cluster.delete(JOBS + "/j").object())).containsExactly("orphan");
    }

    @Test
    void theDeprecatedFlagAnswersAcceptedWhileTheObjectStays() {
        cluster.create(MAPS, "{'metadata':{'name':'c','finalizers':['example.com/f']}}");
        assertThat(cluster.delete(MAPS + "/c", "{'orphanDependents':false}").code())
                .isEqualTo(202);
    }

    @Test
    void flagAndPolicyExcludeEachOther() {
        StatusException refused = TestCluster.refusal(
                () -> cluster.delete(MAPS + "/c", "{'orphanDependents':false,'propagationPolicy':'Orphan'}"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.details().kind()).isEqualTo("DeleteOptions");
    }

    @Test
    void dryRunDeletesNothing() {
        cluster.create(MAPS, "{'metadata':{'name':'c'}}");
        long before = cluster.revision();
        assertThat(cluster.delete(MAPS + "/c?dryRun=All").code()).isEqualTo(200);
        assertThat(cluster.revision()).isEqualTo(before);
    }

    @Test
    void aTerminatingObjectTakesNoNewFinalizers() {
        cluster.create(MAPS, "{'metadata':{'name':'c','finalizers':['example.com/f']}}");
        cluster.delete(MAPS + "/c");
        StatusException refused = TestCluster.refusal(
                () -> cluster.merge(MAPS + "/c", "{'metadata':{'finalizers':['example.com/f','example.com/g']}}"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.getMessage())
                .contains("no new finalizers can be added if the object is being deleted, found new finalizers "
                        + "[]string{\"example.com/g\"}");
    }

    @Test
    void aNamespaceTerminatesUntilItIsFinalized() {
        cluster.create("/api/v1/namespaces", "{'metadata':{'name':'n'}}");
        Map<String, Object> terminating = cluster.delete("/api/v1/namespaces/n").object();
        assertThat(Json.string(terminating, "status", "phase")).isEqualTo("Terminating");
        assertThat(Json.string(terminating, "metadata", "deletionTimestamp")).isNotEmpty();
        assertThat(Json.list(terminating, "spec", "finalizers")).containsExactly("kubernetes");
        assertThat(cluster.delete("/api/v1/namespaces/n").object()).isEqualTo(terminating);
        Json.child(terminating, "spec").remove("finalizers");
        cluster.update("/api/v1/namespaces/n/finalize", terminating);
        assertThat(cluster.read("", "namespaces", "", "n")).isNull();
    }

    @Test
    void finalizingANamespaceThatIsNotDeletedKeepsIt() {
        Map<String, Object> namespace = cluster.create("/api/v1/namespaces", "{'metadata':{'name':'n'}}");
        Json.child(namespace, "spec").remove("finalizers");
        cluster.update("/api/v1/namespaces/n/finalize", namespace);
        Map<String, Object> kept = Objects.requireNonNull(cluster.read("", "namespaces", "", "n"));
        assertThat(Json.list(kept, "spec", "finalizers")).isEmpty();
    }

    @Test
    void systemNamespacesStay() {
        StatusException refused = TestCluster.refusal(() -> cluster.delete("/api/v1/namespaces/default"));
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused).hasMessage("namespaces \"default\" is forbidden: this namespace may not be deleted");
    }

    @Test
    void aCollectionIsDeletedBySelector() {
        cluster.create(PODS, Samples.pod("a"));
        cluster.create(PODS, Samples.podOn("n", "b"));
        cluster.create(PODS, Samples.pod("c").replace("'app':'c'", "'app':'a'"));
        Map<String, Object> list =
                cluster.delete(PODS + "?labelSelector=app%3Da").object();
        assertThat(list).containsEntry("kind", "PodList").containsEntry("apiVersion", "v1");
        assertThat(Json.list(list, "items")).hasSize(2);
        assertThat(cluster.read("", "pods", "default", "a")).isNull();
        assertThat(cluster.read("", "pods", "default", "c")).isNull();
        assertThat(cluster.read("", "pods", "default", "b")).isNotNull();
    }

    @Test
    void aCollectionOfPodsOnNodesGetsItsGracePeriod() {
        cluster.create(PODS, Samples.podOn("n", "a"));
        cluster.create(PODS, Samples.podOn("n", "b"));
        cluster.delete(PODS);
        assertThat(Json.integer(cluster.read("", "pods", "default", "a"), 0, "metadata", "deletionGracePeriodSeconds"))
                .isEqualTo(30);
        cluster.delete(PODS, "{'gracePeriodSeconds':0}");
        assertThat(cluster.read("", "pods", "default", "a")).isNull();
        assertThat(cluster.read("", "pods", "default", "b")).isNull();
    }

    @Test
    void aCollectionOfAnotherNamespaceIsLeftAlone() {
        cluster.create("/api/v1/namespaces", "{'metadata':{'name':'n'}}");
        cluster.create("/api/v1/namespaces/n/configmaps", "{'metadata':{'name':'c'}}");
        for (int i = 0; i < 100; i++) {
            cluster.create(MAPS, "{'metadata':{'name':'c" + i + "'}}");
        }
        assertThat(Json.list(cluster.delete(MAPS).object(), "items")).hasSize(100);
        assertThat(cluster.read("", "configmaps", "n", "c")).isNotNull();
        assertThat(cluster.read("", "configmaps", "default", "c99")).isNull();
    }
}
