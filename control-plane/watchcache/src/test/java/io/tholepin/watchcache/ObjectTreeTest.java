package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ObjectTreeTest {
    private static final String[] NAMESPACES = {"a", "a-b", "a.b", "a0", "default", "kube-system", "z"};

    private static CachedObject object(String namespace, String name, long revision) {
        return new CachedObject(namespace, name, revision, Map.of(), new String[0], new byte[0]);
    }

    private static CachedObject random(Random random, long revision) {
        String namespace = NAMESPACES[random.nextInt(NAMESPACES.length)];
        String[] tails = {"", "-0", ".x", "é", "\uFFFD", "\uD83D\uDE00", "\uE000"};
        return object(namespace, "n" + random.nextInt(300) + tails[random.nextInt(tails.length)], revision);
    }

    private static List<CachedObject> list(Iterator<CachedObject> iterator) {
        List<CachedObject> all = new ArrayList<>();
        iterator.forEachRemaining(all::add);
        return all;
    }

    @Test
    void everyVersionStaysAsItWas() {
        for (int seed = 0; seed < 3; seed++) {
            Random random = new Random(seed);
            TreeMap<Bytes, CachedObject> model = new TreeMap<>();
            Map<ObjectTree<CachedObject>, List<CachedObject>> versions = new HashMap<>();
            ObjectTree<CachedObject> tree = ObjectTree.empty();
            for (int i = 0; i < 8000; i++) {
                CachedObject object = random(random, i);
                boolean growing = i % 4000 < 2500;
                if (random.nextInt(10) < (growing ? 8 : 2)) {
                    tree = tree.with(object);
                    model.put(Bytes.utf8(object.key()), object);
                } else {
                    tree = tree.without(object.key());
                    model.remove(Bytes.utf8(object.key()));
                }
                assertThat(tree.size()).isEqualTo(model.size());
                assertThat(tree.get(object.key())).isSameAs(model.get(Bytes.utf8(object.key())));
                if (i % 400 == 399) {
                    versions.put(tree, List.copyOf(model.values()));
                }
            }
            versions.forEach((version, objects) ->
                    assertThat(list(version.iterator(0, version.size()))).containsExactlyElementsOf(objects));
            for (Bytes key : List.copyOf(model.keySet())) {
                tree = tree.without(key.toString());
            }
            assertThat(tree.size()).isZero();
        }
    }

    @Test
    void rangesAndCountsFollowTheOrderOfBytes() {
        Random random = new Random(7);
        TreeMap<Bytes, CachedObject> model = new TreeMap<>();
        IndexedTree tree = IndexedTree.empty(IndexedFields.NONE);
        for (int i = 0; i < 1500; i++) {
            CachedObject object = random(random, i);
            tree = tree.with(object);
            model.put(Bytes.utf8(object.key()), object);
        }
        TreeSnapshot snapshot = new TreeSnapshot(tree, 1);
        for (int i = 0; i < 2000; i++) {
            String namespace = random.nextInt(3) == 0 ? "" : NAMESPACES[random.nextInt(NAMESPACES.length)];
            String start = random.nextInt(4) == 0 ? "" : random(random, 0).key() + (random.nextBoolean() ? "\0" : "");
            Bytes prefix = Bytes.utf8(namespace + "/");
            List<CachedObject> expected = model.tailMap(Bytes.utf8(start)).entrySet().stream()
                    .filter(e -> namespace.isEmpty() || e.getKey().startsWith(prefix))
                    .map(Map.Entry::getValue)
                    .toList();
            assertThat(list(snapshot.iterator(namespace, start))).containsExactlyElementsOf(expected);
            assertThat(snapshot.countFrom(namespace, start)).isEqualTo(expected.size());
        }
    }

    @Test
    void aTreeBuiltAtOnceEqualsOneBuiltStepByStep() {
        for (int size : new int[] {0, 1, 28, 29, 56, 57, 785, 25_000}) {
            List<CachedObject> sorted = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                sorted.add(object("ns" + (i / 1000 + 100), "pod-" + (i + 100_000), i));
            }
            ObjectTree<CachedObject> built = ObjectTree.of(sorted);
            assertThat(built.size()).isEqualTo(size);
            assertThat(list(built.iterator(0, size))).containsExactlyElementsOf(sorted);
            for (int i = 0; i < size; i += 97) {
                assertThat(built.get(sorted.get(i).key())).isSameAs(sorted.get(i));
                assertThat(built.rank(sorted.get(i).key())).isEqualTo(i);
                built = built.without(sorted.get(i).key()).with(sorted.get(i));
            }
            assertThat(list(built.iterator(0, size))).containsExactlyElementsOf(sorted);
        }
    }

    @Test
    void clusterScopedObjectsHaveTheirNameAsKey() {
        IndexedTree tree =
                IndexedTree.empty(IndexedFields.NONE).with(object("", "b", 1)).with(object("", "a", 2));
        TreeSnapshot snapshot = new TreeSnapshot(tree, 2);
        assertThat(list(snapshot.iterator("", "")))
                .extracting(CachedObject::name)
                .containsExactly("a", "b");
        assertThat(snapshot.get("", "b")).isNotNull();
        assertThat(snapshot.countFrom("", "a\0")).isEqualTo(1);
    }

    @Test
    void anUpdateSharesWhatItDoesNotTouch() {
        List<CachedObject> sorted = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            sorted.add(object("ns", "pod-" + (i + 1000), i));
        }
        ObjectTree<CachedObject> before = ObjectTree.of(sorted);
        CachedObject changed = object("ns", "pod-1500", 5000);
        ObjectTree<CachedObject> after = before.with(changed);
        assertThat(before.get("ns/pod-1500")).isSameAs(sorted.get(500));
        assertThat(after.get("ns/pod-1500")).isSameAs(changed);
        assertThat(after.without("ns/absent")).isSameAs(after);
    }
}
