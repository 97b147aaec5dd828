package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients send wrong gets the exact answer that kube-apiserver gives. */
class BadInputTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

    private final ApiFixture api = new ApiFixture();

    @AfterEach
    void close() {
        api.close();
    }

    private static void refused(MemorySink answer, int code, String reason, String message) {
        assertThat(Json.string(ApiFixture.tree(answer), "message")).isEqualTo(message);
        assertThat(Json.string(ApiFixture.tree(answer), "reason")).isEqualTo(reason);
        assertThat(answer.status).isEqualTo(code);
        assertThat(Json.integer(ApiFixture.tree(answer), 0, "code")).isEqualTo(code);
    }

    private MemorySink yaml(String uri, String body) {
        return api.send(
                "POST", uri, body.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/yaml; charset=utf-8");
    }

    @Test
    void malformedJson() {
        refused(
                api.post(MAPS, "{\"metadata\":{\"name\":\"x\"}"),
                400,
                "BadRequest",
                "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse"
                        + " error: unexpected end of JSON input ({\"metadata\":{\"name\":\"x\"})");
        refused(
                api.post(MAPS, "{\"metadata\":{\"name\":\"x\",}}"),
                400,
                "BadRequest",
                "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse"
                        + " error: invalid character '}' looking for beginning of object key string"
                        + " ({\"metadata\":{\"name\":\"x\",}})");
        refused(
                api.post(MAPS, "nonsense that is longer than thirty bytes"),
                400,
                "BadRequest",
                "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse"
                        + " error: invalid character 'o' in literal null (expecting 'u')"
                        + " (6e6f6e73656e73652074686174206973206c6f6e676572207468616e2074 ...)");
        refused(
                api.post(MAPS, ""),
                400,
                "BadRequest",
                "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse"
                        + " error: unexpected end of JSON input (<empty>)");
    }

    @Test
    void malformedYaml() {
        refused(
                yaml(MAPS, "metadata:\n  name: x\n name: y\n"),
                400,
                "BadRequest",
                "the object provided is unrecognized (must be of type ConfigMap): yaml: line 2: did not find expected"
                        + " key (6d657461646174613a0a20206e616d653a20780a206e616d653a20790a)");
    }

    @Test
    void aBodyOfAnotherKind() {
        refused(
                api.post(MAPS, "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"x\"}}"),
                400,
                "BadRequest",
                "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to"
                        + " (core.ConfigMap): unknown conversion");
        refused(
                api.post(MAPS, "{\"kind\":\"Gadget\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"x\"}}"),
                400,
                "BadRequest",
                "Gadget in version \"v1\" cannot be handled as a ConfigMap: no kind \"Gadget\" is registered for"
                        + " version \"v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
        refused(
                api.post(
                        "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
                        "{\"kind\":\"HorizontalPodAutoscaler\",\"apiVersion\":\"autoscaling/v1\"}"),
                400,
                "BadRequest",
                "the API version in the data (autoscaling/v1) does not match the expected API version"
                        + " (autoscaling/v2)");
    }

    @Test
    void aValueOfAnotherType() {
        refused(
                api.post(DEPLOYMENTS, "{\"metadata\":{\"name\":\"d\"},\"spec\":{\"replicas\":\"three\"}}"),
                400,
                "BadRequest",
                "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go"
                        + " struct field DeploymentSpec.spec.replicas of type int32");
    }

    @Test
    void unknownAndDuplicateFieldsInStrictMode() {
        String body = "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"x\"},"
                + "\"data\":{},\"data\":{},\"dta\":{}}";
        refused(
                api.post(MAPS + "?fieldValidation=Strict", body),
                400,
                "BadRequest",
                "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error:"
                        + " duplicate field \"data\", unknown field \"dta\"");
        MemorySink warned = api.post(MAPS, body);
        assertThat(warned.status).isEqualTo(201);
        assertThat(warned.headers.all("Warning"))
                .containsExactlyInAnyOrder(
                        "299 - \"duplicate field \\\"data\\\"\"", "299 - \"unknown field \\\"dta\\\"\"");
        MemorySink ignored = api.post(MAPS + "?fieldValidation=Ignore", body.replace("\"x\"", "\"y\""));
        assertThat(ignored.headers.all("Warning")).isEmpty();
    }

    @Test
    void optionsThatDoNotExist() {
        refused(
                api.post(MAPS + "?fieldValidation=Loose&dryRun=Some", "{}"),
                422,
                "Invalid",
                "CreateOptions.meta.k8s.io \"\" is invalid: [dryRun: Unsupported value: [\"Some\"]: supported values:"
                        + " \"All\", fieldValidation: Unsupported value: \"Loose\": supported values: \"\","
                        + " \"Ignore\", \"Strict\", \"Warn\"]");
    }

    @Test
    void aBodyOfFourMebibytes() {
        refused(
                api.send("POST", MAPS, new byte[4 << 20], "Content-Type", "application/json"),
                413,
                "RequestEntityTooLarge",
                "Request entity too large: limit is 3145728");
    }

    @Test
    void anUnknownMediaType() {
        refused(
                api.send("POST", MAPS, new byte[] {'x'}, "Content-Type", "text/html"),
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: application/json,"
                        + " application/yaml, application/vnd.kubernetes.protobuf");
        refused(
                api.send("POST", MAPS, new byte[] {'x'}, "Content-Type", "application/vnd.kubernetes.protobuf"),
                400,
                "BadRequest",
                "the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a"
                        + " protobuf message, expected prefix [107 56 115 0] (78)");
    }

    @Test
    void anInvalidName() {
        MemorySink answer = api.post(MAPS, "{\"metadata\":{\"name\":\"No Good\"}}");
        assertThat(answer.status).isEqualTo(422);
        assertThat(Json.string(ApiFixture.tree(answer), "message"))
                .startsWith(
                        "ConfigMap \"No Good\" is invalid: metadata.name: Invalid value: \"No Good\": a lowercase RFC"
                                + " 1123 subdomain must consist of");
    }

    @Test
    void anInvalidLabel() {
        MemorySink answer = api.post(MAPS, "{\"metadata\":{\"name\":\"x\",\"labels\":{\"a\":\"not valid\"}}}");
        assertThat(answer.status).isEqualTo(422);
        assertThat(Json.string(ApiFixture.tree(answer), "message"))
                .startsWith("ConfigMap \"x\" is invalid: metadata.labels: Invalid value: \"not valid\": a valid label"
                        + " must be an empty string or consist of");
    }

    @Test
    void aStaleResourceVersion() {
        String version = api.configMap("default", "x", "");
        String body = "{\"metadata\":{\"name\":\"x\",\"resourceVersion\":\"" + version + "\"},\"data\":{\"k\":\"2\"}}";
        assertThat(put(MAPS + "/x", body).status).isEqualTo(200);
        refused(
                put(MAPS + "/x", body.replace("2\"}}", "3\"}}")),
                409,
                "Conflict",
                "Operation cannot be fulfilled on configmaps \"x\": the object has been modified; please apply your"
                        + " changes to the latest version and try again");
    }

    private MemorySink put(String uri, String body) {
        return api.send("PUT", uri, body.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json");
    }

    @Test
    void somethingThatIsNotThere() {
        refused(api.get(MAPS + "/x"), 404, "NotFound", "configmaps \"x\" not found");
        refused(api.get(DEPLOYMENTS + "/x"), 404, "NotFound", "deployments.apps \"x\" not found");
        refused(api.get("/api/v1/gadgets"), 404, "NotFound", "the server could not find the requested resource");
        MemorySink text = api.get("/apis/example.com/v1/gadgets");
        assertThat(text.toString()).isEqualTo("404 404 page not found\n");
    }

    @Test
    void whatNeedsAKubelet() {
        refused(api.get("/api/v1/namespaces/default/pods/p/log"), 404, "NotFound", "pods \"p\" not found");
        MemorySink created = api.post(
                "/api/v1/namespaces/default/pods",
                "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
        assertThat(created.status).as(created.toString()).isEqualTo(201);
        refused(
                api.get("/api/v1/namespaces/default/pods/p/log"),
                400,
                "BadRequest",
                "pod p does not have a host assigned");
    }

    @Test
    void whatIsDeprecatedSaysSo() {
        assertThat(api.get("/api/v1/endpoints").headers.all("Warning"))
                .containsExactly(
                        "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1" + " EndpointSlice\"");
        MemorySink components = api.get("/api/v1/componentstatuses");
        assertThat(components.headers.all("Warning"))
                .containsExactly("299 - \"v1 ComponentStatus is deprecated in v1.19+\"");
        assertThat(ApiFixture.names(components)).containsExactly("etcd-0");
    }

    @Test
    void aMethodThatDoesNotApply() {
        String message = "the server does not allow this method on the requested resource";
        refused(api.send("DELETE", "/api/v1/namespaces", new byte[0]), 405, "MethodNotAllowed", message);
        refused(api.post("/api/v1/configmaps", "{}"), 405, "MethodNotAllowed", message);
        refused(api.send("PUT", MAPS, new byte[0]), 405, "MethodNotAllowed", message);
        refused(api.post("/version", "{}"), 405, "MethodNotAllowed", message);
    }

    @Test
    void anAnswerInATypeThatIsNotServed() {
        refused(
                api.get(MAPS, "Accept", "text/html"),
                406,
                "NotAcceptable",
                "only the following media types are accepted: application/json, application/yaml,"
                        + " application/vnd.kubernetes.protobuf");
        assertThat(api.get(MAPS + "?watch=1", "Accept", "application/yaml").status)
                .isEqualTo(406);
        assertThat(api.get(MAPS, "Accept", "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io").status)
                .isEqualTo(406);
        assertThat(api.get(MAPS, "Accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io").status)
                .isEqualTo(406);
    }
}
