package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantityTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0Gi, 0",
        "-0, 0",
        "+5, 5",
        "007, 7",
        "1, 1",
        "1.0, 1",
        "1., 1",
        ".5, 500m",
        "0.5, 500m",
        "1.5, 1500m",
        "1000m, 1",
        "1500m, 1500m",
        "100m, 100m",
        "1000, 1k",
        "1500, 1500",
        "1000000, 1M",
        "12000k, 12M",
        "1024, 1024",
        "1Ki, 1Ki",
        "1024Ki, 1Mi",
        "1.5Gi, 1536Mi",
        "0.5Mi, 512Ki",
        "1000Ki, 1000Ki",
        "0.5Ki, 512",
        "2048Mi, 2Gi",
        "100Ei, 9223372036854775807",
        "1e3, 1e3",
        "1E3, 1e3",
        "12e6, 12e6",
        "1.5e3, 1500",
        "1500e-3, 1500e-3",
        "1u, 1u",
        "1n, 1n",
        "0.1n, 1n",
        "-0.1n, -1n",
        "1E, 1E",
        "-1500m, -1500m",
        "-1Gi, -1Gi",
    })
    void theCanonicalFormIsKubernetes(String text, String canonical) {
        assertThat(Quantity.canonical(text)).isEqualTo(canonical);
    }

    @Test
    void theCanonicalFormStaysAsItIs() {
        Random random = new Random(7);
        String[] suffixes = {"", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "e-3"};
        for (int i = 0; i < 2000; i++) {
            String text = random.nextInt(1, 100_000) + suffixes[random.nextInt(suffixes.length)];
            Quantity quantity = Quantity.parse(text);
            assertThat(Quantity.parse(quantity.toString())).describedAs(text).isEqualByComparingTo(quantity);
            assertThat(Quantity.canonical(quantity.toString())).isEqualTo(quantity.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "1x", "1 ", " 1", "1,5", "1K i"})
    void whatIsNoQuantityIsRefusedWithTheExpression(String text) {
        assertThatThrownBy(() -> Quantity.parse(text))
                .isInstanceOf(NumberFormatException.class)
                .hasMessage("quantities must match the regular expression"
                        + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1ki", "1Kii", "1mm", "1e", "5i", "1KiB", "--1", "m", "1.2.3"})
    void anUnknownSuffixOrABrokenNumberIsRefused(String text) {
        assertThat(Quantity.tryParse(text)).isNull();
    }

    @Test
    void hugeExponentsAndLongNumbersCostNothing() {
        assertThat(Quantity.canonical("1e999999999")).isEqualTo("9223372036854775807");
        assertThat(Quantity.canonical("1e-999999999")).isEqualTo("1e-9");
        assertThat(Quantity.tryParse("1".repeat(100_000))).isNull();
    }

    @Test
    void amountsCompareByValue() {
        assertThat(Quantity.parse("1Gi")).isGreaterThan(Quantity.parse("1G"));
        assertThat(Quantity.parse("1000m")).isEqualByComparingTo(Quantity.parse("1"));
        assertThat(Quantity.parse("250m").plus(Quantity.parse("0.75"))).hasToString("1");
        assertThat(Quantity.parse("2Gi").minus(Quantity.parse("1Gi"))).hasToString("1Gi");
        assertThat(Quantity.parse("1.5").units()).isEqualTo(2);
        assertThat(Quantity.parse("1.5").milliUnits()).isEqualTo(1500);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "1h, 1h0m0s",
        "90m, 1h30m0s",
        "1m30s, 1m30s",
        "1.5s, 1.5s",
        "15ms, 15ms",
        "1500ms, 1.5s",
        "2us, 2µs",
        "7ns, 7ns",
        "-5s, -5s",
        "1h0m0.1s, 1h0m0.1s",
        ".5s, 500ms",
    })
    void durationsAreWrittenAsGoDoes(String text, String canonical) {
        Duration duration = GoDuration.parse(text);
        assertThat(duration).isNotNull();
        assertThat(duration == null ? "" : GoDuration.format(duration)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "s", "-", "1d", "1.s.", "1h 2m", "99999999999h"})
    void whatIsNoDurationIsRefused(String text) {
        assertThat(GoDuration.parse(text)).isNull();
    }
}
