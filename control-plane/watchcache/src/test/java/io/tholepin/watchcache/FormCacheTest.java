package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.watchcache.FormCache.Made;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FormCacheTest {
    private static final long NOW = 1_000;

    private final AtomicInteger made = new AtomicInteger();

    private Made bytes(int length) {
        made.incrementAndGet();
        return Made.forever(new byte[length]);
    }

    private static CachedObject object(int i) {
        return Pods.pod("ns", "p" + i, "x", i + 1);
    }

    @Test
    void aFormIsMadeOnceForAllWhoAsk() throws InterruptedException {
        FormCache cache = new FormCache(2, 1 << 20);
        CachedObject object = object(0);
        List<Thread> threads = new ArrayList<>();
        List<byte[]> seen = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 50; i++) {
            threads.add(Thread.ofVirtual().start(() -> seen.add(cache.get(object, 1, NOW, () -> bytes(10)))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(made).hasValue(1);
        assertThat(seen).hasSize(50).allSatisfy(bytes -> assertThat(bytes).isSameAs(seen.getFirst()));
        assertThat(cache.get(object, 0, NOW, () -> bytes(20))).hasSize(20);
        assertThat(cache.get(object, 1, NOW, () -> bytes(99))).hasSize(10);
    }

    @Test
    void noMoreBytesAreKeptThanAllowedAndWhatIsAskedForStays() {
        FormCache cache = new FormCache(1, 100_000);
        CachedObject hot = object(-1);
        cache.get(hot, 0, NOW, () -> bytes(1000));
        List<CachedObject> objects = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            CachedObject object = object(i);
            objects.add(object);
            cache.get(object, 0, NOW, () -> bytes(1000));
            cache.get(hot, 0, NOW, () -> bytes(1000));
            assertThat(cache.bytes()).isLessThanOrEqualTo(100_000);
        }
        assertThat(made).hasValue(1001);
        assertThat(cache.length(objects.getFirst(), 0, () -> bytes(7))).isEqualTo(1000);
        assertThat(made).as("a length is known when the bytes are gone").hasValue(1001);
        cache.get(objects.getFirst(), 0, NOW, () -> bytes(1000));
        assertThat(made).hasValue(1002);
    }

    @Test
    void aFormThatIsNoLongerRightIsMadeAnew() {
        FormCache cache = new FormCache(1, 1 << 20);
        CachedObject object = object(0);
        cache.get(object, 0, NOW, () -> new Made(new byte[1], NOW + 10));
        assertThat(cache.get(object, 0, NOW + 9, () -> bytes(2))).hasSize(1);
        assertThat(cache.get(object, 0, NOW + 10, () -> bytes(2))).hasSize(2);
    }

    @Test
    void aCacheWithoutRoomStillAnswers() {
        FormCache cache = new FormCache(1, 0);
        CachedObject object = object(0);
        assertThat(cache.get(object, 0, NOW, () -> bytes(5))).hasSize(5);
        assertThat(cache.get(object, 0, NOW, () -> bytes(5))).hasSize(5);
        assertThat(made).hasValue(2);
        assertThat(cache.bytes()).isZero();
    }
}
