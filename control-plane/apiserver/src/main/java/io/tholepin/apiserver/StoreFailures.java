package io.tholepin.apiserver;

import io.tholepin.kv.StoreException;
import io.tholepin.objects.StatusException;

/**
 * What a client is told when the store did not carry a request out. An unknown outcome is 504 Timeout and says that the
 * request may have happened; it is never called failed. Source: contract 2.14, 5.5.
 */
final class StoreFailures {
    private static final int RETRY_SECONDS = 2;

    private StoreFailures() {}

    static StatusException status(StoreException failure) {
        String text = String.valueOf(failure.getMessage());
        return switch (failure.kind()) {
            case REFUSED -> refused(failure, text);
            case UNAVAILABLE -> retry(500, "ServerTimeout", text);
            case UNKNOWN -> retry(504, "Timeout", "Timeout: the request may have been carried out: " + text);
            case BROKEN -> internal(text);
        };
    }

    private static StatusException refused(StoreException failure, String text) {
        return switch (failure.code()) {
            case REQUEST_TOO_LARGE ->
                new StatusException(
                        413,
                        "RequestEntityTooLarge",
                        "Request entity too large: " + text,
                        StatusException.Details.NONE);
            case COMPACTED -> new StatusException(410, "Expired", text, StatusException.Details.NONE);
            default -> internal(text);
        };
    }

    private static StatusException retry(int code, String reason, String text) {
        StatusException.Details details =
                new StatusException.Details("", "", "", "", java.util.List.of(), RETRY_SECONDS);
        return new StatusException(code, reason, text, details);
    }

    private static StatusException internal(String text) {
        return new StatusException(
                500, "InternalError", "Internal error occurred: " + text, StatusException.Details.NONE);
    }
}
