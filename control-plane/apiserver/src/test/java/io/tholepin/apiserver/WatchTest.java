package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The watch matrix of contract 1.6 and the shapes of 1.7. */
class WatchTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private final ApiFixture api = new ApiFixture();

    @BeforeEach
    void openTheCache() {
        api.get(MAPS);
    }

    @AfterEach
    void close() {
        api.close();
    }

    private static Map<String, Object> event(MemorySink watch) throws InterruptedException {
        return Json.parseObject(watch.nextLine().getBytes(StandardCharsets.UTF_8));
    }

    private static String summary(MemorySink watch) throws InterruptedException {
        Map<String, Object> event = event(watch);
        return Json.string(event, "type") + " " + Json.string(event, "object", "metadata", "name");
    }

    private void label(String name, String value) {
        MemorySink answer = api.send(
                "PATCH",
                MAPS + "/" + name,
                ("{\"metadata\":{\"labels\":{\"x\":\"" + value + "\"}}}").getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                "application/merge-patch+json");
        assertThat(answer.status).isEqualTo(200);
    }

    private void delete(String name) {
        assertThat(api.send("DELETE", MAPS + "/" + name, new byte[0]).status).isEqualTo(200);
    }

    @Test
    void aWatchFromARevisionSeesWhatCameAfter() throws InterruptedException {
        String version = api.configMap("default", "a", "");
        MemorySink watch = api.open(MAPS + "?watch=1&resourceVersion=" + version);
        api.configMap("default", "b", "");
        label("a", "1");
        delete("b");
        assertThat(summary(watch)).isEqualTo("ADDED b");
        assertThat(watch.status).isEqualTo(200);
        assertThat(watch.headers.first("Content-Type")).isEqualTo("application/json");
        assertThat(watch.contentLength).isEqualTo(-1);
        assertThat(summary(watch)).isEqualTo("MODIFIED a");
        Map<String, Object> deleted = event(watch);
        assertThat(Json.string(deleted, "type")).isEqualTo("DELETED");
        assertThat(Long.parseLong(Json.string(deleted, "object", "metadata", "resourceVersion")))
                .isGreaterThan(Long.parseLong(version) + 2);
        watch.leave();
    }

    @Test
    void theHeadComesBeforeTheFirstEvent() throws InterruptedException {
        String version = api.configMap("default", "a", "");
        MemorySink watch = api.open(MAPS + "?watch=1&resourceVersion=" + version + "&timeoutSeconds=1");
        watch.awaitEnd();
        assertThat(watch.status).isEqualTo(200);
        assertThat(watch.body.size()).isZero();
    }

    @Test
    void aNegativeTimeoutEndsAtOnce() throws InterruptedException {
        api.open(MAPS + "?watch=1&resourceVersion=1&timeoutSeconds=-5").awaitEnd();
    }

    @Test
    void initialEventsEndWithABookmark() throws InterruptedException {
        api.configMap("default", "a", "");
        api.configMap("default", "b", "");
        String question = MAPS + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                + "&allowWatchBookmarks=true&resourceVersion=";
        MemorySink watch = api.open(question);
        assertThat(summary(watch)).isEqualTo("ADDED a");
        assertThat(summary(watch)).isEqualTo("ADDED b");
        Map<String, Object> bookmark = event(watch);
        assertThat(Json.string(bookmark, "type")).isEqualTo("BOOKMARK");
        assertThat(Json.text(Json.at(bookmark, "object", "metadata", "annotations")))
                .isEqualTo("{\"k8s.io/initial-events-end\":\"true\"}");
        api.configMap("default", "c", "");
        assertThat(summary(watch)).isEqualTo("ADDED c");
        watch.leave();
    }

    @Test
    void aBookmarkShowsWhatItsTypeAlwaysShows() throws InterruptedException {
        MemorySink watch = api.open("/api/v1/pods?watch=true&sendInitialEvents=true"
                + "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        assertThat(watch.nextLine().replaceAll("\"resourceVersion\":\"[0-9]+\"", "\"resourceVersion\":\"N\""))
                .isEqualTo("{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":"
                        + "{\"resourceVersion\":\"N\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}},"
                        + "\"spec\":{\"containers\":null},\"status\":{}}}");
        watch.leave();
    }

    @Test
    void withoutARevisionAWatchBeginsWithWhatThereIs() throws InterruptedException {
        api.configMap("default", "a", "");
        MemorySink watch = api.open(MAPS + "?watch=1");
        assertThat(summary(watch)).isEqualTo("ADDED a");
        api.configMap("default", "b", "");
        assertThat(summary(watch)).isEqualTo("ADDED b");
        watch.leave();
    }

    @Test
    void withoutInitialEventsItBeginsNow() throws InterruptedException {
        api.configMap("default", "a", "");
        MemorySink watch = api.open(MAPS + "?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan"
                + "&allowWatchBookmarks=true&timeoutSeconds=3");
        Map<String, Object> bookmark = event(watch);
        assertThat(Json.string(bookmark, "type")).isEqualTo("BOOKMARK");
        watch.awaitEnd();
    }

    @Test
    void objectsComeAndGoWithTheirSelector() throws InterruptedException {
        String version = api.configMap("default", "a", "\"x\":\"0\"");
        MemorySink watch = api.open(MAPS + "?watch=1&labelSelector=x%3D1&resourceVersion=" + version);
        label("a", "1");
        label("a", "2");
        assertThat(summary(watch)).isEqualTo("ADDED a");
        Map<String, Object> gone = event(watch);
        assertThat(Json.string(gone, "type")).isEqualTo("DELETED");
        assertThat(Json.string(gone, "object", "metadata", "labels", "x")).isEqualTo("1");
        watch.leave();
    }

    @Test
    void oneObjectIsWatchedByNameOrByTheOldPath() throws InterruptedException {
        String version = api.configMap("default", "a", "");
        MemorySink byField = api.open(MAPS + "?watch=1&fieldSelector=metadata.name%3Db&resourceVersion=" + version);
        MemorySink byPath = api.open("/api/v1/watch/namespaces/default/configmaps/b?resourceVersion=" + version);
        label("a", "1");
        api.configMap("default", "b", "");
        assertThat(summary(byField)).isEqualTo("ADDED b");
        assertThat(summary(byPath)).isEqualTo("ADDED b");
        byField.leave();
        byPath.leave();
    }

    @Test
    void aRevisionBehindTheHistoryIsAnErrorEvent() throws InterruptedException {
        api.configMap("default", "a", "");
        api.forget("configmaps");
        api.configMap("default", "b", "");
        api.get(MAPS);
        MemorySink watch = api.open(MAPS + "?watch=1&resourceVersion=1");
        Map<String, Object> error = event(watch);
        assertThat(watch.status).isEqualTo(200);
        assertThat(Json.string(error, "type")).isEqualTo("ERROR");
        assertThat(Json.integer(error, 0, "object", "code")).isEqualTo(410);
        assertThat(Json.string(error, "object", "reason")).isEqualTo("Expired");
        assertThat(Json.string(error, "object", "message")).startsWith("too old resource version: 1 (");
        watch.awaitEnd();
    }

    @Test
    void initialEventsOfTheFutureAreAnErrorEvent() throws InterruptedException {
        MemorySink watch = api.open(
                MAPS + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan" + "&resourceVersion=999999");
        Map<String, Object> error = event(watch);
        assertThat(Json.string(error, "type")).isEqualTo("ERROR");
        assertThat(Json.integer(error, 0, "object", "code")).isEqualTo(504);
        watch.awaitEnd();
    }

    @Test
    void optionsThatContradictAreInvalid() {
        MemorySink match = api.get(MAPS + "?watch=1&resourceVersionMatch=NotOlderThan&resourceVersion=1");
        assertThat(match.status).isEqualTo(422);
        assertThat(match.toString())
                .contains("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        assertThat(api.get(MAPS + "?watch=1&sendInitialEvents=true").toString())
                .contains("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }

    @Test
    void aTableWatchDescribesItsColumnsOnce() throws InterruptedException {
        api.configMap("default", "a", "");
        api.configMap("default", "b", "");
        MemorySink watch = api.open(MAPS + "?watch=1", "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
        Map<String, Object> first = event(watch);
        assertThat(Json.string(first, "object", "kind")).isEqualTo("Table");
        assertThat(Json.list(first, "object", "columnDefinitions")).isNotEmpty();
        assertThat(Json.text(Json.list(first, "object", "rows").getFirst())).startsWith("{\"cells\":[\"a\",1,");
        assertThat(Json.list(event(watch), "object", "columnDefinitions")).isEmpty();
        watch.leave();
    }

    @Test
    void aMetadataWatchLeavesTheRestOut() throws InterruptedException {
        api.configMap("default", "a", "");
        MemorySink watch =
                api.open(MAPS + "?watch=1", "Accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
        Map<String, Object> event = event(watch);
        assertThat(Json.string(event, "object", "kind")).isEqualTo("PartialObjectMetadata");
        assertThat(Json.string(event, "object", "metadata", "name")).isEqualTo("a");
        assertThat(Json.at(event, "object", "data")).isNull();
        watch.leave();
    }

    @Test
    void protobufEventsStandInFrames() throws InterruptedException {
        api.configMap("default", "a", "");
        MemorySink watch = api.open(
                MAPS + "?watch=1&timeoutSeconds=1", "Accept", "application/vnd.kubernetes.protobuf;stream=watch");
        watch.awaitEnd();
        assertThat(watch.headers.first("Content-Type")).isEqualTo("application/vnd.kubernetes.protobuf;stream=watch");
        byte[] bytes = watch.body.toByteArray();
        int length = java.nio.ByteBuffer.wrap(bytes).getInt();
        assertThat(bytes).hasSize(4 + length);
        assertThat(new String(bytes, 4, 7, StandardCharsets.US_ASCII)).isEqualTo("\n\u0005ADDED");
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("k8s\u0000");
    }
}
