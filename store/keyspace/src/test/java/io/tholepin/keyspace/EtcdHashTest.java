package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.kv.StateHash;
import io.tholepin.kv.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hashes are those that etcd 3.5.30 gave for the same commands, however far compactions have been swept. */
class EtcdHashTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"hashes-1.txt", "hashes-2.txt", "hashes-3.txt"})
    void theHeapHasEtcdsHashes(String script) {
        for (int seed = 1; seed <= 5; seed++) {
            run(script, new HeapEngine(), seed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hashes-1.txt", "hashes-2.txt", "hashes-3.txt"})
    void rocksHasEtcdsHashes(String script) {
        run(script, RocksEngine.open(folder, 1 << 16), 6);
    }

    @Test
    void whatCannotBeSeenHasNoHash() {
        try (Keyspace keyspace = new Keyspace(new HeapEngine())) {
            for (int i = 1; i <= 3; i++) {
                keyspace.apply(i, HashScript.command("put a 1 0"));
            }
            keyspace.apply(4, new Command.Compact(3));
            keyspace.commit();
            assertThatThrownBy(() -> keyspace.hashKv(2))
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            e -> assertThat(e.compactRevision()).isEqualTo(3));
            assertThatThrownBy(() -> keyspace.hashKv(5)).hasMessage(StoreException.Code.FUTURE_REVISION.text());
            assertThat(keyspace.hashKv(3).hashRevision()).isEqualTo(3);
            assertThat(keyspace.hash()).isEqualTo(keyspace.hash());
        }
    }

    private static void run(String script, Engine engine, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Keyspace keyspace = new Keyspace(engine)) {
            int number = 0;
            for (String line : lines(script)) {
                String where = script + ":" + ++number + ", seed " + seed;
                if (line.startsWith("hashkv ")) {
                    assertHash(where, keyspace, line.split(" ", -1));
                } else {
                    assertThat(keyspace.apply(number, HashScript.command(line)))
                            .as(where)
                            .isNotInstanceOf(Outcome.Refused.class);
                    keyspace.commit();
                }
                if (random.nextBoolean()) {
                    keyspace.sweep(1 + random.nextInt(8));
                    keyspace.commit();
                }
            }
        }
    }

    private static void assertHash(String where, Keyspace keyspace, String[] words) {
        StateHash hash = keyspace.hashKv(Long.parseLong(words[1]));
        assertThat(Integer.toUnsignedString(hash.hash())).as(where).isEqualTo(words[2]);
        assertThat(hash.compactRevision()).as(where).isEqualTo(Long.parseLong(words[3]));
    }

    private static List<String> lines(String script) {
        try (InputStream in = Objects.requireNonNull(EtcdHashTest.class.getResourceAsStream(script))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
