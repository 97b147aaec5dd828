package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.contracts.ModelStore;
import io.tholepin.contracts.RecordingListener;
import io.tholepin.contracts.WatchPromises;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers and watchers of old revisions run beside an owner that compacts and sweeps all the time. */
class OvertakingTest {
    private static final int COMMITS = 3_000;
    private static final int KEYS = 12;
    private static final int ATTEMPTS_MAX = 10;

    /** How far back compactions, reads and watches go, in revisions: near enough to meet. */
    private static final int LAG_MAX = 40;

    @TempDir
    Path folder;

    private final Map<Long, List<KeyValue>> states = new ConcurrentHashMap<>();
    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    void nobodySeesHalfACompactionOnTheHeap() throws Exception {
        run(attempt -> new HeapEngine());
    }

    @Test
    void nobodySeesHalfACompactionOnRocks() throws Exception {
        run(attempt -> RocksEngine.open(folder.resolve("attempt-" + attempt)));
    }

    /** A schedule in which compaction overtakes every watch proves little: there is another attempt then. */
    private void run(IntFunction<Engine> engines) throws Exception {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            states.clear();
            done.set(false);
            if (run(engines.apply(attempt))) {
                return;
            }
        }
        throw new AssertionError("every watch was overtaken in " + ATTEMPTS_MAX + " attempts");
    }

    /** Whether a watch came to the end. */
    private boolean run(Engine engine) throws Exception {
        Keyspace keyspace = new Keyspace(engine);
        states.put(1L, List.of());
        WatchHub hub = new WatchHub(keyspace, new WatchLimits(10_000, 1 << 20, 10_000, 5, 2));
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            Future<Integer> reads = threads.submit(() -> read(keyspace, new SplittableRandom(1)));
            Future<Integer> moreReads = threads.submit(() -> read(keyspace, new SplittableRandom(2)));
            Future<List<Opened>> watches = threads.submit(() -> watch(keyspace, hub, new SplittableRandom(3)));
            List<Event> history = write(keyspace, hub);
            done.set(true);
            assertThat(reads.get() + moreReads.get()).isPositive();
            int overtaken = 0;
            for (Opened opened : watches.get()) {
                overtaken += opened.awaitEnd(keyspace.revision()) ? 0 : 1;
                new WatchPromises(history, opened.request, opened.request.startRevision(), opened.heard.calls())
                        .check();
            }
            return overtaken < watches.get().size();
        } finally {
            hub.close();
            keyspace.close();
        }
    }

    private List<Event> write(Keyspace keyspace, WatchHub hub) {
        SplittableRandom random = new SplittableRandom(7);
        ModelStore model = new ModelStore();
        long index = 0;
        for (int i = 0; i < COMMITS; i++) {
            Bytes key = Bytes.utf8("key-" + (char) ('a' + random.nextInt(KEYS)));
            Op op = random.nextInt(4) == 0
                    ? new Op.Delete(KeyRange.key(key), false)
                    : Op.Put.of(key, Bytes.utf8("" + i));
            model.txn(Txn.of(op));
            states.put(
                    model.revision(),
                    model.range(RangeRequest.of(KeyRange.all())).kvs());
            keyspace.apply(++index, new Command.Write(Txn.of(op)));
            if (random.nextInt(4) == 0) {
                keyspace.apply(++index, new Command.Compact(model.revision() - random.nextInt(LAG_MAX)));
            }
            hub.publish(keyspace.commit());
            keyspace.sweep(1 + random.nextInt(8));
        }
        keyspace.commit();
        return model.history();
    }

    private int read(Keyspace keyspace, SplittableRandom random) {
        int answered = 0;
        while (!done.get()) {
            long now = keyspace.revision();
            boolean latest = random.nextBoolean();
            RangeRequest request =
                    RangeRequest.of(KeyRange.all()).at(latest ? 0 : Math.max(1, now - random.nextInt(LAG_MAX)));
            try {
                RangeResult result = keyspace.range(request);
                List<KeyValue> expected = states.get(latest ? result.revision() : request.revision());
                assertThat(result.kvs()).isEqualTo(expected);
                assertThat(result.count()).isEqualTo(result.kvs().size());
                answered++;
            } catch (StoreException e) {
                assertThat(e.code()).isEqualTo(StoreException.Code.COMPACTED);
                assertThat(latest).as("the newest state is never compacted").isFalse();
            }
        }
        return answered;
    }

    /** A watch and what it heard. */
    private record Opened(WatchRequest request, RecordingListener heard, Watch watch) {
        /** Whether it came to the end; else it was overtaken, which it must have been told. */
        boolean awaitEnd(long revision) {
            watch.requestProgress();
            try {
                heard.awaitProgress(revision);
                return true;
            } catch (AssertionError e) {
                StoreException cause = heard.awaitClosed();
                assertThat(cause.code()).isIn(StoreException.Code.COMPACTED, StoreException.Code.SLOW_WATCHER);
                return false;
            }
        }
    }

    private List<Opened> watch(Keyspace keyspace, WatchHub hub, SplittableRandom random) throws InterruptedException {
        List<Opened> opened = new ArrayList<>();
        while (!done.get() && opened.size() < 400) {
            long start = Math.max(1, keyspace.revision() - random.nextInt(LAG_MAX));
            WatchRequest request = new WatchRequest(KeyRange.all(), start, false, false, false);
            RecordingListener heard = new RecordingListener();
            opened.add(new Opened(request, heard, hub.open(request, heard)));
            Thread.sleep(1);
        }
        return opened;
    }
}
