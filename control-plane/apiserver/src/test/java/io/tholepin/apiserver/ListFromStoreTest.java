package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same matrix over a store whose watches do not tell their progress: what must be recent comes from the store. */
class ListFromStoreTest extends ListTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @BeforeEach
    void distrust() {
        api.cacheReads = CacheReads.withoutProgress("etcd 3.4.23");
    }

    @Test
    void anObjectAndACollectionToDeleteAreReadFromTheStoreToo() {
        assertThat(api.get(MAPS + "/a").status).isEqualTo(200);
        assertThat(api.get(MAPS + "/missing").status).isEqualTo(404);
        MemorySink deleted = api.send("DELETE", MAPS + "?labelSelector=x%3D1", new byte[0]);
        assertThat(ApiFixture.names(deleted)).containsExactly("a", "c");
        assertThat(ApiFixture.names(api.get(MAPS))).containsExactly("b", "e");
    }

    @Test
    void anObjectAtAVersionThatTheStoreHasNotReachedIsNotToldAsIfItWere() {
        MemorySink early = api.get(MAPS + "/a?resourceVersion=999999");
        assertThat(early.status).isEqualTo(504);
        assertThat(Json.string(ApiFixture.tree(early), "message"))
                .startsWith("Timeout: Too large resource version: 999999, current: ");
        assertThat(api.get(MAPS + "/a?resourceVersion=1").status).isEqualTo(200);
    }

    @Test
    void aListAtAVersionThatTheCacheHasNotHeardOfIsMoreRecent() {
        String later = api.configMap("kube-public", "other", "");
        api.get("/api/v1/secrets"); // its cache has no reason to reach that version
        MemorySink list = api.get("/api/v1/secrets?resourceVersion=" + later + "&resourceVersionMatch=NotOlderThan");
        assertThat(list.status).isEqualTo(200);
        assertThat(Long.parseLong(Json.string(ApiFixture.tree(list), "metadata", "resourceVersion")))
                .isGreaterThanOrEqualTo(Long.parseLong(later));
    }

    @Test
    void aWatchThatNeedsTheMostRecentStateFirstIsRefused() {
        MemorySink watch = api.get(
                MAPS + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        String told = watch.body.toString(StandardCharsets.UTF_8);
        assertThat(told).startsWith("{\"type\":\"ERROR\"").contains("\"reason\":\"Invalid\"", "\"code\":422");
    }

    @Test
    void readinessTellsWhy() {
        assertThat(api.get("/readyz?verbose=true").body.toString(StandardCharsets.UTF_8))
                .contains("info: lists are read from the store, not from the watch cache: etcd 3.4.23\n");
        api.cacheReads = CacheReads.ALL;
        assertThat(api.get("/readyz?verbose=true").body.toString(StandardCharsets.UTF_8))
                .doesNotContain("info:");
    }
}
