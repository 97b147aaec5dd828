package io.tholepin.etcdsnapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.StoreImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every image comes back as it was, and one that cannot be true is not written. */
class ImageWriterTest {
    private static final AuthState RIGHTS = new AuthState(
            true,
            41,
            Map.of(
                    "root", new AuthState.User("root", "$2a$10$hash", false, List.of("root")),
                    "größe \"x\"", new AuthState.User("größe \"x\"", "", true, List.of("a", "b"))),
            Map.of(
                    "a",
                    new AuthState.Role(
                            "a",
                            List.of(
                                    new AuthState.Permission(AuthState.Access.READ, KeyRange.all()),
                                    new AuthState.Permission(
                                            AuthState.Access.WRITE, KeyRange.key(Bytes.wrap(new byte[] {-1, 0, 7}))),
                                    new AuthState.Permission(
                                            AuthState.Access.READ_WRITE, KeyRange.prefix(Bytes.utf8("own"))))),
                    "b",
                    new AuthState.Role("b", List.of())));

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aRandomImageComesBack(long seed) throws IOException {
        HeldImage image = random(new SplittableRandom(seed));
        assertThat(roundTrip(image)).as("seed " + seed).isEqualTo(image);
    }

    @Test
    void anEmptyStoreComesBack() throws IOException {
        HeldImage image =
                new HeldImage(1, -1, 1, 1, List.of(), List.of(), List.of(), AuthState.NONE, List.of(), List.of());
        assertThat(roundTrip(image)).isEqualTo(image);
    }

    @Test
    void aStoreWhoseLastVersionsWereCompactedAwayComesBack() throws IOException {
        HeldImage image = image(9, 9, List.of(put("a", 2, 2, 1, 0), put("b", 4, 5, 2, 0)));
        assertThat(roundTrip(image)).isEqualTo(image);
    }

    @Test
    void aRevisionThatWasRaisedComesBack() throws IOException {
        HeldImage image = image(1_000, 3, List.of(put("a", 2, 2, 1, 0), put("b", 4, 5, 2, 0)));
        assertThat(roundTrip(image)).isEqualTo(image);
    }

    @Test
    void theDatabaseAloneIsTheFileWithoutItsDigest() throws IOException {
        HeldImage image = image(2, -1, List.of(put("a", 2, 2, 1, 0)));
        Path whole = folder.resolve("whole.db");
        Path database = folder.resolve("database.db");
        EtcdSnapshot.write(image, whole);
        EtcdSnapshot.writeDatabase(image, database);
        byte[] bytes = Files.readAllBytes(whole);
        assertThat(database).hasBinaryContent(Arrays.copyOf(bytes, bytes.length - 32));
    }

    @Test
    void onlyItsOwnerMayReadAFile() throws IOException {
        Path file = folder.resolve("image.db");
        EtcdSnapshot.write(image(2, -1, List.of(put("a", 2, 2, 1, 0))), file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void anImageThatContradictsItselfLeavesTheTargetAsItWas() throws IOException {
        Path file = folder.resolve("image.db");
        Files.writeString(file, "before");
        StoreImage.Change first = put("a", 2, 2, 1, 0);
        StoreImage.Change second = put("b", 3, 3, 1, 0);
        refused(image(3, -1, List.of(second, first)), file, "change at ");
        refused(image(3, -1, List.of(first, second, second)), file, "change at ");
        refused(image(2, -1, List.of(first, second)), file, "revision: 2 (expected: at least that of a change: 3)");
        assertThat(file).hasContent("before");
        assertThat(folder.toFile().list()).containsExactly("image.db");
    }

    private static void refused(HeldImage image, Path file, String reason) {
        assertThatThrownBy(() -> EtcdSnapshot.write(image, file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    private HeldImage roundTrip(StoreImage image) throws IOException {
        Path file = folder.resolve("image.db");
        EtcdSnapshot.write(image, file);
        assertThat(EtcdSnapshot.status(file).totalSizeBytes()).isEqualTo(Files.size(file) - 32);
        try (StoreImage read = EtcdSnapshot.read(file, true)) {
            return HeldImage.of(read);
        }
    }

    private static HeldImage image(long revision, long compactRevision, List<StoreImage.Change> changes) {
        return new HeldImage(
                revision, compactRevision, 7, 3, changes, List.of(), List.of(), RIGHTS, List.of(), List.of());
    }

    private static StoreImage.Change put(String key, long created, long modified, long version, long sub) {
        return new StoreImage.Change(
                new KeyValue(Bytes.utf8(key), Bytes.utf8("value"), created, modified, version, 0), sub, false);
    }

    private static HeldImage random(SplittableRandom random) {
        List<StoreImage.Change> changes = new ArrayList<>();
        long revision = 1 + random.nextLong(1L << 40);
        long compacted = random.nextBoolean() ? -1 : revision;
        for (int i = random.nextInt(3_000); i >= 0; i--) {
            revision += 1 + random.nextInt(3);
            for (long sub = random.nextInt(4); sub >= 0; sub--) {
                changes.add(change(random, revision, changes));
            }
        }
        Set<Long> ids = new HashSet<>();
        for (int i = random.nextInt(2_000); i >= 0; i--) {
            ids.add(random.nextLong());
        }
        List<StoreImage.LeaseRecord> leases = ids.stream()
                .sorted()
                .map(id -> new StoreImage.LeaseRecord(id, 1 + random.nextInt(99), random.nextInt(2)))
                .toList();
        List<Alarm> alarms = List.of(
                new Alarm(-3, Alarm.Type.NO_SPACE),
                new Alarm(5, Alarm.Type.NO_SPACE),
                new Alarm(5, Alarm.Type.CORRUPT));
        List<ClusterMember> members = List.of(
                new ClusterMember(5, "", List.of("http://a:2380"), List.of(), true),
                new ClusterMember(
                        Long.MAX_VALUE, "\"\\\n\u2028é", List.of("http://b", "https://b"), List.of("x", "y"), false),
                new ClusterMember(-3, "c", List.of("http://c:2380"), List.of("http://c:2379"), false));
        return new HeldImage(
                revision,
                compacted,
                random.nextLong(1, Long.MAX_VALUE),
                1 + random.nextInt(100),
                changes,
                leases,
                alarms,
                RIGHTS,
                members,
                List.of(-9L, 4L, 1L << 60));
    }

    private static StoreImage.Change change(SplittableRandom random, long revision, List<StoreImage.Change> before) {
        long sub = before.isEmpty() || before.getLast().kv().modRevision() != revision
                ? 0
                : before.getLast().sub() + 1;
        byte[] key = new byte[1 + random.nextInt(40)];
        random.nextBytes(key);
        if (random.nextInt(5) == 0) {
            return new StoreImage.Change(new KeyValue(Bytes.wrap(key), Bytes.EMPTY, 0, revision, 0, 0), sub, true);
        }
        byte[] value = new byte[random.nextInt(random.nextInt(100) == 0 ? 100_000 : 200)];
        random.nextBytes(value);
        return new StoreImage.Change(
                new KeyValue(
                        Bytes.wrap(key),
                        Bytes.wrap(value),
                        1 + random.nextLong(revision),
                        revision,
                        1 + random.nextLong(1L << random.nextInt(1, 63)),
                        random.nextBoolean() ? 0 : random.nextLong()),
                sub,
                false);
    }
}
