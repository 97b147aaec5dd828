package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.Maintenance;
import io.tholepin.kv.StateHash;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreImage;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What an operator asks of a {@link LocalStore}. Hashes are computed one at a time on a thread of their own. */
final class LocalMaintenance implements Maintenance, AutoCloseable {
    /** Hashes that may wait for their turn; one more is refused with TOO_MANY_REQUESTS. */
    private static final int WAITING_MAX = 16;

    private final LocalStore store;
    private final Keyspace keyspace;
    private final ExecutorService hashing = new ThreadPoolExecutor(
            0,
            1,
            5,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().daemon().name("local-store-hash").factory());

    LocalMaintenance(LocalStore store, Keyspace keyspace) {
        this.store = store;
        this.keyspace = keyspace;
    }

    @Override
    public List<Alarm> alarms() {
        return keyspace.alarms();
    }

    @Override
    public CompletableFuture<List<Alarm>> raise(Alarm alarm) {
        return store.submit(new Command.AlarmRaise(alarm), outcome -> ((Outcome.Alarms) outcome).alarms());
    }

    @Override
    public CompletableFuture<List<Alarm>> disarm(Alarm alarm) {
        return store.submit(new Command.AlarmDisarm(alarm), outcome -> ((Outcome.Alarms) outcome).alarms());
    }

    @Override
    public CompletableFuture<StateHash> hashKv(long revision) {
        return computed(() -> keyspace.hashKv(revision));
    }

    @Override
    public CompletableFuture<StateHash> hash() {
        return computed(keyspace::hash);
    }

    @Override
    public CompletableFuture<Void> defragment() {
        try {
            keyspace.defragment();
            return CompletableFuture.completedFuture(null);
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public StoreImage image() {
        return keyspace.image(store.term());
    }

    /** What still waits fails as STOPPED. */
    @Override
    public void close() {
        for (Runnable waiting : hashing.shutdownNow()) {
            ((Hashing) waiting).answer.completeExceptionally(StoreException.of(StoreException.Code.STOPPED));
        }
    }

    private CompletableFuture<StateHash> computed(Supplier<StateHash> hash) {
        Hashing task = new Hashing(hash, new CompletableFuture<>());
        try {
            hashing.execute(task);
        } catch (RejectedExecutionException e) {
            task.answer.completeExceptionally(StoreException.of(
                    hashing.isShutdown() ? StoreException.Code.STOPPED : StoreException.Code.TOO_MANY_REQUESTS));
        }
        return task.answer;
    }

    private record Hashing(Supplier<StateHash> hash, CompletableFuture<StateHash> answer) implements Runnable {
        @Override
        public void run() {
            try {
                answer.complete(hash.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }
    }
}
