package io.tholepin.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void theMedianOfAnEvenNumberLiesBetweenTheTwoInTheMiddle() {
        assertThat(Spread.of(List.of(4.0, 1.0, 3.0, 9.0))).isEqualTo(new Spread(3.5, 1, 9));
    }

    @Test
    void whatIsNotANumberIsLeftOut() {
        assertThat(Spread.of(List.of(Double.NaN, 2.0, Double.POSITIVE_INFINITY)))
                .isEqualTo(new Spread(2, 2, 2));
        assertThat(Spread.of(List.of()).median()).isNaN();
    }

    @Test
    void aGoalIsReachedAtItsBound() {
        Goal goal = Goal.of("puts, 1 member", "16 clients", "op/s").orElseThrow();
        assertThat(goal.isReached(2.0, 0)).isTrue();
        assertThat(goal.isReached(1.99, 1e9)).isFalse();
        assertThat(Goal.of("puts, 3 members", "16 clients", "op/s")
                        .orElseThrow()
                        .isReached(1.2, 0))
                .isTrue();
        assertThat(Goal.of("resync, 3 members, 128 MiB", "a tenth of the keys changed", "moved/changed")
                        .orElseThrow()
                        .isReached(0.1, 1.3))
                .isFalse();
    }
}
