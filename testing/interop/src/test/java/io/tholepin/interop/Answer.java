package io.tholepin.interop;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** What a server said to one request: a message, or a status that is not OK. */
record Answer(
        @Nullable Message message,
        Status.@Nullable Code code,
        @Nullable String text) {
    static Answer of(Message message) {
        return new Answer(message, null, null);
    }

    static Answer of(Status status) {
        return new Answer(null, status.getCode(), status.getDescription());
    }

    boolean isOk() {
        return message != null;
    }

    @Override
    public String toString() {
        if (message == null) {
            return code + " \"" + text + "\"";
        }
        String text = TextFormat.printer().shortDebugString(message);
        return "{" + (text.length() > 1500 ? text.substring(0, 1500) + "..." : text) + "}";
    }
}
