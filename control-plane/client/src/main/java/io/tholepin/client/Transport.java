package io.tholepin.client;

import java.util.Map;
import java.util.function.Predicate;

/**
 * Carries calls to an API server: through its handler in this process, or over HTTPS. Thread-safe; both methods block.
 *
 * <p>A call that never reached the server or whose answer was lost throws {@link ApiException} with code 0: whether it
 * happened is unknown.
 */
public interface Transport {
    /**
     * One request.
     *
     * @param path absolute path without query
     * @param query parameters, decoded
     * @param contentType type of {@code body}; empty without a body
     */
    record Call(
            String method, String path, Map<String, String> query, String accept, String contentType, byte[] body) {}

    /** A whole answer. */
    record Reply(int code, byte[] body) {}

    /** Sends a call and reads the whole answer. */
    Reply send(Call call) throws InterruptedException;

    /**
     * Sends a watch and hands over each line of the answer until the server ends it, {@code line} returns false, or the
     * thread is interrupted. An answer other than 200 throws {@link ApiException}.
     */
    void stream(Call call, Predicate<byte[]> line) throws InterruptedException;
}
