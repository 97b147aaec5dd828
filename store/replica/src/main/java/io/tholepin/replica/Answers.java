package io.tholepin.replica;

import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Keeps the promise that a store's futures fail with {@link StoreException} itself, not wrapped. */
final class Answers {
    private Answers() {}

    /** The same answer, with its failure unwrapped. */
    static <T> CompletableFuture<T> plain(CompletableFuture<T> chained) {
        CompletableFuture<T> plain = new CompletableFuture<>();
        chained.whenComplete((answer, failure) -> {
            if (failure == null) {
                plain.complete(answer);
            } else {
                plain.completeExceptionally(cause(failure));
            }
        });
        return plain;
    }

    /** What a future failed with; a failure that nobody foresaw leaves the outcome unknown. */
    static StoreException cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof StoreException known
                ? known
                : StoreException.unknown(Code.TIMED_OUT, "a request failed: " + cause, cause);
    }
}
