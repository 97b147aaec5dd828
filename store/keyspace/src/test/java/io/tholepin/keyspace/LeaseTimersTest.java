package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LeaseTimersTest {
    private final LeaseTimers timers = new LeaseTimers();

    @Test
    void aLeaseExpiresAfterItsTtlAndNotBefore() {
        timers.granted(1, 5, 1_000);
        assertThat(timers.remainingSeconds(1, 1_000)).isEqualTo(5);
        assertThat(timers.expired(5_999, 10)).isEmpty();
        assertThat(timers.remainingSeconds(1, 5_999)).isZero();
        assertThat(timers.expired(6_000, 10)).containsExactly(1L);
    }

    @Test
    void aRenewedLeaseStartsAgain() {
        timers.granted(1, 5, 0);
        assertThat(timers.renew(1, 4_000)).isEqualTo(5);
        assertThat(timers.expired(8_999, 10)).isEmpty();
        assertThat(timers.expired(9_000, 10)).containsExactly(1L);
    }

    @Test
    void aLeaseThatExpiresCannotBeRenewedAndIsOfferedAgain() {
        timers.granted(1, 5, 0);
        assertThat(timers.expired(5_000, 10)).containsExactly(1L);
        assertThat(timers.renew(1, 5_001)).isZero();
        assertThat(timers.remainingSeconds(1, 5_001)).isZero();
        assertThat(timers.expired(7_999, 10)).isEmpty();
        assertThat(timers.expired(8_000, 10)).containsExactly(1L);
        timers.revoked(1);
        assertThat(timers.remainingSeconds(1, 8_001)).isEqualTo(-1);
        assertThat(timers.renew(1, 8_001)).isZero();
    }

    @Test
    void aNewLeaderStartsEveryLeaseWithWhatTheCheckpointSays() {
        timers.granted(9, 5, 0);
        timers.reset(Map.of(1L, 60L, 2L, 60L), Map.of(1L, 60L, 2L, 10L), 1_000);
        assertThat(timers.remainingSeconds(9, 1_000)).isEqualTo(-1);
        assertThat(timers.remainingSeconds(1, 1_000)).isEqualTo(60);
        assertThat(timers.remainingSeconds(2, 1_000)).isEqualTo(10);
        assertThat(timers.renew(2, 1_000)).isEqualTo(60);
    }

    @Test
    void noMoreThanAskedForAreOffered() {
        for (int i = 1; i <= 10; i++) {
            timers.granted(i, 2, 0);
        }
        assertThat(timers.expired(2_000, 4)).hasSize(4);
        assertThat(timers.expired(2_000, 100)).hasSize(6);
    }
}
