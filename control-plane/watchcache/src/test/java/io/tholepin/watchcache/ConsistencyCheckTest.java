package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsistencyCheckTest {
    private final ModelStore store = new ModelStore();
    private final ManualDispatcher dispatcher = new ManualDispatcher();
    private final StoreWatchCache cache = new StoreWatchCache(
            Pods.PREFIX,
            Pods.DECODER,
            new StoreWatchCache.Shared(
                    store,
                    dispatcher,
                    Runnable::run,
                    new RevisionRounds(store::currentRevision),
                    new Interner(64),
                    CacheSettings.defaults()));

    private void put(String name) {
        store.put(Pods.key("ns", name), Pods.stored("ns", name, "x", "Running"));
    }

    private CacheStats stats() {
        return cache.stats("", "v1", "pods");
    }

    private void fill() {
        for (int i = 0; i < 100; i++) {
            put("p" + i);
        }
        cache.start();
        dispatcher.run();
        put("q");
        store.delete(Pods.key("ns", "p7"));
        dispatcher.run();
    }

    @Test
    void aCacheThatHoldsWhatTheStoreHoldsPasses() {
        fill();
        cache.check();
        dispatcher.run();
        assertThat(stats().checksPassed()).isEqualTo(1);
        assertThat(stats().checksFailed()).isZero();
        assertThat(stats().fills()).isEqualTo(1);
        assertThat(stats().objects()).isEqualTo(100);
    }

    @Test
    void aCacheThatLostAChangeIsFilledAnew() {
        fill();
        CacheWatch watch = cache.watch(store.revision(), Pods.ALL);
        assertThat(Pods.drain(watch)).isEmpty();
        long elsewhere = store.put("/registry/other/x", new byte[1]);
        cache.timeline().apply(elsewhere, List.of(new Timeline.Edit("ns/p3", null)), 0);
        cache.check();
        dispatcher.run();
        assertThat(stats().checksFailed()).isEqualTo(1);
        assertThat(stats().fills()).isEqualTo(2);
        assertThat(cache.latest().get("ns", "p3")).isNotNull();
        cache.check();
        assertThat(stats().checksPassed()).isEqualTo(1);
    }

    @Test
    void aRevisionThatTheStoreForgotDecidesNothing() {
        fill();
        store.holdDelivery();
        put("a");
        put("b");
        store.compact(store.revision(), true);
        cache.check();
        assertThat(stats().checksUndecided()).isEqualTo(1);
        assertThat(stats().fills()).isEqualTo(1);
    }

    @Test
    void aCacheChecksItselfEveryFewMinutes() {
        fill();
        dispatcher.advance(Duration.ofMinutes(4));
        cache.idle();
        assertThat(stats().checksPassed()).isZero();
        dispatcher.advance(Duration.ofMinutes(4));
        cache.idle();
        cache.idle();
        assertThat(stats().checksPassed()).isEqualTo(1);
    }

    @Test
    void theSumTellsKeysAndRevisionsApart() {
        List<ConsistencyCheck.Sum> sums = new ArrayList<>();
        ConsistencyCheck check =
                new ConsistencyCheck(store, KeyRange.prefix(Bytes.utf8(Pods.PREFIX)), Pods.PREFIX.length());
        sums.add(check.ofStore(store.revision()));
        put("a");
        sums.add(check.ofStore(store.revision()));
        put("a");
        sums.add(check.ofStore(store.revision()));
        put("b");
        sums.add(check.ofStore(store.revision()));
        store.delete(Pods.key("ns", "a"));
        sums.add(check.ofStore(store.revision()));
        assertThat(sums).doesNotHaveDuplicates();
        assertThat(check.ofStore(2)).isEqualTo(sums.get(1));
    }
}
