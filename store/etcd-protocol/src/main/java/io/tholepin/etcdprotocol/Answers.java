package io.tholepin.etcdprotocol;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the outcome of a request becomes the answer of a unary call. */
final class Answers {
    private Answers() {}

    /**
     * Starts {@code request} and answers with what {@code answer} makes of its outcome, or with its failure. The answer
     * is made on the connection's event loop, so that the store's threads get on with the next request.
     */
    static <T extends @Nullable Object, R> void unary(
            StreamObserver<R> out, Supplier<CompletableFuture<T>> request, Function<T, R> answer) {
        unary(out, request, answer, Caller.current().loop());
    }

    /** The same, but a large answer is made on the store's thread: others share the event loop. */
    static <T extends @Nullable Object, R> void large(
            StreamObserver<R> out, Supplier<CompletableFuture<T>> request, Function<T, R> answer) {
        unary(out, request, answer, Runnable::run);
    }

    private static <T extends @Nullable Object, R> void unary(
            StreamObserver<R> out, Supplier<CompletableFuture<T>> request, Function<T, R> answer, Executor where) {
        CompletableFuture<T> outcome;
        try {
            outcome = request.get();
        } catch (RuntimeException e) {
            fail(out, e);
            return;
        }
        outcome.whenCompleteAsync(
                (value, failure) -> {
                    if (failure == null) {
                        send(out, value, answer);
                    } else {
                        fail(out, failure);
                    }
                },
                outcome.isDone() ? Runnable::run : where);
    }

    private static <T extends @Nullable Object, R> void send(StreamObserver<R> out, T value, Function<T, R> answer) {
        R response;
        try {
            response = answer.apply(value);
        } catch (RuntimeException e) {
            fail(out, e);
            return;
        }
        // Throws when the client has gone; then there is nobody to tell.
        out.onNext(response);
        out.onCompleted();
    }

    /** Ends a call with the status for {@code failure}. */
    static void fail(StreamObserver<?> out, Throwable failure) {
        out.onError(StatusMapping.status(failure).asRuntimeException());
    }
}
