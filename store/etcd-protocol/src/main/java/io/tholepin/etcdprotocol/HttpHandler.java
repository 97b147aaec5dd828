package io.tholepin.etcdprotocol;

/** Answers the HTTP/1.1 requests that arrive on the ports of an {@link EtcdServer}. */
@FunctionalInterface
public interface HttpHandler {
    /** Knows no path. */
    HttpHandler NONE = exchange -> exchange.respond(404, java.util.Map.of(), new byte[0]);

    /**
     * Answers {@code exchange}, now or later. Called on an event loop: must not block. What it throws becomes a 500.
     */
    void handle(HttpExchange exchange);
}
