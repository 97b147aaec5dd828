package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimestampTest {
    private static final long YEAR_ONE = -62_135_596_800L;
    private static final long YEAR_TEN_THOUSAND = 253_402_300_800L;

    @Test
    void textIsThatOfTheJdkForAnyTimeOfNineThousandYears() {
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            Timestamp time = new Timestamp(random.nextLong(YEAR_ONE, YEAR_TEN_THOUSAND), random.nextInt(1_000_000_000));
            assertThat(Instant.parse(time.text())).isEqualTo(Instant.ofEpochSecond(time.seconds()));
            assertThat(Instant.parse(time.microText()))
                    .isEqualTo(
                            Instant.ofEpochSecond(time.seconds(), time.nanos()).truncatedTo(ChronoUnit.MICROS));
            assertThat(Timestamp.parse(time.text())).isEqualTo(new Timestamp(time.seconds(), 0));
            assertThat(Timestamp.parseMicro(time.microText()))
                    .isEqualTo(new Timestamp(time.seconds(), time.nanos() / 1000 * 1000));
        }
    }

    @Test
    void zonesAndFractionsAreRead() {
        for (String text : new String[] {"2026-11-22T05:00:00+05:30", "2024-02-29T23:59:59.123456789-11:00"}) {
            Instant expected = OffsetDateTime.parse(text).toInstant();
            assertThat(Timestamp.parse(text)).isEqualTo(new Timestamp(expected.getEpochSecond(), expected.getNano()));
        }
    }

    @Test
    void theZeroTimeIsGos() {
        assertThat(Timestamp.parse("0001-01-01T00:00:00Z").isZero()).isTrue();
        assertThat(Timestamp.ZERO.text()).isEqualTo("0001-01-01T00:00:00Z");
    }

    @Test
    void whatIsNoTimeIsRefusedInGosWords() {
        assertRefused("2026-13-01T00:00:00Z", "parsing time \"2026-13-01T00:00:00Z\": month out of range");
        assertRefused("2026-02-30T00:00:00Z", "parsing time \"2026-02-30T00:00:00Z\": day out of range");
        assertRefused("2026-02-03T00:00:00ZZ", "parsing time \"2026-02-03T00:00:00ZZ\": extra text: \"Z\"");
        assertRefused(
                "2026-02-03 00:00:00Z",
                "parsing time \"2026-02-03 00:00:00Z\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \" 00:00:00Z\""
                        + " as \"T\"");
        assertRefused(
                "2026-02-03T00:00:00",
                "parsing time \"2026-02-03T00:00:00\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as"
                        + " \"Z07:00\"");
        assertThatThrownBy(() -> Timestamp.parseMicro("2026-02-03T00:00:00Z"))
                .hasMessage("parsing time \"2026-02-03T00:00:00Z\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot"
                        + " parse \"Z\" as \".000000\"");
    }

    private static void assertRefused(String text, String message) {
        assertThatThrownBy(() -> Timestamp.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
