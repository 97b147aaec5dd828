package io.tholepin.apiserver;

/**
 * Where one response goes: a socket, a WebSocket, or memory. Called by one thread at a time, a virtual one, which {@link
 * #write} blocks while the peer is slow. Order: {@link #head} once, {@link #write} any number of times, {@link #end} once.
 */
public interface ResponseSink {
    /**
     * Begins the response.
     *
     * @param contentLength bytes that will follow, -1 when not known yet (chunked)
     */
    void head(int status, Headers headers, long contentLength);

    /**
     * Sends bytes; they are copied or sent before it returns, so the caller may use the buffer again.
     *
     * @throws ClosedException when the peer has gone
     */
    void write(byte[] buffer, int offset, int length);

    /** Sends bytes that nobody will ever change: they may be referred to instead of copied. */
    default void writeShared(byte[] buffer) {
        write(buffer, 0, buffer.length);
    }

    /** Sends on what is buffered; ends one message of a stream of messages (a WebSocket frame). */
    void flush();

    /** Ends the response. */
    void end();

    /** Whether the peer has gone. */
    boolean isClosed();

    /** Runs an action once when the peer goes before the end, at once when it has gone already; on any thread. */
    void onClose(Runnable action);

    /** The peer has gone; there is nobody left to answer. */
    final class ClosedException extends RuntimeException {
        public ClosedException() {
            super("peer has gone", null, false, false);
        }
    }
}
