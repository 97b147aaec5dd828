package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.watchcache.Selection.Requirement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class IndexedTreeTest {
    private static final IndexedFields PHASE = IndexedFields.of(Pods.DECODER);
    private static final String[] NAMESPACES = {"a", "a-b", "b"};
    private static final String[] VALUES = {"", "x", "y", "z", "a/b"};

    private static CachedObject object(
            String namespace, String name, long revision, Map<String, String> labels, String phase) {
        return new CachedObject(namespace, name, revision, labels, new String[] {phase}, new byte[0]);
    }

    private static <T> List<T> list(Iterator<T> iterator) {
        List<T> all = new ArrayList<>();
        iterator.forEachRemaining(all::add);
        return all;
    }

    /** A state as it was, and what it holds. */
    private record Version(IndexedTree tree, TreeMap<Bytes, CachedObject> model) {}

    private static CachedObject random(Random random, long revision) {
        Map<String, String> labels = new HashMap<>();
        for (String key : new String[] {"app", "app/x", "tier"}) {
            if (random.nextInt(3) > 0) {
                labels.put(key, VALUES[random.nextInt(4)]);
            }
        }
        return object(
                NAMESPACES[random.nextInt(3)],
                "n" + random.nextInt(200),
                revision,
                labels,
                VALUES[random.nextInt(VALUES.length)]);
    }

    @Test
    void everyVersionAnswersItsSelectionsAsAFullScanDoes() {
        int indexed = 0;
        for (int seed = 0; seed < 4; seed++) {
            Random random = new Random(seed);
            List<Version> versions = new ArrayList<>();
            TreeMap<Bytes, CachedObject> model = new TreeMap<>();
            IndexedTree tree = IndexedTree.empty(PHASE);
            for (int i = 1; i <= 3000; i++) {
                CachedObject object = random(random, i);
                if (random.nextInt(4) > 0) {
                    tree = tree.with(object);
                    model.put(Bytes.utf8(object.key()), object);
                } else {
                    tree = tree.without(object.key());
                    model.remove(Bytes.utf8(object.key()));
                }
                if (i % 500 == 0) {
                    versions.add(new Version(tree, new TreeMap<>(model)));
                    List<CachedObject> sorted = List.copyOf(model.values());
                    versions.add(new Version(IndexedTree.of(sorted, PHASE), new TreeMap<>(model)));
                }
            }
            for (Version version : versions) {
                for (int i = 0; i < 60; i++) {
                    indexed += check(version, random);
                }
            }
            for (Bytes key : List.copyOf(model.keySet())) {
                tree = tree.without(key.toString());
            }
            assertThat(tree.objects().size()).isZero();
        }
        assertThat(indexed).isGreaterThan(100);
    }

    /** Compares one selection; how often a selector was asked tells whether an index was used: 1 if so. */
    private static int check(Version version, Random random) {
        String namespace = random.nextBoolean() ? "" : NAMESPACES[random.nextInt(3)];
        String start = random.nextInt(3) > 0 ? "" : random(random, 0).key();
        List<String> values =
                random.nextBoolean() ? List.of(VALUES[random.nextInt(VALUES.length)]) : List.of("x", "z", "missing");
        boolean field = random.nextBoolean();
        String label = random.nextBoolean() ? "app" : "app/x";
        AtomicInteger asked = new AtomicInteger();
        Predicate<CachedObject> matches = object -> {
            asked.incrementAndGet();
            String value = field ? object.fields()[0] : object.labels().get(label);
            return value != null && values.contains(value);
        };
        Requirement requirement =
                field ? new Requirement(Requirement.FIELD + "status.phase", values) : Requirement.label(label, values);
        Selection selection = new Selection(namespace, "", matches, List.of(requirement));
        List<CachedObject> expected = version.model.tailMap(Bytes.utf8(start)).values().stream()
                .filter(selection::selects)
                .toList();
        asked.set(0);
        List<CachedObject> found = list(new TreeSnapshot(version.tree, 1).select(selection, start));
        assertThat(found).containsExactlyElementsOf(expected);
        return asked.get() == found.size() && expected.size() < version.model.size() / 4 ? 1 : 0;
    }

    @Test
    void aSelectionCostsWhatItReturns() {
        List<CachedObject> sorted = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            sorted.add(object("ns", "pod-" + (i + 100_000), i, Map.of("app", "a" + i % 500), "node-" + i % 1000));
        }
        AtomicInteger asked = new AtomicInteger();
        Predicate<CachedObject> counted = object -> asked.incrementAndGet() > 0;
        TreeSnapshot snapshot = new TreeSnapshot(IndexedTree.of(sorted, PHASE), 1);
        Selection byField = new Selection("", "", counted, List.of(Requirement.field("status.phase", "node-7")));
        assertThat(list(snapshot.select(byField, ""))).hasSize(20);
        assertThat(asked.getAndSet(0)).isEqualTo(20);
        Selection byLabel = new Selection("ns", "", counted, List.of(Requirement.label("app", List.of("a7", "a8"))));
        assertThat(list(snapshot.select(byLabel, ""))).hasSize(80);
        assertThat(asked.getAndSet(0)).isEqualTo(80);
        Selection both = new Selection(
                "",
                "",
                counted,
                List.of(Requirement.label("app", List.of("a7")), Requirement.field("status.phase", "node-7")));
        assertThat(list(snapshot.select(both, ""))).hasSize(20);
        Selection elsewhere = new Selection("other", "", counted, byField.requirements());
        assertThat(list(snapshot.select(elsewhere, ""))).isEmpty();
    }

    @Test
    void aChangeThatLeavesTheIndexedValuesAloneLeavesTheIndexAlone() {
        Map<String, String> labels = Map.of("app", "x");
        IndexedTree tree = IndexedTree.empty(PHASE).with(object("ns", "a", 1, labels, "p"));
        CachedObject newer = object("ns", "a", 2, labels, "p");
        assertThat(IndexedTree.touched(tree.get("ns/a"), newer)).isZero();
        IndexedTree after = tree.with(newer);
        Selection byLabel = new Selection("", "", o -> true, List.of(Requirement.label("app", List.of("x"))));
        assertThat(list(after.select(byLabel, ""))).containsExactly(newer);
        assertThat(list(tree.select(byLabel, "")))
                .extracting(CachedObject::resourceVersion)
                .containsExactly(1L);
    }
}
