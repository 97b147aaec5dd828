package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonPathTest {
    private static final Object TREE = Samples.parse("""
            {spec: {size: 3, a.b: dotted, list: [{name: p, v: 1}, {name: q, v: 2, live: true}], map: {k: {name: z}}},
             metadata: {annotations: {example.com/key: noted}}}
            """);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    .spec.size | 3
                    .spec.a\\.b | dotted
                    .spec['a.b'] | dotted
                    .metadata.annotations.example\\.com/key | noted
                    .spec.list[0].name | p
                    .spec.list[-1].name | q
                    .spec.list[*].name | p
                    .spec.map[*].name | z
                    .spec.list[?(@.name=="q")].v | 2
                    .spec.list[?(@.v>1)].name | q
                    .spec.list[?(@.live)].name | q
                    .spec.list[?(@.live==true)].name | q
                    .spec.list[?(@.name!='p')].name | q
                    """)
    void aPathLeadsToTheFirstValue(String path, String value) {
        assertThat(JsonPath.parse(path).first(TREE)).asString().isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".spec.x.y",
                ".spec.list[7]",
                ".spec.size.x",
                ".spec.list[?(@.name==\"none\")].v",
                ".spec.size[0]"
            })
    void aPathThatLeadsNowhereFindsNothing(String path) {
        assertThat(JsonPath.parse(path).first(TREE)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec", ".spec[", ".spec[x]", ".spec.list[?(@.a==)]", ".spec[?(@.a==1]", "..a", ".a['b"})
    void whatIsNoPathIsRefused(String path) {
        assertThatThrownBy(() -> JsonPath.parse(path)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPathThroughAListIsNoneOfFields() {
        assertThat(JsonPath.parse(".spec.replicas").fields()).containsExactly("spec", "replicas");
        assertThat(JsonPath.parse(".spec.list[0]").fields()).isNull();
    }
}
