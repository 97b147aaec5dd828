package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.watchcache.Selection.Requirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatcherIndexTest {
    private static final String JSON =
            "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"}}";

    private final AtomicInteger asked = new AtomicInteger();
    private final Timeline timeline = new Timeline(
            IndexedTree.empty(IndexedFields.of(Pods.DECODER)), 10, CacheSettings.defaults(), new CacheCounters());
    private long revision = 10;

    private void put(String name, String app, String phase) {
        CachedObject object =
                new CachedObject("ns", name, ++revision, Map.of("app", app), new String[] {phase}, Pods.utf8(JSON));
        apply("ns/" + name, object);
    }

    private void delete(String name) {
        revision++;
        apply("ns/" + name, null);
    }

    private void apply(String key, @Nullable CachedObject object) {
        timeline.apply(revision, List.of(new Timeline.Edit(key, object)), 0);
    }

    private CacheWatch watch(String namespace, Requirement requirement) {
        Selection selection = new Selection(
                namespace,
                "",
                object -> {
                    asked.incrementAndGet();
                    return requirement.ofField()
                            ? requirement.values().contains(object.fields()[0])
                            : requirement.values().contains(object.labels().get(requirement.index()));
                },
                List.of(requirement));
        CacheWatch watch = timeline.watch(revision, selection);
        assertThat(Pods.drain(watch)).isEmpty(); // goes live
        return watch;
    }

    private static List<CacheEvent.Type> types(CacheWatch watch) throws InterruptedException {
        List<CacheEvent.Type> types = new ArrayList<>();
        for (CacheEvent event = watch.next(java.time.Duration.ZERO);
                event != null;
                event = watch.next(java.time.Duration.ZERO)) {
            types.add(event.type());
        }
        return types;
    }

    @Test
    void aChangeAsksOnlyThoseWhoRequireWhatItHasOrHad() throws InterruptedException {
        List<CacheWatch> watches = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            watches.add(watch("", Requirement.field("status.phase", "node-" + i)));
            watches.add(watch("ns", Requirement.label("app", List.of("app-" + i, "also-" + i))));
        }
        asked.set(0);
        put("a", "app-7", "node-3");
        assertThat(asked.getAndSet(0)).isEqualTo(2);
        put("a", "also-7", "node-4");
        assertThat(asked.getAndSet(0)).isEqualTo(6);
        delete("a");
        assertThat(asked.getAndSet(0)).isEqualTo(2);
        assertThat(types(watches.get(2 * 3))).containsExactly(CacheEvent.Type.ADDED, CacheEvent.Type.DELETED);
        assertThat(types(watches.get(2 * 4))).containsExactly(CacheEvent.Type.ADDED, CacheEvent.Type.DELETED);
        assertThat(types(watches.get(2 * 7 + 1)))
                .containsExactly(CacheEvent.Type.ADDED, CacheEvent.Type.MODIFIED, CacheEvent.Type.DELETED);
        watches.forEach(CacheWatch::close);
        assertThat(timeline.watchers()).isZero();
    }

    @Test
    void aWatcherOfManyValuesSeesAChangeOnce() throws InterruptedException {
        CacheWatch watch = watch("", Requirement.label("app", List.of("x", "y")));
        put("a", "x", "");
        put("a", "y", "");
        assertThat(types(watch)).containsExactly(CacheEvent.Type.ADDED, CacheEvent.Type.MODIFIED);
    }

    @Test
    void whoeverClosesLeavesAndTheOthersStay() throws InterruptedException {
        List<CacheWatch> watches = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            watches.add(watch(i % 2 == 0 ? "" : "ns", Requirement.label("app", List.of("x", "y"))));
        }
        for (int i = 0; i < 9; i += 3) {
            watches.get(i).close();
        }
        put("a", "y", "");
        for (int i = 0; i < 9; i++) {
            if (i % 3 != 0) {
                assertThat(types(watches.get(i))).containsExactly(CacheEvent.Type.ADDED);
            }
        }
        assertThat(timeline.watchers()).isEqualTo(6);
        timeline.end("over");
        assertThat(timeline.watchers()).isZero();
    }
}
