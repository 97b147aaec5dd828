package io.tholepin.replica;

/**
 * Why a call to a peer has no answer.
 *
 * @param kind what is known about it
 * @param text for the log, or for the caller when the peer refused
 */
record PeerFailure(Kind kind, String text) {
    /** What is known about a call without an answer. */
    enum Kind {
        /** It was not sent; the peer knows nothing of it. */
        NOT_SENT,
        /** The peer answered that it did nothing. */
        REFUSED,
        /** It was sent, and the connection or the time ran out: it may have happened. */
        LOST
    }
}
