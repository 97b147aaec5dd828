package io.tholepin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.objects.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeaderElectionTest {
    private static final LeaderElection.Timing TIMING =
            new LeaderElection.Timing(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));

    private final OneLease server = new OneLease();
    private final AtomicLong nanos = new AtomicLong();

    /** An API server that knows one Lease and its resourceVersion, and can be cut off. */
    private static final class OneLease implements Transport {
        private @Nullable Map<String, Object> lease;
        private long version;
        private boolean cut;

        @Override
        public synchronized Reply send(Call call) {
            if (cut) {
                throw new ApiException(0, "", "cut off", null);
            }
            Map<String, Object> stored = lease;
            if (call.method().equals("GET")) {
                return stored == null ? new Reply(404, Json.write(Map.of())) : new Reply(200, Json.write(stored));
            }
            Map<String, Object> sent = Json.parseObject(call.body());
            String known = Json.string(sent, "metadata", "resourceVersion");
            String now = stored == null ? "" : Json.string(stored, "metadata", "resourceVersion");
            if (!known.equals(now)) {
                return new Reply(409, Json.write(Map.of()));
            }
            Map<String, Object> metadata = new HashMap<>(Map.of("name", "work"));
            metadata.put("resourceVersion", Long.toString(++version));
            sent.put("metadata", metadata);
            lease = sent;
            return new Reply(200, Json.write(sent));
        }

        @Override
        public void stream(Call call, Predicate<byte[]> line) {
            throw new UnsupportedOperationException("no watches");
        }

        synchronized String spec(String field) {
            return Json.string(lease, "spec", field);
        }

        synchronized long number(String field) {
            return Json.integer(lease, -1, "spec", field);
        }
    }

    private LeaderElection candidate(String identity, Runnable lead, Runnable yield) {
        InstantSource wall = () -> Instant.ofEpochSecond(1_800_000_000L, nanos.get());
        return new LeaderElection(
                new ApiClient(server), "kube-system", "work", identity, TIMING, wall, nanos::get, lead, yield);
    }

    private LeaderElection candidate(String identity) {
        return candidate(identity, () -> {}, () -> {});
    }

    @Test
    void theFirstOneLeadsAndTheOtherDoesNot() throws InterruptedException {
        LeaderElection a = candidate("a");
        LeaderElection b = candidate("b");
        assertThat(a.attempt()).isTrue();
        assertThat(b.attempt()).isFalse();
        assertThat(a.attempt()).isTrue();
        assertThat(server.spec("holderIdentity")).isEqualTo("a");
        assertThat(server.number("leaseTransitions")).isZero();
    }

    @Test
    void aLeaseThatIsRenewedIsNeverTaken() throws InterruptedException {
        LeaderElection a = candidate("a");
        LeaderElection b = candidate("b");
        a.attempt();
        for (int i = 0; i < 20; i++) {
            nanos.addAndGet(Duration.ofSeconds(10).toNanos());
            assertThat(a.attempt()).isTrue();
            assertThat(b.attempt()).isFalse();
        }
    }

    @Test
    void aLeaseThatIsUnchangedForItsDurationIsTaken() throws InterruptedException {
        LeaderElection a = candidate("a");
        LeaderElection b = candidate("b");
        a.attempt();
        assertThat(b.attempt()).isFalse();
        nanos.addAndGet(Duration.ofSeconds(15).toNanos() - 1);
        assertThat(b.attempt()).isFalse();
        nanos.addAndGet(1);
        assertThat(b.attempt()).isTrue();
        assertThat(a.attempt()).isFalse();
        assertThat(server.number("leaseTransitions")).isEqualTo(1);
    }

    @Test
    void aServerThatDoesNotAnswerMakesNobodyLeader() throws InterruptedException {
        server.cut = true;
        assertThat(candidate("a").attempt()).isFalse();
    }

    @Test
    void closingEndsTheWorkAndFreesTheLeaseForTheNext() throws InterruptedException {
        CountDownLatch leads = new CountDownLatch(1);
        CountDownLatch yielded = new CountDownLatch(1);
        LeaderElection a = candidate("a", leads::countDown, yielded::countDown);
        a.start();
        assertThat(leads.await(10, TimeUnit.SECONDS)).isTrue();
        a.close();
        assertThat(yielded.getCount()).isZero();
        assertThat(server.spec("holderIdentity")).isEmpty();
        assertThat(candidate("b").attempt()).isTrue();
    }

    @Test
    void timesThatCouldMakeTwoLeadersAreRefused() {
        assertThatThrownBy(() -> new LeaderElection.Timing(
                        Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(2)))
                .hasMessage("lease PT10S, renewal PT10S, retry PT2S (expected: descending)");
    }
}
