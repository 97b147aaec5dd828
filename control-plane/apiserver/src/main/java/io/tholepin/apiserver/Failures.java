package io.tholepin.apiserver;

import io.tholepin.kv.StoreException;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.StatusException.Cause;
import io.tholepin.objects.StatusException.Details;
import io.tholepin.watchcache.WatchCache;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What goes wrong inside as the Status that clients understand. Source: contract 1.9, 2.14. */
final class Failures {
    /** Longest time a request other than a watch may take. Source: contract 5.5. */
    static final Duration REQUEST_MAX = Duration.ofSeconds(60);

    private static final String NOT_READY = "storage is (re)initializing";

    private Failures() {}

    /** The longer a cache has been down the longer a client shall wait. Source: contract 1.5. */
    static int retryAfterSeconds(Duration downtime) {
        return (int) Math.clamp(Math.exp(0.06 * downtime.toMillis() / 1000), 1, 30);
    }

    /** The Status of any failure. */
    static StatusException status(Throwable failure) {
        return switch (failure) {
            case StatusException status -> status;
            case WatchCache.TooNewException tooNew -> tooNew(tooNew, 1);
            case WatchCache.TooOldException tooOld -> expired(String.valueOf(tooOld.getMessage()), "");
            case WatchCache.NotReadyException notReady ->
                new StatusException(
                        429,
                        "TooManyRequests",
                        NOT_READY,
                        new Details("", "", "", "", List.of(), retryAfterSeconds(notReady.downtime())));
            case Definitions.SupersededException changing ->
                new StatusException(
                        429,
                        "TooManyRequests",
                        String.valueOf(changing.getMessage()),
                        new Details("", "", "", "", List.of(), 1));
            case StoreException store -> StoreFailures.status(store);
            default ->
                new StatusException(
                        500,
                        "InternalError",
                        "Internal error occurred: " + failure.getMessage(),
                        new Details(
                                "", "", "", "", List.of(new Cause("", String.valueOf(failure.getMessage()), "")), 0));
        };
    }

    /** 504 for a revision that was not reached. */
    static StatusException tooNew(WatchCache.TooNewException tooNew, int retryAfterSeconds) {
        Cause cause = new Cause("ResourceVersionTooLarge", "Too large resource version", "");
        return new StatusException(
                504,
                "Timeout",
                "Timeout: " + tooNew.getMessage(),
                new Details("", "", "", "", List.of(cause), retryAfterSeconds));
    }

    /** 410; {@code continueToken} lets the client carry on with the latest state, empty for none. */
    static StatusException expired(String message, String continueToken) {
        return new StatusException(410, "Expired", message, Details.NONE, continueToken);
    }

    /**
     * Waits until a cache has been filled for the first time, a moment at most.
     *
     * @throws WatchCache.NotReadyException when it takes longer
     */
    static WatchCache ready(WatchCache cache) {
        if (!cache.ready()) {
            try {
                await(cache.notOlderThan(0));
            } catch (WatchCache.TooNewException | WatchCache.NotReadyException late) {
                cache.latest(); // says since when it is not ready, unless it has just become so
            }
        }
        return cache;
    }

    /** Waits for a result on a virtual thread, at most as long as a request may take. */
    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(REQUEST_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
        } catch (TimeoutException e) {
            throw new StatusException(
                    504, "Timeout", "Timeout: request did not complete within the allotted timeout", Details.NONE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResponseSink.ClosedException();
        }
    }
}
