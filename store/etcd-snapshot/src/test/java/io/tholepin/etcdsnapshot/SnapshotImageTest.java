package io.tholepin.etcdsnapshot;

import static java.util.Objects.requireNonNull;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What real etcds wrote is read, and written again without a difference. */
class SnapshotImageTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"3.4.23", "3.5.30"})
    void everyVersionIsRead(String version) throws IOException {
        try (StoreImage image = EtcdSnapshot.read(Fixture.unpack(version, folder), true)) {
            assertThat(image.revision()).isEqualTo(37);
            assertThat(image.compactRevision()).isEqualTo(25);
            List<StoreImage.Change> changes = new ArrayList<>();
            image.changes(changes::add);
            assertThat(changes)
                    .startsWith(put("key13", "value13", 5, 5, 1, 0, 0))
                    .contains(
                            put("key11", "again11", 3, 24, 2, 0, 0),
                            put("key12", "again12", 4, 25, 2, 0, 0),
                            deletion("key20", 29, 0),
                            deletion("key29", 30, 0),
                            deletion("key30", 30, 1),
                            deletion("key11", 31, 0),
                            put("key20", "back", 32, 32, 1, 0, 0),
                            put("t1", "one", 35, 35, 1, 0, 0),
                            put("t2", "two", 35, 35, 1, 1, 0),
                            deletion("key12", 35, 2),
                            put("t3", "three", 35, 35, 1, 3, 0))
                    .endsWith(put("leased", "yes", 36, 36, 1, 0, 0x73c7ae), put("empty", "", 37, 37, 1, 0, 0));
            assertThat(changes).anySatisfy(change -> {
                assertThat(change.kv().key()).isEqualTo(Bytes.utf8("large"));
                assertThat(change.kv().value()).isEqualTo(Bytes.utf8("x".repeat(9_000)));
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4.23", "3.5.30"})
    void whatIsBesideTheVersionsIsRead(String version) throws IOException {
        try (StoreImage image = EtcdSnapshot.read(Fixture.unpack(version, folder), true)) {
            assertThat(image.leases())
                    .containsExactlyInAnyOrder(
                            new StoreImage.LeaseRecord(0x73c7ae, 3600, 0), new StoreImage.LeaseRecord(99, 600, 0));
            assertThat(image.alarms()).containsExactly(new Alarm(7, Alarm.Type.NO_SPACE));
            assertThat(image.members())
                    .containsExactly(new ClusterMember(
                            0x285cda58f9f43421L,
                            "one",
                            List.of("http://127.0.0.1:42480"),
                            List.of("http://127.0.0.1:42479"),
                            false));
            assertThat(image.removedMembers()).isEmpty();
            assertThat(image.appliedIndex()).isBetween(50L, 70L);
            assertThat(image.term()).isEqualTo(version.startsWith("3.4") ? 0 : 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4.23", "3.5.30"})
    void usersAndRolesAreRead(String version) throws IOException {
        try (StoreImage image = EtcdSnapshot.read(Fixture.unpack(version, folder), true)) {
            AuthState auth = image.auth();
            assertThat(auth.enabled()).isTrue();
            assertThat(auth.revision()).isEqualTo(11);
            assertThat(auth.users()).containsOnlyKeys("root", "ann", "cert");
            assertThat(user(auth, "ann").roles()).containsExactly("readers");
            assertThat(user(auth, "ann").passwordHash()).startsWith("$2a$10$");
            assertThat(user(auth, "ann").noPassword()).isFalse();
            assertThat(user(auth, "cert").noPassword()).isTrue();
            assertThat(user(auth, "cert").passwordHash()).isEmpty();
            assertThat(auth.roles()).containsOnlyKeys("root", "readers");
            assertThat(requireNonNull(auth.roles().get("readers")).permissions())
                    .containsExactly(
                            permission(AuthState.Access.READ, "key1", "key2"),
                            permission(AuthState.Access.WRITE, "single", ""),
                            permission(AuthState.Access.READ_WRITE, "t", "u"));
        }
    }

    @ParameterizedTest
    @CsvSource({"0,1293814873", "26,2617659213", "30,3239271362", "33,599255568", "37,1293814873"})
    void theHashIsTheOneEtcdAnswered(long revision, long hash) throws IOException {
        for (String version : List.of("3.4.23", "3.5.30")) {
            Path file = Fixture.unpack(version, folder);
            try (StoreImage image = EtcdSnapshot.read(file, true)) {
                assertThat(EtcdHash.of(image, revision)).as(version).isEqualTo(hash);
                Path copy = folder.resolve(version + "-copy.db");
                EtcdSnapshot.write(image, copy);
                try (StoreImage written = EtcdSnapshot.read(copy, true)) {
                    assertThat(EtcdHash.of(written, revision)).as(version).isEqualTo(hash);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4.23", "3.5.30"})
    void whatIsWrittenIsWhatWasRead(String version) throws IOException {
        try (StoreImage image = EtcdSnapshot.read(Fixture.unpack(version, folder), true)) {
            Path copy = folder.resolve("copy.db");
            EtcdSnapshot.write(image, copy);
            assertThat(Files.size(copy) % 512).isEqualTo(32);
            assertThat(folder.resolve("copy.db.part")).doesNotExist();
            try (StoreImage written = EtcdSnapshot.read(copy, true)) {
                assertThat(HeldImage.of(written).withTerm(image.term())).isEqualTo(HeldImage.of(image));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3.4.23,3680238845,52,45056", "3.5.30,821070914,54,49152"})
    void theStatusIsTheOneEtcdPrinted(String version, long hash, long keys, long size) throws IOException {
        assertThat(EtcdSnapshot.status(Fixture.unpack(version, folder)))
                .isEqualTo(new EtcdSnapshot.Status((int) hash, 37, keys, size));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4.23", "3.5.30"})
    void aChangedFileIsRefusedUnlessTheCheckIsSkipped(String version) throws IOException {
        Path file = Fixture.unpack(version, folder);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 40] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> EtcdSnapshot.read(file, true))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}");
        try (StoreImage image = EtcdSnapshot.read(file, false)) {
            assertThat(image.revision()).isEqualTo(37);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.4.23", "3.5.30"})
    void aPlainCopyOfADatabaseIsReadOnlyWhenTheCheckIsSkipped(String version) throws IOException {
        Path file = Fixture.unpack(version, folder);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 32));
        assertThatThrownBy(() -> EtcdSnapshot.read(file, true))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("snapshot missing hash but --skip-hash-check=false");
        try (StoreImage image = EtcdSnapshot.read(file, false)) {
            assertThat(image.revision()).isEqualTo(37);
        }
    }

    private static AuthState.User user(AuthState auth, String name) {
        return requireNonNull(auth.users().get(name));
    }

    private static AuthState.Permission permission(AuthState.Access access, String start, String end) {
        return new AuthState.Permission(access, new KeyRange(Bytes.utf8(start), Bytes.utf8(end)));
    }

    private static StoreImage.Change put(
            String key, String value, long created, long modified, long version, long sub, long lease) {
        return new StoreImage.Change(
                new KeyValue(Bytes.utf8(key), Bytes.utf8(value), created, modified, version, lease), sub, false);
    }

    private static StoreImage.Change deletion(String key, long revision, long sub) {
        return new StoreImage.Change(new KeyValue(Bytes.utf8(key), Bytes.EMPTY, 0, revision, 0, 0), sub, true);
    }
}
