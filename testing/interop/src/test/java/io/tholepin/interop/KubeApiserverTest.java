package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An unmodified kube-apiserver over our store, driven by kubectl; the same story is told to a real etcd, so that it is
 * known to be true there. Source: contract 5.
 */
class KubeApiserverTest {
    private static final int OBJECTS = 25;
    private static final Pattern CONTINUE = Pattern.compile("\"continue\":\"([^\"]+)\"");
    private static final String MAPS = "/api/v1/namespaces/play/configmaps";

    /** Each object with its version and content. */
    private static final String STATE = "jsonpath={range .items[*]}"
            + "{.metadata.namespace}/{.metadata.name} {.metadata.uid} {.metadata.resourceVersion} {.data}"
            + "{\"\\n\"}{end}";

    @TempDir
    Path folder;

    @Test
    void kubernetesLivesOnOurStore() throws Exception {
        liveOn(EtcdLike.thole());
    }

    @Test
    void kubernetesLivesTheSameOnEtcd() throws Exception {
        liveOn(EtcdLike.etcd35());
    }

    private void liveOn(EtcdLike kind) throws Exception {
        KubeApiserver.assumePresent();
        try (OneEtcd store = OneEtcd.start(kind, folder);
                KubeApiserver api = KubeApiserver.start(store.endpoint(), folder.resolve("api"))) {
            Kubectl kubectl = api.kubectl();
            objectsAreCreatedChangedAndDeleted(kubectl, store);
            objectsThatExpireHaveALease(kubectl, store);
            String pageBefore = pagesShowOneState(kubectl);
            aWatchOutlivesTheStore(kubectl, store);
            aCompactionEndsOldPagesAndNothingElse(kubectl, store, pageBefore);
            assertThat(kubectl.ok("get", "--raw", "/readyz?verbose")).contains("[+]etcd ok");
        }
    }

    private static void objectsAreCreatedChangedAndDeleted(Kubectl kubectl, OneEtcd store) {
        kubectl.ok("create", "namespace", "play");
        kubectl.ok("-n", "play", "create", "deployment", "web", "--image=nginx");
        kubectl.ok("-n", "play", "run", "one", "--image=nginx");
        kubectl.ok("-n", "play", "scale", "deployment", "web", "--replicas=3");
        kubectl.ok(
                "-n", "play", "patch", "deployment", "web", "-p", "{\"metadata\":{\"labels\":{\"tier\":\"front\"}}}");
        assertThat(kubectl.ok("-n", "play", "get", "deployments", "-l", "tier=front", "-o", "name"))
                .isEqualTo("deployment.apps/web\n");
        assertThat(kubectl.ok("-n", "play", "get", "deployment", "web", "-o", "jsonpath={.spec.replicas}"))
                .isEqualTo("3");
        assertThat(kubectl.fails("-n", "play", "create", "deployment", "web", "--image=nginx"))
                .contains("already exists");
        kubectl.ok("-n", "play", "delete", "deployment", "web");
        assertThat(kubectl.fails("-n", "play", "get", "deployment", "web")).contains("NotFound");
        assertThat(store.etcdctl("get", "/registry/pods/play/", "--prefix", "--keys-only"))
                .contains("/registry/pods/play/one");
        assertThat(store.etcdctl("get", "/registry/deployments/play/", "--prefix", "--keys-only"))
                .isBlank();
        kubectl.ok("-n", "play", "delete", "pod", "one", "--force", "--grace-period=0");
        assertThat(store.etcdctl("get", "/registry/pods/", "--prefix", "--keys-only"))
                .isBlank();
    }

    private void objectsThatExpireHaveALease(Kubectl kubectl, OneEtcd store) throws Exception {
        Path event = Files.writeString(folder.resolve("event.json"), """
                {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "play"},
                 "involvedObject": {"kind": "Pod", "namespace": "play", "name": "one"},
                 "reason": "Tested", "message": "m", "type": "Normal"}
                """);
        kubectl.ok("create", "-f", event.toString());
        assertThat(lease(store, "/registry/events/play/e")).isNotZero();
        assertThat(lease(store, "/registry/masterleases/" + KubeApiserver.ADVERTISED))
                .isNotZero();
    }

    private static long lease(OneEtcd store, String key) {
        Matcher lease = Pattern.compile("\"lease\":(\\d+)").matcher(store.etcdctl("get", key, "-w", "json"));
        return lease.find() ? Long.parseLong(lease.group(1)) : 0;
    }

