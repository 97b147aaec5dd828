package io.tholepin.etcdprotocol;

import io.grpc.Context;
import io.grpc.Metadata;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a call, as far as the wire says: nothing here has been checked.
 *
 * @param metadata what came with the call; may hold a token
 * @param session the TLS session, null without TLS; may hold a client certificate
 */
record Caller(Metadata metadata, @Nullable SSLSession session) {
    /** Set for every call, gone when it ends. */
    static final Context.Key<Caller> KEY = Context.key("tholepin-caller");

    private static final Caller NOBODY = new Caller(new Metadata(), null);

    /** Who makes the current call; nobody in particular outside of one. */
    static Caller current() {
        Caller caller = KEY.get();
        return caller == null ? NOBODY : caller;
    }
}
