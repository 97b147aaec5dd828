package io.tholepin.etcdsnapshot;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the writer lays out the reader finds again, whatever the sizes. */
class BoltWriterTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void randomBucketsComeBack(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, TreeMap<byte[], byte[]>> buckets = new LinkedHashMap<>();
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            buckets.put("bucket" + i, entries(random, random.nextInt(4) == 0 ? 20_000 : random.nextInt(40)));
        }
        Path file = folder.resolve("seed-" + seed);
        write(file, buckets);
        try (BoltFile read = BoltFile.open(file, Files.size(file))) {
            assertThat(read.size()).isEqualTo(Files.size(file));
            Map<String, BoltBucket> found = SnapshotImage.buckets(read);
            assertThat(found.keySet()).isEqualTo(buckets.keySet());
            for (Map.Entry<String, TreeMap<byte[], byte[]>> bucket : buckets.entrySet()) {
                sameEntries(
                        "seed " + seed + ", " + bucket.getKey(),
                        requireNonNull(found.get(bucket.getKey())),
                        bucket.getValue());
            }
        }
    }

    @Test
    void threeLevelsAndNoBranchWithASingleChild() throws IOException {
        for (int count : new int[] {3, 4, 5, 101, 102, 103, 10_201, 10_202, 10_203}) {
            TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
            for (int i = 0; i < count; i++) {
                entries.put(new RevisionKey(i + 1, 0, false).toBytes(), new byte[4_000]);
            }
            Path file = folder.resolve("count-" + count);
            write(file, Map.of("key", entries));
            try (BoltFile read = BoltFile.open(file, Files.size(file))) {
                BoltBucket bucket = requireNonNull(SnapshotImage.buckets(read).get("key"));
                sameEntries("count " + count, bucket, entries);
                children(read, bucket.root(new PageSet()));
            }
            Files.delete(file);
        }
    }

    @Test
    void valuesLargerThanAPageOverflow() throws IOException {
        TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
        for (int size : new int[] {4_047, 4_048, 4_049, 8_143, 8_144, 8_145, 3 << 20}) {
            byte[] value = new byte[size];
            Arrays.fill(value, (byte) size);
            entries.put(new byte[] {1, (byte) entries.size()}, value);
        }
        Path file = folder.resolve("large");
        write(file, Map.of("large", entries));
        try (BoltFile read = BoltFile.open(file, Files.size(file))) {
            sameEntries("large", requireNonNull(SnapshotImage.buckets(read).get("large")), entries);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 300, 1_200, 2_100, 4_096, 5_000, 30_000})
    void noSizeOfValueMakesTheFileMuchLargerThanItsEntries(int size) throws IOException {
        TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
        for (int i = 0; i < Math.max(100, 4_000_000 / (size + 50)); i++) {
            entries.put(new RevisionKey(i + 1, 0, false).toBytes(), new byte[size]);
        }
        long bytes = entries.size() * (size + 17L + BoltFormat.ELEMENT_BYTES);
        Path file = folder.resolve("size-" + size);
        write(file, Map.of("key", entries));
        assertThat(Files.size(file)).isBetween(bytes, bytes * 6 / 5);
        try (BoltFile read = BoltFile.open(file, Files.size(file))) {
            sameEntries(
                    "size " + size, requireNonNull(SnapshotImage.buckets(read).get("key")), entries);
        }
    }

    @Test
    void keysOutOfOrderAreRefused() throws IOException {
        try (FileChannel channel = create(folder.resolve("order"))) {
            BoltWriter writer = new BoltWriter(channel);
            assertThatThrownBy(() -> writer.bucket("a", tree -> {
                        tree.add(new byte[] {2}, new byte[0]);
                        tree.add(new byte[] {1}, new byte[0]);
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("key out of order: 01 (expected: > 02)");
        }
    }

    @Test
    void theNewerValidHeadCounts() throws IOException {
        Path file = folder.resolve("heads");
        write(file, Map.of("a", entries(new SplittableRandom(1), 100)));
        byte[] whole = Files.readAllBytes(file);
        for (int damaged : new int[] {16, 4096 + 16}) {
            byte[] bytes = whole.clone();
            bytes[damaged + 40] ^= 1;
            Files.write(file, bytes);
            try (BoltFile read = BoltFile.open(file, bytes.length)) {
                assertThat(SnapshotImage.buckets(read)).containsOnlyKeys("a");
            }
        }
        byte[] bytes = whole.clone();
        bytes[16 + 40] ^= 1;
        bytes[4096 + 16 + 40] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> BoltFile.open(file, bytes.length))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("meta at byte 0: checksum: ");
    }

    private static int children(BoltFile file, BoltPage page) throws IOException {
        if (page.isLeaf()) {
            return 1;
        }
        assertThat(page.count()).as(page.name()).isGreaterThan(1);
        int leaves = 0;
        for (int i = 0; i < page.count(); i++) {
            leaves += children(file, file.page(page.child(i), new PageSet()));
        }
        return leaves;
    }

    private static TreeMap<byte[], byte[]> entries(SplittableRandom random, int count) {
        TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
        for (int i = 0; i < count; i++) {
            byte[] key = new byte[1 + random.nextInt(random.nextInt(50) == 0 ? 5_000 : 30)];
            random.nextBytes(key);
            byte[] value = new byte[random.nextInt(random.nextInt(100) == 0 ? 20_000 : 60)];
            random.nextBytes(value);
            entries.put(key, value);
        }
        return entries;
    }

    private static void write(Path file, Map<String, TreeMap<byte[], byte[]>> buckets) throws IOException {
        try (FileChannel channel = create(file)) {
            BoltWriter writer = new BoltWriter(channel);
            for (Map.Entry<String, TreeMap<byte[], byte[]>> bucket : buckets.entrySet()) {
                writer.bucket(bucket.getKey(), tree -> {
                    for (Map.Entry<byte[], byte[]> entry : bucket.getValue().entrySet()) {
                        tree.add(entry.getKey(), entry.getValue());
                    }
                });
            }
            writer.finish();
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static void sameEntries(String what, BoltBucket bucket, TreeMap<byte[], byte[]> expected)
            throws IOException {
        List<byte[]> keys = new ArrayList<>();
        BoltCursor cursor = bucket.cursor();
        while (cursor.next()) {
            byte[] key = cursor.key().toArray(ValueLayout.JAVA_BYTE);
            keys.add(key);
            assertThat(cursor.value().toArray(ValueLayout.JAVA_BYTE)).as(what).isEqualTo(expected.get(key));
        }
        assertThat(keys.toArray(new byte[0][]))
                .as(what)
                .isDeepEqualTo(expected.keySet().toArray(new byte[0][]));
        if (!expected.isEmpty()) {
            assertThat(requireNonNull(bucket.lastKey()).toArray(ValueLayout.JAVA_BYTE))
                    .as(what)
                    .isEqualTo(expected.lastKey());
        }
    }
}
