package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Op;
import io.tholepin.kv.Store;
import io.tholepin.kv.Txn;
import io.tholepin.objects.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real threads, a real store: writers, listers and watchers side by side. */
class ConcurrentWatchCacheTest {
    private static final int WRITERS = 4;
    private static final int WRITES = 500;
    private static final int WRITES_MAX = 50_000;
    private static final int NAMES = 40;
    private static final int LISTS = 20;

    private final Store store = LocalStore.ephemeral();
    private final WatchCaches caches = new WatchCaches(store, type -> Pods.DECODER, CacheSettings.defaults());
    private final WatchCache cache = caches.cache(type("pods", "/registry/pods/"));

    @AfterEach
    void close() {
        caches.close();
        store.close();
    }

    private static ResourceType type(String resource, String prefix) {
        return new ResourceType(
                "", "v1", resource, "", "Pod", true, List.of(), List.of(), List.of(), List.of(), "", prefix);
    }

    /** What one writer has been told: for each of its names the last acknowledged revision, negative when deleted. */
    private record Acknowledged(ConcurrentHashMap<String, Long> revisions) {}

    /** Writes, and goes on until {@code enough} has happened beside it, or nothing does. */
    private void write(int writer, Acknowledged acknowledged, BooleanSupplier enough) {
        Random random = new Random(writer);
        for (int i = 0; i < WRITES || i < WRITES_MAX && !enough.getAsBoolean(); i++) {
            String name = "w" + writer + "-" + random.nextInt(NAMES);
            Bytes key = Bytes.utf8(Pods.key("ns", name));
            boolean delete = random.nextInt(4) == 0;
            Op op = delete
                    ? new Op.Delete(io.tholepin.kv.KeyRange.key(key), false)
                    : Op.Put.of(key, Bytes.wrap(Pods.stored("ns", name, "x", "p" + i)));
            long revision = store.txn(Txn.of(op)).join().revision();
            acknowledged.revisions.put(name, delete ? -revision : revision);
        }
    }

    /** Linearizable: a list shows every write acknowledged before it began, or a later one of the same name. */
    private static void check(Map<String, Long> before, Snapshot list) {
        before.forEach((name, revision) -> {
            CachedObject object = list.get("ns", name);
            if (object == null) {
                // Deleted before, or by a later write that the list has seen.
                assertThat(revision < 0 || list.revision() > revision).isTrue();
            } else {
                assertThat(object.resourceVersion()).isGreaterThanOrEqualTo(Math.abs(revision));
            }
            assertThat(list.revision()).isGreaterThanOrEqualTo(Math.abs(revision));
        });
    }

