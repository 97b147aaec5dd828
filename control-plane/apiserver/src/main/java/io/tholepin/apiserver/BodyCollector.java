package io.tholepin.apiserver;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects a request's body up to {@link ApiRequest#BODY_BYTES_MAX}; what is beyond is read and dropped, so that the
 * client gets to see the refusal. Belongs to the connection's event loop.
 */
final class BodyCollector {
    private byte[] bytes;
    private int count;
    private boolean tooLarge;

    BodyCollector(@Nullable String contentLength) {
        bytes = new byte[expected(contentLength)];
    }

    private static int expected(@Nullable String contentLength) {
        try {
            return contentLength == null ? 0 : Math.clamp(Long.parseLong(contentLength), 0, 64 * 1024);
        } catch (NumberFormatException malformed) {
            return 0;
        }
    }

    void add(Buffer chunk) {
        int length = chunk.length();
        if (tooLarge || count + length > ApiRequest.BODY_BYTES_MAX) {
            tooLarge = true;
            bytes = new byte[0];
            return;
        }
        if (count + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(count + length, 2 * bytes.length));
        }
        chunk.getBytes(bytes, count);
        count += length;
    }

    /** Stands for any body that is too large, made when there is a first one. */
    private static final class TooLarge {
        static final byte[] BODY = new byte[ApiRequest.BODY_BYTES_MAX + 1];
    }

    byte[] bytes() {
        return tooLarge ? TooLarge.BODY : count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
    }
}
