package io.tholepin.benchmarks;

import io.netty.buffer.ByteBuf;

/** One call on a {@link GrpcConnection}; every method runs on the connection's event loop. */
abstract class GrpcCall {
    /** The status of a call that ended without a gRPC status: reset, refused, or the connection was lost. */
    static final int NO_STATUS = -1;

    /** Where this call runs; set when it starts. */
    private int streamId;

    final int streamId() {
        return streamId;
    }

    final void streamId(int id) {
        streamId = id;
    }

    /** Bytes of the response, message prefixes included; {@code data} is valid only during the call. */
    abstract void onData(ByteBuf data);

    /** Called once: {@code status} is the gRPC status of the trailers or {@link #NO_STATUS}. */
    abstract void onEnd(int status, String message);
}
