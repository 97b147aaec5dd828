package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class YamlTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "yes|true",
                "on|true",
                "y|true",
                "No|false",
                "off|false",
                "True|true",
                "~|null",
                "'yes'|\"yes\"",
                "!!str yes|\"yes\"",
                "0644|420",
                "0o17|15",
                "0x1F|31",
                "0b101|5",
                "1_000|1000",
                "-12|-12",
                "08|8",
                "1.0|1",
                "1.5|1.5",
                "1e3|1000",
                "1.2.3|\"1.2.3\"",
                "2001-12-14|\"2001-12-14\"",
                "-|[null]",
                "12345678901234567890|12345678901234567890",
                "!!binary aGk=|\"hi\"",
                "!!int '3'|3",
                "{1: a, true: b, 1.5: c}|{\"1\":\"a\",\"true\":\"b\",\"1.5\":\"c\"}",
                "{y: 1}|{\"true\":1}",
                "[]|[]",
            })
    void scalarsMeanWhatYaml11Says(String yaml, String json) {
        assertThat(Json.text(parse(yaml))).isEqualTo(json);
    }

    @Test
    void anObjectComesOutAsItsJsonTree() {
        String yaml = """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: x, labels: {a: "1"}}
                data:
                  text: |
                    one
                    two
                  folded: >-
                    one
                    two
                list:
                - a: 1
                  b: 2
                - - nested
                """;

        assertThat(Json.text(parse(yaml)))
                .isEqualTo("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"x\",\"labels\":"
                        + "{\"a\":\"1\"}},\"data\":{\"text\":\"one\\ntwo\\n\",\"folded\":\"one two\"},"
                        + "\"list\":[{\"a\":1,\"b\":2},[\"nested\"]]}");
    }

    @Test
    void onlyTheFirstDocumentIsRead() {
        assertThat(parse("a: 1\n---\nb: 2\n")).isEqualTo(Map.of("a", 1L));
        assertThat(parse("")).isNull();
        assertThat(parse("# only a comment\n")).isNull();
    }

    @Test
    void aKeyThatAppearsTwiceIsReportedAndTheLastValueWins() {
        List<String> duplicates = new ArrayList<>();
        byte[] bytes = "spec:\n  replicas: 1\n  replicas: 2\nlist:\n- a: 1\n  a: 1\n".getBytes(StandardCharsets.UTF_8);

        Object tree = Yaml.parse(bytes, 0, bytes.length, duplicates::add);

        assertThat(duplicates).containsExactly("spec.replicas", "list[0].a");
        assertThat(Json.integer(tree, 0, "spec", "replicas")).isEqualTo(2);
    }

    @Test
    void anchorsAreCopiedAndMergedBelowExplicitKeys() {
        Object tree = parse("base: &b {x: 1, z: 2}\nsame: *b\nmerged:\n  z: 3\n  <<: *b\n");

        assertThat(Json.text(tree))
                .isEqualTo("{\"base\":{\"x\":1,\"z\":2},\"same\":{\"x\":1,\"z\":2},\"merged\":{\"z\":3,\"x\":1}}");
        assertThat(Json.at(tree, "same")).isNotSameAs(Json.at(tree, "base"));
    }

    @Test
    void aliasesThatMultiplyAreRefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 10; i++) {
            String item = "*a" + (i - 1);
            bomb.append(
                    "a" + i + ": &a" + i + " [" + String.join(",", java.util.Collections.nCopies(10, item)) + "]\n");
        }

        assertThatThrownBy(() -> parse(bomb.toString()))
                .hasMessage("error converting YAML to JSON: yaml: document contains excessive aliasing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a: *x|unknown anchor 'x' referenced",
                "a: &x [*x]|anchor 'x' value contains itself",
                "a: b: c|mapping values are not allowed in this context",
                "a: .inf|json: unsupported value: .inf",
                "{[1]: 2}|unsupported map key: [1]",
                "<<: 1|map merge requires map or sequence of maps as the value",
            })
    void whatCannotBeConvertedIsNamed(String yaml, String problem) {
        assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(Yaml.Malformed.class)
                .hasMessage("error converting YAML to JSON: yaml: " + problem);
    }

    @Test
    void theLineOfAnErrorIsNamed() {
        assertThatThrownBy(() -> parse("a: 1\nb:\n\t- x\n"))
                .hasMessage("error converting YAML to JSON: yaml: line 3: found character that cannot start any token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[", "{", "\"", "a: [", "- a\nb", "%", "@", "&", "*", "!<", "a:\n b\n  c: d", "\u0001", "? ["})
    void brokenTextIsRefusedNotCrashedOn(String yaml) {
        assertThatThrownBy(() -> parse(yaml)).isInstanceOf(Yaml.Malformed.class);
    }

    @Test
    void nestingIsBounded() {
        assertThatThrownBy(() -> parse("[".repeat(2000))).isInstanceOf(Yaml.Malformed.class);
    }

    @Test
    void keysAreSortedAndListsStandUnderTheirKey() {
        Map<String, Object> tree =
                Json.parseObject(("{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"spec\":{\"containers\":["
                                + "{\"name\":\"a\",\"args\":[\"-x\",\"yes\",\"\",\"1\",\"a: b\",\"it's\"]},"
                                + "{\"name\":\"b\"}],"
                                + "\"none\":[],\"empty\":{},\"nil\":null},\"text\":\"one\\ntwo\\n\","
                                + "\"chomped\":\"a\\nb\"}")
                        .getBytes(StandardCharsets.UTF_8));

        assertThat(new String(Yaml.write(tree), StandardCharsets.UTF_8)).isEqualTo("""
                apiVersion: v1
                chomped: |-
                  a
                  b
                kind: Pod
                spec:
                  containers:
                  - args:
                    - -x
                    - "yes"
                    - ""
                    - "1"
                    - 'a: b'
                    - it's
                    name: a
                  - name: b
                  empty: {}
                  nil: null
                  none: []
                text: |
                  one
                  two
                """);
    }

    @Test
    void whatIsWrittenReadsBackTheSame() {
        for (long seed = 1; seed <= 3000; seed++) {
            Object tree = tree(new Random(seed), 4);
            byte[] yaml = Yaml.write(tree);
            assertThat(Yaml.parse(yaml, 0, yaml.length, path -> {}))
                    .as("seed %d:%n%s", seed, new String(yaml, StandardCharsets.UTF_8))
                    .isEqualTo(tree);
        }
    }

    private static final String[] PIECES = {
        "a",
        "yes",
        "no",
        "null",
        "~",
        "1",
        "0x1",
        "-",
        "- ",
        ":",
        ": ",
        " ",
        "  ",
        "#",
        " #",
        "\n",
        "\n\n",
        "\t",
        "'",
        "\"",
        "\\",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&",
        "*",
        "!",
        "|",
        ">",
        "%",
        "@",
        "`",
        "?",
        "? ",
        "---",
        "...",
        ".",
        "=",
        "<<",
        "e",
        "é",
        "\u2028",
        "\uFEFF",
        "\u0007",
        "😀",
        "1:30",
        "-1",
        "+",
        "_",
        "0",
        "1e5",
        "key: value",
        "\r"
    };

    private static @Nullable Object tree(Random random, int depth) {
        int choice = random.nextInt(depth == 0 ? 7 : 11);
        return switch (choice) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong();
            case 3 -> random.nextInt(100) / 4.0 + 0.1;
            case 4 -> BigInteger.valueOf(Long.MAX_VALUE).add(BigInteger.TEN);
            case 5, 6 -> text(random);
            case 7, 8 -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(tree(random, depth - 1));
                }
                yield list;
            }
            default -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put(text(random), tree(random, depth - 1));
                }
                yield map;
            }
        };
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private static @Nullable Object parse(String yaml) {
        byte[] bytes = yaml.getBytes(StandardCharsets.UTF_8);
        return Yaml.parse(bytes, 0, bytes.length, path -> {});
    }
}
