package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.contracts.RandomRequests;
import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreImage;
import io.tholepin.kv.Txn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An image is one commit, whatever happens beside it, and becomes the same state again. */
class ImageTest {
    private static final ClusterMember ONE =
            new ClusterMember(1, "one", List.of("http://a:2380"), List.of("http://a:2379"), false);
    private static final ClusterMember TWO = new ClusterMember(2, "", List.of("http://b:2380"), List.of(), true);
    private static final Alarm NO_SPACE = new Alarm(2, Alarm.Type.NO_SPACE);

    @TempDir
    Path folder;

    private int engines;

    @ParameterizedTest
    @CsvSource({"heap, 1", "heap, 2", "heap, 3", "rocks, 4", "rocks, 5", "rocks, 6"})
    void whatComesAfterItDoesNotChangeIt(String kind, long seed) {
        try (Keyspace keyspace = new Keyspace(engine(kind))) {
            Source source = new Source(keyspace, seed);
            source.apply(400);
            List<StoreImage.Change> atOnce = changes(keyspace);
            try (StoreImage image = keyspace.image(3)) {
                long revision = keyspace.revision();
                List<StoreImage.LeaseRecord> leases = image.leases();
                source.apply(400);
                keyspace.apply(++source.index, new Command.Compact(keyspace.revision()));
                keyspace.apply(++source.index, new Command.AlarmRaise(NO_SPACE));
                keyspace.commit();
                while (keyspace.sweep(50)) {
                    keyspace.commit();
                }
                keyspace.commit();
                assertThat(changes(image)).as("seed " + seed).isEqualTo(atOnce);
                assertThat(image.leases()).containsExactlyInAnyOrderElementsOf(leases);
                assertThat(image.revision()).isEqualTo(revision);
                assertThat(image.term()).isEqualTo(3);
                assertThat(image.alarms()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"heap, rocks, 1", "rocks, heap, 2", "rocks, rocks, 3", "heap, heap, 4"})
    void itBecomesTheSameStateAgain(String from, String to, long seed) {
        Engine copy = engine(to);
        try (Keyspace keyspace = new Keyspace(engine(from))) {
            Source source = new Source(keyspace, seed);
            source.apply(600);
            keyspace.apply(++source.index, new Command.MembersInit(List.of(ONE, TWO)));
            keyspace.apply(++source.index, new Command.AlarmRaise(NO_SPACE));
            keyspace.apply(++source.index, new Command.AuthUpdate(new AuthChange.RoleAdd("r")));
            keyspace.commit();
            try (StoreImage image = keyspace.image(0)) {
                Restore.exactly(image).into(copy, image);
            }
            try (Keyspace restored = new Keyspace(copy)) {
                assertThat(restored.appliedIndex()).isEqualTo(keyspace.appliedIndex());
                assertSame(keyspace, restored, "seed " + seed);
                assertThat(restored.bytesInUse()).isEqualTo(keyspace.bytesInUse());
                assertThat(restored.members()).containsExactly(ONE, TWO);
                assertThat(restored.alarms()).containsExactly(NO_SPACE);
                assertThat(restored.auth()).isEqualTo(keyspace.auth());
                // Both go on alike.
                new Source(keyspace, seed + 10).apply(200);
                new Source(restored, seed + 10).apply(200);
                assertSame(keyspace, restored, "seed " + seed + ", later");
            }
        }
    }

    @Test
    void aNewClusterHasItsOwnMembersAndNoneOfTheOldAlarms() {
        try (Keyspace keyspace = new Keyspace(new HeapEngine())) {
            new Source(keyspace, 9).apply(50);
            keyspace.apply(1_001, new Command.MembersInit(List.of(ONE, TWO)));
            keyspace.apply(1_002, new Command.AlarmRaise(NO_SPACE));
            keyspace.apply(1_003, new Command.MemberRemove(1));
            keyspace.apply(1_004, new Command.DowngradeTarget(Optional.of("3.5.0")));
            keyspace.commit();
            Engine engine = new HeapEngine();
            try (StoreImage image = keyspace.image(0)) {
                Restore.asNew(List.of(ONE)).into(engine, image);
            }
            Keyspace restored = new Keyspace(engine);
            assertThat(restored.members()).containsExactly(ONE);
            assertThat(restored.removedMembers()).isEmpty();
            assertThat(restored.alarms()).isEmpty();
            assertThat(restored.downgradeTarget()).isEmpty();
            assertThat(restored.appliedIndex()).isZero();
        }
    }

    @Test
    void aBumpedRevisionLeavesNothingReadableBelowIt() {
        try (Keyspace keyspace = new Keyspace(new HeapEngine())) {
            new Source(keyspace, 11).apply(80);
            long revision = keyspace.revision();
            RocksEngine engine = RocksEngine.open(folder);
            try (StoreImage image = keyspace.image(0)) {
                new Restore(1_000, true, Optional.of(List.of(ONE)), 0).into(engine, image);
            }
            try (Keyspace restored = new Keyspace(engine)) {
                assertThat(restored.revision()).isEqualTo(revision + 1_000);
                assertThat(restored.compactRevision()).isEqualTo(revision + 1_000);
                RangeRequest all = RangeRequest.of(KeyRange.all());
                assertThat(restored.range(all).kvs())
                        .isEqualTo(keyspace.range(all).kvs());
                assertThatThrownBy(() -> restored.range(all.at(revision)))
                        .hasMessage(StoreException.Code.COMPACTED.text());
                while (restored.sweep(10)) {
                    restored.commit();
                }
                restored.apply(1, HashScript.command("put a 1 0"));
                assertThat(restored.commit().events())
                        .extracting(event -> event.kv().modRevision())
                        .containsExactly(revision + 1_001);
            }
        }
    }

    @Test
    void aRestoreThatBrokeOffIsNotOpened() {
        HeapEngine engine = new HeapEngine();
        try (Keyspace keyspace = new Keyspace(new HeapEngine())) {
            new Source(keyspace, 12).apply(50);
            try (StoreImage image = keyspace.image(0)) {
                List<StoreImage.Change> changes = changes(image);
                StoreImage backwards = new ListImage(changes.reversed(), keyspace.revision());
                assertThatThrownBy(() -> Restore.exactly(backwards).into(engine, backwards))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("expected: ascending");
            }
        }
        engine.commit(Engine.Marks.FRESH);
        assertThatThrownBy(() -> new Keyspace(engine))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.code()).isEqualTo(StoreException.Code.CORRUPT));
    }

