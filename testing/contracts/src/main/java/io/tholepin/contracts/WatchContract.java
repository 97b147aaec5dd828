package io.tholepin.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link Store} promises to a watch. Source: contract 2.7. */
public abstract class WatchContract extends StoreProbe {
    @Test
    void aWatchFromNowHearsWhatComesAfterIt() {
        long before = put("a", "1");
        RecordingListener heard = new RecordingListener();
        Watch watch = store.watch(WatchRequest.of(prefix("a"), 0), heard);
        assertThat(watch.createdRevision()).isEqualTo(before);
        long after = put("a", "2");
        Event event = heard.awaitEvents(1).getFirst();
        assertThat(event.type()).isEqualTo(Event.Type.PUT);
        assertThat(event.kv()).isEqualTo(new KeyValue(bytes("a"), bytes("2"), before, after, 2, 0));
        assertThat(event.previous()).isEqualTo(new KeyValue(bytes("a"), bytes("1"), before, before, 1, 0));
        assertThat(heard.events()).hasSize(1);
    }

    @Test
    void aDeletionCarriesKeyRevisionAndThePairBefore() {
        long put = put("a", "1");
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(key("a"), 0), heard);
        long deleted = delete(key("a")).revision();
        Event event = heard.awaitEvents(1).getFirst();
        assertThat(event.type()).isEqualTo(Event.Type.DELETE);
        assertThat(event.kv()).isEqualTo(new KeyValue(bytes("a"), Bytes.EMPTY, 0, deleted, 0, 0));
        assertThat(event.previous()).isEqualTo(new KeyValue(bytes("a"), bytes("1"), put, put, 1, 0));
    }

    @Test
    void aNewKeyHasNoPairBefore() {
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(key("a"), 0), heard);
        put("a", "1");
        delete(key("a"));
        put("a", "2");
        List<Event> events = heard.awaitEvents(3);
        assertThat(events.get(0).previous()).isNull();
        assertThat(events.get(1).previous()).isNotNull();
        assertThat(events.get(2).previous()).isNull();
    }

    @Test
    void pairsBeforeAreLeftOutUnlessAsked() {
        long first = put("a", "1");
        WatchRequest request = new WatchRequest(key("a"), 0, false, false, false);
        RecordingListener live = new RecordingListener();
        store.watch(request, live);
        put("a", "2");
        assertThat(live.awaitEvents(1).getFirst().previous()).isNull();
        RecordingListener late = new RecordingListener();
        store.watch(new WatchRequest(key("a"), first, false, false, false), late);
        assertThat(late.awaitEvents(2)).allMatch(event -> event.previous() == null);
    }

    @Test
    void anOldStartIsCaughtUp() {
        long first = put("a", "1");
        put("b", "1");
        put("a", "2");
        delete(key("a"));
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(key("a"), first), heard);
        put("a", "3");
        List<Event> events = heard.awaitEvents(4);
        assertThat(events)
                .extracting(Event::type)
                .containsExactly(Event.Type.PUT, Event.Type.PUT, Event.Type.DELETE, Event.Type.PUT);
        assertThat(events.get(1).previous()).extracting(KeyValue::value).isEqualTo(bytes("1"));
        assertThat(events.get(2).previous()).extracting(KeyValue::value).isEqualTo(bytes("2"));
        assertThat(events.get(2).kv())
                .isEqualTo(new KeyValue(
                        bytes("a"), Bytes.EMPTY, 0, events.get(2).kv().modRevision(), 0, 0));
    }

    @Test
    void aFutureStartHearsNothingBeforeIt() {
        long now = put("a", "1");
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(prefix("a"), now + 3), heard);
        put("a", "2");
        put("a", "3");
        put("a", "4");
        assertThat(heard.awaitEvents(1))
                .singleElement()
                .satisfies(event -> assertThat(event.kv().value()).isEqualTo(bytes("4")));
    }

    @Test
    void aFutureStartHearsNoProgressBeforeIt() {
        long now = put("a", "1");
        RecordingListener heard = new RecordingListener();
        Watch watch = store.watch(WatchRequest.of(prefix("a"), now + 4), heard);
        watch.requestProgress();
        for (int i = 2; i <= 5; i++) {
            put("a", "" + i);
        }
        heard.awaitEvents(1);
        watch.requestProgress();
        heard.awaitProgress(now + 4);
        assertThat(heard.calls()).allSatisfy(call -> assertThat(call.revision()).isGreaterThanOrEqualTo(now + 3));
    }

    @Test
    void aCompactedStartIsRefused() {
        put("a", "1");
        long second = put("a", "2");
        put("a", "3");
        await(store.compact(second + 1, false));
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(key("a"), second), heard);
        StoreException cause = heard.awaitClosed();
        assertThat(cause.code()).isEqualTo(StoreException.Code.COMPACTED);
        assertThat(cause.compactRevision()).isEqualTo(second + 1);
        assertThat(heard.events()).isEmpty();
    }

    @Test
    void theCompactedRevisionItselfCanBeWatched() {
        put("a", "1");
        long deletion = delete(key("a")).revision();
        put("a", "2");
        await(store.compact(deletion, true));
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(key("a"), deletion), heard);
        assertThat(heard.awaitEvents(2)).extracting(Event::type).containsExactly(Event.Type.DELETE, Event.Type.PUT);
    }

    @Test
    void aNegativeStartIsRefusedAsCompacted() {
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(key("a"), -1), heard);
        assertThat(heard.awaitClosed().code()).isEqualTo(StoreException.Code.COMPACTED);
    }

    @Test
    void aLiveWatchOutlivesACompaction() {
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(prefix("a"), 0), heard);
        put("a", "1");
        long second = put("a", "2");
        // Over a network a watch is live once it has heard something.
        heard.awaitEvents(2);
        await(store.compact(second, true));
        put("a", "3");
        assertThat(heard.awaitEvents(3).get(2).previous())
                .extracting(KeyValue::value)
                .isEqualTo(bytes("2"));
    }

    @Test
    void filtersLeaveOutPutsOrDeletions() {
        RecordingListener puts = new RecordingListener();
        RecordingListener deletions = new RecordingListener();
        store.watch(new WatchRequest(key("a"), 0, true, false, true), puts);
        store.watch(new WatchRequest(key("a"), 0, true, true, false), deletions);
        put("a", "1");
        delete(key("a"));
        put("a", "2");
        delete(key("a"));
        assertThat(puts.awaitEvents(2)).allMatch(event -> event.type() == Event.Type.PUT);
        assertThat(deletions.awaitEvents(2)).allMatch(event -> event.type() == Event.Type.DELETE);
    }

    @Test
    void allEventsOfARevisionComeTogether() {
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(prefix("a/"), 0), heard);
        for (int round = 0; round < 20; round++) {
            List<Op> ops = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                ops.add(Op.Put.of(bytes("a/" + i), bytes("" + round)));
            }
            txn(new Txn(List.of(), ops, List.of()));
        }
        heard.awaitEvents(200);
        for (RecordingListener.Call call : heard.calls()) {
            assertThat(((RecordingListener.Call.Events) call).events().size() % 10)
                    .isZero();
        }
    }

    @Test
    void openEndedRangesAndSingleKeysAreWatched() {
        RecordingListener all = new RecordingListener();
        RecordingListener fromB = new RecordingListener();
        RecordingListener onlyB = new RecordingListener();
        RecordingListener between = new RecordingListener();
        store.watch(WatchRequest.of(KeyRange.all(), 0), all);
        store.watch(WatchRequest.of(new KeyRange(bytes("b"), Bytes.wrap(new byte[1])), 0), fromB);
        store.watch(WatchRequest.of(key("b"), 0), onlyB);
        store.watch(WatchRequest.of(range("a", "b"), 0), between);
        putAll("a", "b", "bb", "c");
        assertThat(all.awaitEvents(4)).hasSize(4);
        assertThat(fromB.awaitEvents(3)).hasSize(3);
        assertThat(onlyB.awaitEvents(1)).hasSize(1);
        assertThat(between.awaitEvents(1)).hasSize(1);
    }

    @Test
    void progressIsAnsweredWithoutAnyEvent() {
        long now = put("a", "1");
        RecordingListener heard = new RecordingListener();
        Watch watch = store.watch(WatchRequest.of(key("other"), 0), heard);
        watch.requestProgress();
        assertThat(heard.awaitProgress(now)).isEqualTo(now);
        long later = put("a", "2");
        watch.requestProgress();
        assertThat(heard.awaitProgress(later)).isEqualTo(later);
    }

    @Test
    void progressComesAfterTheEventsBeforeIt() {
        RecordingListener heard = new RecordingListener();
        Watch watch = store.watch(WatchRequest.of(prefix("a"), 0), heard);
        for (int i = 0; i < 100; i++) {
            long at = put("a" + i, "1");
            watch.requestProgress();
            if (i % 10 == 0) {
                heard.awaitProgress(at);
                assertThat(heard.events().getLast().kv().modRevision()).isEqualTo(at);
            }
        }
        heard.awaitProgress(revision());
        assertThat(heard.events()).hasSize(100);
    }

    @Test
    void progressOfAWatchThatIsBehindWaitsUntilItHasCaughtUp() {
        long first = put("a", "0");
        for (int i = 1; i < 500; i++) {
            put("a", "" + i);
        }
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(key("a"), first), heard).requestProgress();
        heard.awaitProgress(revision());
        assertThat(heard.calls().getLast()).isInstanceOf(RecordingListener.Call.Progress.class);
        assertThat(heard.events()).hasSize(500);
    }

    @Test
    void aClosedWatchHearsNothing() throws Exception {
        RecordingListener heard = new RecordingListener();
        RecordingListener other = new RecordingListener();
        Watch watch = store.watch(WatchRequest.of(prefix("a"), 0), heard);
        store.watch(WatchRequest.of(prefix("a"), 0), other);
        put("a", "1");
        heard.awaitEvents(1);
        watch.close();
        watch.close();
        put("a", "2");
        other.awaitEvents(2);
        assertThat(heard.calls()).hasSize(1);
    }

    @Test
    void closingTheStoreEndsItsWatches() {
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(prefix("a"), 0), heard);
        put("a", "1");
        heard.awaitEvents(1);
        store.close();
        assertThat(heard.awaitClosed().code()).isEqualTo(StoreException.Code.STOPPED);
    }

    @Test
    void aListenerThatFailsEndsItsOwnWatchOnly() throws Exception {
        RecordingListener heard = new RecordingListener();
        List<Event> delivered = new CopyOnWriteArrayList<>();
        CountDownLatch called = new CountDownLatch(1);
        store.watch(WatchRequest.of(prefix("a"), 0), new WatchListener() {
            @Override
            public void onEvents(long revision, List<Event> events) {
                delivered.addAll(events);
                called.countDown();
                throw new IllegalStateException("a listener's own failure, on purpose");
            }

            @Override
            public void onProgress(long revision) {}

            @Override
            public void onClosed(StoreException cause) {}
        });
        store.watch(WatchRequest.of(prefix("a"), 0), heard);
        put("a", "1");
        heard.awaitEvents(1);
        assertThat(called.await(30, TimeUnit.SECONDS)).isTrue();
        put("a", "2");
        heard.awaitEvents(2);
        assertThat(delivered).hasSize(1);
    }

    @Test
    void aListenerThatBlocksDoesNotHoldUpOthers() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(prefix("a"), 0), new WatchListener() {
            @Override
            public void onEvents(long revision, List<Event> events) {
                try {
                    release.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void onProgress(long revision) {}

            @Override
            public void onClosed(StoreException cause) {}
        });
        store.watch(WatchRequest.of(prefix("a"), 0), heard);
        for (int i = 0; i < 10; i++) {
            put("a", "" + i);
        }
        assertThat(heard.awaitEvents(10)).hasSize(10);
        release.countDown();
    }

    @Test
    void anEmptyKeyIsRefused() {
        RecordingListener heard = new RecordingListener();
        assertThatThrownBy(() -> store.watch(WatchRequest.of(new KeyRange(Bytes.EMPTY, Bytes.EMPTY), 0), heard))
                .isInstanceOf(StoreException.class)
                .hasMessage(StoreException.Code.EMPTY_KEY.text());
    }

    @Test
    void everyPromiseHoldsWhileManyWatchesOpenDuringManyWrites() {
        SplittableRandom random = new SplittableRandom(7);
        RecordingListener full = new RecordingListener();
        WatchRequest everything = WatchRequest.of(KeyRange.all(), 0);
        Watch first = store.watch(everything, full);
        List<WatchRequest> requests = new ArrayList<>();
        List<Long> firstRevisions = new ArrayList<>();
        List<Watch> watches = new ArrayList<>();
        List<RecordingListener> listeners = new ArrayList<>();
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            writes.add(store.txn(randomWrite(random)));
            if (i % 25 == 0) {
                long now = revision();
                long start = random.nextBoolean() ? 0 : Math.max(1, now - random.nextInt(200) + 20);
                WatchRequest request = randomWatch(random, start);
                RecordingListener listener = new RecordingListener();
                Watch watch = store.watch(request, listener);
                requests.add(request);
                listeners.add(listener);
                watches.add(watch);
                firstRevisions.add(start == 0 ? watch.createdRevision() + 1 : start);
            }
            if (i % 10 == 0 && !watches.isEmpty()) {
                watches.get(random.nextInt(watches.size())).requestProgress();
            }
        }
        writes.forEach(StoreProbe::await);
        put("end", "1");
        long end = put("end", "2");
        first.requestProgress();
        full.awaitProgress(end);
        List<Event> history = full.events();
        assertThat(history).extracting(event -> event.kv().modRevision()).isSorted();
        for (int i = 0; i < watches.size(); i++) {
            watches.get(i).requestProgress();
            listeners.get(i).awaitProgress(end);
            new WatchPromises(
                            history,
                            requests.get(i),
                            firstRevisions.get(i),
                            listeners.get(i).calls())
                    .check();
        }
    }

    private static Txn randomWrite(SplittableRandom random) {
        List<Op> ops = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        int base = random.nextInt(20);
        for (int i = 0; i < count; i++) {
            Bytes key = bytes("k/" + (char) ('a' + (base + i) % 20));
            ops.add(
                    random.nextInt(4) == 0
                            ? new Op.Delete(KeyRange.key(key), false)
                            : Op.Put.of(key, bytes("" + random.nextInt(1000))));
        }
        return new Txn(List.of(), ops, List.of());
    }

    private static WatchRequest randomWatch(SplittableRandom random, long start) {
        String from = "k/" + (char) ('a' + random.nextInt(20));
        KeyRange range = switch (random.nextInt(4)) {
            case 0 -> key(from);
            case 1 -> range(from, "k/z");
            case 2 -> prefix("k/");
            default -> KeyRange.all();
        };
        return new WatchRequest(range, start, random.nextBoolean(), random.nextInt(5) == 0, random.nextInt(5) == 0);
    }
}
