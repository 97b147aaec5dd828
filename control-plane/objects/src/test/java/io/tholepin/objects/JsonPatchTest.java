package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonPatchTest {
    /** RFC 6902, appendix A: those that succeed. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{foo: bar} | [{op: add, path: /baz, value: qux}] | {baz: qux, foo: bar}",
                "{foo: [bar, baz]} | [{op: add, path: /foo/1, value: qux}] | {foo: [bar, qux, baz]}",
                "{baz: qux, foo: bar} | [{op: remove, path: /baz}] | {foo: bar}",
                "{foo: [bar, qux, baz]} | [{op: remove, path: /foo/1}] | {foo: [bar, baz]}",
                "{baz: qux, foo: bar} | [{op: replace, path: /baz, value: boo}] | {baz: boo, foo: bar}",
                "{foo: {bar: baz, waldo: fred}, qux: {corge: grault}}"
                        + " | [{op: move, from: /foo/waldo, path: /qux/thud}]"
                        + " | {foo: {bar: baz}, qux: {corge: grault, thud: fred}}",
                "{foo: [all, grass, cows, eat]} | [{op: move, from: /foo/1, path: /foo/3}]"
                        + " | {foo: [all, cows, eat, grass]}",
                "{baz: qux, foo: [a, 2, c]} | [{op: test, path: /baz, value: qux}, {op: test, path: /foo/1, value: 2}]"
                        + " | {baz: qux, foo: [a, 2, c]}",
                "{foo: bar} | [{op: add, path: /child, value: {grandchild: {}}}]"
                        + " | {foo: bar, child: {grandchild: {}}}",
                "{foo: bar} | [{op: add, path: /baz, value: qux, xyz: 123}] | {foo: bar, baz: qux}",
                "{/: 9, ~1: 10} | [{op: test, path: /~01, value: 10}] | {/: 9, ~1: 10}",
                "{foo: [bar]} | [{op: add, path: /foo/-, value: [abc, def]}] | {foo: [bar, [abc, def]]}",
                "{a: 1} | [{op: copy, from: /a, path: /b}] | {a: 1, b: 1}",
                "{a: 1} | [{op: replace, path: '', value: {b: 2}}] | {b: 2}",
                "{a: 1} | [{op: add, path: /b, value: null}] | {a: 1, b: null}",
                "{a: 1} | [{op: test, path: /b, value: null}] | {a: 1}",
                "{a: 1.0} | [{op: test, path: /a, value: 1}] | {a: 1}",
                "{m/n: {o~p: 1}} | [{op: remove, path: /m~1n/o~0p}] | {m/n: {}}",
            })
    void theExamplesOfTheStandardHold(String tree, String patch, String expected) {
        Object patched = Patches.jsonPatch(Samples.parse(tree), Samples.parse(patch));
        assertThat(Trees.equal(patched, Samples.parse(expected)))
                .describedAs(Json.text(patched))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{baz: qux} | [{op: test, path: /baz, value: bar}]",
                "{foo: bar} | [{op: add, path: /baz/bat, value: qux}]",
                "{/: 9, ~1: 10} | [{op: test, path: /~01, value: '10'}]",
                "{foo: [a]} | [{op: add, path: /foo/2, value: b}]",
                "{foo: [a]} | [{op: add, path: /foo/01, value: b}]",
                "{foo: [a]} | [{op: remove, path: /foo/-}]",
                "{foo: [a]} | [{op: remove, path: /foo/1}]",
                "{foo: bar} | [{op: remove, path: /baz}]",
                "{foo: bar} | [{op: replace, path: /baz, value: 1}]",
                "{foo: bar} | [{op: remove, path: ''}]",
                "{foo: bar} | [{op: add, path: baz, value: 1}]",
                "{foo: bar} | [{op: add, path: /baz}]",
                "{foo: bar} | [{op: jump, path: /baz}]",
                "{foo: bar} | [{path: /baz}]",
                "{foo: bar} | [{op: copy, from: /baz, path: /a}]",
                "{foo: {bar: 1}} | [{op: move, from: /foo, path: /foo/bar/baz}]",
                "{foo: bar} | [7]",
            })
    void anOperationThatCannotBeDoneFailsThePatch(String tree, String patch) {
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> Patches.jsonPatch(Samples.parse(tree), Samples.parse(patch)))
                .satisfies(status -> assertThat(status.code()).isEqualTo(422))
                .withMessage("the server rejected our request due to an error in our request");
    }

    @Test
    void moreThanTenThousandOperationsAreTooMany() {
        List<Object> operations = new ArrayList<>();
        for (int i = 0; i <= Patches.JSON_PATCH_OPERATIONS_MAX; i++) {
            operations.add(Map.of("op", "test", "path", "/a", "value", 1L));
        }
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> Patches.jsonPatch(Samples.parse("{a: 1}"), operations))
                .satisfies(status -> assertThat(status.code()).isEqualTo(413))
                .withMessage("The allowed maximum operations in a JSON patch is 10000, got 10001");
        operations.removeLast();
        assertThat(Patches.jsonPatch(Samples.parse("{a: 1}"), operations)).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void copiesAddUpToThreeMebibytesOnly() {
        Object tree = Samples.parse("{text: '" + "x".repeat(1 << 20) + "'}");
        Object twice = Samples.parse("[{op: copy, from: /text, path: /b}, {op: copy, from: /text, path: /c}]");
        Object thrice = Samples.parse("[{op: copy, from: /text, path: /d}, {op: copy, from: /text, path: /e},"
                + " {op: copy, from: /text, path: /f}]");
        Object patched = Patches.jsonPatch(tree, twice);
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> Patches.jsonPatch(patched, thrice))
                .satisfies(status -> assertThat(status.code()).isEqualTo(413));
    }

    @Test
    void nothingIsPutTogetherThatNestsTooDeep() {
        List<Object> operations = new ArrayList<>();
        operations.add(Map.of("op", "add", "path", "/a", "value", Samples.parse("{a: {a: {a: 1}}}")));
        StringBuilder path = new StringBuilder("/a/a/a/a");
        for (int depth = 3; depth < Json.DEPTH_MAX * 4; depth *= 2) {
            operations.add(Map.of("op", "copy", "from", "/a", "path", path.toString()));
            path.append("/a".repeat(depth));
        }
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> Patches.jsonPatch(Samples.parse("{}"), operations))
                .satisfies(status -> assertThat(status.code()).isEqualTo(422));
    }

    @Test
    void aPatchThatIsNoListIsABadRequest() {
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> Patches.jsonPatch(Samples.parse("{a: 1}"), Samples.parse("{a: 2}")))
                .satisfies(status -> assertThat(status.code()).isEqualTo(400));
    }

    /** RFC 7386, appendix A. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{a: b} | {a: c} | {a: c}",
                "{a: b} | {b: c} | {a: b, b: c}",
                "{a: b} | {a: null} | {}",
                "{a: b, b: c} | {a: null} | {b: c}",
                "{a: [b]} | {a: c} | {a: c}",
                "{a: c} | {a: [b]} | {a: [b]}",
                "{a: {b: c}} | {a: {b: d, c: null}} | {a: {b: d}}",
                "{a: [{b: c}]} | {a: [1]} | {a: [1]}",
                "[a, b] | [c, d] | [c, d]",
                "{a: b} | [c] | [c]",
                "{a: foo} | 7 | 7",
                "{a: foo} | bar | bar",
                "{e: null} | {a: 1} | {e: null, a: 1}",
                "[1, 2] | {a: b, c: null} | {a: b}",
                "{} | {a: {bb: {ccc: null}}} | {a: {bb: {}}}",
            })
    void theMergeExamplesOfTheStandardHold(String tree, String patch, String expected) {
        Object patched = Patches.mergePatch(Samples.parse(tree), Samples.parse(patch));
        assertThat(Trees.equal(patched, Samples.parse(expected)))
                .describedAs(Json.text(patched))
                .isTrue();
    }
}
