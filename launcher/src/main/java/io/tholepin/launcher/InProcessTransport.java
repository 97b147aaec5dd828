package io.tholepin.launcher;

import io.tholepin.apiserver.ApiHandler;
import io.tholepin.apiserver.ApiRequest;
import io.tholepin.apiserver.Headers;
import io.tholepin.apiserver.Query;
import io.tholepin.apiserver.ResponseSink;
import io.tholepin.apiserver.UserInfo;
import io.tholepin.client.ApiException;
import io.tholepin.client.Transport;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Calls the API server's handler in this process as one user: no socket, no TLS, but authorization, admission and
 * everything else that the handler does. Thread-safe.
 */
final class InProcessTransport implements Transport {
    private final ApiHandler handler;
    private final UserInfo user;

    InProcessTransport(ApiHandler handler, UserInfo user) {
        this.handler = handler;
        this.user = user;
    }

    @Override
    public Reply send(Call call) throws InterruptedException {
        Whole sink = new Whole(code -> handler.answeredInProcess(code, call.method()));
        handle(call, sink);
        if (sink.aborted) {
            throw new ApiException(0, "", call.method() + " " + call.path() + ": the answer broke off", null);
        }
        return new Reply(sink.status, sink.body.toByteArray());
    }

    @Override
    public void stream(Call call, Predicate<byte[]> line) throws InterruptedException {
        Lines sink = new Lines(code -> handler.answeredInProcess(code, call.method()), line);
        handle(call, sink);
        if (sink.status >= 300) {
            throw new ApiException(sink.status, "", "GET " + call.path() + ": " + sink.rest, null);
        }
    }

    private void handle(Call call, ResponseSink sink) throws InterruptedException {
        Map<String, List<String>> query = new LinkedHashMap<>();
        call.query().forEach((name, value) -> query.put(name, List.of(value)));
        Headers headers = Headers.of("Accept", call.accept(), "User-Agent", "tholepin-controllers");
        if (!call.contentType().isEmpty()) {
            headers.add("Content-Type", call.contentType());
        }
        ApiRequest request = new ApiRequest(call.method(), call.path(), new Query(query), headers, user, call.body());
        try {
            handler.handle(request, sink);
        } catch (ResponseSink.ClosedException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** What both kinds of answer have in common: a status, and a reader that may have lost interest. */
    private abstract static class Sink implements ResponseSink {
        private final IntConsumer answered;
        int status;
        boolean aborted;
        private boolean closed;
        private final AtomicReference<@Nullable Runnable> onClose = new AtomicReference<>();

        /** @param answered hears the status */
        Sink(IntConsumer answered) {
            this.answered = answered;
        }

        @Override
        public void head(int status, Headers headers, long contentLength) {
            this.status = status;
            answered.accept(status);
        }

        @Override
        public void end() {}

        @Override
        public void abort() {
            aborted = true;
        }

        @Override
        public boolean isClosed() {
            return closed || Thread.currentThread().isInterrupted();
        }

        @Override
        public void onClose(Runnable action) {
            onClose.set(action);
        }

        void lostInterest() {
            closed = true;
            Runnable action = onClose.getAndSet(null);
            if (action != null) {
                action.run();
            }
            throw new ClosedException();
        }
    }

    private static final class Whole extends Sink {
        final ByteArrayOutputStream body = new ByteArrayOutputStream(1024);

        Whole(IntConsumer answered) {
            super(answered);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            body.write(buffer, offset, length);
        }
    }

    private static final class Lines extends Sink {
        private final Predicate<byte[]> line;
        private final ByteArrayOutputStream rest = new ByteArrayOutputStream(1024);

        Lines(IntConsumer answered, Predicate<byte[]> line) {
            super(answered);
            this.line = line;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            if (isClosed()) {
                lostInterest();
            }
            int from = offset;
            int end = offset + length;
            for (int i = offset; i < end && status < 300; i++) {
                if (buffer[i] == '\n') {
                    rest.write(buffer, from, i - from);
                    from = i + 1;
                    take();
                }
            }
            rest.write(buffer, from, end - from);
        }

        private void take() {
            byte[] taken = rest.toByteArray();
            rest.reset();
            if (!line.test(taken)) {
                lostInterest();
            }
        }
    }
}
