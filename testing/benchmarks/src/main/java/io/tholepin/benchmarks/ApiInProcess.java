package io.tholepin.benchmarks;

import io.tholepin.apiserver.ApiHandler;
import io.tholepin.apiserver.ApiRequest;
import io.tholepin.apiserver.Bodies;
import io.tholepin.apiserver.Headers;
import io.tholepin.apiserver.Query;
import io.tholepin.apiserver.ResourceTypes;
import io.tholepin.apiserver.ResponseSink;
import io.tholepin.apiserver.StoreBackend;
import io.tholepin.apiserver.UserInfo;
import io.tholepin.kv.Store;
import io.tholepin.objects.BuiltInResources;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** The API server's handler over a store, without sockets: reads only. */
final class ApiInProcess implements AutoCloseable {
    private static final UserInfo ADMIN = UserInfo.authenticated("admin", List.of(UserInfo.MASTERS));

    private final StoreBackend backend;
    private final ApiHandler handler;

    ApiInProcess(Store store) {
        ResourceTypes types = new ResourceTypes(BuiltInResources.all());
        SchemaPack schemas = SchemaPack.builtIn();
        backend = new StoreBackend(store, types, schemas, InstantSource.system());
        handler = new ApiHandler(
                backend,
                (info, request, warnings) -> {
                    throw new UnsupportedOperationException(info.verb());
                },
                new Bodies(schemas),
                new Random(1));
    }

    /** Opens the cache of pods and waits until it is filled. */
    void fillPods() {
        ResourceType pods = Objects.requireNonNull(BuiltInResources.find("", "v1", "pods"));
        while (!backend.cacheOf(pods).ready()) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Has a GET answered into a sink, on this thread. */
    void get(String uri, String accept, ResponseSink sink) {
        int question = uri.indexOf('?');
        handler.handle(
                new ApiRequest(
                        "GET",
                        question < 0 ? uri : uri.substring(0, question),
                        question < 0 ? Query.NONE : Query.parse(uri.substring(question + 1)),
                        Headers.of("Accept", accept),
                        ADMIN,
                        new byte[0]),
                sink);
    }

    @Override
    public void close() {
        backend.close();
    }

    /** Copies bytes, as a socket's buffer would, and forgets them. */
    static class Sink implements ResponseSink {
        /** Written by everybody, read by nobody. */
        private static final byte[] COPIES = new byte[64 * 1024];

        private final AtomicLong bytes;
        private volatile int status;
        private volatile boolean closed;
        private volatile Runnable onClose = () -> {};

        /**
         * @param bytes what comes is added here
         */
        Sink(AtomicLong bytes) {
            this.bytes = bytes;
        }

        int status() {
            return status;
        }

        void leave() {
            closed = true;
            onClose.run();
        }

        @Override
        public void head(int status, Headers headers, long contentLength) {
            this.status = status;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            for (int done = 0; done < length; ) {
                int part = Math.min(length - done, COPIES.length);
                System.arraycopy(buffer, offset + done, COPIES, 0, part);
                done += part;
            }
            bytes.addAndGet(length);
        }

        @Override
        public void end() {}

        @Override
        public void abort() {
            throw new IllegalStateException("the answer was broken off");
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public void onClose(Runnable action) {
            onClose = action;
        }
    }
}
