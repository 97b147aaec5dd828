package io.tholepin.etcdprotocol;

import io.grpc.Status;
import io.tholepin.kv.StoreException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a status from etcd, or from the connection to it, means for the request that got it; the other direction of
 * {@link StatusMapping}. etcd's text decides, because codes differ between its versions; without one the transport
 * spoke. Source: contract 1.3 and 2.10.
 *
 * <p>A write that was handed to a connection and got no definite answer is unknown. A read never is: nothing happened.
 */
final class ClientFailures {
    private static final String PREFIX = "etcdserver: ";
    private static final Map<String, StoreException.Code> BY_TEXT = Arrays.stream(StoreException.Code.values())
            .filter(code -> code.text().startsWith(PREFIX))
            .collect(Collectors.toUnmodifiableMap(StoreException.Code::text, code -> code));

    private ClientFailures() {}

    /** How a request stands when its answer is a failure. */
    enum Sort {
        /** Nothing can have happened. */
        READ,
        /** A write that no connection took. */
        UNSENT_WRITE,
        /** A write that a connection took: only a definite answer says what became of it. */
        SENT_WRITE
    }

    /**
     * The failure to report.
     *
     * @param compactRevision what is known to be compacted, 0 for nothing
     */
    static StoreException of(Status status, Sort sort, long compactRevision) {
        StoreException.Code code = code(status);
        if (code == StoreException.Code.COMPACTED) {
            return StoreException.compacted(compactRevision);
        }
        if (code == null || sort == Sort.SENT_WRITE && openAfter(code)) {
            return open(status, sort, code == null ? StoreException.Code.TIMED_OUT : code);
        }
        if (code == StoreException.Code.TIMED_OUT) {
            return StoreException.unavailable(code, detail(status));
        }
        return StoreException.of(code);
    }

    private static StoreException open(Status status, Sort sort, StoreException.Code code) {
        return sort == Sort.SENT_WRITE
                ? StoreException.unknown(code, detail(status), status.getCause())
                : StoreException.unavailable(code, detail(status));
    }

    /** Whether etcd may say this of a write that it has already proposed. */
    private static boolean openAfter(StoreException.Code code) {
        return switch (code) {
            case TIMED_OUT, STOPPED, LEADER_CHANGED, NO_LEADER -> true;
            default -> false;
        };
    }

    /** etcd's code for a text; null when the text is not etcd's. */
    static StoreException.@Nullable Code code(String text) {
        StoreException.Code code = BY_TEXT.get(text);
        if (code == null && text.startsWith(StoreException.Code.TIMED_OUT.text())) {
            return StoreException.Code.TIMED_OUT;
        }
        return code;
    }

    private static StoreException.@Nullable Code code(Status status) {
        String text = String.valueOf(status.getDescription());
        if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED && text.contains("message")) {
            return StoreException.Code.REQUEST_TOO_LARGE; // the frame's limit, in grpc-go's or grpc-java's words
        }
        return code(text);
    }

    /** Whether another attempt at a read may fare better. */
    static boolean worthAnotherTry(Status status) {
        StoreException.Code code = code(status);
        return code == null
                ? status.getCode() == Status.Code.UNAVAILABLE || status.getCode() == Status.Code.CANCELLED
                : code.kind() == StoreException.Kind.UNAVAILABLE;
    }

    /** A status in words, with its causes. */
    static String detail(Status status) {
        StringBuilder detail =
                new StringBuilder().append(status.getCode()).append(' ').append(status.getDescription());
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && detail.indexOf(cause.getMessage()) < 0) {
                detail.append(": ").append(cause.getMessage());
            }
        }
        return detail.toString();
    }
}
