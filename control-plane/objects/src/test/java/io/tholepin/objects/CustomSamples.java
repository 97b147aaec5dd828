package io.tholepin.objects;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Definitions of custom resources for tests. */
final class CustomSamples {
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private CustomSamples() {}

    /** A definition of widgets, its versions given as YAML list items. */
    static Map<String, Object> definition(String versions) {
        ResourceType type = Samples.resource("customresourcedefinitions.apiextensions.k8s.io");
        Map<String, Object> tree = Samples.typed(type, Samples.tree("""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: widgets.example.com}
                spec:
                  group: example.com
                  scope: Namespaced
                  names: {plural: widgets, kind: Widget, shortNames: [wd]}
                  versions:
                """ + versions.indent(2)));
        Defaults.apply(type, tree);
        Strategy.of(type).prepareForCreate(tree, NOW);
        return tree;
    }

    /** One version that is served and stored, with this schema of its spec. */
    static String version(String name, String specSchema) {
        return """
                - name: %s
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, properties: {spec: %s}}}
                """.formatted(name, specSchema);
    }

    /** What is wrong with a definition that is new. */
    static List<String> errors(Map<String, Object> definition) {
        return Validation.create(Samples.resource("customresourcedefinitions.apiextensions.k8s.io"), definition)
                .stream()
                .map(FieldError::toString)
                .toList();
    }

    /** A definition as a server takes it in once it is established. */
    static CustomDefinition established(Map<String, Object> definition) {
        DefinitionStatus.settle(definition, List.of(), NOW);
        return CustomDefinition.of(definition, Json.write(definition));
    }

    /** The only resource of a definition with one version of this spec. */
    static ResourceType widgets(String specSchema) {
        return established(definition(version("v1", specSchema))).served().getFirst();
    }

    /** A widget with this spec, read as a request's body is. */
    static TypedReader.Result read(ResourceType type, String spec) {
        return custom(type).read(widget(spec), List.of());
    }

    static Map<String, Object> widget(String spec) {
        return Samples.tree(
                "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w, namespace: ns}, spec: " + spec + "}");
    }

    static CustomResource custom(ResourceType type) {
        return java.util.Objects.requireNonNull(type.custom());
    }

    /** What is wrong with a new widget of this spec, after pruning and defaulting. */
    static List<String> errors(ResourceType type, String spec) {
        List<String> texts = new ArrayList<>();
        custom(type).check(read(type, spec).tree()).forEach(error -> texts.add(error.toString()));
        return texts;
    }
}
