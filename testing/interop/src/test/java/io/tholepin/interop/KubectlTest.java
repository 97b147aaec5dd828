package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Everything a user does with kubectl on a realistic application, in the order in which one would. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubectlTest {
    private static final String BUNDLE = "src/test/resources/bundle/shop.yaml";

    @TempDir
    static Path home;

    private static Thole thole;
    private static Kubectl kubectl;

    @BeforeAll
    static void start() {
        thole = Thole.up("--ephemeral");
        kubectl = new Kubectl(thole, home);
    }

    @AfterAll
    static void stop() {
        if (thole != null) {
            thole.close();
        }
    }

    @Test
    @Order(1)
    void theServerSaysItIsKubernetes136() {
        assertThat(kubectl.ok("version")).contains("Server Version: v1.36.");
        assertThat(kubectl.ok("cluster-info"))
                .contains("Kubernetes control plane")
                .contains("is running at");
    }

    @Test
    @Order(2)
    void everyBuiltInResourceIsDiscovered() {
        assertThat(kubectl.ok("api-resources", "--no-headers", "-o", "name").lines())
                .contains(
                        "pods",
                        "deployments.apps",
                        "ingresses.networking.k8s.io",
                        "customresourcedefinitions.apiextensions.k8s.io",
                        "resourceclaims.resource.k8s.io",
                        "mutatingadmissionpolicies.admissionregistration.k8s.io")
                .hasSizeGreaterThan(60);
        assertThat(kubectl.ok("api-versions").lines()).contains("v1", "apps/v1", "autoscaling/v2", "batch/v1");
    }

    @Test
    @Order(3)
    void theNamespacesOfEveryClusterAreThere() {
        assertThat(kubectl.ok("get", "namespaces", "-o", "name").lines())
                .containsExactlyInAnyOrder(
                        "namespace/default",
                        "namespace/kube-node-lease",
                        "namespace/kube-public",
                        "namespace/kube-system");
        assertThat(kubectl.ok("get", "service", "kubernetes"))
                .contains("ClusterIP")
                .contains("10.96.0.1");
    }

    @Test
    @Order(10)
    void theBundleIsAcceptedByADryRunAndLeavesNothing() {
        kubectl.ok("create", "namespace", "shop", "--dry-run=server");
        assertThat(kubectl.fails("get", "namespace", "shop")).contains("namespaces \"shop\" not found");
    }

    @Test
    @Order(11)
    void theWholeBundleIsApplied() {
        assertThat(kubectl.ok("apply", "-f", BUNDLE).lines())
                .allMatch(line -> line.endsWith(" created"))
                .hasSize(20);
    }

    @Test
    @Order(12)
    void applyingAgainChangesNothing() {
        String before = resourceVersions();
        // kubectl says "configured" when it sent a patch; for these kinds it always does, also on other clusters:
        // stringData, a quantity written in another form, and lists without a merge key that the server has filled in
        // with defaults.
        assertThat(kubectl.ok("apply", "-f", BUNDLE).lines().filter(line -> !line.endsWith(" unchanged")))
                .containsExactly(
                        "secret/database configured",
                        "deployment.apps/web configured",
                        "statefulset.apps/database configured",
                        "networkpolicy.networking.k8s.io/database-from-web-only configured",
                        "poddisruptionbudget.policy/web configured");
        assertThat(resourceVersions()).isEqualTo(before);
    }

    private static String resourceVersions() {
        return kubectl.ok(
                "get", "-f", BUNDLE, "-o", "jsonpath={range .items[*]}{.kind}{.metadata.resourceVersion}{' '}{end}");
    }

    @Test
    @Order(13)
    void diffShowsWhatApplyWouldChange() throws IOException {
        Path changed = home.resolve("changed.yaml");
        Files.writeString(changed, Files.readString(Path.of(BUNDLE)).replace("web:1.4.2", "web:1.5.0"));
        Kubectl.Result diff = kubectl.run(Map.of("KUBECTL_EXTERNAL_DIFF", "diff -u"), "diff", "-f", changed.toString());
        assertThat(diff.code()).isEqualTo(1);
        assertThat(diff.out())
                .contains("-        image: registry.example/shop/web:1.4.2")
                .contains("+        image: registry.example/shop/web:1.5.0");
        assertThat(kubectl.ok("apply", "-f", changed.toString()).lines())
                .contains("deployment.apps/web configured", "deployment.apps/catalogue unchanged");
    }

    @Test
    @Order(20)
    void getPrintsTheColumnsOfKubernetes() {
        assertThat(kubectl.ok("get", "deployments", "-n", "shop").lines().toList())
                .first()
                .asString()
                .matches("NAME +READY +UP-TO-DATE +AVAILABLE +AGE *");
        assertThat(kubectl.ok("get", "deploy", "web", "-n", "shop", "-o", "wide"))
                .contains("CONTAINERS")
                .contains("registry.example/shop/web:1.5.0")
                .contains("app.kubernetes.io/name=web");
        assertThat(kubectl.ok("get", "svc,ing,netpol,pdb,hpa,job,cronjob,sts,cm,secret,sa", "-n", "shop"))
                .contains("service/web")
                .contains("shop.example")
                .contains("horizontalpodautoscaler.autoscaling/web")
                .contains("30 2 * * *");
        assertThat(kubectl.ok("get", "all", "-n", "shop", "-o", "name").lines())
                .contains("deployment.apps/web", "statefulset.apps/database", "job.batch/seed-catalogue");
    }

    @Test
    @Order(21)
    void getPrintsYamlNamesAndJsonPath() {
        assertThat(kubectl.ok("get", "deployment", "web", "-n", "shop", "-o", "yaml"))
                .contains("revisionHistoryLimit: 10")
                .contains("terminationGracePeriodSeconds: 30")
                .contains("memory: 512Mi");
        assertThat(kubectl.ok("get", "pdb", "-n", "shop", "-o", "name")).isEqualTo("poddisruptionbudget.policy/web\n");
        assertThat(kubectl.ok("get", "secret", "database", "-n", "shop", "-o", "jsonpath={.data.username}"))
                .isEqualTo("c2hvcA==");
        assertThat(kubectl.ok("get", "services", "-n", "shop", "-o", "jsonpath={.items[*].metadata.name}"))
                .isEqualTo("catalogue database web");
    }

    @Test
    @Order(22)
    void selectorsNarrowAList() {
        assertThat(kubectl.ok("get", "deploy", "-n", "shop", "-l", "app.kubernetes.io/name=web", "-o", "name"))
                .isEqualTo("deployment.apps/web\n");
        assertThat(kubectl.ok("get", "deploy", "-A", "-l", "app.kubernetes.io/part-of in (shop,other)", "-o", "name"))
                .isEqualTo("deployment.apps/web\n");
        assertThat(kubectl.ok("get", "secrets", "-n", "shop", "--field-selector", "type=Opaque", "-o", "name"))
                .isEqualTo("secret/database\n");
        assertThat(kubectl.fails("get", "pods", "--field-selector", "spec.nope=1"))
                .contains("field label not supported: spec.nope");
    }

    @Test
    @Order(23)
    void describeTellsTheStory() {
        assertThat(kubectl.ok("describe", "deployment", "web", "-n", "shop"))
                .contains("RollingUpdateStrategy:  25% max unavailable, 25% max surge")
                .contains("3 desired");
        assertThat(kubectl.ok("describe", "service", "web", "-n", "shop")).contains("TargetPort:");
        assertThat(kubectl.ok("describe", "ingress", "web", "-n", "shop")).contains("shop.example");
        assertThat(kubectl.ok("describe", "hpa", "web", "-n", "shop")).contains("Min replicas:");
        assertThat(kubectl.ok("describe", "cronjob", "nightly-report", "-n", "shop"))
                .contains("30 2 * * *");
        assertThat(kubectl.ok("describe", "namespace", "shop")).contains("Status:       Active");
    }

    @Test
    @Order(24)
    void explainDocumentsAField() {
        assertThat(kubectl.ok("explain", "deployment.spec.template.spec.containers.image"))
                .contains("GROUP:      apps")
                .contains("FIELD: image <string>")
                .contains("Container image name");
        assertThat(kubectl.ok("explain", "networkpolicy", "--recursive")).contains("podSelector");
    }

    @Test
    @Order(30)
    void labelsAndAnnotationsChange() {
        kubectl.ok("label", "deploy", "web", "-n", "shop", "tier=front");
        assertThat(kubectl.ok("get", "deploy", "web", "-n", "shop", "-o", "jsonpath={.metadata.labels.tier}"))
                .isEqualTo("front");
        kubectl.ok("label", "deploy", "web", "-n", "shop", "tier-");
        assertThat(kubectl.ok("get", "deploy", "web", "-n", "shop", "--show-labels"))
                .doesNotContain("tier=front");
        assertThat(kubectl.fails("label", "deploy", "web", "-n", "shop", "tier=not allowed"))
                .contains("a valid label must be an empty string or consist of alphanumeric characters");
        kubectl.ok("annotate", "deploy", "web", "-n", "shop", "note=two words");
        assertThat(kubectl.ok("get", "deploy", "web", "-n", "shop", "-o", "jsonpath={.metadata.annotations.note}"))
                .isEqualTo("two words");
    }

    @Test
    @Order(31)
    void scaleChangesReplicasThroughTheSubresource() {
        kubectl.ok("scale", "deployment", "web", "-n", "shop", "--replicas=5");
        assertThat(kubectl.ok("get", "deploy", "web", "-n", "shop", "-o", "jsonpath={.spec.replicas}"))
                .isEqualTo("5");
        kubectl.ok("scale", "sts", "database", "-n", "shop", "--current-replicas=1", "--replicas=2");
        assertThat(kubectl.ok("get", "sts", "database", "-n", "shop", "--subresource=scale", "-o", "jsonpath={.spec}"))
                .isEqualTo("{\"replicas\":2}");
    }

    @Test
    @Order(32)
    void everyPatchTypeWorks() {
        kubectl.ok(
                "patch",
                "deploy",
                "web",
                "-n",
                "shop",
                "--type=json",
                "-p",
                "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":4}]");
        kubectl.ok("patch", "deploy", "web", "-n", "shop", "--type=merge", "-p", "{\"spec\":{\"minReadySeconds\":7}}");
        kubectl.ok(
                "patch",
                "deploy",
                "web",
                "-n",
                "shop",
                "-p",
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\","
                        + "\"imagePullPolicy\":\"Never\"}]}}}}");
        assertThat(kubectl.ok(
                        "get",
                        "deploy",
                        "web",
                        "-n",
                        "shop",
                        "-o",
                        "jsonpath={.spec.replicas} {.spec.minReadySeconds} "
                                + "{.spec.template.spec.containers[0].imagePullPolicy} "
                                + "{.spec.template.spec.containers[0].image}"))
                .isEqualTo("4 7 Never registry.example/shop/web:1.5.0");
    }

    @Test
    @Order(33)
    void editWithAnEditorThatReplacesText() throws IOException {
        Path editor = home.resolve("editor");
        Files.writeString(editor, "#!/bin/sh\nsed -i 's/FEATURE_REVIEWS: \"yes\"/FEATURE_REVIEWS: \"no\"/' \"$1\"\n");
        assertThat(editor.toFile().setExecutable(true)).isTrue();
        Kubectl.Result edit =
                kubectl.run(Map.of("KUBE_EDITOR", editor.toString()), "edit", "configmap", "web", "-n", "shop");
        assertThat(edit.out()).contains("configmap/web edited");
        assertThat(kubectl.ok("get", "cm", "web", "-n", "shop", "-o", "jsonpath={.data.FEATURE_REVIEWS}"))
                .isEqualTo("no");
    }

    @Test
    @Order(34)
    void replaceAndSetImageAndRolloutHistory() {
        kubectl.ok("set", "image", "deployment/catalogue", "-n", "shop", "catalogue=registry.example/shop/catalogue:2");
        kubectl.ok("set", "env", "deployment/catalogue", "-n", "shop", "LEVEL=debug");
        assertThat(kubectl.ok("get", "deploy", "catalogue", "-n", "shop", "-o", "yaml"))
                .contains("catalogue:2")
                .contains("LEVEL");
        kubectl.ok("rollout", "restart", "deployment/catalogue", "-n", "shop");
        kubectl.ok("rollout", "pause", "deployment/catalogue", "-n", "shop");
    }

    @Test
    @Order(40)
    void aWatchShowsChangesAsTheyHappen() throws Exception {
        Process watch = kubectl.start("get", "configmaps", "-n", "shop", "-w", "--output-watch-events");
        try (BufferedReader lines = watch.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).startsWith("EVENT");
            assertThat(lines.readLine()).matches("ADDED +web .*");
            kubectl.ok("create", "configmap", "fresh", "-n", "shop", "--from-literal=a=b");
            assertThat(lines.readLine()).matches("ADDED +fresh .*");
            kubectl.ok("patch", "configmap", "fresh", "-n", "shop", "-p", "{\"data\":{\"c\":\"d\"}}");
            assertThat(lines.readLine()).matches("MODIFIED +fresh +2 .*");
            kubectl.ok("delete", "configmap", "fresh", "-n", "shop");
            assertThat(lines.readLine()).matches("DELETED +fresh .*");
        } finally {
            watch.destroy();
        }
    }

    @Test
    @Order(41)
    void waitReturnsWhenTheConditionHolds() throws Exception {
        kubectl.ok("create", "-n", "shop", "configmap", "awaited");
        Process wait = kubectl.start(
                "wait", "-n", "shop", "configmap/awaited", "--for=jsonpath={.data.done}=yes", "--timeout=30s");
        kubectl.ok("patch", "configmap", "awaited", "-n", "shop", "-p", "{\"data\":{\"done\":\"yes\"}}");
        assertThat(wait.waitFor()).isZero();
        Process gone = kubectl.start("wait", "-n", "shop", "configmap/awaited", "--for=delete", "--timeout=30s");
        kubectl.ok("delete", "configmap", "awaited", "-n", "shop");
        assertThat(gone.waitFor()).isZero();
    }

    @Test
    @Order(42)
    void canIAsksTheServer() {
        assertThat(kubectl.ok("auth", "can-i", "create", "deployments", "-n", "shop"))
                .isEqualTo("yes\n");
        String account = "--as=system:serviceaccount:shop:web";
        assertThat(kubectl.ok("auth", "can-i", "get", "configmaps", "-n", "shop", account))
                .isEqualTo("yes\n");
        assertThat(kubectl.run(Map.of(), "auth", "can-i", "delete", "configmaps", "-n", "shop", account)
                        .out())
                .isEqualTo("no\n");
        assertThat(kubectl.fails("get", "pods", "-n", "shop", account))
                .contains("pods is forbidden: User \"system:serviceaccount:shop:web\" cannot list resource \"pods\" "
                        + "in API group \"\" in the namespace \"shop\"");
        assertThat(kubectl.ok("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"))
                .isEqualTo("kubernetes-admin");
        assertThat(kubectl.ok("auth", "can-i", "--list")).contains("*.*");
    }

    @Test
    @Order(43)
    void imperativeCommandsCreate() {
        kubectl.ok("create", "deployment", "quick", "--image=nginx", "-n", "shop", "--replicas=2");
        kubectl.ok("expose", "deployment", "quick", "-n", "shop", "--port=80");
        kubectl.ok("create", "job", "once", "-n", "shop", "--image=busybox", "--", "true");
        kubectl.ok("run", "lonely", "-n", "shop", "--image=nginx", "--labels=x=y");
        assertThat(kubectl.ok("get", "pod", "lonely", "-n", "shop")).contains("Pending");
        kubectl.ok("create", "quota", "small", "-n", "shop", "--hard=pods=3");
        kubectl.ok("create", "clusterrole", "reader", "--verb=get", "--resource=pods");
        assertThat(kubectl.fails("create", "deployment", "quick", "--image=nginx", "-n", "shop"))
                .contains("deployments.apps \"quick\" already exists");
    }

    @Test
    @Order(50)
    void validationErrorsNameTheField() {
        assertThat(kubectl.fails("create", "configmap", "Not_A_Name"))
                .contains("Invalid value: \"Not_A_Name\": a lowercase RFC 1123 subdomain must consist of");
        assertThat(kubectl.fails("scale", "deployment", "quick", "-n", "shop", "--replicas=-1"))
                .isNotEmpty();
        assertThat(kubectl.fails("patch", "deploy", "quick", "-n", "shop", "-p", "{\"spec\":{\"replicas\":-1}}"))
                .contains("spec.replicas: Invalid value: -1: must be greater than or equal to 0");
        assertThat(kubectl.fails(
                        "patch",
                        "deploy",
                        "quick",
                        "-n",
                        "shop",
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"other\"}}}}"))
                .contains("field is immutable");
    }

    @Test
    @Order(60)
    void deletingTheBundleDeletesItAll() {
        assertThat(kubectl.ok("delete", "deployment", "quick", "-n", "shop")).contains("deleted");
        kubectl.ok("delete", "pods", "-n", "shop", "-l", "x=y", "--now");
        kubectl.ok("delete", "configmaps", "--all", "-n", "shop");
        assertThat(kubectl.ok("get", "configmaps", "-n", "shop", "-o", "name")).isEmpty();
        kubectl.ok("delete", "-f", BUNDLE, "--ignore-not-found", "--timeout=30s");
        assertThat(kubectl.fails("get", "namespace", "shop")).contains("not found");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(kubectl.ok("get", "deploy,svc,jobs,sa,quota", "-A", "-o", "name"))
                        .doesNotContain("once")
                        .doesNotContain("quick"));
        assertThat(kubectl.fails("delete", "namespace", "kube-system")).contains("this namespace may not be deleted");
    }
}
