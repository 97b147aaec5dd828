package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.Txn;
import io.tholepin.watchcache.CacheWatch.EndedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Random writes, reads, watchers and faults in one thread under virtual time, compared with the store's own past
 * states. Each checker names the promise it checks.
 */
class RandomWatchCacheTest {
    @Test
    void whatIsReadAndWatchedIsWhatTheStoreWasTold() {
        int snapshots = 0;
        int events = 0;
        int ended = 0;
        for (long seed = 0; seed < 25; seed++) {
            World world = new World(seed);
            try {
                world.live();
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed, failure);
            }
            snapshots += world.checkedSnapshots;
            events += world.checkedEvents;
            ended += world.endedWatches;
        }
        assertThat(snapshots).isGreaterThan(1_000);
        assertThat(events).isGreaterThan(1_000);
        assertThat(ended).isGreaterThan(100);
    }

    /** A store, a cache, its clients, and the chance that moves them. */
    private static final class World {
        private static final String[] NAMESPACES = {"a", "a-b", "b"};
        private static final String[] APPS = {"x", "y"};

        private record Reading(long acknowledged, CompletableFuture<Snapshot> answer) {}

        /** A watcher and what its client believes exists. */
        private static final class Client {
            final CacheWatch watch;
            final Selection selection;
            final Map<String, Long> believed;
            long last;
            boolean ended;

            Client(CacheWatch watch, Selection selection, long from, Map<String, Long> believed) {
                this.watch = watch;
                this.selection = selection;
                this.last = from;
                this.believed = believed;
            }
        }

        private final Random random;
        private final ModelStore store = new ModelStore();
        private final ManualDispatcher dispatcher = new ManualDispatcher();
        private final StoreWatchCache cache;
        private final List<Client> clients = new ArrayList<>();
        private final List<Reading> readings = new ArrayList<>();
        private boolean held;
        private int checkedSnapshots;
        private int checkedEvents;
        private int endedWatches;

        World(long seed) {
            random = new Random(seed);
            CacheSettings settings = CacheSettings.defaults()
                    .history(random.nextInt(20), 20 + random.nextInt(200), 1 << 30)
                    .queue(1 + random.nextInt(20))
                    .inbound(500 + random.nextInt(5000), 2000 + random.nextInt(100_000));
            cache = new StoreWatchCache(
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

        private void live() {
            for (int i = random.nextInt(800); i > 0; i--) {
                write();
            }
            cache.start();
            for (int i = 0; i < 1200; i++) {
                step();
            }
            if (held) {
                store.releaseDelivery();
            }
            dispatcher.advance(Duration.ofSeconds(4));
            cache.idle();
            cache.idle();
            dispatcher.run();
            clients.forEach(client -> drain(client, Integer.MAX_VALUE));
            checkReadings();
            assertThat(readings).isEmpty();
            assertThat(cache.ready()).isTrue();
            assertThat(Pods.text(cache.latest())).isEqualTo(expected(store.revision(), Pods.ALL));
        }

        private void step() {
            switch (random.nextInt(24)) {
                case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> write();
                case 9 -> store.put("/registry/other/" + random.nextInt(5), new byte[1]);
                case 10, 11, 12 -> dispatcher.step();
                case 13 -> dispatcher.run();
                case 14 -> dispatcher.advance(Duration.ofMillis(random.nextInt(3000)));
                case 15 -> watch();
                case 16 -> watchFrom();
                case 17 -> readings.add(new Reading(store.revision(), cache.consistent()));
                case 18 -> readExactly();
                case 19 -> fault();
                case 20 -> cache.idle();
                default -> {
                    if (!clients.isEmpty()) {
                        drain(clients.get(random.nextInt(clients.size())), random.nextInt(30));
                    }
                }
            }
            checkReadings();
        }

        private void write() {
            String namespace = NAMESPACES[random.nextInt(NAMESPACES.length)];
            String name = "p" + random.nextInt(20);
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> store.delete(Pods.key(namespace, name));
                case 3 -> {
                    Bytes all = Bytes.utf8(Pods.PREFIX + namespace + "/p1");
                    store.txn(new Txn(
                            List.of(),
                            List.of(
                                    new Op.Delete(KeyRange.prefix(all), false),
                                    put(namespace, "q" + random.nextInt(3)),
                                    put(namespace, "r" + random.nextInt(3))),
                            List.of()));
                }
                default -> store.txn(Txn.of(put(namespace, name)));
            }
        }

        private Op put(String namespace, String name) {
            byte[] value = Pods.stored(namespace, name, APPS[random.nextInt(2)], "p" + random.nextInt(3));
            return Op.Put.of(Bytes.utf8(Pods.key(namespace, name)), Bytes.wrap(value));
        }

        private void fault() {
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> {
                    if (held) {
                        store.releaseDelivery();
                    } else {
                        store.holdDelivery();
                    }
                    held = !held;
                }
                case 3 -> store.closeWatches(StoreException.of(Code.SLOW_WATCHER));
                case 4 -> {
                    store.compact(Math.max(1, store.revision() - random.nextInt(5)), false);
                    store.closeWatches(StoreException.of(Code.SLOW_WATCHER));
                }
                default -> store.closeWatches(StoreException.of(Code.NO_LEADER));
            }
        }

        private Selection selection() {
            String namespace = random.nextBoolean() ? "" : NAMESPACES[random.nextInt(NAMESPACES.length)];
            String name = random.nextInt(4) > 0 ? "" : "p" + random.nextInt(20);
            return switch (random.nextInt(5)) {
                case 0 -> new Selection(namespace, name, Selection.everything());
                case 1 ->
                    new Selection(
                            namespace,
                            name,
                            object -> "x".equals(object.labels().get("app")));
                case 2 -> new Selection(namespace, name, object -> object.fields()[0].equals("p1"));
                case 3 ->
                    new Selection(
                            namespace,
                            name,
                            object -> "x".equals(object.labels().get("app")),
                            List.of(Selection.Requirement.label("app", List.of("x", "z"))));
                default ->
                    new Selection(
                            namespace,
                            name,
                            object -> object.fields()[0].equals("p1"),
                            List.of(Selection.Requirement.field("status.phase", "p1")));
            };
        }

        private void watch() {
            if (!cache.ready()) {
                return;
            }
            Selection selection = selection();
            long from = cache.timeline().oldest() + random.nextInt(50);
            Map<String, Long> believed = from > cache.latest().revision() ? new HashMap<>() : believed(from, selection);
            if (from <= cache.latest().revision()) {
                clients.add(new Client(cache.watch(from, selection), selection, from, believed));
            }
        }

        private void watchFrom() {
            if (!cache.ready()) {
                return;
            }
            Selection selection = selection();
            Snapshot snapshot = cache.latest();
            CacheWatch watch = cache.watchFrom(snapshot, selection, true);
            Map<String, Long> believed = new LinkedHashMap<>();
            try {
                for (CacheEvent event = watch.next(Duration.ZERO); ; event = watch.next(Duration.ZERO)) {
                    CacheEvent initial = Pods.sure(event);
                    if (initial.initialEventsEnd()) {
                        assertThat(initial.revision()).isEqualTo(snapshot.revision());
                        break;
                    }
                    CachedObject object = Pods.sure(initial.object());
                    assertThat(initial.type()).isEqualTo(CacheEvent.Type.ADDED);
                    assertThat(believed.put(object.key(), object.resourceVersion()))
                            .isNull();
                }
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            assertThat(believed).isEqualTo(believed(snapshot.revision(), selection));
            clients.add(new Client(watch, selection, snapshot.revision(), believed));
        }

        /** Takes events and checks them against what the client believes and the store's past. */
        private void drain(Client client, int most) {
            if (client.ended) {
                return;
            }
            try {
                for (int i = 0; i < most; i++) {
                    CacheEvent event = client.watch.next(Duration.ZERO);
                    if (event == null) {
                        caughtUp(client);
                        return;
                    }
                    take(client, event);
                }
            } catch (EndedException over) {
                client.ended = true;
                endedWatches++;
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }

        private void take(Client client, CacheEvent event) {
            CachedObject object = Pods.sure(event.object());
            String key = object.key();
            checkedEvents++;
            assertThat(event.revision()).as("ordered").isGreaterThanOrEqualTo(client.last);
            assertThat(object.resourceVersion()).isEqualTo(event.revision());
            assertThat(Pods.text(event)).endsWith("@" + event.revision());
            if (event.revision() > client.last) {
                // Reliable: when a revision begins, everything before it is known.
                assertThat(client.believed).as("no gap").isEqualTo(believed(event.revision() - 1, client.selection));
            }
            Long before = client.believed.get(key);
            switch (event.type()) {
                case ADDED -> assertThat(before).as("ADDED is new").isNull();
                case MODIFIED -> assertThat(before).as("unique").isNotNull().isLessThan(event.revision());
                case DELETED -> assertThat(before).as("DELETED existed").isNotNull();
                case BOOKMARK -> throw new AssertionError("bookmark");
            }
            if (event.type() == CacheEvent.Type.DELETED) {
                client.believed.remove(key);
            } else {
                assertThat(client.selection.selects(object)).isTrue();
                client.believed.put(key, event.revision());
            }
            client.last = event.revision();
            assertThat(client.watch.progress())
                    .as("progress is safe")
                    .satisfies(progress -> assertThat(believed(progress, client.selection))
                            .satisfies(state -> {
                                if (progress >= client.last) {
                                    assertThat(client.believed).isEqualTo(state);
                                }
                            }));
        }

        private void caughtUp(Client client) {
            long progress = client.watch.progress();
            assertThat(progress).isGreaterThanOrEqualTo(client.last);
            assertThat(client.believed).as("bookmark").isEqualTo(believed(progress, client.selection));
        }

        private void checkReadings() {
            readings.removeIf(reading -> {
                if (!reading.answer.isDone()) {
                    return false;
                }
                if (!reading.answer.isCompletedExceptionally()) {
                    Snapshot snapshot = reading.answer.join();
                    assertThat(snapshot.revision()).as("fresh").isGreaterThanOrEqualTo(reading.acknowledged);
                    check(snapshot);
                } else {
                    assertThat(reading.answer.exceptionNow())
                            .isInstanceOfAny(WatchCache.TooNewException.class, WatchCache.NotReadyException.class);
                }
                return true;
            });
        }

        private void readExactly() {
            if (!cache.ready()) {
                return;
            }
            long revision = store.revision() - random.nextInt(100);
            Snapshot snapshot = cache.exactly(revision);
            boolean held = revision >= cache.timeline().oldest()
                    && revision <= cache.latest().revision();
            assertThat(snapshot != null).as("held").isEqualTo(held);
            if (snapshot != null) {
                assertThat(snapshot.revision()).isEqualTo(revision);
                check(snapshot);
            }
        }

        private void check(Snapshot snapshot) {
            checkedSnapshots++;
            List<String> expected = expected(snapshot.revision(), Pods.ALL);
            assertThat(Pods.text(snapshot)).as("exact").isEqualTo(expected);
            Selection selection = selection();
            List<String> selected = new ArrayList<>();
            snapshot.select(selection, "").forEachRemaining(object -> selected.add(Pods.text(object)));
            assertThat(selected).as("selected").isEqualTo(expected(snapshot.revision(), selection));
            for (String namespace : NAMESPACES) {
                long count = expected.stream()
                        .filter(text -> text.startsWith(namespace + "/"))
                        .count();
                assertThat(snapshot.count(namespace)).isEqualTo(count);
            }
        }

        private Map<String, Long> believed(long revision, Selection selection) {
            Map<String, Long> believed = new HashMap<>();
            if (revision > 0) {
                pods(revision, selection).forEach(pod -> believed.put(pod.key(), pod.resourceVersion()));
            }
            return believed;
        }

        private List<String> expected(long revision, Selection selection) {
            return pods(revision, selection).stream().map(Pods::text).toList();
        }

        private List<CachedObject> pods(long revision, Selection selection) {
            return store.state(revision).entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(Bytes.utf8(Pods.PREFIX)))
                    .map(entry -> store.decoded(entry.getValue()))
                    .filter(selection::selects)
                    .toList();
        }
    }
}
