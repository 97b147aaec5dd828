package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.contracts.RecordingListener;
import io.tholepin.contracts.WatchPromises;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the hub does at its limits; what it promises otherwise is in WatchContract. The test is the keyspace's owner.
 */
class WatchHubTest {
    private static final WatchRequest EVERYTHING = WatchRequest.of(KeyRange.all(), 1);

    @TempDir
    Path folder;

    private final Keyspace keyspace = new Keyspace(new HeapEngine());
    private final List<Event> history = new ArrayList<>();
    private WatchHub hub = new WatchHub(keyspace, WatchLimits.DEFAULT);

    @AfterEach
    void closeHub() {
        hub.close();
    }

    @Test
    void aWatcherWhoseQueueIsFullIsClosedAndTheOthersGoOn() {
        hub = new WatchHub(keyspace, new WatchLimits(10, 1 << 20, 1000, 100, 2));
        Blocked slow = new Blocked();
        RecordingListener quick = new RecordingListener();
        hub.open(EVERYTHING, slow);
        hub.open(EVERYTHING, quick);
        put(1);
        slow.awaitCalled();
        for (int i = 2; i <= 40; i++) {
            put(i);
            quick.awaitEvents(i);
        }
        slow.release();
        assertThat(slow.heard.awaitClosed().code()).isEqualTo(StoreException.Code.SLOW_WATCHER);
        check(EVERYTHING, slow.heard);
        assertThat(slow.heard.events()).hasSizeBetween(1, 21);
        check(EVERYTHING, quick);
    }

    @Test
    void theBytesThatWaitAreLimitedToo() {
        hub = new WatchHub(keyspace, new WatchLimits(1000, 1000, 1000, 100, 2));
        Blocked slow = new Blocked();
        RecordingListener quick = new RecordingListener();
        hub.open(EVERYTHING, slow);
        hub.open(EVERYTHING, quick);
        put(1);
        slow.awaitCalled();
        for (int i = 2; i <= 5; i++) {
            publish(Op.Put.of(key(i), Bytes.wrap(new byte[600])));
            quick.awaitEvents(i);
        }
        slow.release();
        assertThat(slow.heard.awaitClosed().code()).isEqualTo(StoreException.Code.SLOW_WATCHER);
    }

    @Test
    void whatWasCommittedWhileNobodyWatchedComesFromTheHistory() {
        put(1);
        put(2);
        RecordingListener first = new RecordingListener();
        Watch watch = hub.open(EVERYTHING, first);
        put(3);
        assertThat(first.awaitEvents(3)).hasSize(3);
        watch.close();
        for (int i = 4; i <= 50; i++) {
            put(i);
        }
        RecordingListener second = new RecordingListener();
        RecordingListener latest = new RecordingListener();
        hub.open(EVERYTHING, second);
        hub.open(WatchRequest.of(KeyRange.all(), 0), latest);
        put(51);
        assertThat(second.awaitEvents(51)).hasSize(51);
        assertThat(latest.awaitEvents(1)).hasSize(1);
        check(EVERYTHING, second);
    }

