package io.tholepin.etcdprotocol;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the outcome of a request becomes the answer of a unary call. */
final class Answers {
    private Answers() {}

    /** Starts {@code request} and answers with what {@code answer} makes of its outcome, or with its failure. */
    static <T extends @Nullable Object, R> void unary(
            StreamObserver<R> out, Supplier<CompletableFuture<T>> request, Function<T, R> answer) {
        CompletableFuture<T> outcome;
        try {
            outcome = request.get();
        } catch (RuntimeException e) {
            fail(out, e);
            return;
        }
        outcome.whenComplete((value, failure) -> {
            if (failure != null) {
                fail(out, failure);
                return;
            }
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
        });
    }

    /** Ends a call with the status for {@code failure}. */
    static void fail(StreamObserver<?> out, Throwable failure) {
        out.onError(StatusMapping.status(failure).asRuntimeException());
    }
}
