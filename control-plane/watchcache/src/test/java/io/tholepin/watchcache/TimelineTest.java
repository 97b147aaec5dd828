package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.watchcache.CacheWatch.EndedException;
import io.tholepin.watchcache.Timeline.Edit;
import io.tholepin.watchcache.WatchCache.TooOldException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
    private static final CacheSettings SETTINGS = CacheSettings.defaults();
    private static final long SECOND = 1_000_000_000L;

    private Timeline timeline = new Timeline(IndexedTree.empty(IndexedFields.NONE), 10, SETTINGS, new CacheCounters());
    private long now;

    private void put(long revision, String name, String app) {
        timeline.apply(revision, List.of(new Edit("ns/" + name, Pods.pod("ns", name, app, revision))), now);
    }

    private void delete(long revision, String name) {
        timeline.apply(revision, List.of(new Edit("ns/" + name, null)), now);
    }

    private void keep(int eventsMin, int eventsMax) {
        timeline = new Timeline(
                IndexedTree.empty(IndexedFields.NONE),
                10,
                SETTINGS.history(eventsMin, eventsMax, 1 << 30),
                new CacheCounters());
    }

    @Test
    void aWatchTellsWhatHappensAfterItsRevision() {
        put(11, "a", "x");
        CacheWatch watch = timeline.watch(11, Pods.ALL);
        CacheWatch earlier = timeline.watch(10, Pods.ALL);
        put(12, "a", "y");
        delete(13, "a");
        assertThat(Pods.drain(watch)).containsExactly("MODIFIED ns/a@12", "DELETED ns/a@13");
        assertThat(Pods.drain(earlier)).containsExactly("ADDED ns/a@11", "MODIFIED ns/a@12", "DELETED ns/a@13");
        put(14, "b", "x");
        assertThat(Pods.drain(watch)).containsExactly("ADDED ns/b@14");
    }

    @Test
    void aSelectorTurnsChangesIntoTransitions() {
        CacheWatch watch = timeline.watch(10, Pods.app("x"));
        assertThat(Pods.drain(watch)).isEmpty();
        put(11, "a", "y");
        put(12, "a", "x");
        put(13, "a", "x");
        put(14, "a", "y");
        put(15, "a", "y");
        delete(16, "a");
        assertThat(Pods.drain(watch)).containsExactly("ADDED ns/a@12", "MODIFIED ns/a@13", "DELETED ns/a@14");
        assertThat(Pods.drain(timeline.watch(10, Pods.app("x"))))
                .containsExactly("ADDED ns/a@12", "MODIFIED ns/a@13", "DELETED ns/a@14");
    }

    @Test
    void anObjectThatLeavesTheSelectionIsShownAsItWas() throws InterruptedException {
        put(11, "a", "x");
        CacheWatch watch = timeline.watch(11, Pods.app("x"));
        put(12, "a", "y");
        CacheEvent gone = Pods.sure(watch.next(Duration.ZERO));
        CachedObject object = Pods.sure(gone.object());
        assertThat(object.labels()).containsEntry("app", "x");
        assertThat(object.resourceVersion()).isEqualTo(12);
        assertThat(new String(object.json(), StandardCharsets.UTF_8))
                .contains("\"app\":\"x\"")
                .contains("\"resourceVersion\":\"12\"");
    }

    @Test
    void watchersShareTheirEvents() throws InterruptedException {
        CacheWatch live = timeline.watch(10, Pods.ALL);
        assertThat(live.next(Duration.ZERO)).isNull();
        CacheWatch other = timeline.watch(10, Pods.app("x"));
        assertThat(other.next(Duration.ZERO)).isNull();
        put(11, "a", "x");
        delete(12, "a");
        CacheWatch late = timeline.watch(10, new Selection("ns", "a", Selection.everything()));
        for (int i = 0; i < 2; i++) {
            CacheEvent event = live.next(Duration.ZERO);
            assertThat(event).isNotNull();
            assertThat(other.next(Duration.ZERO)).isSameAs(event);
            assertThat(late.next(Duration.ZERO)).isSameAs(event);
        }
    }

    @Test
    void aDeletedAndRecreatedNameIsTwoObjects() {
        CacheWatch watch = timeline.watch(10, Pods.ALL);
        put(11, "a", "x");
        delete(12, "a");
        put(13, "a", "x");
        assertThat(Pods.drain(watch)).containsExactly("ADDED ns/a@11", "DELETED ns/a@12", "ADDED ns/a@13");
    }

    @Test
    void aWatchOnANameThatDoesNotExistYetHearsOfItsBirth() {
        CacheWatch watch = timeline.watch(10, new Selection("ns", "late", Selection.everything()));
        CacheWatch anywhere = timeline.watch(10, new Selection("", "late", Selection.everything()));
        CacheWatch elsewhere = timeline.watch(10, new Selection("other", "", Selection.everything()));
        assertThat(Pods.drain(watch)).isEmpty();
        assertThat(Pods.drain(anywhere)).isEmpty();
        assertThat(Pods.drain(elsewhere)).isEmpty();
        put(11, "early", "x");
        put(12, "late", "x");
        assertThat(Pods.drain(watch)).containsExactly("ADDED ns/late@12");
        assertThat(Pods.drain(anywhere)).containsExactly("ADDED ns/late@12");
        assertThat(Pods.drain(elsewhere)).isEmpty();
    }

    @Test
    void aWatchFromTheFutureIsSilentUntilThen() {
        CacheWatch watch = timeline.watch(12, Pods.ALL);
        assertThat(Pods.drain(watch)).isEmpty();
        put(11, "a", "x");
        put(12, "b", "x");
        assertThat(Pods.drain(watch)).isEmpty();
        assertThat(watch.progress()).isEqualTo(12);
        put(13, "c", "x");
        assertThat(Pods.drain(watch)).containsExactly("ADDED ns/c@13");
    }

    @Test
    void aWatchFromTheFutureForgivesAHistoryThatMovedOn() {
        keep(0, 2);
        CacheWatch watch = timeline.watch(100, Pods.ALL);
        for (int i = 11; i < 101; i++) {
            put(i, "a", "x");
        }
        assertThat(Pods.drain(watch)).isEmpty();
        put(101, "a", "x");
        assertThat(Pods.drain(watch)).containsExactly("MODIFIED ns/a@101");
    }

    @Test
    void aWatchFromASnapshotBeginsWithItsObjects() {
        put(11, "a", "x");
        put(12, "b", "y");
        Snapshot snapshot = timeline.latest();
        put(13, "a", "y");
        CacheWatch watch = timeline.watchFrom(snapshot, Pods.ALL, true);
        CacheWatch selective = timeline.watchFrom(snapshot, Pods.app("x"), false);
        put(14, "c", "x");
        assertThat(watch.progress()).isZero();
        assertThat(Pods.drain(watch))
                .containsExactly(
                        "ADDED ns/a@11", "ADDED ns/b@12", "BOOKMARK 12 end", "MODIFIED ns/a@13", "ADDED ns/c@14");
        assertThat(watch.progress()).isEqualTo(14);
        assertThat(Pods.drain(selective)).containsExactly("ADDED ns/a@11", "DELETED ns/a@13", "ADDED ns/c@14");
    }

    @Test
    void aWatchFromBeforeTheHistoryIsTooOld() {
        assertThat(Pods.drain(timeline.watch(10, Pods.ALL))).isEmpty();
        assertThatThrownBy(() -> timeline.watch(9, Pods.ALL))
                .isInstanceOf(TooOldException.class)
                .hasMessage("too old resource version: 9 (10)");
    }

    @Test
    void aBurstLargerThanTheHistoryMakesOldRevisionsTooOld() {
        keep(0, 5);
        for (int i = 11; i <= 30; i++) {
            put(i, "a" + i, "x");
        }
        assertThat(timeline.historySize()).isEqualTo(5);
        assertThatThrownBy(() -> timeline.watch(24, Pods.ALL)).hasMessage("too old resource version: 24 (25)");
        assertThat(Pods.drain(timeline.watch(25, Pods.ALL)))
                .containsExactly(
                        "ADDED ns/a26@26", "ADDED ns/a27@27", "ADDED ns/a28@28", "ADDED ns/a29@29", "ADDED ns/a30@30");
    }

    @Test
    void theHistoryKeepsYoungChangesAndLetsOldOnesGo() {
        for (int i = 0; i < 150; i++) {
            put(11 + i, "a", "x");
            now += SECOND / 10;
        }
        assertThat(timeline.historySize()).isEqualTo(150);
        now += 70 * SECOND;
        timeline.trim(now);
        assertThat(timeline.historySize()).isEqualTo(100);
        now += 1000 * SECOND;
        timeline.trim(now);
        assertThat(timeline.historySize()).isEqualTo(100);
        assertThat(timeline.oldest()).isEqualTo(60);
    }

    @Test
    void theHistoryKeepsNoMoreBytesThanAllowed() {
        int pod = Pods.pod("ns", "a", "x", 11).json().length;
        timeline = new Timeline(
                IndexedTree.empty(IndexedFields.NONE),
                10,
                SETTINGS.history(100, 1000, 10L * (pod + 600)),
                new CacheCounters());
        for (int i = 0; i < 60; i++) {
            put(11 + i, "a", "x");
        }
        assertThat(timeline.historySize()).isBetween(9, 10);
    }

    @Test
    void aWatcherThatFallsBehindReadsOnFromTheHistory() {
        timeline = new Timeline(IndexedTree.empty(IndexedFields.NONE), 10, SETTINGS.queue(3), new CacheCounters());
        CacheWatch watch = timeline.watch(10, Pods.app("x"));
        assertThat(Pods.drain(watch)).isEmpty();
        for (int i = 11; i < 2011; i++) {
            put(i, "a" + i, i % 2 == 0 ? "x" : "y");
        }
        List<String> all = Pods.drain(watch);
        assertThat(all)
                .hasSize(1000)
                .startsWith("ADDED ns/a12@12", "ADDED ns/a14@14")
                .endsWith("ADDED ns/a2010@2010");
        assertThat(all).doesNotHaveDuplicates();
        put(2011, "b", "x");
        assertThat(Pods.drain(watch)).containsExactly("ADDED ns/b@2011");
        assertThat(timeline.watchers()).isEqualTo(1);
    }

    @Test
    void aWatcherThatTheHistoryMovedPastEndsAfterWhatWasQueued() throws InterruptedException {
        timeline = new Timeline(
                IndexedTree.empty(IndexedFields.NONE),
                10,
                SETTINGS.queue(2).history(0, 5, 1 << 30),
                new CacheCounters());
        CacheWatch watch = timeline.watch(10, Pods.ALL);
        assertThat(watch.next(Duration.ZERO)).isNull();
        for (int i = 11; i < 40; i++) {
            put(i, "a" + i, "x");
        }
        assertThat(watch.next(Duration.ZERO)).extracting(Pods::text).isEqualTo("ADDED ns/a11@11");
        assertThat(watch.progress()).isEqualTo(11);
        assertThat(watch.next(Duration.ZERO)).extracting(Pods::text).isEqualTo("ADDED ns/a12@12");
        assertThat(watch.progress()).isEqualTo(12);
        assertThatThrownBy(() -> watch.next(Duration.ZERO))
                .isInstanceOf(EndedException.class)
                .hasMessageContaining("too slow");
    }

    @Test
    void oneRevisionWithManyChangesIsOneState() {
        put(11, "a", "x");
        timeline.apply(
                12,
                List.of(
                        new Edit("ns/a", null),
                        new Edit("ns/b", Pods.pod("ns", "b", "x", 12)),
                        new Edit("ns/c", Pods.pod("ns", "c", "x", 12))),
                now);
        assertThat(Pods.text(exactly(11))).containsExactly("ns/a@11");
        assertThat(Pods.text(exactly(12))).containsExactly("ns/b@12", "ns/c@12");
        assertThat(Pods.drain(timeline.watch(11, Pods.ALL)))
                .containsExactly("DELETED ns/a@12", "ADDED ns/b@12", "ADDED ns/c@12");
    }

    @Test
    void aPartlyReadRevisionIsNoProgress() throws InterruptedException {
        CacheWatch watch = timeline.watch(10, Pods.ALL);
        assertThat(watch.next(Duration.ZERO)).isNull();
        timeline.apply(
                11,
                List.of(new Edit("ns/a", Pods.pod("ns", "a", "x", 11)), new Edit("ns/b", Pods.pod("ns", "b", "x", 11))),
                now);
        assertThat(watch.progress()).isEqualTo(10);
        assertThat(watch.next(Duration.ZERO)).isNotNull();
        assertThat(watch.progress()).isEqualTo(10);
        assertThat(watch.next(Duration.ZERO)).isNotNull();
        assertThat(watch.progress()).isEqualTo(11);
    }

    @Test
    void everyStateWithinTheHistoryCanBeRead() {
        put(11, "a", "x");
        put(15, "b", "x");
        delete(20, "a");
        timeline.advance(30);
        assertThat(Pods.text(exactly(10))).isEmpty();
        assertThat(Pods.text(exactly(14))).containsExactly("ns/a@11");
        assertThat(Pods.text(exactly(15))).containsExactly("ns/a@11", "ns/b@15");
        assertThat(Pods.text(exactly(30))).containsExactly("ns/b@15");
        assertThat(exactly(30).revision()).isEqualTo(30);
        assertThat(timeline.exactly(9)).isNull();
        assertThat(timeline.exactly(31)).isNull();
    }

    @Test
    void aResourceAtRestMakesProgress() {
        CacheWatch watch = timeline.watch(10, Pods.ALL);
        assertThat(Pods.drain(watch)).isEmpty();
        timeline.advance(5000);
        assertThat(watch.progress()).isEqualTo(5000);
        assertThat(timeline.latest().revision()).isEqualTo(5000);
    }

    @Test
    void aClosedWatchCostsNothingMore() {
        CacheWatch watch = timeline.watch(10, Pods.ALL);
        CacheWatch other = timeline.watch(10, Pods.ALL);
        assertThat(Pods.drain(watch)).isEmpty();
        assertThat(Pods.drain(other)).isEmpty();
        assertThat(timeline.watchers()).isEqualTo(2);
        watch.close();
        watch.close();
        assertThat(timeline.watchers()).isEqualTo(1);
        put(11, "a", "x");
        assertThat(Pods.drain(other)).containsExactly("ADDED ns/a@11");
        assertThatThrownBy(() -> watch.next(Duration.ZERO)).isInstanceOf(EndedException.class);
    }

    @Test
    void aSelectorThatFailsEndsItsOwnWatchOnly() {
        CacheWatch broken = timeline.watch(10, new Selection("", "", object -> {
            throw new IllegalStateException("no");
        }));
        CacheWatch sound = timeline.watch(10, Pods.ALL);
        assertThat(Pods.drain(broken)).isEmpty();
        assertThat(Pods.drain(sound)).isEmpty();
        put(11, "a", "x");
        assertThat(Pods.drain(sound)).containsExactly("ADDED ns/a@11");
        assertThatThrownBy(() -> broken.next(Duration.ZERO))
                .isInstanceOf(EndedException.class)
                .hasMessageContaining("selector failed");
    }

    @Test
    void changesThatCannotBeAreRefused() {
        put(11, "a", "x");
        assertThatThrownBy(() -> put(11, "b", "x")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> delete(12, "unknown")).isInstanceOf(IllegalStateException.class);
        assertThat(Pods.text(timeline.latest())).containsExactly("ns/a@11");
    }

    @Test
    void theEndIsHeardByEveryWatcher() {
        CacheWatch live = timeline.watch(10, Pods.ALL);
        CacheWatch notYet = timeline.watch(10, Pods.ALL);
        assertThat(Pods.drain(live)).isEmpty();
        put(11, "a", "x");
        timeline.end("over");
        for (CacheWatch watch : List.of(live, notYet)) {
            assertThatThrownBy(() -> {
                        while (watch.next(Duration.ofSeconds(10)) != null) {}
                    })
                    .isInstanceOf(EndedException.class)
                    .hasMessage("over");
        }
    }

    @Test
    void aWaitingConsumerIsWoken() throws Exception {
        CacheWatch watch = timeline.watch(10, Pods.ALL);
        var woken = new java.util.concurrent.CompletableFuture<String>();
        Thread consumer = Thread.ofVirtual().start(() -> {
            try {
                CacheEvent event = watch.next(Duration.ofSeconds(30));
                woken.complete(event == null ? "nothing" : Pods.text(event));
            } catch (InterruptedException interrupted) {
                woken.completeExceptionally(interrupted);
            }
        });
        while (timeline.watchers() == 0) {
            Thread.onSpinWait();
        }
        put(11, "a", "x");
        assertThat(woken.get()).isEqualTo("ADDED ns/a@11");
        consumer.join();
    }

    private Snapshot exactly(long revision) {
        return Pods.sure(timeline.exactly(revision));
    }
}
