package io.tholepin.etcdprotocol;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.tholepin.kv.StoreException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionException;

/**
 * Says in etcd's words what went wrong: code and text are both API. A request that may have happened is always
 * "request timed out", whatever became of it here, because clients take other texts for a failure. Source: contract
 * 2.10, codes of etcd 3.6.
 */
final class StatusMapping {
    private static final System.Logger LOG = System.getLogger(StatusMapping.class.getName());

    private StatusMapping() {}

    /** The status for whatever a future or a service failed with. */
    static Status status(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case StoreException refused -> status(refused);
            case StatusRuntimeException known -> known.getStatus();
            case StatusException known -> known.getStatus();
            default -> {
                LOG.log(Level.WARNING, "a request failed unexpectedly", cause);
                yield Status.UNKNOWN.withDescription(String.valueOf(cause.getMessage()));
            }
        };
    }

    /** The status for a refusal of the store. */
    static Status status(StoreException failure) {
        if (failure.kind() == StoreException.Kind.UNKNOWN) {
            return Status.UNAVAILABLE.withDescription(StoreException.Code.TIMED_OUT.text());
        }
        if (failure.code() == StoreException.Code.TIMED_OUT) {
            // It never left for want of a leader: etcd lets the call's own deadline speak. Source: contract 2.9.
            return Status.DEADLINE_EXCEEDED.withDescription("context deadline exceeded");
        }
        return Status.fromCode(code(failure.code()))
                .withDescription(failure.code().text());
    }

    /** A refusal that the store has no code for. */
    static StatusRuntimeException refusal(Status.Code code, String text) {
        return Status.fromCode(code).withDescription(text).asRuntimeException();
    }

    /** The text Go's gRPC makes of {@code status}; clients read it in a watch's cancel reason. */
    static String goText(Status status) {
        return "rpc error: code = " + goName(status.getCode()) + " desc = " + status.getDescription();
    }

    /** A code in Go's spelling, as metrics have it. */
    static String goName(Status.Code code) {
        return switch (code) {
            case OK -> "OK";
            case CANCELLED -> "Canceled";
            case UNKNOWN -> "Unknown";
            case INVALID_ARGUMENT -> "InvalidArgument";
            case DEADLINE_EXCEEDED -> "DeadlineExceeded";
            case NOT_FOUND -> "NotFound";
            case ALREADY_EXISTS -> "AlreadyExists";
            case PERMISSION_DENIED -> "PermissionDenied";
            case RESOURCE_EXHAUSTED -> "ResourceExhausted";
            case FAILED_PRECONDITION -> "FailedPrecondition";
            case ABORTED -> "Aborted";
            case OUT_OF_RANGE -> "OutOfRange";
            case UNIMPLEMENTED -> "Unimplemented";
            case INTERNAL -> "Internal";
            case UNAVAILABLE -> "Unavailable";
            case DATA_LOSS -> "DataLoss";
            case UNAUTHENTICATED -> "Unauthenticated";
        };
    }

    private static Status.Code code(StoreException.Code code) {
        return switch (code) {
            case EMPTY_KEY,
                    KEY_NOT_FOUND,
                    VALUE_PROVIDED,
                    LEASE_PROVIDED,
                    TOO_MANY_OPS,
                    DUPLICATE_KEY,
                    INVALID_SORT,
                    REQUEST_TOO_LARGE,
                    AUTH_OLD_REVISION,
                    INVALID_AUTH_MANAGEMENT,
                    AUTH_FAILED,
                    PERMISSION_NOT_GIVEN,
                    USER_EMPTY,
                    ROLE_EMPTY,
                    INVALID_PEER_URLS -> Status.Code.INVALID_ARGUMENT;
            case COMPACTED, FUTURE_REVISION, LEASE_TTL_TOO_LARGE -> Status.Code.OUT_OF_RANGE;
            case LEASE_NOT_FOUND, MEMBER_NOT_FOUND -> Status.Code.NOT_FOUND;
            case LEASE_EXISTS,
                    AUTH_NOT_ENABLED,
                    ROOT_USER_MISSING,
                    ROOT_ROLE_MISSING,
                    USER_EXISTS,
                    USER_NOT_FOUND,
                    ROLE_EXISTS,
                    ROLE_NOT_FOUND,
                    ROLE_NOT_GRANTED,
                    PERMISSION_NOT_GRANTED,
                    MEMBER_EXISTS,
                    PEER_URL_EXISTS,
                    NOT_ENOUGH_STARTED,
                    TOO_MANY_LEARNERS,
                    NOT_A_LEARNER,
                    LEARNER_NOT_READY,
                    LEARNER_REFUSES,
                    NOT_LEADER,
                    BAD_TRANSFEREE -> Status.Code.FAILED_PRECONDITION;
            case PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
            case INVALID_AUTH_TOKEN -> Status.Code.UNAUTHENTICATED;
            case NO_SPACE, TOO_MANY_REQUESTS -> Status.Code.RESOURCE_EXHAUSTED;
            case UNHEALTHY_CLUSTER, LEADER_CHANGED, NO_LEADER, STOPPED, SLOW_WATCHER, TIMED_OUT ->
                Status.Code.UNAVAILABLE;
            case CORRUPT, DISK_FAILED -> Status.Code.DATA_LOSS;
        };
    }
}
