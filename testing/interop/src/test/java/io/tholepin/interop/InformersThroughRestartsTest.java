package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tholepin.objects.Json;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * "An informer's store becomes equal to a list": nothing is missed and no deleted object is left, though the API server
 * is killed and started again, and the resourceVersion from which the informer would go on is forgotten meanwhile.
 * Source: contract 1.13.
 */
class InformersThroughRestartsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PATH = "/api/v1/namespaces/default/configmaps";
    private static final int NAMES = 40;
    private static final int ROUNDS = Boolean.getBoolean("tholepin.long") ? 5 : 1;

    @TempDir
    Path folder;

    private final Random random = new Random(Long.getLong("tholepin.seed", 20261127));
    private final Map<String, Mirror> mirrors = new LinkedHashMap<>();
    private final List<Process> waits = new ArrayList<>();
    private int writes;

    @AfterEach
    void stop() {
        mirrors.values().forEach(Mirror::close);
        waits.forEach(Process::destroyForcibly);
    }

    /** Others write to the etcd, and forget its history, while the API server that informers use is away. */
    @Test
    void theyFollowAnApiServerThatWasAwayWhileItsEtcdWasCompacted() throws Exception {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                Thole writer = Thole.apiserver(etcd.options(folder.resolve("writer")))) {
            String[] options = etcd.options(folder.resolve("watched"));
            Thole watched = Thole.apiserver(options);
            int port = watched.api().getPort();
            try {
                begin(watched, writer);
                for (int round = 0; round < ROUNDS; round++) {
                    String known = version(watched);
                    watched.kill();
                    write(writer, 40);
                    if (round == ROUNDS - 1) {
                        delete(writer, "doomed");
                    }
                    etcd.compact();
                    write(writer, 3);
                    watched = Thole.apiserverAt(port, options);
                    isForgotten(watched, known);
                    write(writer, 5);
                    everyMirrorEqualsTheList(writer);
                }
                etcd.kill();
                etcd.start();
                etcd.compact();
                write(writer, 20);
                everyMirrorEqualsTheList(writer);
                end(writer);
            } finally {
                watched.close();
            }
        }
    }

    /** The whole control plane is killed with its store. */
    @Test
    void theyFollowAControlPlaneThatIsKilledAndCompacted() throws Exception {
        String store = "http://127.0.0.1:" + MemberNetwork.loopback().freePort();
        List<String> etcdctl = List.of(EtcdLike.client("etcdctl-3.5"), "--endpoints", store);
        String[] options = {
            "--data-dir", folder.toString(), "--listen-client-urls", store, "--advertise-client-urls", store
        };
        Thole thole = Thole.up(options);
        int port = thole.api().getPort();
        try {
            begin(thole, thole);
            for (int round = 0; round < ROUNDS; round++) {
                String known = version(thole);
                write(thole, 20);
                thole.kill();
                thole = Thole.upAt(port, options);
                write(thole, 20);
                if (round == ROUNDS - 1) {
                    delete(thole, "doomed");
                }
                EtcdLike.compact(etcdctl);
                isForgotten(thole, known);
                write(thole, 5);
                everyMirrorEqualsTheList(thole);
            }
            EtcdLike.compact(etcdctl);
            write(thole, 20);
            everyMirrorEqualsTheList(thole);
            end(thole);
        } finally {
            thole.close();
        }
    }

    private void begin(Thole watched, Thole writer) throws Exception {
        put(writer, "doomed");
        put(writer, "kept");
        write(writer, 30);
        Kubectl kubectl = new Kubectl(watched, folder);
        mirrors.put("fabric8", Mirror.fabric8(watched.kubeconfig()));
        mirrors.put("official", Mirror.official(watched.kubeconfig()));
        mirrors.put("own", Mirror.own(watched.kubeconfig()));
        mirrors.put("kubectl get -w", Mirror.kubectl(kubectl));
        // These two are client-go's own informers.
        waits.add(kubectl.start("wait", "--for=delete", "configmap/doomed", "--timeout=300s"));
        waits.add(kubectl.start("wait", "--for=jsonpath={.data.n}=last", "configmap/kept", "--timeout=300s"));
        everyMirrorEqualsTheList(writer);
        write(writer, 20);
        everyMirrorEqualsTheList(writer);
    }

    private void end(Thole writer) throws Exception {
        assertThat(waits.getLast().isAlive()).as("nobody wrote it yet").isTrue();
        put(writer, "kept", "last");
        for (Process wait : waits) {
            assertThat(wait.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String said = new String(wait.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(wait.exitValue()).as(said).isZero();
            assertThat(said).contains("condition met");
        }
    }

    private void everyMirrorEqualsTheList(Thole thole) {
        Map<String, String> list = list(thole);
        assertThat(list).hasSizeGreaterThan(5);
        mirrors.forEach((name, mirror) -> await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> {
                    assertThat(new TreeMap<>(mirror.store())).as(name).isEqualTo(list);
                    assertThat(new TreeMap<>(mirror.told())).as(name).isEqualTo(list);
                }));
    }

    private static Map<String, String> list(Thole thole) {
        Map<String, String> list = new TreeMap<>();
        Map<String, Object> body = Json.parseObject(thole.get(PATH).body().getBytes(StandardCharsets.UTF_8));
        Json.list(body, "items")
                .forEach(item -> list.put(
                        Json.string(item, "metadata", "name"), Json.string(item, "metadata", "resourceVersion")));
        return list;
    }

    private static String version(Thole thole) {
        Map<String, Object> body = Json.parseObject(thole.get(PATH).body().getBytes(StandardCharsets.UTF_8));
        return Json.string(body, "metadata", "resourceVersion");
    }

    private static void isForgotten(Thole thole, String version) {
        assertThat(thole.get(PATH + "?watch=1&timeoutSeconds=2&resourceVersion=" + version)
                        .body())
                .contains("\"code\":410");
    }

    /** Creates, updates and deletes in random order. */
    private void write(Thole thole, int count) {
        for (int i = 0; i < count; i++) {
            String name = "m" + random.nextInt(NAMES);
            if (random.nextInt(3) == 0) {
                delete(thole, name);
            } else {
                put(thole, name);
            }
        }
    }

    private void put(Thole thole, String name) {
        put(thole, name, "v" + writes++);
    }

    private static void put(Thole thole, String name, String value) {
        String body = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name
                + "\"},\"data\":{\"n\":\"" + value + "\"}}";
        int code = thole.post(PATH, body).statusCode();
        if (code == 409) {
            code = thole.send(thole.request(PATH + "/" + name)
                            .header("Content-Type", "application/json")
                            .PUT(HttpRequest.BodyPublishers.ofString(body)))
                    .statusCode();
        }
        assertThat(code).isIn(200, 201);
    }

    private static void delete(Thole thole, String name) {
        assertThat(thole.send(thole.request(PATH + "/" + name).DELETE()).statusCode())
                .isIn(200, 404);
    }
}
