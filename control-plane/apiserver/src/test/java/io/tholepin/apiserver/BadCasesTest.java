package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Store;
import io.tholepin.objects.Json;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The bad cases of contract 1.14 that lists and watches must survive. */
class BadCasesTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private static Map<String, Object> event(MemorySink watch) throws InterruptedException {
        return Json.parseObject(watch.nextLine().getBytes(StandardCharsets.UTF_8));
    }

    private static String summary(Map<String, Object> event) {
        return Json.string(event, "type") + " " + Json.string(event, "object", "metadata", "name");
    }

    private static String version(MemorySink answer) {
        return Json.string(ApiFixture.tree(answer), "metadata", "resourceVersion");
    }

    private static String token(MemorySink list) {
        return Json.string(ApiFixture.tree(list), "metadata", "continue");
    }

    private static void delete(ApiFixture api, String name) {
        assertThat(api.send("DELETE", MAPS + "/" + name, new byte[0]).status).isEqualTo(200);
    }

    @Test
    void aWriteBetweenListAndWatchIsSeen() throws InterruptedException {
        try (ApiFixture api = new ApiFixture()) {
            String listed = version(api.get(MAPS));
            api.configMap("default", "between", "");
            MemorySink watch = api.open(MAPS + "?watch=1&resourceVersion=" + listed);
            assertThat(summary(event(watch))).isEqualTo("ADDED between");
            watch.leave();
        }
    }

    @Test
    void aRevisionOfOneServerIsWaitedForByAnother() {
        try (ApiFixture one = new ApiFixture();
                ApiFixture other = new ApiFixture(one.store())) {
            assertThat(other.get(MAPS).status).isEqualTo(200);
            for (int i = 0; i < 50; i++) {
                String written = one.configMap("default", "m" + i, "");
                MemorySink list = other.get(MAPS + "?resourceVersion=" + written);
                assertThat(list.status).isEqualTo(200);
                assertThat(ApiFixture.names(list)).contains("m" + i);
                assertThat(other.get(MAPS + "/m" + i + "?resourceVersion=" + written).status)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void anObjectMadeAnewUnderItsNameIsAnotherOne() throws InterruptedException {
        try (ApiFixture api = new ApiFixture()) {
            String from = api.configMap("default", "a", "");
            String uid = Json.string(ApiFixture.tree(api.get(MAPS + "/a")), "metadata", "uid");
            delete(api, "a");
            api.configMap("default", "a", "");
            MemorySink watch = api.open(MAPS + "?watch=1&resourceVersion=" + from);
            Map<String, Object> gone = event(watch);
            Map<String, Object> made = event(watch);
            assertThat(summary(gone)).isEqualTo("DELETED a");
            assertThat(summary(made)).isEqualTo("ADDED a");
            assertThat(Json.string(gone, "object", "metadata", "uid")).isEqualTo(uid);
            assertThat(Json.string(made, "object", "metadata", "uid")).isNotEqualTo(uid);
            watch.leave();
        }
    }

    @Test
    void anExactListAtAnotherResourcesRevisionHasThatRevision() {
        try (ApiFixture api = new ApiFixture()) {
            api.configMap("default", "a", "");
            api.get(MAPS);
            MemorySink secret = api.post("/api/v1/namespaces/default/secrets", "{\"metadata\":{\"name\":\"s\"}}");
            api.configMap("default", "b", "");
            MemorySink list = api.get(MAPS + "?resourceVersionMatch=Exact&resourceVersion=" + version(secret));
            assertThat(version(list)).isEqualTo(version(secret));
            assertThat(ApiFixture.names(list)).contains("a").doesNotContain("b");
        }
    }

    @Test
    void aPageOfOneFindsTheLastKeyThatMatches() {
        try (ApiFixture api = new ApiFixture()) {
            for (int i = 0; i < 50; i++) {
                api.configMap("default", "m" + (i + 10), "");
            }
            api.configMap("default", "zz", "\"x\":\"1\"");
            MemorySink page = api.get(MAPS + "?limit=1&labelSelector=x%3D1");
            assertThat(ApiFixture.names(page)).containsExactly("zz");
            assertThat(token(page)).isEmpty();
        }
    }

    @Test
    void whatIsDeletedBetweenPagesIsStillListed() {
        try (ApiFixture api = new ApiFixture()) {
            for (int i = 0; i < 9; i++) {
                api.configMap("default", "m" + i, "");
            }
            List<String> names = new ArrayList<>();
            MemorySink page = api.get(MAPS + "?limit=4");
            names.addAll(ApiFixture.names(page));
            assertThat(api.send("DELETE", MAPS, new byte[0]).status).isEqualTo(200);
            while (!token(page).isEmpty()) {
                page = api.get(MAPS + "?limit=4&continue=" + token(page));
                names.addAll(ApiFixture.names(page));
            }
            assertThat(names).hasSizeGreaterThanOrEqualTo(9).contains("m8");
            assertThat(ApiFixture.names(api.get(MAPS))).doesNotContain("m8");
        }
    }

    @Test
    void aWatchOfANameThatDoesNotExistYetSeesItComeAndGo() throws InterruptedException {
        try (ApiFixture api = new ApiFixture()) {
            String from = version(api.get(MAPS));
            MemorySink watch = api.open(MAPS + "?watch=1&fieldSelector=metadata.name%3Dlate&resourceVersion=" + from);
            api.configMap("default", "other", "");
            api.configMap("default", "late", "");
            delete(api, "late");
            assertThat(summary(event(watch))).isEqualTo("ADDED late");
            assertThat(summary(event(watch))).isEqualTo("DELETED late");
            watch.leave();
        }
    }

    @Test
    void aNameThatTheSelectorDoesNotMeanIsRefused() {
        try (ApiFixture api = new ApiFixture()) {
            for (String field : new String[] {"metadata.name%3Dother", "metadata.namespace%3Ddefault"}) {
                MemorySink answer = api.get("/api/v1/watch/namespaces/default/configmaps/a?fieldSelector=" + field);
                assertThat(answer.status).isEqualTo(400);
                assertThat(Json.string(ApiFixture.tree(answer), "message"))
                        .isEqualTo("fieldSelector metadata.name doesn't match requested name");
            }
        }
    }

    @Test
    void aTimeoutOfZeroIsNone() throws InterruptedException {
        try (ApiFixture api = new ApiFixture()) {
            String from = version(api.get(MAPS));
            MemorySink watch = api.open(MAPS + "?watch=1&timeoutSeconds=0&resourceVersion=" + from);
            api.configMap("default", "a", "");
            assertThat(summary(event(watch))).isEqualTo("ADDED a");
            watch.leave();
        }
    }

    @Test
    void aResourceThatIsNoLongerServedEndsItsWatches() throws InterruptedException {
        try (ApiFixture api = new ApiFixture()) {
            String from = version(api.get(MAPS));
            MemorySink watch = api.open(MAPS + "?watch=1&resourceVersion=" + from);
            api.configMap("default", "a", "");
            assertThat(summary(event(watch))).isEqualTo("ADDED a");
            api.forget("configmaps");
            watch.awaitEnd();
            assertThat(watch.aborted).isFalse();
        }
    }

    @Test
    void aClientThatLeavesALongListEndsIt() {
        try (ApiFixture api = new ApiFixture()) {
            String data = "x".repeat(100_000);
            for (int i = 0; i < 10; i++) {
                api.post(MAPS, "{\"metadata\":{\"name\":\"c" + i + "\"},\"data\":{\"k\":\"" + data + "\"}}");
            }
            MemorySink sink = new MemorySink() {
                @Override
                public synchronized void write(byte[] buffer, int offset, int length) {
                    super.write(buffer, offset, length);
                    leave();
                }
            };
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> api.send(sink, MAPS))
                    .isInstanceOf(ResponseSink.ClosedException.class);
            assertThat(sink.body.size()).isLessThan(200_000);
        }
    }

    @Test
    void thousandsOfWatchersComeBackAfterARestart() throws InterruptedException {
        try (ApiFixture api = new ApiFixture()) {
            api.configMap("default", "a", "");
            api.forget("configmaps");
            String from = version(api.get(MAPS));
            List<MemorySink> watches = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                watches.add(api.open(MAPS + "?watch=1&resourceVersion=" + from));
            }
            api.configMap("default", "b", "");
            for (MemorySink watch : watches) {
                assertThat(summary(event(watch))).isEqualTo("ADDED b");
            }
            watches.forEach(MemorySink::leave);
        }
    }

    /** A store whose answers to the fills of caches are held back. */
    private static Store fillsHeld(Store store, CountDownLatch release) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(store, arguments);
                        boolean fill = method.getName().equals("range")
                                && Thread.currentThread().getName().equals("watch-cache-fill")
                                && arguments[0].toString().contains("secrets");
                        return fill ? held((CompletableFuture<?>) answer, release) : answer;
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    private static <T> CompletableFuture<T> held(CompletableFuture<T> answer, CountDownLatch release) {
        return answer.thenApplyAsync(
                result -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return result;
                },
                task -> Thread.ofVirtual().start(task));
    }

    @Test
    void whileACacheFillsPagesComeFromTheStoreAndTheRestIsToldToWait() {
        CountDownLatch release = new CountDownLatch(1);
        String secrets = "/api/v1/namespaces/default/secrets";
        try (ApiFixture api = new ApiFixture(fillsHeld(LocalStore.ephemeral(), release))) {
            api.post(secrets, "{\"metadata\":{\"name\":\"a\"}}");
            api.post(secrets, "{\"metadata\":{\"name\":\"b\"}}");
            MemorySink page = api.get(secrets + "?limit=1");
            assertThat(ApiFixture.names(page)).containsExactly("a");
            assertThat(ApiFixture.names(api.get(secrets + "?limit=1&continue=" + token(page))))
                    .containsExactly("b");
            assertThat(api.get(secrets + "/a").status).isEqualTo(200);
            for (String query : new String[] {"?resourceVersion=0", "?watch=1", "?limit=1&labelSelector=x%3D1"}) {
                MemorySink answer = api.get(secrets + query);
                assertThat(answer.status).as(query).isEqualTo(429);
                assertThat(Json.string(ApiFixture.tree(answer), "reason")).isEqualTo("TooManyRequests");
                assertThat(Json.string(ApiFixture.tree(answer), "message")).isEqualTo("storage is (re)initializing");
                assertThat(answer.headers.value("Retry-After")).matches("[1-9][0-9]?");
            }
            release.countDown();
            assertThat(ApiFixture.names(api.get(secrets))).containsExactly("a", "b");
        } finally {
            release.countDown();
        }
    }

    @Test
    void whoeverWaitsLongerIsToldToWaitLonger() {
        assertThat(Failures.retryAfterSeconds(Duration.ZERO)).isEqualTo(1);
        assertThat(Failures.retryAfterSeconds(Duration.ofSeconds(20))).isEqualTo(3);
        assertThat(Failures.retryAfterSeconds(Duration.ofSeconds(50))).isEqualTo(20);
        assertThat(Failures.retryAfterSeconds(Duration.ofHours(9))).isEqualTo(30);
    }
}
