package io.tholepin.etcdprotocol;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * How two ends that are both ours find out that they are: the client of a Watch call says that it can use confirmed
 * progress, and a server that has it says so in its headers. With anybody else nothing is said and nothing changes on
 * the wire.
 *
 * <p>Confirmed progress is freshness in one round trip: the client names one of its watches, the server learns its
 * store's current revision r, linearizable, after that request came, and answers for that watch once all its events up
 * to r are on the stream before the answer. With etcd the same takes a range, and then a progress request that speaks
 * for all watches of the stream.
 */
final class Confirming {
    /** Of the call's headers, in both directions. */
    private static final Metadata.Key<String> KEY =
            Metadata.Key.of("tholepin-confirms-progress", Metadata.ASCII_STRING_MARSHALLER);

    private Confirming() {}

    /** Says that this end knows it. */
    static void say(Metadata headers) {
        headers.put(KEY, "true");
    }

    /** Has {@code then} run when the other end of a call says so, before its first message. */
    static ClientInterceptor heard(Runnable then) {
        return new ClientInterceptor() {
            @Override
            public <Q, A> ClientCall<Q, A> interceptCall(
                    MethodDescriptor<Q, A> method, CallOptions options, Channel channel) {
                return new SimpleForwardingClientCall<>(channel.newCall(method, options)) {
                    @Override
                    public void start(Listener<A> listener, Metadata headers) {
                        super.start(
                                new SimpleForwardingClientCallListener<>(listener) {
                                    @Override
                                    public void onHeaders(Metadata answer) {
                                        if (said(answer)) {
                                            then.run();
                                        }
                                        super.onHeaders(answer);
                                    }
                                },
                                headers);
                    }
                };
            }
        };
    }

    /** Whether the other end said so. */
    static boolean said(Metadata headers) {
        return headers.containsKey(KEY);
    }
}
