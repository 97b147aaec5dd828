package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Txn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResyncTest {
    @TempDir
    Path temp;

    private long index;
    private long bytes;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void aStateThatIsBehindBecomesTheOther(long seed) throws IOException {
        Random random = new Random(seed);
        try (Keyspace ahead = open("ahead");
                Keyspace behind = open("behind")) {
            for (int i = 0; i < 400; i++) {
                step(random, ahead, behind);
            }
            for (int round = 0; round < 3; round++) {
                int missed = random.nextInt(300);
                for (int i = 0; i < missed; i++) {
                    step(random, ahead);
                }
                boolean everything = random.nextInt(6) == 0;
                resync(ahead, behind, everything);
                assertSame(ahead, behind);
                for (int i = 0; i < 60; i++) {
                    step(random, ahead, behind);
                }
                sweep(ahead);
                sweep(behind);
                assertSame(ahead, behind);
                assertThat(behind.bytesInUse()).isEqualTo(ahead.bytesInUse());
            }
        }
    }

    @Test
    void onlyWhatChangedIsSent() throws IOException {
        try (Keyspace ahead = open("ahead");
                Keyspace behind = open("behind")) {
            for (int i = 0; i < 20_000; i++) {
                both(put("/k" + i, 500), ahead, behind);
            }
            long changed = 0;
            for (int i = 0; i < 500; i++) {
                apply(ahead, put("/k" + 40 * i, 500));
                changed += 500 + 8;
            }
            for (int i = 0; i < 2_000; i++) {
                apply(
                        ahead,
                        new Command.Write(Txn.of(new Op.Delete(KeyRange.key(Bytes.utf8("/k" + (7 * i + 1))), false))));
                changed += 8;
            }
            apply(ahead, new Command.Compact(ahead.revision()));
            sweep(ahead);
            bytes = 0;
            resync(ahead, behind, false);
            assertSame(ahead, behind);
            // Deletions that were swept away cost 24 to 30 bytes each.
            assertThat(bytes).isLessThan((long) (1.2 * changed) + 2_000 * 26);
        }
    }

    @Test
    void anInterruptedOneIsCarriedOutFromTheBeginningAtTheNextStart() throws IOException {
        try (Keyspace ahead = open("ahead")) {
            try (Keyspace behind = open("behind")) {
                for (int i = 0; i < 100; i++) {
                    both(put("/k" + i, 10), ahead, behind);
                }
                for (int i = 0; i < 50; i++) {
                    apply(ahead, put("/k" + i, 10));
                }
                stage(ahead, behind, false);
                behind.flush();
            }
            // Half of it reached the disk, its marks did not; the file is still there.
            Path folder = temp.resolve("behind");
            try (RocksEngine half = RocksEngine.open(folder)) {
                Version version = new Version(Bytes.utf8("/k0"), 102, 0, 2, 2, 0, 10);
                version.pair = version.withValue(Bytes.wrap(new byte[10]));
                half.put(version);
                half.commit(half.marks());
                half.flush();
            }
            RocksEngine engine = RocksEngine.open(folder);
            Keyspace.recover(temp, engine);
            try (Keyspace behind = new Keyspace(engine)) {
                assertSame(ahead, behind);
                assertThat(Files.exists(temp.resolve("staged"))).isFalse();
                assertThat(behind.become(temp)).isFalse();
            }
        }
    }

    @Test
    void aDamagedFileIsNotCarriedOut() throws IOException {
        try (Keyspace ahead = open("ahead");
                Keyspace behind = open("behind")) {
            for (int i = 0; i < 100; i++) {
                apply(ahead, put("/k" + i, 10));
            }
            stage(ahead, behind, false);
            byte[] staged = Files.readAllBytes(temp.resolve("staged"));
            staged[200] ^= 1;
            Files.write(temp.resolve("staged"), staged);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> behind.become(temp))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("damaged staged state");
        }
    }

    private void resync(Keyspace ahead, Keyspace behind, boolean everything) throws IOException {
        stage(ahead, behind, everything);
        assertThat(behind.become(temp)).isTrue();
    }

    private void stage(Keyspace ahead, Keyspace behind, boolean everything) throws IOException {
        long base = everything ? 0 : behind.revision();
        try (ResyncSource source = ahead.resyncSource(base, () -> {});
                ResyncTarget target = behind.resyncTarget(everything, temp, source.marks())) {
            List<byte[]> chunks = new ArrayList<>();
            source.chunks(chunks::add);
            for (byte[] chunk : chunks) {
                bytes += chunk.length;
                target.accept(chunk);
            }
            if (target.needsSurvivors()) {
                ResyncSource.Survivors survivors = source.survivors(17);
                long deletions = target.deletions(survivors);
                assertThat(deletions).isNotNegative();
                boolean found = false;
                // A small sketch cannot be read now and then; another seed can.
                for (int seed = 1; !found && seed < 5; seed++) {
                    byte[] sketch = deletions == 0 ? new byte[0] : source.sketch(seed, ResyncTarget.cells(deletions));
                    bytes += sketch.length;
                    found = target.removeDeleted(sketch, seed, survivors, 17);
                }
                assertThat(found).isTrue();
            }
            assertThat(target.isCurrent()).isTrue();
            target.finish();
        }
    }

    private static void assertSame(Keyspace ahead, Keyspace behind) {
        assertThat(behind.revision()).isEqualTo(ahead.revision());
        assertThat(behind.appliedIndex()).isEqualTo(ahead.appliedIndex());
        assertThat(behind.compactRevision()).isEqualTo(ahead.compactRevision());
        assertThat(behind.hashKv(0)).isEqualTo(ahead.hashKv(0));
        assertThat(behind.leaseTtls()).isEqualTo(ahead.leaseTtls());
        assertThat(behind.leaseSeconds()).isEqualTo(ahead.leaseSeconds());
        for (long id : ahead.leaseTtls().keySet()) {
            assertThat(behind.lease(id, true)).isEqualTo(ahead.lease(id, true));
        }
        long from = Math.max(1, ahead.compactRevision());
        for (long at = from; at <= ahead.revision(); at++) {
            RangeRequest all = RangeRequest.of(KeyRange.all()).at(at);
            assertThat(behind.range(all)).as("at " + at).isEqualTo(ahead.range(all));
        }
        assertThat(history(behind, from)).isEqualTo(history(ahead, from));
    }

    private static List<Event> history(Keyspace keyspace, long from) {
        List<Event> events = new ArrayList<>();
        keyspace.history(from + 1, keyspace.revision(), events::add);
        return events;
    }

    private void step(Random random, Keyspace... keyspaces) {
        if (random.nextInt(40) == 0) {
            for (Keyspace keyspace : keyspaces) {
                if (random.nextBoolean()) {
                    sweep(keyspace);
                }
            }
        }
        both(command(random, keyspaces[0]), keyspaces);
    }

    private static Command command(Random random, Keyspace keyspace) {
        String key = "/" + random.nextInt(40);
        return switch (random.nextInt(20)) {
            case 0 -> new Command.Compact(Math.max(0, keyspace.revision() - random.nextInt(30)));
            case 1 -> new Command.LeaseGrant(1 + random.nextInt(6), 60);
            case 2 -> new Command.LeaseRevoke(1 + random.nextInt(6));
            case 3 -> new Command.LeaseCheckpoint(1 + random.nextInt(6), random.nextInt(60));
            case 4, 5, 6, 7 -> new Command.Write(Txn.of(new Op.Delete(KeyRange.key(Bytes.utf8(key)), false)));
            case 8 -> new Command.Write(Txn.of(new Op.Delete(KeyRange.prefix(Bytes.utf8("/1")), false)));
            case 9 ->
                new Command.Write(new Txn(
                        List.of(),
                        List.of(
                                Op.Put.of(Bytes.utf8(key + "a"), Bytes.utf8("x")),
                                Op.Put.of(Bytes.utf8(key), Bytes.utf8("y"))),
                        List.of()));
            case 10 ->
                new Command.Write(Txn.of(new Op.Put(
                        Bytes.utf8(key),
                        Bytes.utf8("l"),
                        keyspace.leaseTtls().keySet().stream().findFirst().orElse(0L),
                        false,
                        false,
                        false)));
            default -> put(key, random.nextInt(100));
        };
    }

    private static Command put(String key, int length) {
        return new Command.Write(Txn.of(Op.Put.of(Bytes.utf8(key), Bytes.wrap(new byte[length]))));
    }

    private void both(Command command, Keyspace... keyspaces) {
        index++;
        for (Keyspace keyspace : keyspaces) {
            keyspace.apply(index, command);
            keyspace.commit();
        }
    }

    private void apply(Keyspace keyspace, Command command) {
        both(command, keyspace);
    }

    private static void sweep(Keyspace keyspace) {
        while (keyspace.sweep(10)) {
            keyspace.commit();
        }
        keyspace.commit();
    }

    private Keyspace open(String name) {
        return new Keyspace(RocksEngine.open(temp.resolve(name)));
    }
}
