package io.tholepin.replica;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Takes the answer of a peer, once, on a thread of the transport: must not block. */
@FunctionalInterface
interface PeerCallback {
    /** @param answer valid during the call only; null exactly when {@code failure} is not */
    void done(@Nullable ByteBuffer answer, @Nullable PeerFailure failure);
}
