package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.objects.StatusException;
import org.junit.jupiter.api.Test;

class StoreFailuresTest {
    @Test
    void anUnknownOutcomeIsATimeoutThatDoesNotSayFailed() {
        StatusException status = StoreFailures.status(StoreException.of(Code.TIMED_OUT));
        assertThat(status.code()).isEqualTo(504);
        assertThat(status.reason()).isEqualTo("Timeout");
        assertThat(status.getMessage()).contains("may have been carried out").doesNotContain("failed");
    }

    @Test
    void anUnavailableStoreAsksToTryAgain() {
        StatusException status = StoreFailures.status(StoreException.of(Code.NO_LEADER));
        assertThat(status.code()).isEqualTo(500);
        assertThat(status.reason()).isEqualTo("ServerTimeout");
        assertThat(status.details().retryAfterSeconds()).isEqualTo(2);
    }

    @Test
    void aRequestUnderWayWhenTheStoreStoppedIsUnknown() {
        StatusException status = StoreFailures.status(StoreException.unknown(Code.STOPPED, "while waiting", null));
        assertThat(status.code()).isEqualTo(504);
    }

    @Test
    void everyCodeHasAStatus() {
        for (Code code : Code.values()) {
            assertThat(StoreFailures.status(StoreException.of(code)).code()).isBetween(400, 599);
        }
    }
}
