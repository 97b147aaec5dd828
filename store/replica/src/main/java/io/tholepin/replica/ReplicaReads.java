package io.tholepin.replica;

import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs reads once the state is recent enough: small ones on the thread that asks or that brings the word of the
 * majority, larger ones on threads of their own. Thread-safe.
 */
final class ReplicaReads implements AutoCloseable {
    /** Threads for larger reads, and most reads waiting for one; one more is told TOO_MANY_REQUESTS. */
    private static final int READERS = 2;

    private static final int READS_WAITING_MAX = 4_096;
    private static final int IDLE_SECONDS = 10;

    private final ReadRounds rounds;
    private final Supplier<@Nullable StoreException> ended;
    private final ThreadPoolExecutor readers = new ThreadPoolExecutor(
            READERS,
            READERS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(READS_WAITING_MAX),
            Thread.ofPlatform().daemon().name("replica-reader-", 1).factory());

    /** @param ended why nothing is read any more; null while the member runs */
    ReplicaReads(ReadRounds rounds, Supplier<@Nullable StoreException> ended) {
        this.rounds = rounds;
        this.ended = ended;
        readers.allowCoreThreadTimeOut(true);
    }

    /**
     * Reads.
     *
     * @param local whether what this member has will do
     * @param small whether it is over in microseconds
     */
    <T> CompletableFuture<T> read(boolean local, boolean small, Supplier<T> reading) {
        StoreException stopped = ended.get();
        if (stopped != null) {
            return CompletableFuture.failedFuture(stopped);
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (local || rounds.mayReadNow()) {
            run(small ? Runnable::run : readers, answer, reading);
        } else {
            rounds.confirm().whenComplete((_, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                } else {
                    run(readers, answer, reading);
                }
            });
        }
        return answer;
    }

    @Override
    public void close() {
        readers.shutdown();
    }

    private static <T> void run(Executor where, CompletableFuture<T> answer, Supplier<T> reading) {
        try {
            where.execute(() -> {
                try {
                    answer.complete(reading.get());
                } catch (StoreException failure) {
                    answer.completeExceptionally(failure);
                } catch (RuntimeException failure) {
                    answer.completeExceptionally(StoreException.of(Code.CORRUPT, "a read failed", failure));
                }
            });
        } catch (RejectedExecutionException full) {
            answer.completeExceptionally(StoreException.of(Code.TOO_MANY_REQUESTS));
        }
    }
}
