package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class InflightTest {
    private final Inflight inflight = new Inflight(new ApiMetrics().flow());

    private static ApiRequest request(String method, String query, UserInfo user) {
        return request(method, "/api/v1/pods", query, user);
    }

    private static ApiRequest request(String method, String path, String query, UserInfo user) {
        return new ApiRequest(method, path, Query.parse(query), new Headers(), user, new byte[0]);
    }

    @Test
    void beyondTheLimitOrdinaryUsersAreRefused() throws InterruptedException {
        UserInfo jane = UserInfo.authenticated("jane", List.of());
        CountDownLatch inside = new CountDownLatch(Inflight.WRITING_MAX);
        CountDownLatch release = new CountDownLatch(1);
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < Inflight.WRITING_MAX; i++) {
            writers.add(Thread.ofVirtual()
                    .start(() -> inflight.run(request("POST", "", jane), () -> {
                        inside.countDown();
                        await(release);
                    })));
        }
        inside.await();
        assertThat(inflight.run(request("PUT", "", jane), () -> {})).isFalse();
        assertThat(inflight.run(request("GET", "", jane), () -> {})).isTrue();
        List<Boolean> admitted = new ArrayList<>();
        Thread master = Thread.ofVirtual()
                .start(() -> admitted.add(inflight.run(
                        request("PUT", "", UserInfo.authenticated("root", List.of(UserInfo.MASTERS))), () -> {})));
        release.countDown();
        master.join();
        assertThat(admitted).containsExactly(true);
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(inflight.run(request("PUT", "", jane), () -> {})).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aFailedRequestGivesItsPlaceBack() {
        for (int i = 0; i < 2 * Inflight.WRITING_MAX; i++) {
            try {
                inflight.run(request("POST", "", UserInfo.ANONYMOUS), () -> {
                    throw new IllegalStateException("as intended");
                });
            } catch (IllegalStateException intended) {
                // the next one must still be let in
            }
        }
        assertThat(inflight.run(request("POST", "", UserInfo.ANONYMOUS), () -> {}))
                .isTrue();
    }

    @Test
    void watchesAreNotCounted() {
        assertThat(Inflight.isLongRunning(request("GET", "watch=true", UserInfo.ANONYMOUS)))
                .isTrue();
        assertThat(Inflight.isLongRunning(request("GET", "watch=0", UserInfo.ANONYMOUS)))
                .isFalse();
        assertThat(Inflight.isLongRunning(request("POST", "watch=1", UserInfo.ANONYMOUS)))
                .isFalse();
        assertThat(Inflight.isLongRunning(request("GET", "/apis/apps/v1/watch/deployments", "", UserInfo.ANONYMOUS)))
                .isTrue();
        assertThat(Inflight.isLongRunning(request("GET", "/api/v1/watch/pods", "", UserInfo.ANONYMOUS)))
                .isTrue();
        assertThat(Inflight.isLongRunning(request("GET", "/api/v1/namespaces/watch/pods", "", UserInfo.ANONYMOUS)))
                .isFalse();
    }
}
