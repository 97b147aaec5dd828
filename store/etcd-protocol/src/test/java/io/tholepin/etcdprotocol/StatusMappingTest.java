package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class StatusMappingTest {
    /** The table of contract 2.10, as far as the store has a code; texts are the store's own and are held there. */
    private static final Map<Code, Status.Code> TABLE = new EnumMap<>(Map.ofEntries(
            Map.entry(Code.EMPTY_KEY, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.KEY_NOT_FOUND, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.VALUE_PROVIDED, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.LEASE_PROVIDED, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.TOO_MANY_OPS, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.DUPLICATE_KEY, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.INVALID_SORT, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.REQUEST_TOO_LARGE, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.COMPACTED, Status.Code.OUT_OF_RANGE),
            Map.entry(Code.FUTURE_REVISION, Status.Code.OUT_OF_RANGE),
            Map.entry(Code.NO_SPACE, Status.Code.RESOURCE_EXHAUSTED),
            Map.entry(Code.LEASE_NOT_FOUND, Status.Code.NOT_FOUND),
            Map.entry(Code.LEASE_EXISTS, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.LEASE_TTL_TOO_LARGE, Status.Code.OUT_OF_RANGE),
            Map.entry(Code.MEMBER_EXISTS, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.PEER_URL_EXISTS, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.NOT_ENOUGH_STARTED, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.INVALID_PEER_URLS, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.MEMBER_NOT_FOUND, Status.Code.NOT_FOUND),
            Map.entry(Code.NOT_A_LEARNER, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.LEARNER_NOT_READY, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.TOO_MANY_LEARNERS, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.TOO_MANY_REQUESTS, Status.Code.RESOURCE_EXHAUSTED),
            Map.entry(Code.ROOT_USER_MISSING, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.ROOT_ROLE_MISSING, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.USER_EXISTS, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.USER_NOT_FOUND, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.USER_EMPTY, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.ROLE_EXISTS, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.ROLE_NOT_FOUND, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.ROLE_EMPTY, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.AUTH_FAILED, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.PERMISSION_NOT_GIVEN, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.PERMISSION_DENIED, Status.Code.PERMISSION_DENIED),
            Map.entry(Code.ROLE_NOT_GRANTED, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.PERMISSION_NOT_GRANTED, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.AUTH_NOT_ENABLED, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.INVALID_AUTH_TOKEN, Status.Code.UNAUTHENTICATED),
            Map.entry(Code.INVALID_AUTH_MANAGEMENT, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.AUTH_OLD_REVISION, Status.Code.INVALID_ARGUMENT),
            Map.entry(Code.NO_LEADER, Status.Code.UNAVAILABLE),
            Map.entry(Code.NOT_LEADER, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.LEADER_CHANGED, Status.Code.UNAVAILABLE),
            Map.entry(Code.STOPPED, Status.Code.UNAVAILABLE),
            Map.entry(Code.TIMED_OUT, Status.Code.UNAVAILABLE),
            Map.entry(Code.SLOW_WATCHER, Status.Code.UNAVAILABLE),
            Map.entry(Code.UNHEALTHY_CLUSTER, Status.Code.UNAVAILABLE),
            Map.entry(Code.CORRUPT, Status.Code.DATA_LOSS),
            Map.entry(Code.DISK_FAILED, Status.Code.DATA_LOSS),
            Map.entry(Code.LEARNER_REFUSES, Status.Code.FAILED_PRECONDITION),
            Map.entry(Code.BAD_TRANSFEREE, Status.Code.FAILED_PRECONDITION)));

    @Test
    void aWriteThatNeverLeftForWantOfALeaderEndsAsItsDeadline() {
        Status status = StatusMapping.status(StoreException.unavailable(Code.TIMED_OUT, "no leader in time"));
        assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(status.getDescription()).isEqualTo("context deadline exceeded");
    }

    @Test
    void everyCodeHasTheStatusOfTheTable() {
        assertThat(TABLE.keySet()).containsExactlyInAnyOrder(Code.values());
        TABLE.forEach((code, expected) -> {
            Status status = StatusMapping.status(StoreException.of(code));
            assertThat(status.getCode()).as("code of %s", code).isEqualTo(expected);
            assertThat(status.getDescription()).isEqualTo(code.text());
        });
    }

    @Test
    void detailsStayOnThisSide() {
        Status status = StatusMapping.status(
                new CompletionException(StoreException.of(Code.NO_LEADER, "an election is under way", null)));
        assertThat(status.getDescription()).isEqualTo("etcdserver: no leader");
    }

    @Test
    void whatMayHaveHappenedTimedOutWhateverTheCode() {
        for (Code code : Code.values()) {
            Status status = StatusMapping.status((Throwable) StoreException.unknown(code, "in flight", null));
            assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(status.getDescription()).isEqualTo("etcdserver: request timed out");
        }
    }

    @Test
    void goReadsCancelReasonsInItsOwnForm() {
        Status status = StatusMapping.status(StoreException.of(Code.PERMISSION_DENIED));
        assertThat(StatusMapping.goText(status))
                .isEqualTo("rpc error: code = PermissionDenied desc = etcdserver: permission denied");
    }
}
