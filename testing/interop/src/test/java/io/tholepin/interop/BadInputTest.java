package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Bad input gets kube-apiserver's exact error and changes nothing. Source: contract 1.9, 1.10, 2.1-2.8, 2.14. */
class BadInputTest {
    private static final String CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static Thole thole;

    @BeforeAll
    static void start() {
        thole = Thole.up("--ephemeral");
    }

    @AfterAll
    static void stop() {
        if (thole != null) {
            thole.close();
        }
    }

    private static void expect(HttpResponse<String> response, int code, String reason, String message) {
        JsonNode status = JSON.readTree(response.body());
        assertThat(status.path("message").asString()).contains(message);
        assertThat(status.path("reason").asString()).isEqualTo(reason);
        assertThat(status.path("kind").asString()).isEqualTo("Status");
        assertThat(status.path("status").asString()).isEqualTo("Failure");
        assertThat(status.path("code").asInt()).isEqualTo(code);
        assertThat(response.statusCode()).isEqualTo(code);
    }

    private static HttpResponse<String> put(String path, String body) {
        return thole.send(thole.request(path)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> patch(String path, String type, String body) {
        return thole.send(thole.request(path)
                .header("Content-Type", type)
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body)));
    }

    private static String configMap(String metadata) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{" + metadata + "}}";
    }

    @Test
    void malformedJson() {
        expect(thole.post(CONFIG_MAPS, "{\"apiVersion\":\"v1\","), 400, "BadRequest", "");
    }

    @Test
    void malformedYaml() {
        HttpResponse<String> response = thole.send(thole.request(CONFIG_MAPS)
                .header("Content-Type", "application/yaml")
                .POST(HttpRequest.BodyPublishers.ofString("apiVersion: v1\nkind: [ConfigMap\n")));
        expect(response, 400, "BadRequest", "yaml");
    }

    @Test
    void anUnknownMediaType() {
        HttpResponse<String> response = thole.send(thole.request(CONFIG_MAPS)
                .header("Content-Type", "text/csv")
                .POST(HttpRequest.BodyPublishers.ofString("a,b")));
        expect(response, 415, "UnsupportedMediaType", "the body of the request was in an unknown format");
    }

    @Test
    void anotherKindInTheBody() {
        expect(
                thole.post(CONFIG_MAPS, "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"x\"}}"),
                400,
                "BadRequest",
                "Secret in version \"v1\" cannot be handled as a ConfigMap");
    }

    @Test
    void anotherVersionInTheBody() {
        expect(
                thole.post(
                        "/apis/apps/v1/namespaces/default/deployments",
                        "{\"apiVersion\":\"v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"x\"}}"),
                400,
                "BadRequest",
                "no kind \"Deployment\" is registered for version \"v1\"");
    }

    @Test
    void unknownAndDuplicateFieldsInStrictMode() {
        String body = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"strict\"},"
                + "\"dta\":{},\"immutable\":false,\"immutable\":true}";
        expect(thole.post(CONFIG_MAPS + "?fieldValidation=Strict", body), 400, "BadRequest", "strict decoding error: ");
        assertThat(thole.post(CONFIG_MAPS + "?fieldValidation=Strict", body).body())
                .contains("unknown field \\\"dta\\\"")
                .contains("duplicate field \\\"immutable\\\"");
        assertThat(thole.get(CONFIG_MAPS + "/strict").statusCode()).isEqualTo(404);
    }

    @Test
    void unknownFieldsByDefaultAreWarnedOf() {
        HttpResponse<String> response = thole.post(
                CONFIG_MAPS,
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"warned\"},\"dta\":{}}");
        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(response.headers().allValues("Warning")).containsExactly("299 - \"unknown field \\\"dta\\\"\"");
        assertThat(response.body()).doesNotContain("dta");
    }

    @Test
    void aWrongTypeInTheBody() {
        expect(
                thole.post(
                        "/apis/apps/v1/namespaces/default/deployments",
                        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"x\"},"
                                + "\"spec\":{\"replicas\":\"many\"}}"),
                400,
                "BadRequest",
                "json: cannot unmarshal string into Go struct field");
    }

    @Test
    void aBodyOf4MiB() {
        HttpResponse<String> response = thole.post(
                CONFIG_MAPS,
                configMap("\"name\":\"big\"").replace("}}", "},\"data\":{\"a\":\"" + "x".repeat(4 << 20) + "\"}}"));
        expect(response, 413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");
    }

    @Test
    void anInvalidName() {
        expect(
                thole.post(CONFIG_MAPS, configMap("\"name\":\"Not_A_Name\"")),
                422,
                "Invalid",
                "ConfigMap \"Not_A_Name\" is invalid: metadata.name: Invalid value: \"Not_A_Name\": a lowercase RFC"
                        + " 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must"
                        + " start and end with an alphanumeric character (e.g. 'example.com', regex used for validation"
                        + " is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
    }

    @Test
    void noNameAtAll() {
        expect(thole.post(CONFIG_MAPS, configMap("")), 422, "Invalid", "name or generateName is required");
    }

    @Test
    void anInvalidLabel() {
        expect(
                thole.post(CONFIG_MAPS, configMap("\"name\":\"x\",\"labels\":{\"a b\":\"c\"}")),
                422,
                "Invalid",
                "metadata.labels: Invalid value: \"a b\": name part must consist of alphanumeric characters");
    }

    @Test
    void anotherNamespaceInTheBody() {
        expect(
                thole.post(CONFIG_MAPS, configMap("\"name\":\"x\",\"namespace\":\"kube-system\"")),
                400,
                "BadRequest",
                "the namespace of the provided object does not match the namespace sent on the request");
    }

    @Test
    void aNamespaceThatIsNotThere() {
        expect(
                thole.post("/api/v1/namespaces/nowhere/configmaps", configMap("\"name\":\"x\"")),
                404,
                "NotFound",
                "namespaces \"nowhere\" not found");
    }

    @Test
    void aStaleResourceVersion() {
        String created =
                thole.post(CONFIG_MAPS, configMap("\"name\":\"stale\"")).body();
        String changed = created.replace("\"name\":\"stale\"", "\"name\":\"stale\",\"labels\":{\"a\":\"b\"}");
        assertThat(put(CONFIG_MAPS + "/stale", changed).statusCode()).isEqualTo(200);
        expect(
                put(CONFIG_MAPS + "/stale", changed.replace("\"a\":\"b\"", "\"a\":\"c\"")),
                409,
                "Conflict",
                "Operation cannot be fulfilled on configmaps \"stale\": the object has been modified; please apply your"
                        + " changes to the latest version and try again");
        assertThat(thole.get(CONFIG_MAPS + "/stale").body()).contains("\"a\":\"b\"");
    }

    @Test
    void anotherNameInTheBodyThanInThePath() {
        thole.post(CONFIG_MAPS, configMap("\"name\":\"one\""));
        expect(
                put(CONFIG_MAPS + "/one", configMap("\"name\":\"two\"")),
                400,
                "BadRequest",
                "the name of the object (two) does not match the name on the URL (one)");
    }

    @Test
    void selectorsThatDoNotParse() {
        expect(thole.get(CONFIG_MAPS + "?labelSelector=a%20in%20(b"), 400, "BadRequest", "unable to parse requirement");
        expect(thole.get(CONFIG_MAPS + "?fieldSelector=nope"), 400, "BadRequest", "invalid selector");
        expect(
                thole.get("/api/v1/pods?fieldSelector=spec.nope%3D1"),
                400,
                "BadRequest",
                "field label not supported: spec.nope");
    }

    @Test
    void aContinueTokenThatWasTamperedWith() {
        expect(thole.get(CONFIG_MAPS + "?limit=1&continue=nonsense"), 400, "BadRequest", "continue key is not valid");
        String escaping = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"v\":\"meta.k8s.io/v1\",\"rv\":5,\"start\":\"../secrets/\"}"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        expect(
                thole.get(CONFIG_MAPS + "?limit=1&continue=" + escaping),
                400,
                "BadRequest",
                "continue key is not valid");
    }

    @Test
    void resourceVersionsThatMakeNoSense() {
        expect(thole.get(CONFIG_MAPS + "?resourceVersion=abc"), 400, "BadRequest", "invalid");
        expect(
                thole.get(CONFIG_MAPS + "?resourceVersionMatch=Exact"),
                422,
                "Invalid",
                "resourceVersionMatch is forbidden unless resourceVersion is provided");
        expect(
                thole.get(CONFIG_MAPS + "?resourceVersion=0&resourceVersionMatch=Exact"),
                422,
                "Invalid",
                "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        expect(
                thole.get(CONFIG_MAPS + "?sendInitialEvents=true"),
                422,
                "Invalid",
                "sendInitialEvents is forbidden for list");
        expect(
                thole.get(CONFIG_MAPS + "?resourceVersion=99999999"),
                504,
                "Timeout",
                "Too large resource version: 99999999, current: ");
    }

    @Test
    void patchesThatCannotBeApplied() {
        thole.post(CONFIG_MAPS, configMap("\"name\":\"patched\""));
        String path = CONFIG_MAPS + "/patched";
        expect(
                patch(path, "application/json-patch+json", "[{\"op\":\"test\",\"path\":\"/data\",\"value\":1}]"),
                422,
                "Invalid",
                "the server rejected our request due to an error in our request");
        expect(patch(path, "application/json-patch+json", "{"), 400, "BadRequest", "");
        expect(patch(path, "text/plain", "x"), 415, "UnsupportedMediaType", "application/merge-patch+json");
        expect(
                patch(CONFIG_MAPS + "/missing", "application/merge-patch+json", "{}"),
                404,
                "NotFound",
                "configmaps \"missing\" not found");
    }

    @Test
    void deletesThatMustNotHappen() {
        thole.post(CONFIG_MAPS, configMap("\"name\":\"kept\""));
        HttpResponse<String> wrongUid = thole.send(thole.request(CONFIG_MAPS + "/kept")
                .header("Content-Type", "application/json")
                .method(
                        "DELETE",
                        HttpRequest.BodyPublishers.ofString("{\"preconditions\":{\"uid\":\"someone-else\"}}")));
        expect(wrongUid, 409, "Conflict", "The object might have been deleted and then recreated");
        assertThat(thole.get(CONFIG_MAPS + "/kept").statusCode()).isEqualTo(200);
        HttpResponse<String> protectedOne =
                thole.send(thole.request("/api/v1/namespaces/default").DELETE());
        expect(protectedOne, 403, "Forbidden", "this namespace may not be deleted");
    }

    @Test
    void methodsAndPathsThatAreNotThere() {
        expect(
                thole.send(thole.request("/api/v1/namespaces").DELETE()),
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource");
        HttpResponse<String> unknown = thole.get("/apis/nope/v1/things");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).startsWith("404 page not found");
    }

    @Test
    void strangersMayOnlyAskForHealthAndVersion() throws Exception {
        Process curl = new ProcessBuilder(
                        "curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", thole.api() + "/version")
                .start();
        assertThat(new String(curl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("200");
        for (Map.Entry<String, String> refused : Map.of(
                        "/api/v1/secrets", "GET", "/api/v1/namespaces/default/configmaps", "POST")
                .entrySet()) {
            Process stranger =
                    new ProcessBuilder("curl", "-sk", "-X", refused.getValue(), thole.api() + refused.getKey()).start();
            String body = new String(stranger.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(body).contains("\"code\": 403").contains("User \\\"system:anonymous\\\" cannot");
        }
    }
}
