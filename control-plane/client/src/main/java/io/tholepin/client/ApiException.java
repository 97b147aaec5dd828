package io.tholepin.client;

import io.tholepin.objects.Json;
import org.jspecify.annotations.Nullable;

/** A call that the server refused, or whose outcome is unknown (code 0). */
public final class ApiException extends RuntimeException {
    private final int code;
    private final String reason;

    public ApiException(int code, String reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.reason = reason;
    }

    /** From a {@code Status} body; a body that is none becomes the message itself. */
    static ApiException of(Transport.Call call, Transport.Reply reply) {
        String text = new String(reply.body(), java.nio.charset.StandardCharsets.UTF_8);
        String reason = "";
        try {
            Object status = Json.parseObject(reply.body());
            reason = Json.string(status, "reason");
            text = Json.string(status, "message");
        } catch (RuntimeException e) {
            reason = "Unknown"; // not a Status: the raw text says it
        }
        return new ApiException(
                reply.code(), reason, call.method() + " " + call.path() + ": " + reply.code() + " " + text, null);
    }

    /** HTTP status code, 0 when there was no answer. */
    public int code() {
        return code;
    }

    /** The status' reason, such as {@code NotFound}. */
    public String reason() {
        return reason;
    }

    /** 404. */
    public boolean isNotFound() {
        return code == 404;
    }

    /** 409: a lost race, or a name that is taken. */
    public boolean isConflict() {
        return code == 409;
    }

    /** 410, or 504 with "too large": list again. */
    public boolean needsList() {
        return code == 410 || code == 504;
    }
}
