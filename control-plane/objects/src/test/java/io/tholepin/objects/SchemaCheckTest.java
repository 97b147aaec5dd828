package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts are kube-apiserver's. */
final class SchemaCheckTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {type: integer}                     | '"x"' | \
                    spec.f: Invalid value: "string": spec.f in body must be of type integer: "string"
                    {type: string}                      | 1     | \
                    spec.f: Invalid value: "integer": spec.f in body must be of type string: "integer"
                    {type: integer}                     | 1.5   | \
                    spec.f: Invalid value: "number": spec.f in body must be of type integer: "number"
                    {type: object}                      | []    | \
                    spec.f: Invalid value: "array": spec.f in body must be of type object: "array"
                    {type: string, enum: [a, b]}        | c     | \
                    spec.f: Unsupported value: "c": supported values: "a", "b"
                    {type: integer, maximum: 10}        | 11    | \
                    spec.f: Invalid value: 11: spec.f in body should be less than or equal to 10
                    {type: integer, minimum: 1}         | 0     | \
                    spec.f: Invalid value: 0: spec.f in body should be greater than or equal to 1
                    {type: number, maximum: 2.5, exclusiveMaximum: true} | 2.5 | \
                    spec.f: Invalid value: 2.5: spec.f in body should be less than 2.5
                    {type: integer, multipleOf: 3}      | 4     | \
                    spec.f: Invalid value: 4: spec.f in body should be a multiple of 3
                    {type: string, minLength: 2}        | a     | \
                    spec.f: Invalid value: "a": spec.f in body should be at least 2 chars long
                    {type: string, maxLength: 2}        | abc   | spec.f: Too long: may not be more than 2 bytes
                    {type: string, pattern: '^a+$'}     | b     | \
                    spec.f: Invalid value: "b": spec.f in body should match '^a+$'
                    {type: string, format: ipv4}        | x     | \
                    spec.f: Invalid value: "x": spec.f in body must be of type ipv4: "x"
                    {type: array, items: {type: string}, maxItems: 1} | [a, b] | \
                    spec.f: Too many: 2: must have at most 1 item
                    {type: array, items: {type: string}, minItems: 1} | []     | \
                    spec.f: Invalid value: 0: spec.f in body should have at least 1 items
                    {type: array, items: {type: string}} | [a, 1] | \
                    spec.f[1]: Invalid value: "integer": spec.f[1] in body must be of type string: "integer"
                    {type: object, additionalProperties: {type: integer}} | {a: x} | \
                    spec.f.a: Invalid value: "string": spec.f.a in body must be of type integer: "string"
                    {type: object, additionalProperties: {type: integer}, maxProperties: 1} | {a: 1, b: 2} | \
                    spec.f: Too many: 2: must have at most 1 item
                    {type: object, required: [a], properties: {a: {type: string}}} | {} | \
                    spec.f.a: Required value
                    {x-kubernetes-int-or-string: true}  | true  | \
                    spec.f: Invalid value: "boolean": spec.f in body must be of type integer,string: "boolean"
                    """)
    void whatDoesNotFitIsToldInKubernetesWords(String schema, String value, String error) {
        ResourceType type = CustomSamples.widgets("{type: object, properties: {f: " + schema + "}}");

        assertThat(CustomSamples.errors(type, "{f: " + value + "}")).containsExactly(error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {type: integer}                      | 3.0
                    {type: number}                       | 3
                    {type: string, nullable: true}       | null
                    {x-kubernetes-int-or-string: true}   | 80
                    {x-kubernetes-int-or-string: true}   | http
                    {type: string, format: ipv4}         | 10.0.0.1
                    {type: string, format: nobodys}      | anything
                    {type: string, pattern: a}           | bab
                    {type: string, maxLength: 2}         | äö
                    """)
    void whatFitsIsNoError(String schema, String value) {
        ResourceType type = CustomSamples.widgets("{type: object, properties: {f: " + schema + "}}");

        assertThat(CustomSamples.errors(type, "{f: " + value + "}")).isEmpty();
    }

    @Test
    void exactlyOneOfSeveralSchemasMustFit() {
        ResourceType type = CustomSamples.widgets("{type: object, properties: {a: {type: string}, b: {type: string}},"
                + " oneOf: [{required: [a]}, {required: [b]}]}");

        assertThat(CustomSamples.errors(type, "{a: x}")).isEmpty();
        assertThat(CustomSamples.errors(type, "{}"))
                .containsExactly(
                        "<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found none"
                                + " valid",
                        "spec.a: Required value");
        assertThat(CustomSamples.errors(type, "{a: x, b: z}"))
                .containsExactly("<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf)."
                        + " Found 2 valid alternatives");
    }

    @Test
    void anyAllAndNotAreTold() {
        ResourceType type = CustomSamples.widgets("{type: object, properties: {f: {type: integer,"
                + " anyOf: [{minimum: 5}, {maximum: 1}], allOf: [{multipleOf: 2}], not: {enum: [8]}}}}");

        assertThat(CustomSamples.errors(type, "{f: 6}")).isEmpty();
        assertThat(CustomSamples.errors(type, "{f: 2}"))
                .first()
                .isEqualTo("<nil>: Invalid value: \"\": \"spec.f\" must validate at least one schema (anyOf)");
        assertThat(CustomSamples.errors(type, "{f: 7}"))
                .containsExactly(
                        "spec.f: Invalid value: 7: spec.f in body should be a multiple of 2",
                        "<nil>: Invalid value: \"\": \"spec.f\" must validate all the schemas (allOf). None validated");
        assertThat(CustomSamples.errors(type, "{f: 8}"))
                .containsExactly("<nil>: Invalid value: \"\": \"spec.f\" must not validate the schema (not)");
    }

    @Test
    void whatWasWrongBeforeAndStaysHoldsNoOtherChangeUp() {
        ResourceType type =
                CustomSamples.widgets("{type: object, properties: {a: {type: string, maxLength: 1}, b: {type: string},"
                        + " l: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k],"
                        + " items: {type: object, required: [k], properties: {k: {type: string},"
                        + " v: {type: string, maxLength: 1}}}}}}");
        Map<String, Object> old = CustomSamples.widget("{a: long, b: x, l: [{k: p, v: long}, {k: q, v: x}]}");
        Map<String, Object> fresh = CustomSamples.widget("{a: long, b: z, l: [{k: q, v: z}, {k: p, v: long}]}");

        assertThat(CustomSamples.custom(type).checkUpdate(fresh, old)).isEmpty();
        assertThat(CustomSamples.custom(type).checkUpdate(CustomSamples.widget("{a: longer}"), old))
                .extracting(FieldError::field)
                .containsExactly("spec.a");
    }

    @Test
    void setsAndMapsHoldNothingTwice() {
        ResourceType type = CustomSamples.widgets("{type: object, properties: {"
                + "s: {type: array, x-kubernetes-list-type: set, items: {type: string}},"
                + "m: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k],"
                + " items: {type: object, properties: {k: {type: string}, v: {type: integer}}}}}}");

        assertThat(CustomSamples.errors(type, "{s: [a, b], m: [{k: a, v: 1}, {k: b, v: 1}]}"))
                .isEmpty();
        assertThat(CustomSamples.errors(type, "{s: [a, b, a, a], m: [{k: a, v: 1}, {k: a, v: 2}]}"))
                .containsExactlyInAnyOrder(
                        "spec.s[2]: Duplicate value: \"a\"", "spec.m[1]: Duplicate value: {\"k\":\"a\"}");
    }

    @Test
    void aPatternThatWouldBacktrackForeverIsMatchedInLinearTime() {
        ResourceType type =
                CustomSamples.widgets("{type: object, properties: {f: {type: string, pattern: '^(a+)+$'}}}");

        assertThat(CustomSamples.errors(type, "{f: " + "a".repeat(5_000) + "b}"))
                .hasSize(1);
    }

    @Test
    void kindAndVersionMustBeTheResources() {
        ResourceType type = CustomSamples.widgets("{type: object}");
        Map<String, Object> other = CustomSamples.widget("{}");
        other.put("kind", "Gadget");

        List<FieldError> errors = CustomSamples.custom(type).check(other);

        assertThat(errors).hasToString("[kind: Invalid value: \"Gadget\": must be Widget]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "byte:aGk=:a",
                "date:2026-11-22:2026-13-01",
                "date-time:2026-11-22T12:00:00Z:2026-11-22",
                "duration:1h30m:soon",
                "email:a@b.example:nobody",
                "hostname:a.example:-a",
                "ipv6:fe80--1:10.0.0.1",
                "cidr:10.0.0.0/8:10.0.0.0",
                "uri:https-//a.example/x:no uri",
                "uuid4:0b5d3c8e-5a3c-4e0b-8a53-6c2f3ec0a1c1:x",
                "hexcolor:#00ff00:green",
                "isbn:978-3-16-148410-0:978-3-16-148410-1",
                "creditcard:4111 1111 1111 1111:4111 1111 1111 1112",
                "k8s-short-name:web:a.b",
                "k8s-long-name:a.b:A.b"
            })
    void theFormatsOfTheContractAreKnown(String row) {
        String[] parts = row.split(":(?![0-9]{2}[Z:])");
        String good = parts[1].replace("--", "::").replace("https-", "https:");
        var format = java.util.Objects.requireNonNull(ValueFormats.of(parts[0]));

        assertThat(format.test(good)).as(good).isTrue();
        assertThat(format.test(parts[2])).as(parts[2]).isFalse();
    }
}
