package io.tholepin.apiserver;

/**
 * The API: answers one request. Knows nothing of sockets; the server and in-process clients call it alike. Thread-safe.
 */
public final class ApiHandler {
    private final Backend backend;
    private final Writes writes;

    public ApiHandler(Backend backend, Writes writes) {
        this.backend = backend;
        this.writes = writes;
    }

    /**
     * Answers a request. Blocks, for a watch until it ends; call it on a virtual thread. Every refusal and failure becomes
     * an answer; the only exception is {@link ResponseSink.ClosedException}, when nobody is left to answer.
     */
    public void handle(ApiRequest request, ResponseSink sink) {
        RequestInfo info = RequestInfo.of(request.method(), request.path(), request.query(), backend.types());
        Warnings warnings = new Warnings();
        writes.handle(info, request, warnings);
        sink.end();
    }
}
