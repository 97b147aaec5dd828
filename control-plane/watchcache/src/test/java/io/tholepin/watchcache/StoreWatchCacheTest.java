package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.watchcache.CacheWatch.EndedException;
import io.tholepin.watchcache.WatchCache.NotReadyException;
import io.tholepin.watchcache.WatchCache.TooNewException;
import io.tholepin.watchcache.WatchCache.TooOldException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StoreWatchCacheTest {
    private final ModelStore store = new ModelStore();
    private final ManualDispatcher dispatcher = new ManualDispatcher();
    private StoreWatchCache cache = cache(CacheSettings.defaults());

    private StoreWatchCache cache(CacheSettings settings) {
        return new StoreWatchCache(
                Pods.PREFIX,
                Pods.DECODER,
                new StoreWatchCache.Shared(
                        store,
                        dispatcher,
                        Runnable::run,
                        new RevisionRounds(store::currentRevision),
                        new Interner(64),
                        settings));
    }

    private void start() {
        cache.start();
        dispatcher.run();
    }

    private long put(String name) {
        return store.put(Pods.key("ns", name), Pods.stored("ns", name, "x", "Running"));
    }

    private List<String> latest() {
        return Pods.text(cache.latest());
    }

    @Test
    void nothingIsServedBeforeTheFirstFill() {
        assertThat(cache.ready()).isFalse();
        assertThatThrownBy(cache::latest).isInstanceOf(NotReadyException.class);
        assertThatThrownBy(() -> cache.exactly(1)).isInstanceOf(NotReadyException.class);
        assertThatThrownBy(() -> cache.watch(1, Pods.ALL)).isInstanceOf(NotReadyException.class);
        CompletableFuture<Snapshot> waiting = cache.notOlderThan(0);
        dispatcher.run();
        assertThat(waiting).isNotDone();
        start();
        assertThat(cache.ready()).isTrue();
        assertThat(waiting).isCompleted();
    }

    @Test
    void aFillReadsAllPagesAtOneRevision() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 1300; i++) {
            String name = "p" + (10_000 + i);
            expected.add("ns/" + name + "@" + put(name));
        }
        cache = cache(CacheSettings.defaults().inbound(10_000, 1 << 20));
        AtomicInteger pages = new AtomicInteger();
        store.beforeRange(() -> {
            if (pages.incrementAndGet() == 2) {
                store.delete(Pods.key("ns", "p10001"));
                put("p10500");
            }
        });
        start();
        expected.set(500, "ns/p10500@1303");
        expected.remove(1);
        assertThat(latest()).isEqualTo(expected);
        assertThat(pages.get()).isGreaterThan(10);
        assertThat(store.ranges()).allMatch(range -> range.limit() >= 1 && range.limit() <= 10_000);
        assertThat(Pods.drain(cache.watch(1301, Pods.ALL)))
                .containsExactly("DELETED ns/p10001@1302", "MODIFIED ns/p10500@1303");
    }

    @Test
    void aFillOfLargeObjectsAsksForFewAtATime() {
        String large = "x".repeat(100_000);
        for (int i = 0; i < 100; i++) {
            store.put(Pods.key("ns", "p" + (100 + i)), Pods.stored("ns", "p" + (100 + i), large, "Running"));
        }
        start();
        assertThat(latest()).hasSize(100);
        assertThat(store.ranges()).allMatch(range -> range.limit() <= 16);
    }

    @Test
    void otherResourcesDoNotConcernIt() {
        store.put("/registry/pods", Pods.utf8("no pod"));
        store.put("/registry/podtemplates/ns/a", Pods.utf8("no pod"));
        put("a");
        start();
        store.put("/registry/configmaps/ns/a", Pods.utf8("no pod"));
        dispatcher.run();
        assertThat(latest()).containsExactly("ns/a@4");
    }

    @Test
    void aWatchFromExactlyTheFillsRevisionWorks() {
        put("a");
        start();
        long filled = cache.latest().revision();
        assertThat(Pods.drain(cache.watch(filled, Pods.ALL))).isEmpty();
        assertThatThrownBy(() -> cache.watch(filled - 1, Pods.ALL)).isInstanceOf(TooOldException.class);
    }

    @Test
    void aWatchThatConfirmsIsAskedForEverythingAtOnce() {
        store.confirms();
        start();
        store.holdRevisions(); // whoever asks the store itself waits for ever
        store.holdDelivery();
        put("a");
        CompletableFuture<Snapshot> read = cache.consistent();
        dispatcher.run();
        assertThat(read).isNotDone();
        store.put("/registry/configmaps/ns/a", Pods.utf8("no pod"));
        CompletableFuture<Snapshot> later = cache.consistent();
        store.releaseDelivery();
        dispatcher.run();
        assertThat(Pods.text(read.join())).containsExactly("ns/a@2");
        assertThat(later.join().revision()).isEqualTo(3);
        assertThat(store.progressAsked()).isZero();
        assertThat(store.confirmationsAsked()).isEqualTo(2);
    }

    @Test
    void aConsistentReadWaitsForWhatIsAcknowledged() {
        start();
        store.holdDelivery();
        long written = put("a");
        CompletableFuture<Snapshot> read = cache.consistent();
        dispatcher.run();
        assertThat(read).isNotDone();
        store.releaseDelivery();
        dispatcher.run();
        assertThat(read.join().revision()).isGreaterThanOrEqualTo(written);
        assertThat(Pods.text(read.join())).containsExactly("ns/a@" + written);
    }

    @Test
    void aConsistentReadOfAResourceAtRestAsksForProgressAndDoesNotPoll() {
        start();
        long written = store.put("/registry/configmaps/ns/a", new byte[1]);
        assertThat(cache.latest().revision()).isLessThan(written);
        CompletableFuture<Snapshot> read = cache.consistent();
        dispatcher.run();
        assertThat(read.join().revision()).isEqualTo(written);
    }

    @Test
    void aReadOfTheFutureIsRefusedAfterThreeSeconds() {
        start();
        CompletableFuture<Snapshot> read = cache.notOlderThan(1000);
        dispatcher.run();
        dispatcher.advance(Duration.ofMillis(2900));
        assertThat(read).isNotDone();
        dispatcher.advance(Duration.ofMillis(200));
        assertThat(read.exceptionNow())
                .isInstanceOfSatisfying(TooNewException.class, failure -> {
                    assertThat(failure.wanted()).isEqualTo(1000);
                    assertThat(failure.current()).isEqualTo(1);
                })
                .hasMessage("Too large resource version: 1000, current: 1");
    }

    @Test
    void progressIsAskedForAgainWhileSomebodyWaits() {
        start();
        CompletableFuture<Snapshot> read = cache.notOlderThan(2);
        dispatcher.run();
        assertThat(read).isNotDone();
        store.put("/registry/configmaps/ns/a", new byte[1]);
        dispatcher.run();
        assertThat(read).isNotDone();
        dispatcher.advance(Duration.ofMillis(100));
        assertThat(read.join().revision()).isEqualTo(2);
    }

    @Test
    void aReadFailsAsTheStoreFails() {
        start();
        store.holdRevisions();
        CompletableFuture<Snapshot> read = cache.consistent();
        StoreException failure = StoreException.of(Code.NO_LEADER);
        store.failRevision(failure);
        assertThat(read.exceptionNow()).isSameAs(failure);
    }

    @Test
    void aLostWatchEndsWatchersAndFillsAnew() {
        start();
        CacheWatch watch = cache.watch(1, Pods.ALL);
        assertThat(Pods.drain(watch)).isEmpty();
        store.closeWatches(StoreException.compacted(5));
        put("a");
        store.beforeRange(() -> assertThat(cache.ready()).isFalse());
        dispatcher.run();
        assertThatThrownBy(() -> watch.next(Duration.ZERO)).isInstanceOf(EndedException.class);
        assertThat(cache.ready()).isTrue();
        assertThat(latest()).containsExactly("ns/a@2");
        assertThatThrownBy(() -> cache.watch(1, Pods.ALL)).isInstanceOf(TooOldException.class);
        put("b");
        dispatcher.run();
        assertThat(latest()).containsExactly("ns/a@2", "ns/b@3");
        assertThat(store.watches()).isEqualTo(1);
    }

    @Test
    void aCompactionBetweenPagesBeginsTheFillAnew() {
        for (int i = 0; i < 600; i++) {
            put("p" + i);
        }
        AtomicInteger pages = new AtomicInteger();
        store.beforeRange(() -> {
            if (pages.incrementAndGet() == 2) {
                put("late");
                store.compact(store.revision(), false);
            }
        });
        start();
        assertThat(cache.latest().count("")).isEqualTo(601);
        assertThat(cache.latest().revision()).isEqualTo(602);
    }

    @Test
    void aFillThatKeepsFailingIsTriedLessAndLessOften() {
        AtomicInteger attempts = new AtomicInteger();
        store.beforeRange(() -> {
            attempts.incrementAndGet();
            throw StoreException.of(Code.NO_LEADER);
        });
        start();
        dispatcher.advance(Duration.ofSeconds(1));
        int soon = attempts.get();
        assertThat(soon).isBetween(3, 6);
        dispatcher.advance(Duration.ofSeconds(60));
        assertThat(attempts.get() - soon).isBetween(10, 20);
        CompletableFuture<Snapshot> read = cache.notOlderThan(0);
        dispatcher.advance(Duration.ofMillis(3100));
        assertThat(read.exceptionNow())
                .isInstanceOf(NotReadyException.class)
                .hasMessageStartingWith("storage is (re)initializing: etcdserver: no leader");
        store.beforeRange(() -> {});
        dispatcher.advance(Duration.ofSeconds(6));
        assertThat(cache.ready()).isTrue();
    }

    @Test
    void anObjectThatCannotBeDecodedKeepsTheCacheClosed() {
        store.put(Pods.key("ns", "bad"), Pods.utf8("nonsense"));
        start();
        assertThat(cache.ready()).isFalse();
        assertThatThrownBy(cache::latest).hasMessageContaining("/registry/pods/ns/bad");
        store.delete(Pods.key("ns", "bad"));
        dispatcher.advance(Duration.ofSeconds(6));
        assertThat(cache.ready()).isTrue();
        store.put(Pods.key("ns", "other"), Pods.stored("ns", "name", "x", "y"));
        dispatcher.run();
        assertThatThrownBy(cache::latest)
                .hasMessageContaining("object ns/name is stored under /registry/pods/ns/other");
    }

    @Test
    void aSlowFeedIsOpenedAgainAndNobodyNotices() {
        start();
        CacheWatch watch = cache.watch(1, Pods.ALL);
        assertThat(Pods.drain(watch)).isEmpty();
        put("a");
        store.closeWatches(StoreException.of(Code.SLOW_WATCHER));
        put("b");
        dispatcher.run();
        put("c");
        dispatcher.run();
        assertThat(Pods.drain(watch)).containsExactly("ADDED ns/a@2", "ADDED ns/b@3", "ADDED ns/c@4");
        assertThat(store.watches()).isEqualTo(1);
    }

    @Test
    void moreThanCanBeTakenInIsFetchedAgain() {
        cache = cache(CacheSettings.defaults().inbound(1 << 20, 2000));
        start();
        CacheWatch watch = cache.watch(1, Pods.ALL);
        for (int i = 0; i < 100; i++) {
            put("p" + (100 + i));
        }
        dispatcher.run();
        assertThat(Pods.drain(watch)).hasSize(100).startsWith("ADDED ns/p100@2").endsWith("ADDED ns/p199@101");
        assertThat(store.watches()).isEqualTo(1);
    }

    @Test
    void aSlowFeedWhosePlaceIsCompactedFillsAnew() {
        start();
        CacheWatch watch = cache.watch(1, Pods.ALL);
        assertThat(Pods.drain(watch)).isEmpty();
        store.closeWatches(StoreException.of(Code.SLOW_WATCHER));
        put("a");
        put("b");
        store.compact(3, false);
        dispatcher.run();
        assertThatThrownBy(() -> watch.next(Duration.ZERO)).isInstanceOf(EndedException.class);
        assertThat(latest()).containsExactly("ns/a@2", "ns/b@3");
    }

    @Test
    void watchersOfAResourceAtRestMakeProgress() {
        start();
        CacheWatch watch = cache.watch(1, Pods.ALL);
        assertThat(Pods.drain(watch)).isEmpty();
        cache.idle();
        store.put("/registry/configmaps/ns/a", new byte[1]);
        assertThat(watch.progress()).isEqualTo(1);
        cache.idle();
        dispatcher.run();
        assertThat(watch.progress()).isEqualTo(2);
    }

    @Test
    void aClosedCacheEndsItsWatchersAndRefusesReaders() {
        start();
        CacheWatch watch = cache.watch(1, Pods.ALL);
        CompletableFuture<Snapshot> waiting = cache.notOlderThan(1000);
        dispatcher.run();
        cache.close();
        dispatcher.run();
        assertThat(waiting.exceptionNow()).isInstanceOf(NotReadyException.class);
        assertThatThrownBy(() -> watch.next(Duration.ofSeconds(10))).isInstanceOf(EndedException.class);
        assertThat(store.watches()).isZero();
        CompletableFuture<Snapshot> late = cache.notOlderThan(0);
        dispatcher.run();
        assertThat(late.exceptionNow()).isInstanceOf(NotReadyException.class);
    }

    @Test
    void whatAnObjectSharesWithItsFormerStateIsNotKeptTwice() {
        put("a");
        start();
        CachedObject before = Pods.sure(cache.latest().get("ns", "a"));
        put("a");
        dispatcher.run();
        CachedObject after = Pods.sure(cache.latest().get("ns", "a"));
        assertThat(after).isNotSameAs(before);
        assertThat(after.labels()).isSameAs(before.labels());
        assertThat(after.fields()).isSameAs(before.fields());
        assertThat(after.name()).isSameAs(before.name());
    }
}
