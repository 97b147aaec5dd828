package io.tholepin.etcdprotocol;

import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;

/**
 * One HTTP/1.1 request and its answer: either {@link #respond} or {@link #stream}, once, on any thread. Requests of one
 * connection are handled one after the other.
 */
public interface HttpExchange {
    /** Which of the server's ports a request came to. */
    enum Door {
        /** Where gRPC is served too. */
        CLIENT,
        /** The one for HTTP alone. */
        HTTP,
        /** The one for metrics and health. */
        METRICS
    }

    /** Which port it came to. */
    Door door();

    /** The method, in capitals. */
    String method();

    /** Path and query as sent. */
    String target();

    /** Values of a header, in the order sent, by its name in any case; empty when there is none. */
    List<String> headers(String name);

    /** Every header as sent. */
    List<Map.Entry<String, String>> headers();

    /** The whole body; the exchange's own, read only. */
    byte[] body();

    /** The TLS session, empty without TLS. */
    Optional<SSLSession> session();

    /** Where the client is. */
    SocketAddress remote();

    /** Calls {@code task} when the client has gone before the answer went out; one task at most. */
    void onClosed(Runnable task);

    /** Answers at once. Length and connection headers are added. */
    void respond(int status, Map<String, String> headers, byte[] body);

    /** Answers bit by bit, in chunks. */
    HttpStream stream(int status, Map<String, String> headers);

    /** Whether the client asks for a WebSocket. */
    boolean asksForSocket();

    /**
     * Opens the WebSocket asked for: each message of the client goes to {@code onText}, on the connection's event loop;
     * an answer or a piece of one goes out as a message, without the line feed at its end, and the end of the answer
     * closes the WebSocket.
     *
     * @param protocol the subprotocol agreed to; empty for none
     */
    void openSocket(String protocol, Consumer<String> onText);

    /** Stops to take messages of the client, or goes on; on any thread. */
    void takeMessages(boolean take);

    /** The body of an answer that is not known at once. Thread-safe; nothing happens once it is closed. */
    interface HttpStream {
        /** Sends a piece; queued when the client is slow, so look at {@link #isReady} first. */
        void write(byte[] piece);

        /** Whether a piece would go out at once. */
        boolean isReady();

        /** Calls {@code task} on an event loop whenever it has become ready again; one task at most. */
        void onReady(Runnable task);

        /** Ends the answer. */
        void close();
    }
}
