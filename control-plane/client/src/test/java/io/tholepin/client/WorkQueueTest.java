package io.tholepin.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WorkQueueTest {
    private final AtomicLong now = new AtomicLong();
    private final WorkQueue queue = new WorkQueue(now::get);

    @Test
    void aKeyWaitsOnceHoweverOftenItIsAdded() throws InterruptedException {
        queue.add("a");
        queue.add("a");
        queue.add("b");
        assertThat(queue.take()).isEqualTo("a");
        assertThat(queue.take()).isEqualTo("b");
    }

    @Test
    void aKeyAddedWhileInWorkComesBackWhenItIsDone() throws InterruptedException {
        queue.add("a");
        queue.take();
        queue.add("a");
        queue.add("b");
        assertThat(queue.take()).isEqualTo("b");
        queue.done("a");
        assertThat(queue.take()).isEqualTo("a");
    }

    @Test
    void aFailedKeyComesBackAfterItsPauseAndNotBefore() throws InterruptedException {
        queue.add("a");
        queue.take();
        queue.retry("a");
        queue.add("b");
        assertThat(queue.take()).isEqualTo("b");
        now.addAndGet(Duration.ofMillis(20).toNanos());
        assertThat(queue.take()).isEqualTo("a");
    }

    @Test
    void thePauseDoublesWithEachFailureInARow() throws InterruptedException {
        queue.add("a");
        for (int failure = 0; failure < 3; failure++) {
            queue.take();
            queue.retry("a");
            now.addAndGet(Duration.ofMillis(20L << failure).toNanos());
        }
        assertThat(queue.take()).isEqualTo("a");
        queue.retry("a");
        now.addAndGet(Duration.ofMillis(159).toNanos());
        queue.add("b");
        assertThat(queue.take()).isEqualTo("b");
    }

    @Test
    void closingWakesTheWaitingWorkerWithAnEmptyKey() throws Exception {
        CompletableFuture<String> taken = CompletableFuture.supplyAsync(() -> {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        queue.close();
        assertThat(taken.get(10, TimeUnit.SECONDS)).isEmpty();
    }
}
