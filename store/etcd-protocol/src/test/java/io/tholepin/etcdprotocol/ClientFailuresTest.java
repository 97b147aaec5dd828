package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.tholepin.etcdprotocol.ClientFailures.Sort;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a status means for the request that got it: unknown is never reported as failed. */
class ClientFailuresTest {
    private static StoreException failure(Status status, Sort sort) {
        return ClientFailures.of(status, sort, 7);
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SLOW_WATCHER", "TIMED_OUT", "STOPPED", "NO_LEADER", "LEADER_CHANGED"})
    void aTextOfEtcdsIsTheCodeOfThatText(Code code) {
        Status status = StatusMapping.status(StoreException.of(code));
        for (Sort sort : Sort.values()) {
            StoreException failure = failure(status, sort);
            assertThat(failure.code()).isEqualTo(code);
            assertThat(failure.kind()).isEqualTo(code.kind());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "etcdserver: request timed out",
                "etcdserver: request timed out, possibly due to previous leader failure",
                "etcdserver: request timed out, possibly due to connection lost",
                "etcdserver: leader changed",
                "etcdserver: server stopped",
                "something that no table has"
            })
    void aWriteThatWasSentMayHaveHappenedUnlessEtcdSaysOtherwise(String text) {
        Status status = Status.UNAVAILABLE.withDescription(text);
        assertThat(failure(status, Sort.SENT_WRITE).kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(failure(status, Sort.UNSENT_WRITE).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(status, Sort.READ).kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            names = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "INTERNAL", "UNKNOWN"})
    void aLostConnectionLeavesASentWriteOpen(Status.Code code) {
        Status status = Status.fromCode(code).withDescription("Connection reset by peer");
        assertThat(failure(status, Sort.SENT_WRITE).kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(failure(status, Sort.SENT_WRITE)).hasMessageContaining("Connection reset by peer");
        assertThat(failure(status, Sort.READ).kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void whatIsCompactedIsTold() {
        Status status = Status.OUT_OF_RANGE.withDescription(Code.COMPACTED.text());
        assertThat(failure(status, Sort.READ).compactRevision()).isEqualTo(7);
    }

    @Test
    void aFrameThatIsTooLargeIsARequestThatIsTooLarge() {
        Status go = Status.RESOURCE_EXHAUSTED.withDescription(
                "grpc: received message larger than max (3000000 vs. 2097152)");
        Status java = Status.RESOURCE_EXHAUSTED.withDescription("gRPC message exceeds maximum size 2097152: 3000000");
        assertThat(failure(go, Sort.SENT_WRITE).code()).isEqualTo(Code.REQUEST_TOO_LARGE);
        assertThat(failure(java, Sort.SENT_WRITE).code()).isEqualTo(Code.REQUEST_TOO_LARGE);
        assertThat(failure(Status.RESOURCE_EXHAUSTED.withDescription(Code.NO_SPACE.text()), Sort.SENT_WRITE)
                        .code())
                .isEqualTo(Code.NO_SPACE);
    }
}
