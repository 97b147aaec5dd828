package io.tholepin.etcdsnapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.Engine;
import io.tholepin.keyspace.HeapEngine;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.Restore;
import io.tholepin.keyspace.RocksEngine;
import io.tholepin.kv.StoreImage;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Etcd's data goes through our store and comes out as it went in. */
class KeyspaceTest {
    /** What etcd answered: HashKV by revision. */
    private static final Map<Long, Long> HASHES =
            Map.of(0L, 1293814873L, 26L, 2617659213L, 30L, 3239271362L, 33L, 599255568L, 37L, 1293814873L);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"3.4.23", "3.5.30"})
    void theHeapKeepsEverything(String version) throws Exception {
        throughAStore(Fixture.unpack(version, folder), new HeapEngine(), new HeapEngine());
    }

    @Test
    void rocksKeepsEverything() throws Exception {
        throughAStore(
                Fixture.unpack("3.5.30", folder),
                RocksEngine.open(folder.resolve("first")),
                RocksEngine.open(folder.resolve("second")));
    }

    private void throughAStore(Path file, Engine first, Engine second) throws Exception {
        Path written = folder.resolve("written.db");
        HeldImage original;
        try (StoreImage image = EtcdSnapshot.read(file, true)) {
            original = HeldImage.of(image);
            Restore.exactly(image).into(first, image);
        }
        try (Keyspace keyspace = new Keyspace(first)) {
            sameHashes(keyspace);
            try (StoreImage image = keyspace.image(original.term())) {
                assertThat(HeldImage.of(image)).isEqualTo(original);
                EtcdSnapshot.write(image, written);
            }
        }
        try (StoreImage image = EtcdSnapshot.read(written, true)) {
            Restore.exactly(image).into(second, image);
        }
        try (Keyspace keyspace = new Keyspace(second)) {
            sameHashes(keyspace);
        }
    }

    private static void sameHashes(Keyspace keyspace) {
        HASHES.forEach((revision, hash) -> assertThat(
                        Integer.toUnsignedLong(keyspace.hashKv(revision).hash()))
                .as("HashKV " + revision)
                .isEqualTo(hash));
    }
}
