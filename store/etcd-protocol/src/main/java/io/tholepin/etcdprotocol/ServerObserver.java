package io.tholepin.etcdprotocol;

import java.util.function.LongSupplier;

/**
 * Hears of what a server does, for metrics. Called from event loops and the store's threads, often: an implementation
 * returns at once, never throws, and is thread-safe.
 */
public interface ServerObserver {
    /** Hears nothing. */
    ServerObserver NONE = new ServerObserver() {};

    /** Shape of a method, in the spelling of grpc_type. */
    enum CallType {
        UNARY("unary"),
        CLIENT_STREAM("client_stream"),
        SERVER_STREAM("server_stream"),
        BIDI_STREAM("bidi_stream");

        private final String text;

        CallType(String text) {
            this.text = text;
        }

        /** As in metrics. */
        public String text() {
            return text;
        }
    }

    /**
     * A method, as metrics name it.
     *
     * @param service full name such as {@code etcdserverpb.KV}
     * @param method such as {@code Range}
     */
    record Method(String service, String method, CallType type) {}

    /** Calls of a method may come from now on. */
    default void methodServed(Method method) {}

    /** A call began. */
    default void callStarted(Method method) {}

    /** A message of a call came in. */
    default void messageReceived(Method method) {}

    /** Messages of a call went out. */
    default void messagesSent(Method method, int messages) {}

    /**
     * A call ended.
     *
     * @param code in Go's spelling, {@code OK} when it went well
     * @param nanos since it began
     */
    default void callEnded(Method method, String code, long nanos) {}

    /** A call came from a client of {@code apiVersion}, "unknown" when it did not say. */
    default void clientRequest(CallType type, String apiVersion) {}

    /** Bytes of messages came from clients, as on the wire. */
    default void bytesReceived(long bytes) {}

    /** Bytes of messages went to clients, as on the wire. */
    default void bytesSent(long bytes) {}

    /** Streams of watches that are open now. */
    default void watchStreams(int open) {}

    /** Watches that are open now. */
    default void watches(int open) {}

    /** Watches that are behind because their client is slow, now. */
    default void slowWatches(int slow) {}

    /** Where to learn how many events wait for slow clients; {@code events} is thread-safe and answers at once. */
    default void pendingEvents(LongSupplier events) {}

    /** Events went to watchers. */
    default void eventsSent(int events) {}

    /** A snapshot was sent. */
    default void snapshotSent(long nanos) {}

    /** A defragmentation began, and ends with {@link #defragmented}. */
    default void defragmenting() {}

    /** A defragmentation ended. */
    default void defragmented(long nanos) {}

    /** A hash was made: of the whole store, or of the history at a revision. */
    default void hashed(boolean history, long nanos) {}
}
