package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class CustomResourceTest {
    @Test
    void unknownFieldsAreTakenOutAndNamed() {
        ResourceType type = CustomSamples.widgets("{type: object, properties: {known: {type: string},"
                + " list: {type: array, items: {type: object, properties: {a: {type: string}}}}}}");

        TypedReader.Result read =
                CustomSamples.read(type, "{known: x, more: {deep: 1}, list: [{a: p, b: q}], '': empty}");

        assertThat(read.findings())
                .containsExactlyInAnyOrder(
                        "unknown field \"spec.more\"", "unknown field \"spec.list[0].b\"", "unknown field \"spec.\"");
        assertThat(Json.text(read.tree().get("spec"))).isEqualTo("{\"known\":\"x\",\"list\":[{\"a\":\"p\"}]}");
    }

    @Test
    void whatIsPreservedKeepsAllAndStillPrunesWhatItKnows() {
        ResourceType type = CustomSamples.widgets("{type: object, x-kubernetes-preserve-unknown-fields: true,"
                + " properties: {known: {type: object, properties: {a: {type: string}}}}}");

        TypedReader.Result read = CustomSamples.read(type, "{any: {x: [1]}, known: {a: p, b: q}}");

        assertThat(read.findings()).containsExactly("unknown field \"spec.known.b\"");
        assertThat(Json.text(read.tree().get("spec"))).isEqualTo("{\"any\":{\"x\":[1]},\"known\":{\"a\":\"p\"}}");
    }

    @Test
    void anEmbeddedObjectKeepsItsKindAndMetadata() {
        ResourceType type = CustomSamples.widgets("{type: object, properties: {template: {type: object,"
                + " x-kubernetes-embedded-resource: true, properties: {spec: {type: object}}}}}");

        TypedReader.Result read = CustomSamples.read(
                type, "{template: {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {a: 1}, other: 1}}");

        assertThat(read.findings())
                .containsExactlyInAnyOrder(
                        "unknown field \"spec.template.spec.a\"", "unknown field \"spec.template.other\"");
        assertThat(CustomSamples.errors(type, "{template: {metadata: {name: p}, spec: {}}}"))
                .containsExactly(
                        "spec.template.apiVersion: Required value: must not be empty",
                        "spec.template.kind: Required value: must not be empty");
    }

    @Test
    void metadataIsReadAsThatOfEveryObject() {
        ResourceType type = CustomSamples.widgets("{type: object}");
        Map<String, Object> tree = Samples.tree("{apiVersion: example.com/v1, kind: Widget,"
                + " metadata: {name: w, nonsense: 1, labels: {a: b}}, other: 1}");

        TypedReader.Result read = CustomSamples.custom(type).read(tree, List.of("spec.x"));

        assertThat(read.findings())
                .containsExactly(
                        "unknown field \"metadata.nonsense\"", "duplicate field \"spec.x\"", "unknown field \"other\"");
        assertThat(Json.text(read.tree()))
                .isEqualTo("{\"kind\":\"Widget\",\"apiVersion\":\"example.com/v1\",\"metadata\":{\"name\":\"w\","
                        + "\"labels\":{\"a\":\"b\"}}}");
    }

    @Test
    void defaultsFillWhatIsMissingAndWhatIsNullWithoutBeingAllowedTo() {
        ResourceType type = CustomSamples.widgets("{type: object, default: {}, properties: {"
                + "a: {type: string, default: x}, b: {type: object, default: {}, properties: {c: {type: integer,"
                + " default: 7}}}, nu: {type: string, nullable: true, default: z}, p: {type: string},"
                + "l: {type: array, items: {type: object, properties: {d: {type: boolean, default: true}}}}}}");

        assertThat(Json.text(CustomSamples.read(type, "{a: null, nu: null, p: null, l: [{}]}")
                        .tree()
                        .get("spec")))
                .isEqualTo("{\"a\":\"x\",\"nu\":null,\"l\":[{\"d\":true}],\"b\":{\"c\":7}}");
        Map<String, Object> bare = Samples.tree("{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}}");
        assertThat(Json.string(CustomSamples.custom(type).read(bare, List.of()).tree(), "spec", "a"))
                .isEqualTo("x");
    }

    private static final String TWO_VERSIONS = """
            - name: v1
              served: true
              storage: true
              schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {a: {type: string},
                c: {type: string, default: new}}}}}}
            - name: v1beta1
              served: true
              storage: false
              deprecated: true
              schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {a: {type: string},
                b: {type: string}}}}}}
            """;

    @Test
    void anObjectIsStoredInOneVersionAndShownInEach() {
        List<ResourceType> types = CustomSamples.established(CustomSamples.definition(TWO_VERSIONS))
                .served();
        CustomResource beta = CustomSamples.custom(types.getLast());
        Map<String, Object> object = Samples.tree("{apiVersion: example.com/v1beta1, kind: Widget,"
                + " metadata: {name: w, resourceVersion: '5'}, spec: {a: x, b: y}}");

        Map<String, Object> stored = beta.toStorage(object);

        assertThat(Json.text(stored))
                .isEqualTo("{\"apiVersion\":\"example.com/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"w\"},"
                        + "\"spec\":{\"a\":\"x\"}}");
        Map<String, Object> shown = CustomSamples.custom(types.getFirst()).fromStorage(stored, 7);
        assertThat(shown).containsEntry("apiVersion", "example.com/v1");
        assertThat(Json.text(shown.get("spec"))).isEqualTo("{\"a\":\"x\",\"c\":\"new\"}");
        assertThat(Json.at(shown, "metadata", "generation")).isEqualTo(1L);
        assertThat(Json.string(shown, "metadata", "resourceVersion")).isEqualTo("7");
        assertThat(Json.text(beta.fromStorage(stored, 7).get("spec"))).isEqualTo("{\"a\":\"x\"}");
    }

    @Test
    void whoUsesADeprecatedVersionIsTold() {
        List<ResourceType> types = CustomSamples.established(CustomSamples.definition(TWO_VERSIONS))
                .served();

        assertThat(types)
                .extracting(type -> Strategy.of(type).deprecation())
                .containsExactly("", "example.com/v1beta1 Widget is deprecated");
    }

    @Test
    void aDefinitionServesNothingBeforeItIsEstablished() {
        Map<String, Object> tree = CustomSamples.definition(TWO_VERSIONS);

        CustomDefinition definition = CustomDefinition.of(tree, Json.write(tree));

        assertThat(definition.served()).isEmpty();
        assertThat(Objects.requireNonNull(definition.stored()).key("n", "w"))
                .isEqualTo("/registry/example.com/widgets/n/w");
    }

    @Test
    void aChangeOfStatusAloneKeepsTheResources() {
        Map<String, Object> tree = CustomSamples.definition(TWO_VERSIONS);
        CustomDefinition before = CustomSamples.established(tree);
        DefinitionStatus.terminating(tree, true, "InstanceDeletionPending", "soon", CustomSamples.NOW);
        CustomDefinition told = CustomDefinition.of(tree, Json.write(tree)).after(before);
        Json.child(Json.child(tree, "spec"), "conversion").put("strategy", "Webhook");
        CustomDefinition changed = CustomDefinition.of(tree, Json.write(tree)).after(before);

        assertThat(told.served()).isEqualTo(before.served());
        assertThat(changed.served()).doesNotContainAnyElementsOf(before.served());
        assertThat(changed.served()).extracting(ResourceType::version).containsExactly("v1");
    }

    @Test
    void fieldsThatSelectAreReadAsText() {
        String version = CustomSamples.version(
                        "v1",
                        "{type: object, properties: {color: {type: string}, size: {type: integer},"
                                + " live: {type: boolean}}}")
                + "  selectableFields: [{jsonPath: .spec.color}, {jsonPath: .spec.size}, {jsonPath: .spec.live}]\n";
        ResourceType type = CustomSamples.established(CustomSamples.definition(version))
                .served()
                .getFirst();
        SelectableFields fields = SelectableFields.of(type);

        assertThat(fields.names()).containsExactly("spec.color", "spec.size", "spec.live");
        assertThat(fields.values(CustomSamples.widget("{color: red, size: 3, live: true}")))
                .containsExactly("red", "3", "true");
        assertThat(fields.values(CustomSamples.widget("{}"))).containsExactly("", "", "");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> FieldSelector.parse("spec.other=x", fields))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.code()).isEqualTo(400))
                .hasMessage("field label not supported: spec.other");
    }

    @Test
    void generationsCountEverythingButMetadataAndStatus() {
        ResourceType type = CustomSamples.established(CustomSamples.definition(
                        CustomSamples.version("v1", "{type: object, x-kubernetes-preserve-unknown-fields: true}")
                                + "  subresources: {status: {}}\n"))
                .served()
                .getFirst();
        Strategy strategy = Strategy.of(type);
        Map<String, Object> old = CustomSamples.widget("{a: 1}");
        old.put("status", Samples.tree("{s: 1}"));
        Json.child(old, "metadata").put("generation", 4L);

        Map<String, Object> labelled = Json.copyObject(old);
        Json.child(labelled, "metadata").put("labels", Samples.tree("{a: b}"));
        labelled.put("status", Samples.tree("{s: 2}"));
        strategy.prepareForUpdate(labelled, old, "", CustomSamples.NOW);
        assertThat(Json.at(labelled, "metadata", "generation")).isEqualTo(4L);
        assertThat(labelled.get("status")).isEqualTo(old.get("status"));

        Map<String, Object> changed = Json.copyObject(old);
        changed.put("spec", Samples.tree("{a: 2}"));
        strategy.prepareForUpdate(changed, old, "", CustomSamples.NOW);
        assertThat(Json.at(changed, "metadata", "generation")).isEqualTo(5L);

        Map<String, Object> status = Json.copyObject(labelled);
        Json.child(status, "metadata").put("labels", Samples.tree("{c: d}"));
        status.put("spec", Samples.tree("{a: 3}"));
        status.put("status", Samples.tree("{s: 3}"));
        strategy.prepareForUpdate(status, old, "status", CustomSamples.NOW);
        assertThat(Json.text(status))
                .isEqualTo("{\"apiVersion\":\"example.com/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"w\","
                        + "\"namespace\":\"ns\",\"generation\":4},\"spec\":{\"a\":1},\"status\":{\"s\":3}}");
    }

    @Test
    void columnsPrintWhatTheirPathsFind() {
        String version = CustomSamples.version("v1", "{type: object}") + """
                  additionalPrinterColumns:
                  - {name: Color, type: string, jsonPath: .spec.color}
                  - {name: Size, type: integer, jsonPath: .spec.size, priority: 1}
                  - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
                  - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
                """;
        ResourceType type = CustomSamples.established(CustomSamples.definition(version))
                .served()
                .getFirst();
        TablePrinter printer = Tables.forType(type);

        assertThat(printer.columns())
                .extracting(TablePrinter.Column::name)
                .containsExactly("Name", "Color", "Size", "Ready", "Age");
        assertThat(printer.cells(
                        Samples.tree("{metadata: {name: w, creationTimestamp: '2026-11-22T11:55:00Z'},"
                                + " spec: {color: red, size: 3}, status: {conditions: [{type: A, status: x},"
                                + " {type: Ready, status: 'True'}]}}"),
                        CustomSamples.NOW))
                .containsExactly("w", "red", 3L, "True", "5m");
        assertThat(printer.cells(Samples.tree("{metadata: {name: w}}"), CustomSamples.NOW))
                .containsExactly("w", null, null, null, null);
        assertThat(Tables.forType(CustomSamples.widgets("{type: object}")).columns())
                .extracting(TablePrinter.Column::name)
                .containsExactly("Name", "Age");
    }

    @Test
    void theMetadataOfAnEmbeddedObjectIsPruned() {
        ResourceType type = CustomSamples.widgets("{type: object, properties: {e: {type: object,"
                + " x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}}}");

        TypedReader.Result read = CustomSamples.read(
                type, "{e: {apiVersion: v1, kind: Pod, metadata: {name: x, zzz: 1, labels: {a: b}}, q: {r: 1}}}");

        assertThat(read.findings()).containsExactly("unknown field \"spec.e.metadata.zzz\"");
        assertThat(Json.text(Json.at(read.tree(), "spec", "e", "metadata")))
                .isEqualTo("{\"name\":\"x\",\"labels\":{\"a\":\"b\"}}");
        assertThat(Json.at(read.tree(), "spec", "e", "q", "r")).isEqualTo(1L);
    }

    @Test
    void aWholeNumberHasNoPoint() {
        ResourceType type = CustomSamples.widgets("{type: object, x-kubernetes-preserve-unknown-fields: true}");

        TypedReader.Result read = CustomSamples.read(type, "{a: 2.0, b: [1.0e3, 1.5], c: {d: 1.0e300}}");

        assertThat(Json.text(Json.at(read.tree(), "spec")))
                .isEqualTo("{\"a\":2,\"b\":[1000,1.5],\"c\":{\"d\":1.0E300}}");
    }
}
