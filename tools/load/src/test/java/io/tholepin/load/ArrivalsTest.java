package io.tholepin.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    @Test
    void everyRequestThatIsDueIsSentOnceAndItsAnswersBytesAreAdded() throws InterruptedException {
        Set<Long> sent = ConcurrentHashMap.newKeySet();
        LatencyFigures figures = new Arrivals("a", 200, number -> answer(sent.add(number) ? 7 : 0))
                .run(Duration.ofMillis(500), Duration.ofSeconds(10));
        assertThat(sent).hasSize(100);
        assertThat(figures.micros().getTotalCount()).isEqualTo(100);
        assertThat(figures.bytes()).isEqualTo(700);
        assertThat(figures.errors() + figures.missed() + figures.unfinished()).isZero();
    }

    @Test
    void aServerThatNeverAnswersIsChargedTheTimeItKeptRequestsWaiting() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        LatencyFigures figures = new Arrivals("a", 100, number -> {
                    never.await();
                    return answer(0);
                })
                .run(Duration.ofMillis(100), Duration.ofMillis(300));
        assertThat(figures.unfinished()).isEqualTo(10);
        assertThat(figures.millis(0)).isGreaterThanOrEqualTo(250);
    }

    @Test
    void requestsBeyondTheBoundAreMissedAndNotSent() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        LatencyFigures figures = new Arrivals("a", 1000, number -> {
                    never.await();
                    return answer(0);
                })
                .run(Duration.ofMillis(200), Duration.ofMillis(10));
        assertThat(figures.missed()).isEqualTo(200 - Arrivals.IN_FLIGHT_MAX);
        assertThat(figures.unfinished()).isEqualTo(Arrivals.IN_FLIGHT_MAX);
    }

    @Test
    void aWrongAnswerIsAnErrorWithItsText() throws InterruptedException {
        LatencyFigures figures = new Arrivals(
                        "a",
                        100,
                        number -> new Arrivals.Answer(9, () -> {
                            throw new WrongAnswer("3 objects (expected: 4)");
                        }))
                .run(Duration.ofMillis(50), Duration.ofSeconds(10));
        assertThat(figures.errors()).isEqualTo(5);
        assertThat(figures.firstErrors()).hasSize(3).containsOnly("3 objects (expected: 4)");
    }

    @Test
    void theTimeOfTheCheckIsNoneOfTheServers() throws InterruptedException {
        Duration patience = Duration.ofSeconds(1);
        AtomicLong checked = new AtomicLong();
        LatencyFigures figures = new Arrivals(
                        "a",
                        100,
                        number -> new Arrivals.Answer(9, () -> {
                            checked.incrementAndGet();
                            LockSupport.parkNanos(patience.multipliedBy(10).toNanos());
                        }))
                .run(Duration.ofMillis(20), patience);
        assertThat(checked).hasValue(2);
        // The check goes on until nobody waits any more.
        assertThat(figures.millis(100)).isLessThan(patience.toMillis());
    }

    private static Arrivals.Answer answer(long bytes) {
        return new Arrivals.Answer(bytes, () -> {});
    }
}
