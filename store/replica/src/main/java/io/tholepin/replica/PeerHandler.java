package io.tholepin.replica;

import java.nio.ByteBuffer;

/**
 * Serves one kind of message. Called on a thread of the transport, in the order in which the peer sent: must not block,
 * but may answer later.
 */
@FunctionalInterface
interface PeerHandler {
    /**
     * Takes a message.
     *
     * @param from id of the peer, 0 for someone who is not a member yet
     * @param body valid during the call only
     * @param answer to be used once
     */
    void handle(long from, ByteBuffer body, Answer answer);

    /** How the peer gets its answer; from any thread. */
    interface Answer {
        /** It is done. */
        void send(PeerBody body);

        /** It was not done, and nothing of it. */
        void refuse(String why);
    }
}