    @Test
    void anImageOfAClosedEngineIsGone() {
        Keyspace keyspace = new Keyspace(RocksEngine.open(folder));
        StoreImage image = keyspace.image(0);
        keyspace.close();
        assertThatThrownBy(() -> changes(image)).hasMessage(StoreException.Code.STOPPED.text());
        image.close();
        image.close();
    }

    private Engine engine(String kind) {
        return kind.equals("heap") ? new HeapEngine() : RocksEngine.open(folder.resolve("engine-" + ++engines));
    }

    private static void assertSame(Keyspace expected, Keyspace actual, String where) {
        assertThat(actual.revision()).as(where).isEqualTo(expected.revision());
        assertThat(actual.compactRevision()).as(where).isEqualTo(expected.compactRevision());
        assertThat(actual.hashKv(0)).as(where).isEqualTo(expected.hashKv(0));
        assertThat(actual.leaseTtls()).as(where).isEqualTo(expected.leaseTtls());
        assertThat(actual.leaseSeconds()).as(where).isEqualTo(expected.leaseSeconds());
        for (long id : expected.leaseTtls().keySet()) {
            assertThat(actual.lease(id, true)).as(where).isEqualTo(expected.lease(id, true));
        }
        List<Event> events = new ArrayList<>();
        List<Event> expectedEvents = new ArrayList<>();
        actual.history(expected.compactRevision() + 1, expected.revision(), events::add);
        expected.history(expected.compactRevision() + 1, expected.revision(), expectedEvents::add);
        assertThat(events).as(where).isEqualTo(expectedEvents);
    }

    private static List<StoreImage.Change> changes(Keyspace keyspace) {
        try (StoreImage image = keyspace.image(0)) {
            return changes(image);
        }
    }

    private static List<StoreImage.Change> changes(StoreImage image) {
        List<StoreImage.Change> changes = new ArrayList<>();
        image.changes(changes::add);
        return changes;
    }

    /** Random commands for a keyspace. */
    private static final class Source {
        private final Keyspace keyspace;
        private final SplittableRandom random;
        private final RandomRequests requests;
        private long index;

        Source(Keyspace keyspace, long seed) {
            this.keyspace = keyspace;
            this.random = new SplittableRandom(seed);
            this.requests = RandomRequests.few(random);
            this.index = keyspace.appliedIndex();
        }

        void apply(int count) {
            for (int i = 0; i < count; i++) {
                Command command = command();
                if (!(command instanceof Command.Write write) || isProper(write.txn())) {
                    keyspace.apply(++index, command);
                }
                if (random.nextInt(4) == 0) {
                    keyspace.commit();
                }
            }
            keyspace.commit();
        }

        private Command command() {
            return switch (random.nextInt(30)) {
                case 0 -> new Command.LeaseRevoke(requests.lease());
                case 1, 2, 3 -> new Command.LeaseGrant(requests.lease(), 2 + random.nextInt(100));
                case 4 -> new Command.LeaseCheckpoint(requests.lease(), 1);
                case 5 -> new Command.Compact(keyspace.revision() - random.nextInt(30));
                default -> new Command.Write(requests.txn(keyspace.revision()));
            };
        }

        private static boolean isProper(Txn txn) {
            try {
                TxnRules.check(txn);
                return true;
            } catch (StoreException e) {
                return false;
            }
        }
    }

    /** An image of given changes and nothing else. */
    private record ListImage(List<Change> list, long revision) implements StoreImage {
        @Override
        public long compactRevision() {
            return -1;
        }

        @Override
        public long appliedIndex() {
            return 0;
        }

        @Override
        public long term() {
            return 0;
        }

        @Override
        public void changes(Consumer<Change> visitor) {
            list.forEach(visitor);
        }

        @Override
        public List<LeaseRecord> leases() {
            return List.of();
        }

        @Override
        public List<Alarm> alarms() {
            return List.of();
        }

        @Override
        public AuthState auth() {
            return AuthState.NONE;
        }

        @Override
        public List<ClusterMember> members() {
            return List.of();
        }

        @Override
        public List<Long> removedMembers() {
            return List.of();
        }

        @Override
        public void close() {}
    }
}
