package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts as Go's encoding/json words them. */
class GoJsonTest {
    private static String error(String json) {
        return GoJson.syntaxError(json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[1, -2.5e+3, true, null]", " {\"a\":{\"b\":[{}]}} ", "\"\\u00e9\\n\"", "0"})
    void wellFormedJsonHasNoError(String json) {
        assertThat(error(json)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\"                | unexpected end of JSON input",
                "{a:1}                 | invalid character 'a' looking for beginning of object key string",
                "{\"a\" 1}             | invalid character '1' after object key",
                "{\"a\":1 \"b\":2}     | invalid character '\"' after object key:value pair",
                "{\"a\":}              | invalid character '}' looking for beginning of value",
                "[1 2]                 | invalid character '2' after array element",
                "{} x                  | invalid character 'x' after top-level value",
                "tru!                  | invalid character '!' in literal true (expecting 'e')",
                "\"\\q\"               | invalid character 'q' in string escape code",
                "-x                    | invalid character 'x' in numeric literal",
                "1.x                   | invalid character 'x' after decimal point in numeric literal",
                "'a'                   | invalid character '\\'' looking for beginning of value",
            })
    void malformedJsonIsExplained(String json, String expected) {
        assertThat(error(json)).isEqualTo(expected);
    }
}
