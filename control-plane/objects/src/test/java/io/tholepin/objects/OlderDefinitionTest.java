package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an older kube-apiserver left in the store. */
final class OlderDefinitionTest {
    private static final ObjectCodec CODEC =
            ObjectCodec.of(Samples.resource("customresourcedefinitions.apiextensions.k8s.io"), SchemaPack.builtIn());

    private static Map<String, Object> stored(String spec) {
        return CODEC.decodeTree(Json.write(Samples.tree("""
                apiVersion: apiextensions.k8s.io/v1beta1
                kind: CustomResourceDefinition
                metadata: {name: widgets.example.com}
                spec:
                  group: example.com
                  scope: Namespaced
                  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
                """ + spec.indent(2))), 7);
    }

    @Test
    void whatVersionsHaveInCommonIsPutIntoEach() {
        Map<String, Object> tree = stored("""
                preserveUnknownFields: false
                version: v1
                versions: [{name: v1, served: true, storage: true}, {name: v2, served: true, storage: false}]
                validation: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}
                subresources: {status: {}}
                additionalPrinterColumns: [{name: A, type: string, JSONPath: .spec.a}]
                conversion: {strategy: Webhook, webhookClientConfig: {url: 'https://x'}, conversionReviewVersions: [v1]}
                """);

        assertThat(Json.string(tree, "apiVersion")).isEqualTo("apiextensions.k8s.io/v1");
        for (Object version : Json.list(tree, "spec", "versions")) {
            assertThat(Json.at(version, "schema", "openAPIV3Schema", "properties", "spec"))
                    .isNotNull();
            assertThat(Json.at(version, "subresources", "status")).isNotNull();
            assertThat(Json.string(
                            Json.list(version, "additionalPrinterColumns").getFirst(), "jsonPath"))
                    .isEqualTo(".spec.a");
        }
        assertThat(Json.string(tree, "spec", "conversion", "webhook", "clientConfig", "url"))
                .isEqualTo("https://x");
        assertThat(Json.list(tree, "spec", "conversion", "webhook", "conversionReviewVersions"))
                .containsExactly("v1");
    }

    @Test
    void aDefinitionWithoutASchemaPrunesNothing() {
        Map<String, Object> tree =
                stored("version: v1\nvalidation: {openAPIV3Schema: {properties: {a: {type: object}}}}");

        CustomDefinition definition = CustomSamples.established(tree);

        ResourceType type = definition.served().getFirst();
        Map<String, Object> object =
                Samples.tree("{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, a: {b: {c: 1}}, d: [2]}");
        TypedReader.Result read = CustomSamples.custom(type).read(object, List.of());
        assertThat(read.findings()).isEmpty();
        assertThat(Json.at(read.tree(), "a", "b", "c")).isEqualTo(1L);
        assertThat(Json.list(read.tree(), "d")).containsExactly(2L);
    }
}
