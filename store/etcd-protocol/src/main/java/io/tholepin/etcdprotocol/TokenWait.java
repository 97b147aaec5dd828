package io.tholepin.etcdprotocol;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets a call wait until this member has heard of its token: whoever logged in at one member may use the token at
 * another at once. Calls without such a token pass straight through.
 */
final class TokenWait implements ServerInterceptor {
    private final Access access;

    TokenWait(Access access) {
        this.access = access;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        CompletableFuture<Void> arrival = access.arrival(headers);
        if (arrival.isDone()) {
            return next.startCall(call, headers);
        }
        Context context = Context.current();
        Waiting<Q> waiting = new Waiting<>();
        arrival.whenComplete((_, _) -> context.run(() -> waiting.begin(next.startCall(call, headers))));
        return waiting;
    }

    /** Keeps what happens to a call until it begins. At most what a client sends before it is asked for more. */
    private static final class Waiting<Q> extends ServerCall.Listener<Q> {
        private final Queue<Consumer<ServerCall.Listener<Q>>> events = new ArrayDeque<>();
        private ServerCall.@Nullable Listener<Q> begun;

        synchronized void begin(ServerCall.Listener<Q> listener) {
            events.forEach(event -> event.accept(listener));
            events.clear();
            begun = listener;
        }

        private synchronized void pass(Consumer<ServerCall.Listener<Q>> event) {
            ServerCall.Listener<Q> listener = begun;
            if (listener == null) {
                events.add(event);
            } else {
                event.accept(listener);
            }
        }

        @Override
        public void onMessage(Q message) {
            pass(listener -> listener.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            pass(ServerCall.Listener::onHalfClose);
        }

        @Override
        public void onCancel() {
            pass(ServerCall.Listener::onCancel);
        }

        @Override
        public void onComplete() {
            pass(ServerCall.Listener::onComplete);
        }

        @Override
        public void onReady() {
            pass(ServerCall.Listener::onReady);
        }
    }
}
