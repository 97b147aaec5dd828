package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a definition may say, and what its status says of it. */
final class CustomDefinitionTest {
    private static final String PATH = "spec.validation.openAPIV3Schema";

    private static List<String> errorsOfSpec(String schema) {
        return CustomSamples.errors(CustomSamples.definition(CustomSamples.version("v1", schema)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {properties: {a: {type: string}}} | \
                    .properties[spec].type: Required value: must not be empty for specified object fields
                    {type: array} | .properties[spec].items: Required value: must be specified
                    {type: array, items: {}} | \
                    .properties[spec].items.type: Required value: must not be empty for specified array items
                    {type: string, pattern: '('} | \
                    .properties[spec].pattern: Invalid value: "(": must be a valid regular expression
                    {type: thing} | \
                    .properties[spec].type: Unsupported value: "thing": supported values: "array", \
                    "boolean", "integer", "number", "object", "string"
                    {type: array, items: {type: string}, uniqueItems: true} | \
                    .properties[spec].uniqueItems: Forbidden: uniqueItems cannot be set to true since the \
                    runtime complexity becomes quadratic
                    {type: object, properties: {a: {type: string}}, additionalProperties: {type: string}} | \
                    .properties[spec].additionalProperties: Forbidden: additionalProperties and properties \
                    are mutual exclusive
                    {type: object, anyOf: [{type: object}]} | \
                    .properties[spec].anyOf[0].type: Forbidden: must be empty to be structural
                    {type: object, not: {description: x}} | \
                    .properties[spec].not.description: Forbidden: must be empty to be structural
                    {type: object, x-kubernetes-preserve-unknown-fields: false} | \
                    .properties[spec].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be \
                    true or undefined
                    {type: array, x-kubernetes-list-type: map, items: {type: object}} | \
                    .properties[spec].x-kubernetes-list-map-keys: Required value: must not be empty if \
                    x-kubernetes-list-type is map
                    {type: object, x-kubernetes-list-type: set} | \
                    .properties[spec].type: Invalid value: "object": must be array if x-kubernetes-list-type \
                    is specified
                    {type: integer, default: x} | .properties[spec].default: Invalid value: "string":  in \
                    body must be of type integer: "string"
                    {type: object, properties: {a: {type: string}}, default: {b: 1}} | \
                    .properties[spec].default: Invalid value: {"b":1}: must not have unknown fields
                    {type: object, patternProperties: {a: {type: string}}} | \
                    .properties[spec].patternProperties: Forbidden: patternProperties is not supported
                    {type: array, x-kubernetes-list-type: set, items: {type: string, nullable: true}} | \
                    .properties[spec].items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set
                    {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k], \
                    items: {type: object, properties: {k: {type: string}}}} | \
                    .properties[spec].items.properties[k].default: Required value: this property is in \
                    x-kubernetes-list-map-keys, so it must have a default or be a required property
                    {type: object, properties: {a: {type: integer}}, default: {a: x}} | \
                    .properties[spec].default.a: Invalid value: "string": a in body must be of type integer: "string"
                    """)
    void aSchemaMustBeStructural(String schema, String error) {
        assertThat(errorsOfSpec(schema)).anyMatch(told -> told.startsWith(PATH + error));
    }

    @Test
    void aSchemaThatIsStructuralIsNoError() {
        assertThat(errorsOfSpec("{type: object, required: [a], oneOf: [{required: [a]}, {required: [b]}], properties: {"
                        + "a: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]},"
                        + "b: {type: object, additionalProperties: {type: string}},"
                        + "c: {type: object, x-kubernetes-embedded-resource: true,"
                        + " x-kubernetes-preserve-unknown-fields: true},"
                        + "d: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k],"
                        + " items: {type: object, required: [k], properties: {k: {type: string, default: x}}}}}}"))
                .isEmpty();
    }

    @Test
    void onlyAtTheRootMustTheStructureHaveWhatAJunctorRestricts() {
        assertThat(errorsOfSpec("{type: object, anyOf: [{properties: {q: {minimum: 1}}}]}"))
                .isEmpty();
        assertThat(CustomSamples.errors(CustomSamples.definition(CustomSamples.version("v1", "{type: object}")
                        .replaceFirst(
                                "openAPIV3Schema: \\{",
                                "openAPIV3Schema: {anyOf: [{properties: {q: {minimum: 1}}}], "))))
                .containsExactly(PATH + ".properties[q]: Required value: because it is defined in " + PATH
                        + ".anyOf[0].properties[q]");
    }

    @Test
    void aSchemaWithAStatusRestrictsNoMoreThanFieldsAtItsRoot() {
        String version = CustomSamples.version("v1", "{type: object}")
                .replaceFirst("openAPIV3Schema: \\{", "openAPIV3Schema: {maxProperties: 9, ");
        assertThat(CustomSamples.errors(CustomSamples.definition(version))).isEmpty();
        assertThat(CustomSamples.errors(CustomSamples.definition(version + "  subresources: {status: {}}\n")))
                .singleElement()
                .asString()
                .startsWith(PATH + ": Invalid value: {")
                .endsWith(" XPreserveUnknownFields XValidations] fields are allowed at the root of the schema if the"
                        + " status subresource is enabled");
    }

    @Test
    void whatVersionsDoNotHaveInCommonIsToldOfEach() {
        String wrong = CustomSamples.version("v1", "{}");
        String same = wrong.replace("v1", "v2").replace("storage: true", "storage: false");

        assertThat(CustomSamples.errors(CustomSamples.definition(wrong + same))).hasSize(1);
        assertThat(CustomSamples.errors(CustomSamples.definition(wrong + same.replace("{}", "{description: x}"))))
                .extracting(error -> error.substring(0, error.indexOf(".properties")))
                .containsExactly("spec.versions[0].schema.openAPIV3Schema", "spec.versions[1].schema.openAPIV3Schema");
    }

    private static List<String> errorsWith(String more) {
        return CustomSamples.errors(CustomSamples.definition(CustomSamples.version(
                        "v1",
                        "{type: object, properties: {a: {type: string}, n: {type: number}, l: {type: array,"
                                + " items: {type: string}}}}")
                + more.indent(2)));
    }

    @Test
    void atMostEightScalarFieldsSelect() {
        assertThat(errorsWith("selectableFields: [{jsonPath: .spec.a}]")).isEmpty();
        assertThat(errorsWith("selectableFields: [{jsonPath: .spec.n}, {jsonPath: .spec.l}, {jsonPath: .spec.x},"
                        + " {jsonPath: .metadata.name}, {jsonPath: '.spec.l[0]'}, {jsonPath: .spec.a},"
                        + " {jsonPath: .spec.a}]"))
                .extracting(error ->
                        error.substring("spec.selectableFields".length()).split(": ")[0] + " " + error.split(": ")[1])
                .contains(
                        "[0].jsonPath Invalid value",
                        "[1].jsonPath Invalid value",
                        "[2].jsonPath Invalid value",
                        "[3].jsonPath Invalid value",
                        "[4].jsonPath Invalid value",
                        "[6].jsonPath Duplicate value");
    }

    @Test
    void scalesAndColumnsArePathsOfTheirObject() {
        assertThat(errorsWith("subresources: {scale: {specReplicasPath: .status.x, statusReplicasPath: spec}}"))
                .containsExactly(
                        "spec.subresources.scale.specReplicasPath: Invalid value: \".status.x\": should"
                                + " be a"
                                + " json path under .spec",
                        "spec.subresources.scale.statusReplicasPath: Invalid value: \"spec\": must be a"
                                + " simple json path starting with .");
        assertThat(errorsWith("additionalPrinterColumns: [{name: A, type: text, jsonPath: .a}]"))
                .containsExactly("spec.additionalPrinterColumns[0].type: Invalid value: \"text\": must be"
                        + " one of boolean,date,integer,number,string");
    }

    @Test
    void aGroupOfKubernetesOwnNeedsApproval() {
        Map<String, Object> definition = CustomSamples.definition(CustomSamples.version("v1", "{type: object}"));
        Json.child(definition, "spec").put("group", "example.k8s.io");
        Json.child(definition, "metadata").put("name", "widgets.example.k8s.io");

        assertThat(CustomSamples.errors(definition))
                .singleElement()
                .asString()
                .startsWith("metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must"
                        + " have approval annotation \"api-approved.kubernetes.io\"");
        Json.child(definition, "metadata")
                .put("annotations", Samples.tree("{api-approved.kubernetes.io: 'unapproved, a test'}"));
        assertThat(CustomSamples.errors(definition)).isEmpty();
        DefinitionStatus.settle(definition, List.of(), CustomSamples.NOW);
        assertThat(conditions(definition)).contains("KubernetesAPIApprovalPolicyConformant False UnapprovedAnnotation");
    }

    private static List<String> conditions(Map<String, Object> definition) {
        return Json.list(definition, "status", "conditions").stream()
                .map(c -> Json.string(c, "type") + " " + Json.string(c, "status") + " " + Json.string(c, "reason"))
                .toList();
    }

    @Test
    void aDefinitionWhoseNamesAreFreeIsEstablishedOnce() {
        Map<String, Object> definition = CustomSamples.definition(CustomSamples.version("v1", "{type: object}"));

        assertThat(DefinitionStatus.settle(definition, List.of(), CustomSamples.NOW))
                .isTrue();

        assertThat(conditions(definition))
                .containsExactly("NamesAccepted True NoConflicts", "Established True InitialNamesAccepted");
        assertThat(Json.text(Json.at(definition, "status", "acceptedNames")))
                .isEqualTo("{\"plural\":\"widgets\",\"singular\":\"widget\",\"shortNames\":[\"wd\"],"
                        + "\"kind\":\"Widget\",\"listKind\":\"WidgetList\"}");
        assertThat(DefinitionStatus.settle(definition, List.of(), CustomSamples.NOW.plusSeconds(5)))
                .isFalse();
    }

    @Test
    void aNameThatIsTakenIsNotGranted() {
        CustomDefinition first =
                CustomSamples.established(CustomSamples.definition(CustomSamples.version("v1", "{type: object}")));
        Map<String, Object> second = CustomSamples.definition(CustomSamples.version("v1", "{type: object}"));
        Json.child(second, "metadata").put("name", "gadgets.example.com");
        Map<String, Object> names = Json.child(Json.child(second, "spec"), "names");
        names.put("plural", "gadgets");
        names.put("singular", "gadget");
        names.put("listKind", "GadgetList");

        DefinitionStatus.settle(second, List.of(first), CustomSamples.NOW);

        assertThat(conditions(second))
                .containsExactly("NamesAccepted False KindConflict", "Established False NotAccepted");
        assertThat(Json.string(Json.list(second, "status", "conditions").getFirst(), "message"))
                .isEqualTo("\"Widget\" is already in use");
        assertThat(Json.string(second, "status", "acceptedNames", "plural")).isEqualTo("gadgets");
        assertThat(Json.at(second, "status", "acceptedNames", "shortNames")).isNull();
        assertThat(CustomDefinition.of(second, Json.write(second)).served()).isEmpty();
        DefinitionStatus.settle(second, List.of(), CustomSamples.NOW);
        assertThat(conditions(second))
                .containsExactly("NamesAccepted True NoConflicts", "Established True InitialNamesAccepted");
    }

    @Test
    void aDefinitionInABuiltInResourcesPlaceIsNotServed() {
        Map<String, Object> definition = CustomSamples.definition(CustomSamples.version("v1", "{type: object}"));
        Json.child(definition, "spec").put("group", "networking.k8s.io");

        DefinitionStatus.settle(definition, List.of(), CustomSamples.NOW);

        assertThat(conditions(definition)).contains("Established False OverlappingBuiltInResource");
    }

    @Test
    void whatThisServerDoesNotDoIsSaid() {
        Map<String, Object> definition = CustomSamples.definition("""
                - name: v1
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object,
                    x-kubernetes-validations: [{rule: self.a > 0}], properties: {a: {type: integer}}}}}}
                - name: v2
                  served: true
                  storage: false
                  schema: {openAPIV3Schema: {type: object}}
                """);
        Json.child(Json.child(definition, "spec"), "conversion").put("strategy", "Webhook");
        DefinitionStatus.settle(definition, List.of(), CustomSamples.NOW);

        assertThat(conditions(definition)).contains("AllVersionsServed False ConversionNotSupported");
        assertThat(Strategy.of(Samples.resource("customresourcedefinitions.apiextensions.k8s.io"))
                        .warnings(definition))
                .containsExactly(
                        "spec.versions[v1].schema.openAPIV3Schema: x-kubernetes-validations are kept but not"
                                + " enforced by"
                                + " this server",
                        "spec.versions[v2]: not served, because this server does not convert by webhook; only the"
                                + " storage version is");
    }

    @Test
    void versionsAreOrderedAsKubernetesOrdersThem() {
        assertThat(List.of(
                                "foo1",
                                "v1",
                                "v10",
                                "v11alpha2",
                                "v11beta2",
                                "v10beta3",
                                "v3beta1",
                                "v12alpha1",
                                "foo10",
                                "v2")
                        .stream()
                        .sorted(CustomDefinition.VERSIONS))
                .containsExactly(
                        "v10",
                        "v2",
                        "v1",
                        "v11beta2",
                        "v10beta3",
                        "v3beta1",
                        "v12alpha1",
                        "v11alpha2",
                        "foo1",
                        "foo10");
    }
}
