package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.replica.ReplicaConfig.Compaction;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AutoCompactionTest {
    private static final long MINUTE = 60_000;

    @Test
    void nothingIsCompactedWithoutARule() {
        AutoCompaction compaction = new AutoCompaction(new Compaction.None(), 0, 1);
        assertThat(compaction.target(1_000 * MINUTE, 99)).isZero();
    }

    @Test
    void aPeriodIsCountedFromTheRevisionOfThen() {
        AutoCompaction compaction = new AutoCompaction(new Compaction.Periodic(Duration.ofMinutes(10)), 0, 1);
        for (long minute = 1; minute <= 25; minute++) {
            long now = minute * MINUTE;
            compaction.sample(now, 100 + minute);
            long target = compaction.target(now, 100 + minute);
            if (minute == 10) {
                assertThat(target).isEqualTo(1);
            } else if (minute == 20) {
                assertThat(target).isEqualTo(110);
            } else {
                assertThat(target).isZero();
            }
        }
    }

    @Test
    void aLongPeriodIsKeptHourly() {
        AutoCompaction compaction = new AutoCompaction(new Compaction.Periodic(Duration.ofHours(3)), 0, 1);
        for (long minute = 1; minute <= 300; minute++) {
            long now = minute * MINUTE;
            compaction.sample(now, minute);
            long target = compaction.target(now, minute);
            if (minute == 180) {
                assertThat(target).isEqualTo(1);
            } else if (minute == 240 || minute == 300) {
                assertThat(target).isEqualTo(minute - 180);
            } else {
                assertThat(target).isZero();
            }
        }
    }

    @Test
    void whatFailedIsAskedForAtTheNextSample() {
        AutoCompaction compaction = new AutoCompaction(new Compaction.Periodic(Duration.ofMinutes(10)), 0, 1);
        compaction.sample(10 * MINUTE, 50);
        assertThat(compaction.target(10 * MINUTE, 50)).isEqualTo(1);
        compaction.failed(10 * MINUTE);
        assertThat(compaction.target(11 * MINUTE, 50)).isEqualTo(1);
    }

    @Test
    void aNumberOfRevisionsIsLookedAtEveryFiveMinutes() {
        AutoCompaction compaction = new AutoCompaction(new Compaction.Revisions(1_000), 0, 1);
        assertThat(compaction.target(4 * MINUTE, 5_000)).isZero();
        assertThat(compaction.target(5 * MINUTE, 5_000)).isEqualTo(4_000);
        assertThat(compaction.target(6 * MINUTE, 6_000)).isZero();
        assertThat(compaction.target(10 * MINUTE, 900)).isZero();
    }
}
