package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The list matrix of contract 1.3, page by page. */
class ListTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    final ApiFixture api = new ApiFixture();
    private String first = "";
    private String last = "";

    @BeforeEach
    void fill() {
        first = api.configMap("default", "a", "\"x\":\"1\"");
        api.configMap("default", "b", "\"x\":\"2\"");
        api.configMap("default", "c", "\"x\":\"1\"");
        api.configMap("kube-public", "d", "");
        last = api.configMap("default", "e", "");
    }

    @AfterEach
    void close() {
        api.close();
    }

    private static String version(MemorySink list) {
        return Json.string(ApiFixture.tree(list), "metadata", "resourceVersion");
    }

    private static String token(MemorySink list) {
        return Json.string(ApiFixture.tree(list), "metadata", "continue");
    }

    private static void refused(MemorySink answer, int code, String reason, String message) {
        assertThat(answer.status).isEqualTo(code);
        assertThat(Json.string(ApiFixture.tree(answer), "reason")).isEqualTo(reason);
        assertThat(Json.string(ApiFixture.tree(answer), "message")).isEqualTo(message);
    }

    @Test
    void aConsistentListHasEverythingWrittenBefore() {
        MemorySink list = api.get(MAPS);
        assertThat(ApiFixture.names(list)).containsExactly("a", "b", "c", "e");
        assertThat(Long.parseLong(version(list))).isGreaterThanOrEqualTo(Long.parseLong(last));
        assertThat(list.headers.first("Content-Type")).isEqualTo("application/json");
        assertThat(list.headers.first("Cache-Control")).isEqualTo("no-cache, private");
        assertThat(list.headers.first("Audit-Id")).hasSize(36);
        assertThat(list.contentLength).isEqualTo(list.body.size());
    }

    @Test
    void itemsOfATypedListCarryNoKind() {
        String json = api.get(MAPS + "?limit=1").body.toString(StandardCharsets.UTF_8);
        assertThat(json)
                .startsWith("{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":");
        assertThat(json).contains("\"items\":[{\"metadata\":{\"name\":\"a\"");
        assertThat(json).endsWith("}]}\n");
    }

    @Test
    void anEmptyListIsAList() {
        assertThat(api.get("/api/v1/namespaces/default/secrets").body.toString(StandardCharsets.UTF_8))
                .contains("\"items\":[]");
    }

    @Test
    void pagesAddUpToTheStateOfTheFirst() {
        List<String> names = new ArrayList<>();
        MemorySink page = api.get(MAPS + "?limit=1");
        String version = version(page);
        assertThat(Json.integer(ApiFixture.tree(page), 0, "metadata", "remainingItemCount"))
                .isEqualTo(3);
        api.configMap("default", "bb", "");
        names.addAll(ApiFixture.names(page));
        while (!token(page).isEmpty()) {
            page = api.get(MAPS + "?limit=1&continue=" + token(page));
            assertThat(version(page)).isEqualTo(version);
            names.addAll(ApiFixture.names(page));
        }
        assertThat(names).containsExactly("a", "b", "c", "e");
        assertThat(ApiFixture.tree(page).toString()).doesNotContain("remainingItemCount");
    }

    @Test
    void pagesGoOverNamespaces() {
        MemorySink page = api.get("/api/v1/configmaps?limit=4&labelSelector=!nothing");
        assertThat(ApiFixture.names(page)).containsExactly("a", "b", "c", "e");
        assertThat(Json.integer(ApiFixture.tree(page), 0, "metadata", "remainingItemCount"))
                .isZero();
        MemorySink rest = api.get("/api/v1/configmaps?limit=4&labelSelector=!nothing&continue=" + token(page));
        assertThat(ApiFixture.names(rest)).contains("d");
    }

    @Test
    void theTokenIsWhatOtherServersRead() {
        String token = token(api.get(MAPS + "?limit=2"));
        String json = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        assertThat(json).matches("\\{\"v\":\"meta.k8s.io/v1\",\"rv\":\\d+,\"start\":\"b\\\\u0000\"}");
    }

    @Test
    void anInconsistentTokenGoesOnWithTheLatestState() {
        api.configMap("default", "cc", "");
        String token = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                        "{\"v\":\"meta.k8s.io/v1\",\"rv\":-1,\"start\":\"b\\u0000\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(ApiFixture.names(api.get(MAPS + "?continue=" + token))).containsExactly("c", "cc", "e");
    }

    @Test
    void aTamperedTokenIsRefused() {
        refused(
                api.get(MAPS + "?continue=bogus!"),
                400,
                "BadRequest",
                "invalid continue token: continue key is not valid: illegal base64 data at input byte 5");
        refused(
                api.get(MAPS + "?continue="
                        + encoded("{\"v\":\"meta.k8s.io/v1\",\"rv\":5,\"start\":\"../secrets/x\"}")),
                400,
                "BadRequest",
                "invalid continue token: continue key is not valid: ../secrets/x");
        refused(
                api.get(MAPS + "?continue=" + encoded("{\"v\":\"v9\",\"rv\":5,\"start\":\"x\"}")),
                400,
                "BadRequest",
                "invalid continue token: continue key is not valid: server does not recognize this encoded version"
                        + " \"v9\"");
        refused(
                api.get(MAPS + "?continue=" + encoded("{\"v\":\"meta.k8s.io/v1\",\"start\":\"x\"}")),
                400,
                "BadRequest",
                "invalid continue token: continue key is not valid: incorrect encoded start resourceVersion"
                        + " (version meta.k8s.io/v1)");
    }

    private static String encoded(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aTokenThatNestsTooDeepIsRefused() {
        MemorySink answer = api.get(MAPS + "?continue=" + encoded("[".repeat(600) + "]".repeat(600)));
        assertThat(answer.status).isEqualTo(400);
        assertThat(answer.toString()).contains("invalid continue token");
    }

    @Test
    void aCompactedTokenOffersToGoOn() {
        String token = token(api.get(MAPS + "?limit=1"));
        String old = encoded(new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8)
                .replaceAll("\"rv\":\\d+", "\"rv\":" + first));
        api.store().compact(Long.parseLong(last), true).join();
        forgetHistory();
        MemorySink refused = api.get(MAPS + "?limit=1&continue=" + old);
        refused(refused, 410, "Expired", Lists.CONTINUE_TOO_OLD);
        String onward = token(refused);
        assertThat(ApiFixture.names(api.get(MAPS + "?continue=" + onward))).containsExactly("b", "c", "e");
    }

    /** Opens the cache anew, without what it remembers. */
    private void forgetHistory() {
        api.forget("configmaps");
    }

    @Test
    void revisionZeroIgnoresTheLimit() {
        api.catchUp("configmaps", Long.parseLong(last));
        MemorySink list = api.get(MAPS + "?resourceVersion=0&limit=1");
        assertThat(ApiFixture.names(list)).containsExactly("a", "b", "c", "e");
        assertThat(token(list)).isEmpty();
    }

    @Test
    void anExactListShowsThePast() {
        MemorySink list = api.get(MAPS + "?resourceVersionMatch=Exact&resourceVersion=" + first);
        assertThat(ApiFixture.names(list)).containsExactly("a");
        assertThat(version(list)).isEqualTo(first);
        MemorySink legacy = api.get(MAPS + "?limit=5&resourceVersion=" + first);
        assertThat(ApiFixture.names(legacy)).containsExactly("a");
    }

    @Test
    void anExactListBehindTheHistoryIsExpired() {
        api.store().compact(Long.parseLong(last), true).join();
        forgetHistory();
        refused(
                api.get(MAPS + "?resourceVersionMatch=Exact&resourceVersion=" + first),
                410,
                "Expired",
                "The resourceVersion for the provided list is too old.");
    }

    @Test
    void notOlderThanServesTheStateInPages() {
        MemorySink list = api.get(MAPS + "?resourceVersionMatch=NotOlderThan&limit=2&resourceVersion=" + last);
        assertThat(ApiFixture.names(list)).containsExactly("a", "b");
        assertThat(token(list)).isNotEmpty();
        assertThat(ApiFixture.names(api.get(MAPS + "?resourceVersion=" + last))).hasSize(4);
    }

    @Test
    void aRevisionInTheFutureTimesOut() {
        MemorySink answer = api.get(MAPS + "?resourceVersion=999999");
        assertThat(answer.status).isEqualTo(504);
        assertThat(Json.string(ApiFixture.tree(answer), "message"))
                .startsWith("Timeout: Too large resource version: 999999, current: ");
        assertThat(Json.string(ApiFixture.tree(answer), "reason")).isEqualTo("Timeout");
        assertThat(Json.text(Json.at(ApiFixture.tree(answer), "details", "causes")))
                .isEqualTo("[{\"reason\":\"ResourceVersionTooLarge\",\"message\":\"Too large resource version\"}]");
        assertThat(answer.headers.first("Retry-After")).isEqualTo("1");
    }

    @Test
    void optionsThatContradictAreInvalid() {
        String head = "ListOptions.meta.k8s.io \"\" is invalid: ";
        refused(
                api.get(MAPS + "?resourceVersionMatch=Exact"),
                422,
                "Invalid",
                head + "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is"
                        + " provided");
        refused(
                api.get(MAPS + "?resourceVersionMatch=Exact&resourceVersion=0"),
                422,
                "Invalid",
                head + "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for"
                        + " resourceVersion \"0\"");
        refused(
                api.get(MAPS + "?resourceVersionMatch=Newest&resourceVersion=1"),
                422,
                "Invalid",
                head + "resourceVersionMatch: Unsupported value: \"Newest\": supported values: \"Exact\","
                        + " \"NotOlderThan\", \"\"");
        refused(
                api.get(MAPS + "?sendInitialEvents=true"),
                422,
                "Invalid",
                head + "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list");
        assertThat(Json.string(ApiFixture.tree(api.get(MAPS + "?sendInitialEvents=true")), "details", "kind"))
                .isEqualTo("ListOptions");
        refused(
                api.get(MAPS + "?continue=" + token(api.get(MAPS + "?limit=1")) + "&resourceVersion=5"),
                400,
                "BadRequest",
                "specifying resource version is not allowed when using continue");
    }

    @Test
    void aResourceVersionMustBeANumber() {
        refused(
                api.get(MAPS + "?resourceVersion=abc"),
                400,
                "BadRequest",
                "invalid resource version: resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing"
                        + " \"abc\": invalid syntax");
    }

    @Test
    void selectorsSelect() {
        assertThat(ApiFixture.names(api.get(MAPS + "?labelSelector=x%3D1"))).containsExactly("a", "c");
        assertThat(ApiFixture.names(api.get(MAPS + "?labelSelector=x%20in%20(2,3)")))
                .containsExactly("b");
        assertThat(ApiFixture.names(api.get(MAPS + "?fieldSelector=metadata.name%3Dc")))
                .containsExactly("c");
        assertThat(ApiFixture.names(api.get(MAPS + "?fieldSelector=metadata.name!%3Dc")))
                .containsExactly("a", "b", "e");
        assertThat(ApiFixture.names(api.get("/api/v1/configmaps?fieldSelector=metadata.namespace%3Dkube-public")))
                .contains("d")
                .doesNotContain("a");
        assertThat(ApiFixture.names(api.get(MAPS + "?fieldSelector=metadata.name%3Dmissing")))
                .isEmpty();
    }

    @Test
    void aSelectorThatDoesNotParseIsRefused() {
        refused(
                api.get(MAPS + "?labelSelector=a%3Db%3Dc"),
                400,
                "BadRequest",
                "found '=', expected: ',' or 'end of string'");
        refused(
                api.get(MAPS + "?fieldSelector=spec.nodeName%3Dn"),
                400,
                "BadRequest",
                "\"spec.nodeName\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
        refused(
                api.get("/api/v1/pods?fieldSelector=spec.bogus%3Dn"),
                400,
                "BadRequest",
                "field label not supported: spec.bogus");
        refused(api.get(MAPS + "?limit=many"), 400, "BadRequest", "strconv.ParseInt: parsing \"many\": invalid syntax");
    }
}
