package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenApiTest {
    private static final OpenApiV3 V3 = OpenApiV3.of(SchemaPack.builtIn(), BuiltInResources.all(), "v1.36.0");
    private static final Map<String, Map<String, Object>> TREES = new ConcurrentHashMap<>();

    @Test
    void everyResourceAndSubresourceHasItsTypeInThePack() {
        SchemaPack pack = SchemaPack.builtIn();
        for (ResourceType type : BuiltInResources.all()) {
            assertThat(pack.type(type.typeName())).as(type.typeName()).isNotNull();
            assertThat(pack.type(type.storageTypeName()))
                    .as(type.storageTypeName())
                    .isNotNull();
            if (type.verbs().contains("list")) {
                assertThat(pack.type(type.typeName() + "List"))
                        .as(type.typeName())
                        .isNotNull();
            }
            for (ResourceType.Subresource sub : type.subresources()) {
                assertThat(sub.typeName().isEmpty() || pack.type(sub.typeName()) != null)
                        .as(sub.toString())
                        .isTrue();
            }
        }
    }

    @Test
    void theIndexNamesEachGroupVersionWithItsHash() {
        Map<String, Object> index = Json.parseObject(V3.index().bytes());

        assertThat(V3.paths())
                .hasSize(22)
                .contains("api/v1", "apis/apps/v1", "apis/autoscaling/v1")
                .isSorted();
        for (String path : V3.paths()) {
            assertThat(Json.string(index, "paths", path, "serverRelativeURL"))
                    .isEqualTo(V3.url(path))
                    .matches("/openapi/v3/" + path + "\\?hash=[0-9A-F]{128}");
            assertThat(document(path).hash()).isEqualTo(V3.hash(path));
        }
        assertThat(new HashSet<>(V3.paths().stream().map(V3::hash).toList())).hasSize(22);
        assertThat(V3.document("apis/nothing/v1")).isNull();
        assertThat(V3.url("apis/nothing/v1")).isNull();
    }

    @Test
    void theHashDependsOnTheResources() {
        OpenApiV3 fewer = OpenApiV3.of(
                SchemaPack.builtIn(),
                BuiltInResources.all().stream()
                        .filter(type -> !type.resource().equals("pods"))
                        .toList(),
                "v1.36.0");

        assertThat(fewer.hash("api/v1")).isNotEqualTo(V3.hash("api/v1"));
        assertThat(fewer.hash("apis/apps/v1")).isEqualTo(V3.hash("apis/apps/v1"));
    }

    @Test
    void everyReferenceResolves() {
        for (String path : V3.paths()) {
            Map<String, Object> tree = tree(path);
            Set<String> references = new TreeSet<>();
            references(tree, references);
            Set<String> schemas =
                    Json.child(Json.child(tree, "components"), "schemas").keySet();
            assertThat(references)
                    .as(path)
                    .hasSizeGreaterThan(5)
                    .allSatisfy(
                            reference -> assertThat(schemas).contains(reference.replace("#/components/schemas/", "")));
            assertThat(schemas)
                    .as(path)
                    .allSatisfy(name -> assertThat(references).contains("#/components/schemas/" + name));
        }
    }

    @Test
    void operationIdsAreUnique() {
        List<String> ids = new ArrayList<>();
        for (String path : V3.paths()) {
            Json.child(tree(path), "paths")
                    .forEach((name, item) -> Json.asObject(item).forEach((method, operation) -> {
                        if (!method.equals("parameters")) {
                            ids.add(Json.string(operation, "operationId"));
                        }
                    }));
        }
        assertThat(ids).hasSizeGreaterThan(500).doesNotHaveDuplicates().doesNotContain("");
    }

    /** kubectl looks for these before it sends them. */
    @Test
    void everyPatchNamesItsParameters() {
        int patches = 0;
        for (String path : V3.paths()) {
            for (Object item : Json.child(tree(path), "paths").values()) {
                if (Json.at(item, "patch") != null
                        && !Json.string(item, "patch", "x-kubernetes-action").equals("connect")) {
                    patches++;
                    assertThat(names(Json.list(item, "patch", "parameters")))
                            .containsExactly("dryRun", "fieldManager", "fieldValidation", "force");
                    assertThat(names(Json.list(item, "parameters"))).contains("name", "pretty");
                }
            }
        }
        assertThat(patches).isGreaterThan(80);
    }

    @Test
    void operationsAreNamedAsInKubernetes() {
        Object pods = Json.at(tree("api/v1"), "paths", "/api/v1/namespaces/{namespace}/pods");
        Object pod = Json.at(tree("api/v1"), "paths", "/api/v1/namespaces/{namespace}/pods/{name}");
        Object scale =
                Json.at(tree("apis/apps/v1"), "paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale");

        assertThat(Json.string(pods, "get", "operationId")).isEqualTo("listCoreV1NamespacedPod");
        assertThat(Json.string(pods, "delete", "operationId")).isEqualTo("deleteCoreV1CollectionNamespacedPod");
        assertThat(Json.string(pods, "post", "x-kubernetes-action")).isEqualTo("post");
        assertThat(names(Json.list(pods, "get", "parameters")))
                .contains("labelSelector", "limit", "watch", "sendInitialEvents");
        assertThat(names(Json.list(pods, "delete", "parameters")))
                .contains("labelSelector", "propagationPolicy")
                .doesNotContain("watch");
        assertThat(Json.text(Json.at(pod, "get", "x-kubernetes-group-version-kind")))
                .isEqualTo("{\"group\":\"\",\"kind\":\"Pod\",\"version\":\"v1\"}");
        assertThat(Json.text(Json.at(scale, "put", "x-kubernetes-group-version-kind")))
                .isEqualTo("{\"group\":\"autoscaling\",\"kind\":\"Scale\",\"version\":\"v1\"}");
        assertThat(Json.at(tree("api/v1"), "paths", "/api/v1/pods", "get", "operationId"))
                .isEqualTo("listCoreV1PodForAllNamespaces");
        assertThat(Json.at(
                        tree("api/v1"),
                        "paths",
                        "/api/v1/namespaces/{namespace}/pods/{name}/exec",
                        "get",
                        "operationId"))
                .isEqualTo("connectCoreV1GetNamespacedPodExec");
    }

    @Test
    void kindsCarryTheirGroupVersionKind() {
        assertThat(Json.text(Json.at(
                        schema("apis/apps/v1", "io.k8s.api.apps.v1.Deployment"), "x-kubernetes-group-version-kind")))
                .isEqualTo("[{\"group\":\"apps\",\"kind\":\"Deployment\",\"version\":\"v1\"}]");
        assertThat(schema("apis/apps/v1", "io.k8s.api.apps.v1.DeploymentSpec"))
                .doesNotContainKey("x-kubernetes-group-version-kind");
        assertThat(Json.list(
                        schema("api/v1", "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"),
                        "x-kubernetes-group-version-kind"))
                .hasSize(22);
        assertThat(schema(
                        "apis/apiextensions.k8s.io/v1",
                        "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition"))
                .containsKey("properties");
    }

    @Test
    void mergeKeysAndListTypesAreTold() {
        Map<String, Object> spec = schema("api/v1", "io.k8s.api.core.v1.PodSpec");
        Object containers = Json.at(spec, "properties", "containers");
        Object volumes = Json.at(spec, "properties", "volumes");

        assertThat(Json.string(containers, "x-kubernetes-patch-merge-key")).isEqualTo("name");
        assertThat(Json.string(containers, "x-kubernetes-patch-strategy")).isEqualTo("merge");
        assertThat(Json.string(containers, "x-kubernetes-list-type")).isEqualTo("map");
        assertThat(Json.text(Json.at(containers, "x-kubernetes-list-map-keys"))).isEqualTo("[\"name\"]");
        assertThat(Json.string(volumes, "x-kubernetes-patch-strategy")).isEqualTo("merge,retainKeys");
        assertThat(Json.string(spec, "properties", "nodeSelector", "x-kubernetes-map-type"))
                .isEqualTo("atomic");
        assertThat(Json.list(spec, "required")).containsExactly("containers");
        assertThat(schema("api/v1", "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"))
                .containsEntry("x-kubernetes-map-type", "atomic");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "io.k8s.apimachinery.pkg.apis.meta.v1.Time|{\"format\":\"date-time\",\"type\":\"string\"}",
                "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1|{\"type\":\"object\"}",
                "io.k8s.apimachinery.pkg.api.resource.Quantity"
                        + "|{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"number\"}]}",
                "io.k8s.apimachinery.pkg.util.intstr.IntOrString|{\"format\":\"int-or-string\",\"oneOf\":["
                        + "{\"type\":\"integer\"},{\"type\":\"string\"}]}",
            })
    void specialTypesAreNoObjectsOfFields(String name, String json) {
        Map<String, Object> schema = new LinkedHashMap<>(schema("api/v1", name));
        schema.remove("description");
        assertThat(Json.text(schema)).isEqualTo(json);
    }

    @Test
    void fieldsOfInlinedTypesStandInTheParent() {
        assertThat(Json.child(schema("api/v1", "io.k8s.api.core.v1.Volume"), "properties"))
                .containsKeys("name", "emptyDir", "configMap")
                .doesNotContainKey("volumeSource");
    }

    @Test
    void swaggerHoldsAllGroupsAndResolves() {
        Map<String, Object> swagger =
                Json.parseObject(OpenApiV2.of(V3).document().bytes());
        Set<String> references = new TreeSet<>();
        references(swagger, references);
        Map<String, Object> definitions = Json.child(swagger, "definitions");

        assertThat(swagger).containsEntry("swagger", "2.0");
        assertThat(references)
                .hasSizeGreaterThan(500)
                .allSatisfy(reference -> assertThat(definitions).containsKey(reference.replace("#/definitions/", "")));
        assertThat(Json.child(swagger, "paths"))
                .containsKeys("/api/v1/namespaces/{namespace}/pods", "/apis/apps/v1/deployments");
        assertThat(Json.text(swagger))
                .doesNotContain("\"oneOf\":[{", "\"allOf\":[{", "components/schemas", "requestBody");
        assertThat(Json.string(definitions, "io.k8s.apimachinery.pkg.api.resource.Quantity", "type"))
                .isEqualTo("string");
        assertThat(Json.string(definitions, "io.k8s.api.core.v1.PodSpec", "properties", "securityContext", "$ref"))
                .isEqualTo("#/definitions/io.k8s.api.core.v1.PodSecurityContext");
    }

    private static List<String> names(List<Object> parameters) {
        return parameters.stream()
                .map(parameter -> Json.string(parameter, "name"))
                .toList();
    }

    private static Map<String, Object> schema(String path, String name) {
        return Objects.requireNonNull(Json.object(tree(path), "components", "schemas", name), name);
    }

    private static Document document(String path) {
        return Objects.requireNonNull(V3.document(path));
    }

    private static Map<String, Object> tree(String path) {
        return TREES.computeIfAbsent(
                path, made -> Json.parseObject(document(made).bytes()));
    }

    private static void references(@Nullable Object tree, Set<String> found) {
        switch (tree) {
            case Map<?, ?> map -> {
                if (map.get("$ref") instanceof String reference) {
                    found.add(reference);
                }
                map.values().forEach(value -> references(value, found));
            }
            case List<?> list -> list.forEach(value -> references(value, found));
            case null, default -> {}
        }
    }
}
