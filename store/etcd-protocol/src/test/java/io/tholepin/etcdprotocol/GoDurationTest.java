package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "5s, PT5S",
        "300ms, PT0.3S",
        "1.5h, PT1H30M",
        "2h45m0.5s, PT2H45M0.5S",
        ".5m, PT30S",
        "10us, PT0.00001S",
        "7ns, PT0.000000007S",
        "-1m, PT-1M"
    })
    void whatGoWritesIsRead(String text, Duration expected) {
        assertThat(GoDuration.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "5 s", "5s ", "1d", "5s5", "--5s", "1e3s", "9999999999h"})
    void whatGoRefusesIsRefused(String text) {
        assertThat(GoDuration.parse(text)).isNull();
    }

    @Test
    void theLongestDurationIsLessThanThreeCenturies() {
        assertThat(GoDuration.parse("2562047h47m16.854775807s")).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
        assertThat(GoDuration.parse("2562047h47m16.854775808s")).isNull();
    }
}
