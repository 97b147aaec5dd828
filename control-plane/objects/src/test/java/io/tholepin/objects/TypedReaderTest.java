package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TypedReaderTest {
    private static final String POD = "k8s.io.api.core.v1.Pod";
    private static final String DEPLOYMENT = "k8s.io.api.apps.v1.Deployment";
    private static final String DEFINITION =
            "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition";

    private TypedReader.Result read(String typeName, String json) {
        TypeSchema type = Objects.requireNonNull(SchemaPack.builtIn().type(typeName), typeName);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        List<String> duplicates = new ArrayList<>();
        Object tree = Json.parse(bytes, 0, bytes.length, duplicates::add);
        return TypedReader.read(type, tree, duplicates);
    }

    private Map<String, Object> tree(String typeName, String json) {
        return read(typeName, json).tree();
    }

    private String refusal(String typeName, String json) {
        try {
            return "accepted: " + Json.text(tree(typeName, json));
        } catch (TypedReader.MismatchException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void unknownFieldsAreReportedWithTheirPathAndDropped() {
        TypedReader.Result result = read(DEPLOYMENT, """
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a","bar":1},
                 "spec":{"foo":1,"template":{"spec":{"containers":[{"name":"c"},{"name":"d","Image":"x"}]}}}}""");
        assertThat(result.findings())
                .containsExactly(
                        "unknown field \"metadata.bar\"",
                        "unknown field \"spec.foo\"",
                        "unknown field \"spec.template.spec.containers[1].Image\"");
        assertThat(Json.text(result.tree())).doesNotContain("foo").doesNotContain("Image");
    }

    @Test
    void duplicatesAreReportedWhereTheyStand() {
        TypedReader.Result result = read(DEPLOYMENT, """
                {"spec":{"replicas":1,"replicas":2,"foo":1,"selector":{"matchLabels":{"a":"b","a":"c"}}}}""");
        assertThat(result.findings())
                .containsExactly(
                        "duplicate field \"spec.replicas\"",
                        "unknown field \"spec.foo\"",
                        "duplicate field \"spec.selector.matchLabels.a\"");
        assertThat(Json.integer(result.tree(), 0, "spec", "replicas")).isEqualTo(2);
    }

    @Test
    void atMostAHundredFindingsAreKept() {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < 150; i++) {
            json.append(i == 0 ? "" : ",").append("\"x").append(i).append("\":1");
        }
        assertThat(read(POD, json.append('}').toString()).findings()).hasSize(100);
    }

    @Test
    void inlinedFieldsAreKnownWhereJsonShowsThem() {
        TypedReader.Result result = read(POD, """
                {"spec":{"volumes":[{"hostPath":{"path":"/"},"name":"v","volumeSource":{}}],
                 "containers":[{"name":"c","livenessProbe":{"periodSeconds":5,"httpGet":{"port":"web"}}}]}}""");
        assertThat(result.findings()).containsExactly("unknown field \"spec.volumes[0].volumeSource\"");
        assertThat(Json.text(Json.at(result.tree(), "spec", "volumes")))
                .isEqualTo("[{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}}]");
    }

    @Test
    void fieldsComeOutInOrderWithWhatGoAlwaysWrites() {
        assertThat(Json.text(
                        tree(POD, "{\"spec\":{\"containers\":[{\"image\":\"i\",\"name\":\"c\"}]},\"kind\":\"Pod\"}")))
                .isEqualTo(
                        "{\"kind\":\"Pod\",\"metadata\":{},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\","
                                + "\"resources\":{}}]},\"status\":{}}");
    }

    @Test
    void nullAndEmptyAreUnset() {
        assertThat(Json.text(tree(DEPLOYMENT, """
                        {"metadata":{"labels":{},"annotations":null,"finalizers":[],"name":""},
                         "spec":{"replicas":0,"selector":{"matchLabels":{"a":null}},"paused":false,
                         "template":null}}""")))
                .isEqualTo("{\"metadata\":{},\"spec\":{\"replicas\":0,\"selector\":{\"matchLabels\":{\"a\":\"\"}},"
                        + "\"template\":{\"metadata\":{},\"spec\":{\"containers\":null}},\"strategy\":{}},"
                        + "\"status\":{}}");
    }

    @Test
    void aListWithoutOmitemptyIsNullWhenEmpty() {
        assertThat(Json.text(tree("k8s.io.api.rbac.v1.Role", "{\"rules\":[]}")))
                .isEqualTo("{\"metadata\":{},\"rules\":null}");
    }

    @Test
    void wrongTypesAreRefusedInGosWords() {
        assertThat(refusal(DEPLOYMENT, "{\"spec\":{\"replicas\":\"three\"}}"))
                .isEqualTo("json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas"
                        + " of type int32");
        assertThat(refusal(POD, "{\"spec\":{\"containers\":[{\"name\":5}]}}"))
                .isEqualTo("json: cannot unmarshal number into Go struct field Container.spec.containers.name"
                        + " of type string");
        assertThat(refusal(POD, "{\"spec\":{\"containers\":{}}}"))
                .isEqualTo("json: cannot unmarshal object into Go struct field PodSpec.spec.containers"
                        + " of type []v1.Container");
        assertThat(refusal(POD, "{\"metadata\":{\"labels\":[]}}"))
                .isEqualTo("json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels"
                        + " of type map[string]string");
        assertThat(refusal(POD, "{\"metadata\":{\"labels\":{\"a\":true}}}"))
                .isEqualTo("json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels"
                        + " of type string");
        assertThat(refusal(POD, "[]")).isEqualTo("json: cannot unmarshal array into Go value of type v1.Pod");
        assertThat(refusal(POD, "{\"spec\":[]}"))
                .isEqualTo("json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec");
    }

    @Test
    void numbersMustFit() {
        String field = "Go struct field DeploymentSpec.spec.replicas of type int32";
        assertThat(refusal(DEPLOYMENT, "{\"spec\":{\"replicas\":1.0}}"))
                .isEqualTo("json: cannot unmarshal number 1.0 into " + field);
        assertThat(refusal(DEPLOYMENT, "{\"spec\":{\"replicas\":2147483648}}"))
                .isEqualTo("json: cannot unmarshal number 2147483648 into " + field);
        assertThat(refusal(DEPLOYMENT, "{\"metadata\":{\"generation\":9223372036854775808}}"))
                .endsWith(
                        "number 9223372036854775808 into Go struct field ObjectMeta.metadata.generation of type int64");
    }

    @Test
    void quantitiesAndTimesBecomeCanonical() {
        Map<String, Object> pod = tree(POD, """
                {"metadata":{"creationTimestamp":"2026-11-22T06:00:00.75+01:00"},
                 "spec":{"containers":[{"name":"c","resources":{"limits":{"memory":"1024Mi","cpu":0.5}}}]},
                 "status":{"conditions":[{"type":"Ready","status":"True","lastProbeTime":null}]}}""");
        assertThat(Json.string(pod, "metadata", "creationTimestamp")).isEqualTo("2026-11-22T05:00:00Z");
        assertThat(Json.text(pod))
                .contains("\"limits\":{\"cpu\":\"500m\",\"memory\":\"1Gi\"}")
                .contains("\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"lastProbeTime\":null,"
                        + "\"lastTransitionTime\":null}]");
    }

    @Test
    void badQuantitiesTimesAndBytesAreRefusedInGosWords() {
        assertThat(refusal(POD, "{\"spec\":{\"overhead\":{\"cpu\":\"abc\"}}}"))
                .startsWith("quantities must match the regular expression '^([+-]?[0-9.]+)");
        assertThat(refusal(POD, "{\"metadata\":{\"creationTimestamp\":\"yesterday\"}}"))
                .isEqualTo("parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\""
                        + " as \"2006\"");
        assertThat(refusal("k8s.io.api.core.v1.Secret", "{\"data\":{\"a\":\"abc\"}}"))
                .isEqualTo("illegal base64 data at input byte 0");
        assertThat(refusal("k8s.io.api.core.v1.Secret", "{\"data\":{\"a\":\"ab*=\"}}"))
                .isEqualTo("illegal base64 data at input byte 2");
        assertThat(refusal("k8s.io.api.core.v1.Service", "{\"spec\":{\"ports\":[{\"targetPort\":1.5}]}}"))
                .isEqualTo("json: cannot unmarshal number 1.5 into Go value of type int32");
    }

    @Test
    void anyJsonStaysAsItIs() {
        assertThat(Json.text(Json.at(
                        tree(
                                "k8s.io.api.apps.v1.ControllerRevision",
                                "{\"data\":{\"z\":[1,2.5,null],\"a\":{}},\"revision\":3}"),
                        "data")))
                .isEqualTo("{\"z\":[1,2.5,null],\"a\":{}}");
    }

    @Test
    void schemasTakeAllTheirForms() {
        Map<String, Object> crd = tree(DEFINITION, """
                {"spec":{"group":"g","scope":"Namespaced","names":{"plural":"ps","kind":"P"},"versions":[{"name":"v1",
                 "served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","additionalProperties":false,
                 "properties":{"a":{"type":"array","items":{"type":"string","unknown":1},"default":["x"]},
                 "b":{"additionalProperties":{"type":"integer"},"x-kubernetes-preserve-unknown-fields":true}}}}}]}}""");
        Object schema = Json.at(Json.list(crd, "spec", "versions").getFirst(), "schema", "openAPIV3Schema");
        assertThat(Json.text(schema))
                .isEqualTo("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"default\":[\"x\"],"
                        + "\"items\":{\"type\":\"string\"}},\"b\":{\"additionalProperties\":{\"type\":\"integer\"},"
                        + "\"x-kubernetes-preserve-unknown-fields\":true}},\"additionalProperties\":false}");
    }

    @Test
    void claimTemplatesShowTheirKind() {
        Map<String, Object> set = tree(
                "k8s.io.api.apps.v1.StatefulSet",
                "{\"spec\":{\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"data\"}}]}}");
        assertThat(Json.text(Json.at(set, "spec", "volumeClaimTemplates")))
                .startsWith(
                        "[{\"kind\":\"PersistentVolumeClaim\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"data\"}");
    }

    @Test
    void whatWasGivenIsNotChanged() {
        Map<String, Object> given = Json.parseObject("{\"spec\":{\"x\":1}}".getBytes(StandardCharsets.UTF_8));
        TypedReader.read(Objects.requireNonNull(SchemaPack.builtIn().type(POD)), given, List.of());
        assertThat(Json.text(given)).isEqualTo("{\"spec\":{\"x\":1}}");
        assertThatThrownBy(() -> TypedReader.read(
                        Objects.requireNonNull(SchemaPack.builtIn().type(POD)), null, List.of()))
                .hasMessageContaining("null");
    }
}