    @Test
    void watchesThatComeAndGoDuringCommitsMissNothing() throws InterruptedException {
        put(1);
        List<RecordingListener> heard = new ArrayList<>();
        Thread client = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 300; i++) {
                RecordingListener listener = new RecordingListener();
                Watch watch = hub.open(EVERYTHING, listener);
                listener.awaitEvents(1);
                watch.close();
                heard.add(listener);
            }
        });
        for (int i = 2; client.isAlive(); i++) {
            put(i);
            LockSupport.parkNanos(20_000);
        }
        client.join();
        heard.forEach(listener -> check(EVERYTHING, listener));
    }

    @Test
    void oneLargeCommitIsDeliveredWhateverTheLimits() {
        hub = new WatchHub(keyspace, new WatchLimits(2, 2, 2, 1, 1));
        RecordingListener heard = new RecordingListener();
        hub.open(EVERYTHING, heard);
        Op[] ops = new Op[50];
        for (int i = 0; i < ops.length; i++) {
            ops[i] = Op.Put.of(key(i), Bytes.utf8("" + i));
        }
        publish(ops);
        assertThat(heard.awaitEvents(50)).hasSize(50);
        check(EVERYTHING, heard);
    }

    @Test
    void whatTheHubCannotMatchInTimeIsCaughtUpFromTheHistory() {
        hub = new WatchHub(keyspace, new WatchLimits(1000, 1 << 20, 10, 7, 1));
        Blocked blocking = new Blocked();
        RecordingListener other = new RecordingListener();
        WatchRequest some = WatchRequest.of(new KeyRange(key(3), key(5)), 1);
        hub.open(EVERYTHING, blocking);
        Watch watch = hub.open(some, other);
        put(1);
        blocking.awaitCalled();
        // The only thread is blocked: nothing is matched, and more than ten events wait.
        for (int i = 2; i <= 100; i++) {
            put(i);
        }
        watch.requestProgress();
        blocking.release();
        assertThat(blocking.heard.awaitEvents(100)).hasSize(100);
        other.awaitProgress(keyspace.revision());
        check(EVERYTHING, blocking.heard);
        check(some, other);
        put(101);
        blocking.heard.awaitEvents(101);
        check(EVERYTHING, blocking.heard);
    }

    @Test
    void aWatcherThatCatchesUpIsNotClosedForBeingSlow() {
        for (int i = 1; i <= 500; i++) {
            put(i);
        }
        hub = new WatchHub(keyspace, new WatchLimits(20, 1 << 20, 1000, 5, 2));
        Blocked slow = new Blocked();
        RecordingListener quick = new RecordingListener();
        hub.open(EVERYTHING, slow);
        slow.awaitCalled();
        hub.open(EVERYTHING, quick);
        assertThat(quick.awaitEvents(500)).hasSize(500);
        slow.release();
        assertThat(slow.heard.awaitEvents(500)).hasSize(500);
        check(EVERYTHING, slow.heard);
        check(EVERYTHING, quick);
    }

    @Test
    void aCompactionOvertakesAWatcherThatIsBehind() {
        for (int i = 1; i <= 500; i++) {
            put(i);
        }
        hub = new WatchHub(keyspace, new WatchLimits(20, 1 << 20, 1000, 5, 2));
        Blocked slow = new Blocked();
        hub.open(EVERYTHING, slow);
        slow.awaitCalled();
        keyspace.apply(keyspace.appliedIndex() + 1, new Command.Compact(keyspace.revision()));
        keyspace.commit();
        while (keyspace.sweep(10)) {
            keyspace.commit();
        }
        keyspace.commit();
        slow.release();
        StoreException cause = slow.heard.awaitClosed();
        assertThat(cause.code()).isEqualTo(StoreException.Code.COMPACTED);
        assertThat(cause.compactRevision()).isEqualTo(keyspace.revision());
        check(EVERYTHING, slow.heard);
        assertThat(slow.heard.events()).hasSizeLessThan(500);
    }

    @Test
    void watchersGoOnAfterASnapshotIsLoaded() {
        RecordingListener heard = new RecordingListener();
        hub.open(EVERYTHING, heard);
        put(1);
        heard.awaitEvents(1);
        Keyspace ahead = new Keyspace(new HeapEngine());
        for (int i = 1; i <= 30; i++) {
            ahead.apply(i, command(Op.Put.of(key(i == 1 ? 1 : i % 7), Bytes.utf8("" + i))));
        }
        Committed committed = ahead.commit();
        ahead.save(folder.resolve("snapshot"));
        keyspace.load(folder.resolve("snapshot"));
        hub.reset();
        heard.awaitEvents(30);
        publish(Op.Put.of(key(1), Bytes.utf8("after")));
        assertThat(heard.awaitEvents(31)).hasSize(31);
        history.addAll(1, committed.events().subList(1, 30));
        check(EVERYTHING, heard);
    }

    @Test
    void tenThousandWatchersEachHearTheirOwnKey() {
        List<RecordingListener> listeners = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            RecordingListener listener = new RecordingListener();
            listeners.add(listener);
            KeyRange range = i % 2 == 0 ? KeyRange.key(key(i)) : KeyRange.prefix(key(i));
            hub.open(WatchRequest.of(range, 0), listener);
        }
        for (int i = 0; i < 10_000; i += 97) {
            put(i);
        }
        for (int i = 0; i < 10_000; i += 97) {
            listeners.get(i).awaitEvents(1);
        }
        hub.close();
        for (int i = 0; i < 10_000; i++) {
            listeners.get(i).awaitClosed();
            assertThat(listeners.get(i).events()).hasSize(i % 97 == 0 ? 1 : 0);
        }
    }

    @Test
    void aListenerThatIsBeingCalledWhileTheHubClosesHearsTheEnd() throws InterruptedException {
        Blocked slow = new Blocked();
        RecordingListener quick = new RecordingListener();
        hub.open(EVERYTHING, slow);
        hub.open(EVERYTHING, quick);
        put(1);
        slow.awaitCalled();
        Thread closing = Thread.ofVirtual().start(hub::close);
        quick.awaitClosed();
        slow.release();
        assertThat(slow.heard.awaitClosed().code()).isEqualTo(StoreException.Code.STOPPED);
        closing.join();
    }

    @Test
    void aWatchThatOpensWhileTheHubClosesIsRefusedOrHearsTheEnd() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            WatchHub closing = new WatchHub(keyspace, WatchLimits.DEFAULT);
            RecordingListener heard = new RecordingListener();
            Thread closer = Thread.ofVirtual().start(closing::close);
            try {
                closing.open(EVERYTHING, heard);
                assertThat(heard.awaitClosed().code()).isEqualTo(StoreException.Code.STOPPED);
            } catch (StoreException refused) {
                assertThat(refused.code()).isEqualTo(StoreException.Code.STOPPED);
            }
            closer.join();
        }
    }

    @Test
    void aClosedHubOpensNothing() {
        hub.close();
        assertThatThrownBy(() -> hub.open(EVERYTHING, new RecordingListener()))
                .isInstanceOf(StoreException.class)
                .hasMessage(StoreException.Code.STOPPED.text());
    }

    private void check(WatchRequest request, RecordingListener heard) {
        new WatchPromises(history, request, 1, heard.calls()).check();
    }

    private void put(int i) {
        publish(Op.Put.of(key(i), Bytes.utf8("" + i)));
    }

    private void publish(Op... ops) {
        keyspace.apply(keyspace.appliedIndex() + 1, command(ops));
        Committed committed = keyspace.commit();
        history.addAll(committed.events());
        hub.publish(committed);
    }

    private static Command command(Op... ops) {
        return new Command.Write(new Txn(List.of(), List.of(ops), List.of()));
    }

    private static Bytes key(int i) {
        return Bytes.utf8(String.format("key-%05d/", i));
    }

    /** A listener whose first call does not return until it is released. */
    private static final class Blocked implements WatchListener {
        final RecordingListener heard = new RecordingListener();
        private final CountDownLatch called = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        void awaitCalled() {
            await(called);
        }

        void release() {
            released.countDown();
        }

        @Override
        public void onEvents(long revision, List<Event> events) {
            called.countDown();
            await(released);
            heard.onEvents(revision, events);
        }

        @Override
        public void onProgress(long revision) {
            heard.onProgress(revision);
        }

        @Override
        public void onClosed(StoreException cause) {
            heard.onClosed(cause);
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
