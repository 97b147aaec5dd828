package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentLogTest {
    private static final int SEGMENT_BYTES_MAX = 8 << 10;
    private static final int SECTOR_BYTES = 512;
    private static final long SEED = 20_261_128;

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private final TreeMap<Long, byte[]> model = new TreeMap<>();
    private final List<Long> told = new ArrayList<>();
    private long nextOfModel = 1;

    @Test
    void whateverIsDoneTheLogHoldsWhatItShouldAlsoAfterItIsOpenedAgain() throws IOException {
        SegmentLog log = open();
        for (int step = 0; step < 3_000; step++) {
            switch (random.nextInt(40)) {
                case 0 -> {
                    log.close();
                    log = open();
                }
                case 1 -> {
                    long from = nextOfModel - random.nextInt(Math.min(12, model.size() + 1));
                    log.dropFrom(from);
                    model.tailMap(from).clear();
                    nextOfModel = from;
                }
                case 2, 3 -> {
                    long kept = model.isEmpty() ? nextOfModel : model.firstKey() + random.nextInt(model.size() + 1);
                    log.dropBefore(kept);
                    model.headMap(kept).clear();
                }
                case 4 -> {
                    if (random.nextInt(10) == 0) {
                        nextOfModel += random.nextInt(5);
                        log.restart(nextOfModel);
                        model.clear();
                    }
                }
                default -> append(log, 1 + random.nextInt(3));
            }
            if (step % 50 == 0) {
                assertHoldsTheModel(log);
            }
        }
        log.close();
        try (SegmentLog again = open()) {
            assertHoldsTheModel(again);
        }
        assertThat(files()).hasSizeLessThan(40);
    }

    @Test
    void ofAnAppendThatTheCrashCutShortAFirstPartIsThereAndTheRestNeverComesBack() throws IOException {
        for (int trial = 0; trial < 200; trial++) {
            Files.createDirectories(folder);
            SegmentLog log = open();
            append(log, 3);
            append(log, 2);
            byte[] before = Files.readAllBytes(newest());
            long durable = nextOfModel;
            append(log, 1 + random.nextInt(4));
            byte[] after = Files.readAllBytes(newest());
            log.close();
            Files.write(newest(), sectorsOf(before, after));
            try (SegmentLog torn = open()) {
                assertThat(torn.next()).as("trial %d of seed %d", trial, SEED).isBetween(durable, nextOfModel);
                model.tailMap(torn.next()).clear();
                nextOfModel = torn.next();
                assertHoldsTheModel(torn);
                append(torn, 1);
            }
            try (SegmentLog again = open()) {
                assertHoldsTheModel(again);
            }
            forget();
        }
    }

    @Test
    void aByteThatChangedInWhatWasAcknowledgedBeforeTheLastAppendIsDamage() throws IOException {
        try (SegmentLog log = open()) {
            for (int i = 0; i < 6; i++) {
                append(log, 2);
            }
        }
        Path file = newest();
        byte[] whole = Files.readAllBytes(file);
        int lastAppend = end(model.headMap(model.lastKey() - 1));
        for (int trial = 0; trial < 300; trial++) {
            byte[] changed = whole.clone();
            int at = LogSegment.HEAD_BYTES + random.nextInt(lastAppend - LogSegment.HEAD_BYTES);
            if (isPadding(at)) {
                continue;
            }
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);
            assertThatThrownBy(this::open)
                    .as("byte %d, seed %d", at, SEED)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the log is damaged")
                    .hasMessageContaining(file.toString());
        }
        Files.write(file, whole);
        open().close();
    }

    @Test
    void aSegmentThatLacksItsEndIsDamageWhenAnotherFollows() throws IOException {
        try (SegmentLog log = open()) {
            append(log, 3);
            Path first = newest();
            long later = first(log, 2);
            assertThat(later).isGreaterThan(1);
            byte[] whole = Files.readAllBytes(first);
            int end = end(model.headMap(later));
            Arrays.fill(whole, end - LogRecords.HEAD_BYTES, end, (byte) 0);
            Files.write(first, whole);
        }
        assertThatThrownBy(this::open).hasMessageContaining("ends before entry");
    }

    @Test
    void aDamagedHeadIsToldApartFromALeftover() throws IOException {
        try (SegmentLog log = open()) {
            append(log, 1);
        }
        Path file = newest();
        byte[] whole = Files.readAllBytes(file);
        whole[20] ^= 1;
        Files.write(file, whole);
        assertThatThrownBy(this::open).hasMessage("damaged head of " + file);
    }

    @Test
    void whatACrashLeftOfMakingASegmentIsRemoved() throws IOException {
        try (SegmentLog log = open()) {
            append(log, 2);
        }
        Files.write(folder.resolve("draft.new"), new byte[100]);
        // Made over for number 1, under its old name.
        Files.copy(newest(), folder.resolve("0000000000000007.log"));
        try (SegmentLog log = open()) {
            assertHoldsTheModel(log);
            append(log, 1);
            assertHoldsTheModel(log);
        }
        assertThat(files()).containsExactly("0000000000000001.log");
    }

    @Test
    void aFileThatIsNoneOfTheLogIsRefused() throws IOException {
        open().close();
        Files.write(folder.resolve("CURRENT"), new byte[1]);
        assertThatThrownBy(this::open).hasMessageContaining("unknown file").hasMessageContaining("CURRENT");
    }

    @Test
    void filesAreUsedAgainAndReadableByTheirOwnerOnly() throws IOException {
        try (SegmentLog log = open()) {
            for (int i = 0; i < 400; i++) {
                append(log, 1);
                if (model.size() > 60) {
                    long kept = model.lastKey() - 30;
                    log.dropBefore(kept);
                    model.headMap(kept).clear();
                }
            }
            assertHoldsTheModel(log);
        }
        assertThat(files().stream().filter(name -> name.endsWith(".spare"))).hasSizeLessThanOrEqualTo(2);
        assertThat(files()).hasSizeLessThan(12);
        for (String file : files()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void anAppendLargerThanASegmentIsTaken() throws IOException {
        try (SegmentLog log = open()) {
            append(log, 1);
            byte[] large = new byte[3 << 20];
            random.nextBytes(large);
            log.append(List.of(new LogRecords.Entry(0, large)));
            model.put(nextOfModel++, large);
            append(log, 1);
        }
        try (SegmentLog log = open()) {
            assertHoldsTheModel(log);
        }
    }

    @Test
    void entriesOfAKindAreToldOfWhenTheLogIsOpenedUnlessTheyAreVoid() throws IOException {
        try (SegmentLog log = open()) {
            append(log, 1);
            log.append(List.of(entry(1, 10), entry(0, 10), entry(1, 10)));
            log.append(List.of(entry(1, 10)));
            log.dropFrom(5);
            log.append(List.of(entry(0, 10), entry(1, 10)));
        }
        told.clear();
        open().close();
        assertThat(told).containsExactly(2L, 4L, 6L);
    }

    @Test
    void aRecordInsideAnEntryIsNone() throws IOException {
        try (SegmentLog log = open()) {
            append(log, 1);
        }
        byte[] whole = Files.readAllBytes(newest());
        int end = end(model);
        byte[] copy = Arrays.copyOfRange(whole, LogSegment.HEAD_BYTES, end);
        try (SegmentLog log = open()) {
            log.append(List.of(new LogRecords.Entry(0, copy)));
        }
        byte[] torn = Files.readAllBytes(newest());
        System.arraycopy(whole, end, torn, end, LogRecords.HEAD_BYTES);
        Files.write(newest(), torn);
        try (SegmentLog log = open()) {
            assertHoldsTheModel(log);
        }
    }

    @Test
    void aReaderThatIsInterruptedClosesNothing() throws Exception {
        try (SegmentLog log = open()) {
            append(log, 2);
            Thread reader = Thread.ofPlatform().start(() -> {
                Thread.currentThread().interrupt();
                try {
                    log.read(1);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            reader.join();
            append(log, 1);
            assertHoldsTheModel(log);
        }
    }

    private SegmentLog open() throws IOException {
        return SegmentLog.open(folder, false, SEGMENT_BYTES_MAX, (index, _) -> told.add(index));
    }

    private void append(SegmentLog log, int entries) throws IOException {
        List<LogRecords.Entry> batch = IntStream.range(0, entries)
                .mapToObj(_ -> entry(0, random.nextInt(700)))
                .toList();
        log.append(batch);
        batch.forEach(entry -> model.put(nextOfModel++, entry.bytes()));
    }

    private LogRecords.Entry entry(int kind, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return new LogRecords.Entry(kind, bytes);
    }

    /** Appends until there is segment {@code number}; returns the index it begins with. */
    private long first(SegmentLog log, int number) throws IOException {
        long first = nextOfModel;
        while (files().size() < number) {
            first = nextOfModel;
            append(log, 1);
        }
        return first;
    }

    private void assertHoldsTheModel(SegmentLog log) throws IOException {
        assertThat(log.next()).as("seed %d", SEED).isEqualTo(nextOfModel);
        assertThat(log.first()).isLessThanOrEqualTo(model.isEmpty() ? nextOfModel : model.firstKey());
        for (var entry : model.entrySet()) {
            assertThat(log.read(entry.getKey()))
                    .as("entry %d, seed %d", entry.getKey(), SEED)
                    .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(entry.getValue()));
        }
        assertThat(log.read(nextOfModel)).isEmpty();
    }

    /** Each sector as it was before or after, by chance: a disk may write them in any order. */
    private byte[] sectorsOf(byte[] before, byte[] after) {
        byte[] mixed = after.clone();
        for (int at = 0; at < before.length; at += SECTOR_BYTES) {
            if (random.nextBoolean()) {
                System.arraycopy(before, at, mixed, at, Math.min(SECTOR_BYTES, before.length - at));
            }
        }
        return mixed;
    }

    private boolean isPadding(int at) {
        int offset = LogSegment.HEAD_BYTES;
        for (byte[] entry : model.values()) {
            int end = offset + LogRecords.bytes(entry.length);
            if (at < end) {
                return at >= offset + LogRecords.HEAD_BYTES + entry.length;
            }
            offset = end;
        }
        throw new AssertionError(at);
    }

    /** Where {@code entries} of one segment end. */
    private static int end(Map<Long, byte[]> entries) {
        return LogSegment.HEAD_BYTES
                + entries.values().stream()
                        .mapToInt(entry -> LogRecords.bytes(entry.length))
                        .sum();
    }

    private void forget() throws IOException {
        for (String file : files()) {
            Files.delete(folder.resolve(file));
        }
        model.clear();
        nextOfModel = 1;
    }

    private Path newest() throws IOException {
        return folder.resolve(files().stream()
                .filter(name -> name.endsWith(".log"))
                .max(String::compareTo)
                .orElseThrow());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
