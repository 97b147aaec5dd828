package io.tholepin.etcdprotocol;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a call, as far as the wire says: nothing here has been checked.
 *
 * @param metadata what came with the call; may hold a token
 * @param session the TLS session, null without TLS; may hold a client certificate
 * @param loop where to answer: the connection's event loop, or at once for a call from within the process
 */
record Caller(Metadata metadata, @Nullable SSLSession session, Executor loop) {
    /** Set for every call, gone when it ends. */
    static final Context.Key<Caller> KEY = Context.key("tholepin-caller");

    private static final Caller NOBODY = new Caller(new Metadata(), null, Runnable::run);

    /** Who makes {@code call}. */
    static Caller of(ServerCall<?, ?> call, Metadata metadata) {
        Attributes attributes = call.getAttributes();
        Executor loop = attributes.get(PortNegotiator.EVENT_LOOP);
        return new Caller(
                metadata, attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION), loop == null ? Runnable::run : loop);
    }

    /** Who makes the current call; nobody in particular outside of one. */
    static Caller current() {
        Caller caller = KEY.get();
        return caller == null ? NOBODY : caller;
    }
}
