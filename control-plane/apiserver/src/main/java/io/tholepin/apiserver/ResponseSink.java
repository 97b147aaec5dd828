package io.tholepin.apiserver;

/**
 * Where one response goes: a socket, a WebSocket, or memory. Called by one thread at a time, a virtual one, which
 * {@link #write} blocks while the peer is slow. Order: {@link #head} once, {@link #write} any number of times, then
 * {@link #end} or {@link #abort} once.
 */
public interface ResponseSink {
    /**
     * Begins the response and sends its head on at once.
     *
     * @param contentLength bytes that will follow, -1 when not known yet (chunked)
     */
    void head(int status, Headers headers, long contentLength);

    /**
     * Sends bytes on at once; they are copied or sent before it returns, so the caller may use the buffer again.
     *
     * @throws ClosedException when the peer has gone
     */
    void write(byte[] buffer, int offset, int length);

    /**
     * Sends pieces on at once, as one {@link #write} of all their bytes would; they are copied or sent before it
     * returns.
     *
     * @throws ClosedException when the peer has gone
     */
    default void write(Pieces pieces) {
        if (framed()) {
            byte[] joined = pieces.joined();
            write(joined, 0, joined.length);
            return;
        }
        for (int i = 0; i < pieces.count(); i++) {
            write(pieces.array(i), pieces.offset(i), pieces.length(i));
        }
    }

    /** Ends the response. */
    void end();

    /** Breaks off a response that has begun: the peer sees that it is incomplete. */
    void abort();

    /** Whether each {@link #write} is a message of its own (a WebSocket frame) instead of a part of one stream. */
    default boolean framed() {
        return false;
    }

    /** Whether the peer has gone. */
    boolean isClosed();

    /** Runs an action once when the peer goes before the end, at once when it has gone already; on any thread. */
    void onClose(Runnable action);

    /** The peer has gone; there is nobody left to answer. */
    class ClosedException extends RuntimeException {
        public ClosedException() {
            this("peer has gone");
        }

        private ClosedException(String message) {
            super(message, null, false, false);
        }
    }

    /** The peer is there and takes nothing; it was cut off. */
    final class StalledException extends ClosedException {
        public StalledException() {
            super("peer takes nothing");
        }
    }
}
