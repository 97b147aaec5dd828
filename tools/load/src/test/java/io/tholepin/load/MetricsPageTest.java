package io.tholepin.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    private static final String PAGE = """
            # HELP waits_seconds How long.
            # TYPE waits_seconds histogram
            waits_seconds_bucket{resource="pods",le="0.005"} 3
            waits_seconds_bucket{resource="nodes",le="0.005"} 1
            waits_seconds_bucket{resource="pods",le="+Inf"} 5
            waits_seconds_bucket{resource="nodes",le="+Inf"} 1
            waits_seconds_sum{resource="pods"} 0.5
            waits_seconds_count{resource="pods"} 5
            waits_seconds_count{resource="nodes"} 1
            sent_total 1.5e+06
            sent_total_of_something 9
            """;

    private final MetricsPage page = new MetricsPage(PAGE);

    @Test
    void samplesOfOneMetricAreSummedOverTheLabelsThatAreNotAskedFor() {
        assertThat(page.sum("waits_seconds_count")).isEqualTo(6);
        assertThat(page.sum("waits_seconds_count", "resource=\"pods\"")).isEqualTo(5);
    }

    @Test
    void aMetricIsNotTakenForAnotherWhoseNameItBegins() {
        assertThat(page.sum("sent_total")).isEqualTo(1_500_000);
        assertThat(page.has("sent_total")).isTrue();
        assertThat(page.has("sent")).isFalse();
    }

    @Test
    void bucketsAreCumulativeByBound() {
        assertThat(page.buckets("waits_seconds")).isEqualTo(Map.of(0.005, 4.0, Double.POSITIVE_INFINITY, 6.0));
    }

    @Test
    void percentilesOfWaitsAreTheBoundsOfTheirBuckets() {
        String after = PAGE.replace("waits_seconds", "apiserver_watch_cache_read_wait_seconds");
        assertThat(new ServerTimes(new MetricsPage(""), new MetricsPage(after)).freshnessWaits())
                .containsEntry("count", 6.0)
                .containsEntry("p50.0SecondsAtMost", 0.005)
                .containsEntry("p99.9SecondsAtMost", "unbounded")
                .containsEntry("percentWithinSeconds", Map.of("0.005", 4.0 / 6 * 100, "unbounded", 100.0));
    }
}
