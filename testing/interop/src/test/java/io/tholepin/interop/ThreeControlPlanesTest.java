package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three {@code thole up --initial-cluster} over one store, each with an API server of its own. */
class ThreeControlPlanesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void whatOneIsToldTheOthersKnowAndTwoGoOnWithoutTheThird() throws Exception {
        String cluster = "a=" + peer() + ",b=" + peer() + ",c=" + peer();
        CompletableFuture<Thole> a = up("a", cluster);
        await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("a/pki/apiserver.key")));
        await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("a/pki/admin.key")));
        ControlPlanes.copy(folder.resolve("a/pki"), folder.resolve("b/pki"));
        ControlPlanes.copy(folder.resolve("a/pki"), folder.resolve("c/pki"));
        CompletableFuture<Thole> b = up("b", cluster);
        CompletableFuture<Thole> c = up("c", cluster);
        try (Thole first = a.join();
                Thole second = b.join();
                Thole third = c.join()) {
            create(first, "told-to-a");
            for (Thole each : List.of(first, second, third)) {
                assertThat(each.get("/api/v1/namespaces/default/configmaps").body())
                        .contains("told-to-a");
            }
            first.kill();
            await().atMost(PATIENCE).untilAsserted(() -> create(second, "told-to-b"));
            assertThat(third.get("/api/v1/namespaces/default/configmaps").body())
                    .contains("told-to-a", "told-to-b");
        }
    }

    private CompletableFuture<Thole> up(String name, String cluster) {
        String peer = Stream.of(cluster.split(",", -1))
                .filter(member -> member.startsWith(name + "="))
                .map(member -> member.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
        return CompletableFuture.supplyAsync(
                () -> Thole.up(
                        "--name", name,
                        "--data-dir", folder.resolve(name).toString(),
                        "--initial-cluster", cluster,
                        "--listen-peer-urls", peer,
                        "--initial-advertise-peer-urls", peer),
                task -> Thread.ofVirtual().start(task));
    }

    private static void create(Thole thole, String name) {
        int code = thole.post(
                        "/api/v1/namespaces/default/configmaps",
                        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name + "\"}}")
                .statusCode();
        assertThat(code).isIn(201, 409);
    }

    private static String peer() {
        return "http://127.0.0.1:" + MemberNetwork.loopback().freePort();
    }
}
