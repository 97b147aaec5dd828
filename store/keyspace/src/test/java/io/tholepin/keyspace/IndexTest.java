package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two trees against sorted maps and plain loops, with enough keys for several levels. */
class IndexTest {
    private static final long NOW = 1_000_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theKeyIndexFindsCountsAndVisitsLikeASortedMap(long seed) {
        behavesLikeASortedMap(seed, IndexTest::key);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void keysThatBeginAlikeOrDifferInZerosAreToldApart(long seed) {
        behavesLikeASortedMap(seed, IndexTest::awkwardKey);
    }

    private static void behavesLikeASortedMap(long seed, IntFunction<Bytes> keys) {
        SplittableRandom random = new SplittableRandom(seed);
        TreeMap<Bytes, KeyHistory> model = new TreeMap<>();
        KeyIndex index = KeyIndex.empty();
        for (int step = 0; step < 30_000; step++) {
            // Grows first, shrinks later.
            boolean remove = random.nextInt(30_000) < step;
            Bytes key = keys.apply(random.nextInt(6_000));
            KeyHistory there = model.get(key);
            assertThat(index.find(key)).isSameAs(there);
            if (there == null && !remove) {
                KeyHistory added = new KeyHistory(put(key, step));
                model.put(key, added);
                index = index.insert(added);
            } else if (there != null && !there.head().isTombstone()) {
                there.push(next(there, Version.tombstone(there.key, step, 0)));
                index = index.adjustLive(key, -1);
            } else if (there != null && remove) {
                model.remove(key);
                index = index.remove(key);
            } else if (there != null) {
                there.push(next(there, put(there.key, step)));
                index = index.adjustLive(key, 1);
            }
            if (step % 500 == 0) {
                assertSame(index, model, random, keys);
            }
        }
        assertSame(index, model, random, keys);
        assertSame(KeyIndex.of(List.copyOf(model.values())), model, random, keys);
    }

    @Test
    void anIndexStaysAsItWas() {
        KeyIndex none = KeyIndex.empty();
        KeyIndex one = none.insert(new KeyHistory(put(key(1), 2)));
        KeyIndex two = one.insert(new KeyHistory(put(key(2), 3)));
        assertThat(List.of(none.size(), one.size(), two.size())).containsExactly(0, 1, 2);
        assertThat(one.liveCount(KeyRange.all(), NOW)).isEqualTo(1);
        assertThat(one.find(key(2))).isNull();
    }

    @Test
    void keysInAscendingOrderFillTheirLeaves() {
        KeyIndex index = KeyIndex.empty();
        for (int i = 0; i < 10_000; i++) {
            index = index.insert(new KeyHistory(put(key(i), i + 2)));
        }
        assertThat(index.liveCount(KeyRange.all(), NOW)).isEqualTo(10_000);
        assertThat(index.liveCount(new KeyRange(key(100), key(9_000)), NOW)).isEqualTo(8_900);
    }

    private static void assertSame(
            KeyIndex index, TreeMap<Bytes, KeyHistory> model, SplittableRandom random, IntFunction<Bytes> keys) {
        assertThat(index.size()).isEqualTo(model.size());
        for (int i = 0; i < 20; i++) {
            Bytes from = keys.apply(random.nextInt(6_000));
            Bytes to = keys.apply(random.nextInt(6_000));
            KeyRange range =
                    random.nextInt(4) == 0 ? new KeyRange(from, Bytes.wrap(new byte[1])) : new KeyRange(from, to);
            NavigableMap<Bytes, KeyHistory> in = range.isOpenEnded()
                    ? model.tailMap(from, true)
                    : from.compareTo(to) < 0 ? model.subMap(from, true, to, false) : new TreeMap<>();
            List<KeyHistory> seen = new ArrayList<>();
            index.visit(range, false, seen::add);
            assertThat(seen).containsExactlyElementsOf(in.values());
            List<KeyHistory> live = in.values().stream()
                    .filter(entry -> !entry.head().isTombstone())
                    .toList();
            assertThat(index.liveCount(range, NOW)).isEqualTo(live.size());
            List<KeyHistory> seenLive = new ArrayList<>();
            index.visit(range, true, entry -> entry.live(NOW) == null || seenLive.add(entry));
            assertThat(seenLive).containsExactlyElementsOf(live);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void interestFindsTheWatchersOfAKeyLikeALoop(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        WatchHub hub = new WatchHub(new Keyspace(new HeapEngine()), WatchLimits.DEFAULT);
        Interest interest = new Interest();
        Map<Watcher, KeyRange> model = new LinkedHashMap<>();
        for (int step = 0; step < 3_000; step++) {
            if (random.nextInt(5) < 3 || model.isEmpty()) {
                Watcher watcher = watcher(hub, range(random));
                interest.add(watcher);
                model.put(watcher, watcher.range());
            } else {
                List<Watcher> all = List.copyOf(model.keySet());
                Watcher gone = all.get(random.nextInt(all.size()));
                interest.remove(gone);
                model.remove(gone);
            }
            Bytes key = key(random.nextInt(220));
            List<Watcher> found = new ArrayList<>();
            interest.match(key, found::add);
            Set<Watcher> expected = new HashSet<>();
            model.forEach((watcher, range) -> {
                if (range.contains(key)) {
                    expected.add(watcher);
                }
            });
            assertThat(found)
                    .as("seed " + seed + ", step " + step)
                    .doesNotHaveDuplicates()
                    .hasSameElementsAs(expected);
        }
    }

    private static KeyRange range(SplittableRandom random) {
        Bytes from = key(random.nextInt(200));
        return switch (random.nextInt(5)) {
            case 0 -> KeyRange.key(from);
            case 1 -> KeyRange.prefix(Bytes.utf8("key-" + random.nextInt(3)));
            case 2 -> new KeyRange(from, Bytes.wrap(new byte[1]));
            case 3 -> new KeyRange(from, key(random.nextInt(200)));
            default -> new KeyRange(from, from.successor());
        };
    }

    private static Watcher watcher(WatchHub hub, KeyRange range) {
        return new Watcher(hub, WatchRequest.of(range, 0), new Deaf(), WatchLimits.DEFAULT, 1);
    }

    private static final class Deaf implements WatchListener {
        @Override
        public void onEvents(long revision, List<Event> events) {}

        @Override
        public void onProgress(long revision) {}

        @Override
        public void onClosed(StoreException cause) {}
    }

    private static Version put(Bytes key, long revision) {
        Version version = new Version(key, revision, 0, revision, 1, 0, 0);
        version.pair = new KeyValue(key, Bytes.EMPTY, revision, revision, 1, 0);
        return version;
    }

    private static Version next(KeyHistory history, Version version) {
        version.previous(history.head());
        return version;
    }

    /** One of three prefixes, one of them empty, and digits of which one is the zero byte. */
    private static Bytes awkwardKey(int number) {
        byte[] digits = {0, 1, (byte) 0x80, (byte) 0xFF};
        ByteArrayOutputStream key = new ByteArrayOutputStream();
        key.writeBytes(List.of("", "/registry/pods/", "/registry/pods/kube-system/")
                .get(number % 3)
                .getBytes(StandardCharsets.US_ASCII));
        for (int rest = number; rest > 0 || key.size() == 0; rest /= digits.length) {
            key.write(digits[rest % digits.length]);
        }
        return Bytes.wrap(key.toByteArray());
    }

    private static Bytes key(int i) {
        return Bytes.utf8(String.format("key-%05d", i));
    }
}