    /** Returns how to ask for the page after the first, at the revision of the first. */
    private String pagesShowOneState(Kubectl kubectl) throws Exception {
        StringBuilder many = new StringBuilder();
        IntStream.range(0, OBJECTS)
                .forEach(i -> many.append(
                                "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"m")
                        .append(10 + i)
                        .append("\", \"namespace\": \"play\"}}\n"));
        kubectl.ok(
                "create",
                "-f",
                Files.writeString(folder.resolve("many.json"), many).toString());
        assertThat(kubectl.ok("-n", "play", "get", "configmaps", "--chunk-size=10", "-o", "name")
                        .lines()
                        .filter(line -> line.startsWith("configmap/m")))
                .hasSize(OBJECTS);
        String first = kubectl.ok("get", "--raw", MAPS + "?limit=10");
        assertThat(first).contains("\"remainingItemCount\":" + (OBJECTS - 10));
        Matcher token = CONTINUE.matcher(first);
        assertThat(token.find()).as(first).isTrue();
        String next = MAPS + "?limit=10&continue=" + token.group(1);
        kubectl.ok("-n", "play", "create", "configmap", "m200");
        kubectl.ok("-n", "play", "delete", "configmap", "m21");
        assertThat(kubectl.ok("get", "--raw", next))
                .contains("\"m20\"", "\"m21\"", "\"m29\"", "\"remainingItemCount\":" + (OBJECTS - 20))
                .doesNotContain("\"m200\"");
        return next;
    }

    /** What was acknowledged before a SIGKILL is there after it, and a watch that was open hears what comes next. */
    private static void aWatchOutlivesTheStore(Kubectl kubectl, OneEtcd store) throws Exception {
        kubectl.ok("-n", "play", "create", "configmap", "watched");
        Process watch =
                kubectl.start("-n", "play", "get", "configmap", "watched", "-w", "-o", "jsonpath={.data.n}{\"\\n\"}");
        try (BufferedReader heard = watch.inputReader(StandardCharsets.UTF_8)) {
            assertThat(heard.readLine()).isEmpty();
            set(kubectl, "1");
            assertThat(heard.readLine()).isEqualTo("1");
            String before = state(kubectl);
            store.kill();
            store.start();
            set(kubectl, "2");
            assertThat(heard.readLine()).isEqualTo("2");
            assertThat(state(kubectl).lines().filter(line -> !line.contains("/watched ")))
                    .containsExactlyElementsOf(before.lines()
                            .filter(line -> !line.contains("/watched "))
                            .toList());
            store.compact();
            set(kubectl, "3");
            assertThat(heard.readLine()).isEqualTo("3");
        } finally {
            watch.destroyForcibly();
        }
    }

    private static void aCompactionEndsOldPagesAndNothingElse(Kubectl kubectl, OneEtcd store, String pageBefore) {
        String before = state(kubectl);
        store.compact();
        assertThat(kubectl.fails("get", "--raw", pageBefore)).contains("The provided continue parameter is too old");
        assertThat(state(kubectl)).isEqualTo(before);
        assertThat(kubectl.ok("-n", "play", "get", "configmaps", "--chunk-size=7", "-o", "name")
                        .lines()
                        .filter(line -> line.startsWith("configmap/m")))
                .hasSize(OBJECTS);
        kubectl.ok("-n", "play", "delete", "configmaps", "--all");
        assertThat(kubectl.ok("-n", "play", "get", "configmaps", "-o", "name")).isEmpty();
    }

    /** Of an API server's own objects only those that it does not renew. */
    private static String state(Kubectl kubectl) {
        return kubectl.ok("get", "namespaces,configmaps,services,clusterroles", "-A", "-o", STATE);
    }

    /** The API server says so while it has no store; a client tries again. */
    private static void set(Kubectl kubectl, String value) {
        String patch = "{\"data\":{\"n\":\"" + value + "\"}}";
        List<String> patching = List.of("-n", "play", "patch", "configmap", "watched", "--type=merge", "-p", patch);
        Kubectl.Result result = kubectl.run(Map.of(), patching.toArray(String[]::new));
        for (int i = 0; i < 50 && result.code() != 0; i++) {
            EtcdCluster.pause(200);
            result = kubectl.run(Map.of(), patching.toArray(String[]::new));
        }
        assertThat(result.code()).as(result.err()).isZero();
    }
}