    @Test
    void aListNeverMissesAWriteAcknowledgedBeforeItBegan() throws Exception {
        List<Acknowledged> writers = new ArrayList<>();
        AtomicBoolean writing = new AtomicBoolean(true);
        AtomicInteger lists = new AtomicInteger();
        ConcurrentSkipListMap<Long, List<String>> seen = new ConcurrentSkipListMap<>();
        // Platform threads: listers that never block would keep virtual writers from running.
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> writes = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                Acknowledged acknowledged = new Acknowledged(new ConcurrentHashMap<>());
                writers.add(acknowledged);
                int writer = w;
                writes.add(threads.submit(() -> write(writer, acknowledged, () -> lists.get() > LISTS)));
            }
            List<Future<Boolean>> readers = new ArrayList<>();
            for (int r = 0; r < 4; r++) {
                readers.add(threads.submit((Callable<Boolean>) () -> {
                    while (writing.get()) {
                        List<Map<String, Long>> before = writers.stream()
                                .map(writer -> Map.copyOf(writer.revisions))
                                .toList();
                        Snapshot list = cache.consistent().join();
                        before.forEach(one -> check(one, list));
                        // One revision, one state, whoever asks.
                        if (lists.incrementAndGet() % 20 == 0) {
                            List<String> texts = Pods.text(list);
                            List<String> other = seen.putIfAbsent(list.revision(), texts);
                            assertThat(other == null || other.equals(texts)).isTrue();
                        }
                    }
                    return true;
                }));
            }
            for (Future<?> write : writes) {
                write.get();
            }
            writing.set(false);
            for (Future<Boolean> reader : readers) {
                assertThat(reader.get()).isTrue();
            }
        }
        Snapshot end = cache.consistent().join();
        for (Acknowledged writer : writers) {
            writer.revisions.forEach((name, revision) -> {
                CachedObject object = end.get("ns", name);
                assertThat(object == null ? -1 : object.resourceVersion()).isEqualTo(revision < 0 ? -1 : revision);
            });
        }
    }

    @Test
    void everyWatcherEndsUpWithTheSameState() throws Exception {
        Snapshot start = cache.consistent().join();
        Map<String, Long> last = new ConcurrentHashMap<>();
        AtomicBoolean writing = new AtomicBoolean(true);
        List<Future<Map<String, Long>>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int c = 0; c < 30; c++) {
                boolean fromSnapshot = c % 2 == 0;
                int pause = c % 10 == 0 ? 1 : 0;
                clients.add(threads.submit(() -> follow(start, fromSnapshot, pause, writing)));
            }
            List<Future<?>> writes = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                int writer = w;
                writes.add(
                        threads.submit(() -> write(writer, new Acknowledged(new ConcurrentHashMap<>()), () -> true)));
            }
            for (Future<?> write : writes) {
                write.get();
            }
            Snapshot end = cache.consistent().join();
            end.iterator("", "").forEachRemaining(object -> last.put(object.key(), object.resourceVersion()));
            writing.set(false);
            for (Future<Map<String, Long>> client : clients) {
                assertThat(client.get()).isEqualTo(last);
            }
        }
        assertThat(last).isNotEmpty();
    }

    private Map<String, Long> follow(Snapshot start, boolean fromSnapshot, int pause, AtomicBoolean writing)
            throws InterruptedException {
        Map<String, Long> state = new ConcurrentHashMap<>();
        long revision = start.revision();
        try (CacheWatch watch = fromSnapshot
                ? cache.watchFrom(cache.latest(), Pods.ALL, false)
                : cache.watch(start.revision(), Pods.ALL)) {
            while (true) {
                boolean over = !writing.get();
                CacheEvent event = watch.next(Duration.ofMillis(20));
                if (event == null) {
                    if (over) {
                        return state;
                    }
                    continue;
                }
                CachedObject object = Pods.sure(event.object());
                assertThat(event.revision()).isGreaterThan(fromSnapshot ? 0 : revision);
                revision = event.revision();
                if (event.type() == CacheEvent.Type.DELETED) {
                    assertThat(state.remove(object.key())).isNotNull();
                } else {
                    Long before = state.put(object.key(), revision);
                    assertThat(before == null).isEqualTo(event.type() == CacheEvent.Type.ADDED);
                }
                if (pause > 0 && revision % 50 == 0) {
                    Thread.sleep(pause);
                }
            }
        }
    }

    @Test
    void manyEmptyResourcesAreReadyAtOnceAndAtRest() {
        List<WatchCache> opened = new ArrayList<>();
        for (int i = 0; i < 65; i++) {
            opened.add(caches.cache(type("things" + i, "/registry/things" + i + "/")));
        }
        for (WatchCache one : opened) {
            assertThat(one.notOlderThan(0).join().count("")).isZero();
            assertThat(one.consistent().join().count("")).isZero();
        }
        assertThat(caches.ready()).isTrue();
        assertThat(caches.cache(type("things0", "/registry/things0/"))).isSameAs(opened.getFirst());
    }

    @Test
    void aDroppedResourceEndsItsWatchesAndMayComeBack() throws InterruptedException {
        ResourceType type = type("things", "/registry/things/");
        WatchCache first = caches.cache(type);
        CacheWatch watch = first.watchFrom(first.consistent().join(), Pods.ALL, false);
        caches.drop(type);
        try {
            while (true) {
                assertThat(watch.next(Duration.ofSeconds(30))).isNotNull();
            }
        } catch (CacheWatch.EndedException over) {
            assertThat(over).hasMessage("the watch cache is closed");
        }
        assertThat(first.ready()).isFalse();
        WatchCache second = caches.cache(type);
        assertThat(second).isNotSameAs(first);
        assertThat(second.consistent().join().count("")).isZero();
    }

    @Test
    void afterTheEndNobodyIsLeftWaiting() {
        cache.consistent().join();
        caches.close();
        caches.close();
        assertThat(cache.notOlderThan(1L << 40)).failsWithin(Duration.ofSeconds(30));
    }
}
