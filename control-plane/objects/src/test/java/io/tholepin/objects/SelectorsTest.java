package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SelectorsTest {
    private static final Map<String, String> LABELS = Map.of("app", "web", "tier", "", "example.com/size", "7");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "app",
                "app=web",
                "app == web",
                "app!=db",
                "!missing",
                "missing!=x",
                "app in (web,db)",
                "app in (,web)",
                "tier in ()",
                "tier=",
                "tier=,app=web",
                "app notin (db, cache)",
                "missing notin (x)",
                "example.com/size>6",
                "example.com/size<8",
                "in!=notin, app",
                "app in (in,notin,web)",
            })
    void labelsThatMeetEveryRequirementMatch(String selector) {
        assertThat(LabelSelector.parse(selector).matches(LABELS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "app=db",
                "app!=web",
                "missing",
                "!app",
                "app in (db)",
                "app notin (web)",
                "example.com/size>7",
                "app>1",
                "missing>1",
                "app=web,tier=x",
            })
    void labelsThatMissOneRequirementDoNotMatch(String selector) {
        assertThat(LabelSelector.parse(selector).matches(LABELS)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a b|unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
                "a,,b|found ',', expected: identifier after ','",
                "a,|found '', expected: identifier after ','",
                ",a|found ',', expected: !, identifier, or 'end of string'",
                "a=b c|found 'c', expected: ',' or 'end of string'",
                "!a=b|found '=', expected: ',' or 'end of string'",
                "a in x|unable to parse requirement: found 'x' expected: '('",
                "a in (|unable to parse requirement: found '', expected: ',', ')' or identifier",
                "a in (x|unable to parse requirement: found '', expected: ',' or ')'",
                "a in (x,|unable to parse requirement: found '', expected: ',', or identifier",
                "!|unable to parse requirement: found '', expected: identifier",
                "a==!b|unable to parse requirement: found '!', expected: identifier",
                "a>b|unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value"
                        + " must be an integer",
                "/a|unable to parse requirement: <nil>: Invalid value: \"/a\": prefix part must be non-empty",
            })
    void anErrorSaysWhatWasFoundAndExpected(String selector, String message) {
        assertThatThrownBy(() -> LabelSelector.parse(selector))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.code()).isEqualTo(400))
                .hasMessage(message);
    }

    @Test
    void anInvalidValueIsNamedByItsKey() {
        assertThatThrownBy(() -> LabelSelector.parse("app=a||b"))
                .hasMessageStartingWith(
                        "unable to parse requirement: values[0][app]: Invalid value: \"a||b\": a valid label"
                                + " must be an empty string or consist of");
    }

    @Test
    void aSelectorPrintsItsRequirementsSortedByKey() {
        assertThat(LabelSelector.parse("z=1, y in (b,a), !x, w, v notin (c), u>1"))
                .hasToString("u>1,v notin (c),w,!x,y in (a,b),z=1");
    }

    @Test
    void aSelectorObjectMeansItsLabelsAndExpressions() {
        Map<String, Object> object = Map.of(
                "matchLabels",
                Map.of("app", "web"),
                "matchExpressions",
                List.of(
                        Map.of("key", "tier", "operator", "In", "values", List.of("", "x")),
                        Map.of("key", "gone", "operator", "DoesNotExist")));

        LabelSelector selector = LabelSelector.fromObject(object);

        assertThat(selector).hasToString("app=web,!gone,tier in (,x)");
        assertThat(selector.matches(LABELS)).isTrue();
        assertThat(selector.matches(Map.of("app", "web", "tier", "x", "gone", "1")))
                .isFalse();
    }

    private static final SelectableFields POD = fields("", "v1", "pods");

    @ParameterizedTest
    @CsvSource({
        "spec.nodeName=n1, true",
        "'spec.nodeName==n1,status.phase!=Running', true",
        "status.phase=Running, false",
        "spec.host=n1, true",
        "metadata.name=p, true",
        "metadata.name!=p, false",
        "metadata.namespace=other, false",
        "spec.hostNetwork=false, true",
        "status.podIP=, true",
        "'', true",
        "',', true",
    })
    void fieldsAreComparedAsText(String selector, boolean matches) {
        Map<String, Object> pod = Map.of("spec", Map.of("nodeName", "n1"), "status", Map.of("phase", "Pending"));

        assertThat(FieldSelector.parse(selector, POD).matches("p", "ns", POD.values(pod)))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "spec.image=x|field label not supported: spec.image",
                "spec.nodeName|invalid selector: 'spec.nodeName'; can't understand 'spec.nodeName'",
                "metadata.name=a=b|invalid field selector: unescaped character in value: 61",
                "metadata.name=a\\b|invalid field selector: invalid escape sequence: \\b",
            })
    void aFieldSelectorThatCannotBeIsRefused(String selector, String message) {
        assertThatThrownBy(() -> FieldSelector.parse(selector, POD))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.code()).isEqualTo(400))
                .hasMessage(message);
    }

    @Test
    void kindsWithoutFieldsOfTheirOwnKnowNameAndNamespace() {
        SelectableFields configMap = fields("", "v1", "configmaps");

        assertThat(configMap.names()).isEmpty();
        assertThatThrownBy(() -> FieldSelector.parse("data.x=y", configMap))
                .hasMessage("\"data.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }

    @Test
    void escapedCharactersBelongToTheValue() {
        FieldSelector selector = FieldSelector.parse("metadata.name=a\\,b\\=c\\\\", POD);

        assertThat(selector.required("metadata.name")).isEqualTo("a,b=c\\");
        assertThat(selector.required("metadata.namespace")).isNull();
    }

    @Test
    void eventSourcesFallBackToTheReportingController() {
        SelectableFields events = fields("", "v1", "events");
        String[] values = events.values(Map.of("reportingComponent", "kubelet"));

        assertThat(events.lookup(values, "source")).isEqualTo("kubelet");
        assertThat(FieldSelector.parse("source=kubelet,involvedObject.kind=", events)
                        .matches("", "", values))
                .isTrue();
    }

    private static SelectableFields fields(String group, String version, String resource) {
        return SelectableFields.of(Objects.requireNonNull(BuiltInResources.find(group, version, resource)));
    }
}
