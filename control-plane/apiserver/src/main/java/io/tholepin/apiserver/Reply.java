package io.tholepin.apiserver;

import io.tholepin.objects.StatusException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request: collects headers and warnings, encodes, and sends once. Belongs to the request's thread.
 */
final class Reply {
    private final ApiRequest request;
    private final CountingSink sink;
    private final Encoder encoder;
    private final Headers headers;
    private final Warnings warnings = new Warnings();
    private @Nullable BodyOutput body;
    private boolean begun;

    Reply(ApiRequest request, ResponseSink sink, Encoder encoder, String auditId) {
        this.request = request;
        this.sink = new CountingSink(sink);
        this.encoder = encoder;
        this.headers = Headers.of("Audit-Id", auditId, "Cache-Control", "no-cache, private");
    }

    Warnings warnings() {
        return warnings;
    }

    ResponseSink sink() {
        return sink;
    }

    /** Headers so far; those added before the head is sent go with it. */
    Headers headers() {
        return headers;
    }

    /** The status that was sent, 0 before. */
    int code() {
        return sink.status;
    }

    /** Bytes of the body that were sent, as they went: compressed when the client asked for it. */
    long bytes() {
        return sink.bytes;
    }

    /** Whether the head is out: too late for another answer. */
    boolean begun() {
        return begun || body != null && body.streaming();
    }

    /** Begins a body of unknown size. */
    BodyOutput body(int status, String contentType) {
        boolean gzip = request.headers().value("Accept-Encoding").contains("gzip");
        BodyOutput out = new BodyOutput(sink, status, head(contentType), gzip);
        body = out;
        return out;
    }

    /** Begins a stream that is sent event by event. */
    void stream(String contentType) {
        begun = true;
        sink.head(200, head(contentType), -1);
    }

    private Headers head(String contentType) {
        Headers head = new Headers();
        headers.forEach(head::add);
        head.add("Content-Type", contentType);
        warnings.writeTo(head);
        return head;
    }

    /** Sends an object that is at hand as bytes. */
    void bytes(int status, String contentType, byte[] bytes) {
        begun = true;
        sink.head(status, head(contentType), bytes.length);
        if (bytes.length > 0) {
            sink.write(bytes, 0, bytes.length);
        }
        sink.end();
    }

    /** Sends plain text. */
    void text(int status, String text) {
        bytes(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a tree, encoded as asked; large ones compressed when the client takes that. */
    void object(int status, Media media, Map<String, Object> tree) {
        byte[] encoded = encoder.encode(media, tree);
        large(status, media.encoding().contentType(), encoded);
    }

    /** Sends bytes at hand, compressed when they are many and the client takes that. */
    void large(int status, String contentType, byte[] bytes) {
        if (bytes.length <= BodyOutput.HELD_BYTES_MAX) {
            bytes(status, contentType, bytes);
            return;
        }
        BodyOutput out = body(status, contentType);
        out.shareAll(bytes);
        out.finish();
    }

    /** Sends a head alone. */
    void empty(int status) {
        begun = true;
        Headers head = new Headers();
        headers.forEach(head::add);
        sink.head(status, head, 0);
        sink.end();
    }

    /** Sends a refusal in the encoding the client asked for, in JSON when it asked for none that there is. */
    void status(StatusException status) {
        Media media;
        try {
            media = Negotiation.choose(request, Negotiation.Endpoint.PLAIN);
        } catch (StatusException notAcceptable) {
            media = new Media(Media.Encoding.JSON, Media.Shape.OBJECT, "v1", true);
        }
        if (status.details().retryAfterSeconds() > 0) {
            headers.add("Retry-After", Integer.toString(status.details().retryAfterSeconds()));
        }
        if (status.code() == 403) {
            headers.add("X-Content-Type-Options", "nosniff");
        }
        object(status.code(), media, status.toStatus());
    }

    /** Remembers what went through, for the metrics. */
    private static final class CountingSink implements ResponseSink {
        private final ResponseSink sink;
        private int status;
        private long bytes;

        CountingSink(ResponseSink sink) {
            this.sink = sink;
        }

        @Override
        public void head(int status, Headers headers, long contentLength) {
            this.status = status;
            sink.head(status, headers, contentLength);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            bytes += length;
            sink.write(buffer, offset, length);
        }

        @Override
        public void write(Pieces pieces) {
            bytes += pieces.bytes();
            sink.write(pieces);
        }

        @Override
        public void end() {
            sink.end();
        }

        @Override
        public void abort() {
            sink.abort();
        }

        @Override
        public boolean framed() {
            return sink.framed();
        }

        @Override
        public boolean isClosed() {
            return sink.isClosed();
        }

        @Override
        public void onClose(Runnable action) {
            sink.onClose(action);
        }
    }
}
