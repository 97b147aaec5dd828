package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.contracts.ModelStore;
import io.tholepin.contracts.RandomRequests;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreImage;
import io.tholepin.kv.Txn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same requests go to a keyspace and to the model, and every answer must be the same. A seed is a full bug report.
 */
class KeyspaceModelTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void everyAnswerIsTheModelsOnTheHeap(long seed) {
        HeapEngine engine = new HeapEngine();
        new Run(seed, engine, () -> engine).run(1_500);
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void everyAnswerIsTheModelsOnRocks(long seed) {
        new Run(seed, RocksEngine.open(folder), () -> RocksEngine.open(folder)).run(600);
    }

    /** One sequence of requests. */
    private final class Run {
        private final long seed;
        private final SplittableRandom random;
        private final RandomRequests requests;
        private final Supplier<Engine> reopened;
        private final ModelStore model = new ModelStore();
        private final List<Event> events = new ArrayList<>();
        private Keyspace keyspace;
        private int snapshots;

        Run(long seed, Engine engine, Supplier<Engine> reopened) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.requests = RandomRequests.few(random);
            this.reopened = reopened;
            this.keyspace = new Keyspace(engine);
        }

        void run(int steps) {
            for (int step = 0; step < steps; step++) {
                String where = "seed " + seed + ", step " + step;
                switch (random.nextInt(40)) {
                    case 0 -> compact(where);
                    case 1, 2 -> keyspace.sweep(1 + random.nextInt(20));
                    case 3, 4 -> lease(where);
                    case 5, 6 -> revoke(where);
                    case 7, 8, 9, 10, 11, 12 -> read(where);
                    case 13 -> commitAnd(where, random.nextInt(10) == 0 ? this::reopen : () -> {});
                    case 14 -> commitAnd(where, random.nextInt(10) == 0 ? this::saveAndLoad : () -> {});
                    default -> write(where);
                }
            }
            commitAnd("seed " + seed + ", end", this::reopen);
            keyspace.close();
        }

        private void write(String where) {
            Txn txn = requests.txn(model.revision());
            Object expected = answer(() -> model.txn(txn));
            Object actual = answer(() -> {
                TxnRules.check(txn);
                return ((Outcome.Wrote) apply(new Command.Write(txn))).result();
            });
            assertThat(actual).as(where + ": " + txn).isEqualTo(expected);
        }

        private void compact(String where) {
            long at = model.revision() + 1 - random.nextInt(30);
            Object expected = answer(() -> model.compact(at));
            assertThat(answer(() -> ((Outcome.Done) apply(new Command.Compact(at))).revision()))
                    .as(where)
                    .isEqualTo(expected);
        }

        private void lease(String where) {
            long id = requests.lease();
            Object expected = answer(() -> {
                model.grant(id, 60);
                return true;
            });
            assertThat(answer(() -> apply(new Command.LeaseGrant(id, 60)) instanceof Outcome.Done))
                    .as(where)
                    .isEqualTo(expected);
            assertThat(keyspace.lease(id, true)).as(where).isEqualTo(model.lease(id));
        }

        private void revoke(String where) {
            long id = requests.lease();
            Object expected = answer(() -> model.revoke(id));
            assertThat(answer(() -> ((Outcome.Done) apply(new Command.LeaseRevoke(id))).revision()))
                    .as(where)
                    .isEqualTo(expected);
        }

        private void read(String where) {
            commit();
            RangeRequest request = requests.read(model.revision());
            assertThat(answer(() -> keyspace.range(request)))
                    .as(where + ": " + request)
                    .isEqualTo(answer(() -> model.range(request)));
            Txn txn = requests.txn(model.revision());
            if (txn.isReadOnly()) {
                assertThat(answer(() -> keyspace.read(txn)))
                        .as(where + ": " + txn)
                        .isEqualTo(answer(() -> model.txn(txn)));
            }
        }

        /** A refusal is an answer, too. */
        private static Object answer(Supplier<Object> request) {
            try {
                return request.get();
            } catch (StoreException e) {
                return e.code() + " " + e.compactRevision();
            }
        }

        private Outcome apply(Command command) {
            byte[] encoded = CommandCodec.encode(command);
            assertThat(CommandCodec.decode(encoded)).isEqualTo(command);
            Outcome outcome = keyspace.apply(nextIndex(), CommandCodec.decode(encoded));
            if (random.nextInt(3) == 0) {
                commit();
            }
            if (outcome instanceof Outcome.Refused refused) {
                throw refused.cause();
            }
            return outcome;
        }

        private long index;

        private long nextIndex() {
            return ++index;
        }

        private void commit() {
            Committed committed = keyspace.commit();
            committed.events().forEach(event -> events.add(keyspace.withPrevious(event)));
            assertThat(committed.revision()).isEqualTo(model.revision());
            assertThat(keyspace.revision()).isEqualTo(model.revision());
            assertThat(keyspace.appliedIndex()).isEqualTo(index);
            assertThat(keyspace.compactRevision()).isEqualTo(model.compactRevision());
        }

        private void commitAnd(String where, Runnable then) {
            commit();
            assertThat(events).as(where).isEqualTo(model.history());
            List<Event> readable = new ArrayList<>();
            keyspace.history(Math.max(0, model.compactRevision()), model.revision(), readable::add);
            assertThat(readable.stream().map(this::withoutCompacted).toList())
                    .as(where)
                    .isEqualTo(model.readableHistory().stream()
                            .map(this::withoutCompacted)
                            .toList());
            then.run();
            assertBytesInUse(where);
            if (model.compactRevision() <= keyspace.sweptRevision()) {
                assertNothingIsLeftOver(where);
            }
        }

        /** What came before the compacted revision itself may be gone. */
        private Event withoutCompacted(Event event) {
            return event.kv().modRevision() == model.compactRevision()
                    ? new Event(event.type(), event.kv(), null)
                    : event;
        }

        /**
         * After sweeping, each key has at most one version at or below the compacted revision, and no old tombstone.
         */
        private void assertNothingIsLeftOver(String where) {
            long compacted = model.compactRevision();
            List<String> kept = new ArrayList<>();
            keyspace.versionsUpTo(compacted, version -> {
                assertThat(version.isTombstone() && version.modRevision < compacted)
                        .as(where + " tombstone")
                        .isFalse();
                kept.add(version.key + "");
                return true;
            });
            assertThat(kept).as(where).doesNotHaveDuplicates();
        }

        private void assertBytesInUse(String where) {
            long[] bytes = {0};
            try (StoreImage image = keyspace.image(0)) {
                image.changes(change -> bytes[0] += Quota.VERSION_BYTES
                        + change.kv().key().length()
                        + change.kv().value().length());
            }
            assertThat(keyspace.bytesInUse()).as(where).isEqualTo(bytes[0]);
        }

        private void reopen() {
            keyspace.close();
            keyspace = new Keyspace(reopened.get());
            assertThat(keyspace.appliedIndex()).isEqualTo(index);
            assertThat(keyspace.revision()).isEqualTo(model.revision());
        }

        private void saveAndLoad() {
            Path snapshot = folder.resolve("snapshot-" + ++snapshots);
            keyspace.save(snapshot);
            if (random.nextBoolean()) {
                keyspace.apply(index + 1, new Command.Write(overwrite()));
                keyspace.commit();
            }
            keyspace.load(snapshot);
            assertThat(keyspace.appliedIndex()).isEqualTo(index);
            assertThat(keyspace.revision()).isEqualTo(model.revision());
        }

        private Txn overwrite() {
            return Txn.of(Op.Put.of(requests.key(), Bytes.utf8("lost")));
        }
    }
}
