package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Store;
import io.tholepin.objects.Json;
import io.tholepin.watchcache.CacheSettings;
import io.tholepin.watchcache.CacheStats;
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

    /** A client that reads nothing until it is let go on. */
    private static final class SlowSink extends MemorySink {
        private final CountDownLatch release = new CountDownLatch(1);

        @Override
        public void write(byte[] buffer, int offset, int length) {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            super.write(buffer, offset, length);
        }
    }

    private static SlowSink openSlowly(ApiFixture api, String uri) {
        SlowSink sink = new SlowSink();
        Thread.ofVirtual().start(() -> api.send(sink, uri));
        return sink;
    }

    private static void awaitWatchers(ApiFixture api, long count) throws InterruptedException {
        long open = 0;
        for (int i = 0; i < 20_000 && open != count; i++) {
            Thread.sleep(1);
            open = api.cacheStats().stream()
                    .filter(stats -> stats.resource().equals("configmaps"))
                    .mapToLong(CacheStats::watchers)
                    .sum();
        }
        assertThat(open).isEqualTo(count);
    }

    @Test
    void aSlowWatcherAmongThousandsHoldsNobodyUp() throws InterruptedException {
        int watchers = 2000;
        int writes = 100;
        try (ApiFixture api = new ApiFixture()) {
            String uri = MAPS + "?watch=1&resourceVersion=" + version(api.get(MAPS));
            SlowSink slow = openSlowly(api, uri);
            List<MemorySink> others = new ArrayList<>();
            for (int i = 1; i < watchers; i++) {
                others.add(api.open(uri));
            }
            awaitWatchers(api, watchers);
            for (int i = 0; i < writes; i++) {
                api.configMap("default", "m" + i, "");
            }
            for (MemorySink watch : others) {
                for (int i = 0; i < writes; i++) {
                    assertThat(watch.nextLine()).contains("\"name\":\"m" + i + "\"");
                }
                watch.leave();
            }
            assertThat(slow.body.size()).isZero();
            slow.release.countDown();
            for (int i = 0; i < writes; i++) {
                assertThat(summary(event(slow))).isEqualTo("ADDED m" + i);
            }
            slow.leave();
        }
    }

    @Test
    void aBurstLargerThanTheHistoryEndsASlowWatchAndANewListHasAll() throws InterruptedException {
        CacheSettings small = CacheSettings.defaults().history(10, 10, 1 << 20).queue(5);
        int writes = 300;
        try (ApiFixture api = new ApiFixture(LocalStore.ephemeral(), small)) {
            String from = version(api.get(MAPS));
            SlowSink slow = openSlowly(api, MAPS + "?watch=1&resourceVersion=" + from);
            awaitWatchers(api, 1);
            for (int i = 0; i < writes; i++) {
                api.configMap("default", "m" + i, "");
            }
            api.get(MAPS); // the cache has seen all of them
            slow.release.countDown();
            slow.awaitEnd();
            List<String> seen =
                    slow.body.toString(StandardCharsets.UTF_8).lines().toList();
            for (int i = 0; i < seen.size(); i++) {
                assertThat(seen.get(i)).contains("\"name\":\"m" + i + "\""); // none is left out before the end
            }
            assertThat(seen).hasSizeLessThan(writes);
            MemorySink again = api.open(MAPS + "?watch=1&resourceVersion=" + from);
            assertThat(Json.integer(event(again), 0, "object", "code")).isEqualTo(410);
            assertThat(ApiFixture.names(api.get(MAPS))).hasSizeGreaterThanOrEqualTo(writes);
        }
    }

    /** A cache that asks for progress ten times a second when nothing happens. */
    private static CacheSettings restless() {
        CacheSettings usual = CacheSettings.defaults();
        return new CacheSettings(
                usual.historyEventsMin(),
                usual.historyEventsMax(),
                usual.historyBytesMax(),
                usual.historyWindow(),
                usual.queueEventsMax(),
                usual.inboundBytesMax(),
                usual.freshnessWait(),
                usual.progressInterval(),
                Duration.ofMillis(100),
                usual.pageBytes(),
                usual.checkInterval(),
                usual.retryMax());
    }

    @Test
    void aResourceWithoutWritesLetsItsWatchersMakeProgress() throws InterruptedException {
        try (ApiFixture api = new ApiFixture(LocalStore.ephemeral(), restless())) {
            String from = version(api.get(MAPS));
            MemorySink watch =
                    api.open(MAPS + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=3&resourceVersion=" + from);
            String elsewhere = "";
            for (int i = 0; i < 20; i++) {
                elsewhere = version(
                        api.post("/api/v1/namespaces/default/secrets", "{\"metadata\":{\"name\":\"s" + i + "\"}}"));
            }
            Map<String, Object> bookmark = event(watch);
            assertThat(Json.string(bookmark, "type")).isEqualTo("BOOKMARK");
            String reached = Json.string(bookmark, "object", "metadata", "resourceVersion");
            assertThat(Long.parseLong(reached)).isGreaterThanOrEqualTo(Long.parseLong(elsewhere));
            watch.leave();
        }
    }

    @Test
    void aLabelThatFlipsLeavesOneSelectionAndEntersAnotherInOneUpdate() throws InterruptedException {
        try (ApiFixture api = new ApiFixture()) {
            String from = api.configMap("default", "a", "\"x\":\"1\"");
            MemorySink left = api.open(MAPS + "?watch=1&labelSelector=x%3D1&resourceVersion=" + from);
            MemorySink entered = api.open(MAPS + "?watch=1&labelSelector=x%3D2&resourceVersion=" + from);
            byte[] patch = "{\"metadata\":{\"labels\":{\"x\":\"2\"}}}".getBytes(StandardCharsets.UTF_8);
            MemorySink flipped = api.send("PATCH", MAPS + "/a", patch, "Content-Type", "application/merge-patch+json");
            Map<String, Object> gone = event(left);
            Map<String, Object> come = event(entered);
            assertThat(summary(gone)).isEqualTo("DELETED a");
            assertThat(Json.string(gone, "object", "metadata", "labels", "x")).isEqualTo("1");
            assertThat(summary(come)).isEqualTo("ADDED a");
            assertThat(Json.string(come, "object", "metadata", "labels", "x")).isEqualTo("2");
            for (Map<String, Object> event : List.of(gone, come)) {
                assertThat(Json.string(event, "object", "metadata", "resourceVersion"))
                        .isEqualTo(version(flipped));
            }
            left.leave();
            entered.leave();
        }
    }

    @Test
    void aNamespaceThatIsDeletedBetweenPagesIsStillListedWhole() {
        String all = "/api/v1/configmaps?limit=3";
        try (ApiFixture api = new ApiFixture()) {
            api.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"doomed\"}}");
            for (int i = 0; i < 8; i++) {
                api.configMap("doomed", "m" + i, "");
            }
            MemorySink page = api.get(all);
            String at = version(page);
            List<String> names = new ArrayList<>(ApiFixture.names(page));
            deleteNamespace(api, "doomed");
            assertThat(api.get("/api/v1/namespaces/doomed").status).isEqualTo(404);
            while (!token(page).isEmpty()) {
                page = api.get(all + "&continue=" + token(page));
                assertThat(version(page)).isEqualTo(at);
                names.addAll(ApiFixture.names(page));
            }
            assertThat(names).contains("m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7");
            assertThat(ApiFixture.names(api.get("/api/v1/configmaps"))).doesNotContain("m0", "m7");
            assertThat(api.post("/api/v1/namespaces/doomed/configmaps", "{\"metadata\":{\"name\":\"late\"}}").status)
                    .isEqualTo(404);
        }
    }

    /** What the namespace controller does. */
    private static void deleteNamespace(ApiFixture api, String name) {
        String path = "/api/v1/namespaces/" + name;
        Map<String, Object> terminating = ApiFixture.tree(api.send("DELETE", path, new byte[0]));
        assertThat(api.send("DELETE", path + "/configmaps", new byte[0]).status).isEqualTo(200);
        Json.child(terminating, "spec").remove("finalizers");
        byte[] finalized = Json.write(terminating);
        assertThat(api.send("PUT", path + "/finalize", finalized, "Content-Type", "application/json").status)
                .isEqualTo(200);
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
