package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaStoreTest {
    @TempDir
    Path folder;

    @Test
    void dataSurvivesARestart() throws Exception {
        long revision;
        long lease = 77;
        StoreStatus before;
        try (ReplicaStore store = open()) {
            await(store.leaseGrant(lease, 600));
            await(store.txn(Txn.of(new Op.Put(key("leased"), key("v"), lease, false, false, false))));
            for (int i = 0; i < 100; i++) {
                put(store, "k" + i, "v" + i);
            }
            revision = await(store.currentRevision());
            before = store.status();
        }
        try (ReplicaStore store = open()) {
            assertThat(await(store.currentRevision())).isEqualTo(revision).isEqualTo(102);
            RangeResult all = await(store.range(RangeRequest.of(KeyRange.all())));
            assertThat(all.count()).isEqualTo(101);
            assertThat(all.kvs().getFirst().value()).isEqualTo(key("v0"));
            Lease kept = await(store.leaseTimeToLive(lease, true));
            assertThat(kept.keys()).containsExactly(key("leased"));
            assertThat(kept.remainingTtlSeconds()).isBetween(590L, 600L);
            StoreStatus status = store.status();
            assertThat(status.clusterId()).isEqualTo(before.clusterId());
            assertThat(status.memberId()).isEqualTo(before.memberId()).isEqualTo(status.leaderId());
            assertThat(status.term()).isGreaterThan(before.term());
            assertThat(await(store.leaseRevoke(lease))).isEqualTo(revision + 1);
        }
    }

    @Test
    void aStoreThatOnlyStartsAndStopsStartsAgain() throws Exception {
        ReplicaConfig config = ReplicaConfig.in(folder)
                .withCompaction(new ReplicaConfig.Compaction.None())
                .withUpkeep(new ReplicaConfig.Upkeep(10_000, 1, Duration.ZERO, Duration.ZERO));
        ReplicaStore.open(config).close();
        try (ReplicaStore store = ReplicaStore.open(config)) {
            put(store, "k", "v");
        }
        for (int i = 0; i < 3; i++) {
            try (ReplicaStore store = ReplicaStore.open(config)) {
                assertThat(await(store.currentRevision())).isEqualTo(2);
                await(store.leaseGrant(i + 1, 60));
            }
        }
    }

    @Test
    void manyWritersShareLogEntries() throws Exception {
        try (ReplicaStore store = open()) {
            long index = store.status().appliedIndex();
            List<CompletableFuture<TxnResult>> answers = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                answers.add(store.txn(write("k" + i, "v")));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(await(answers.get(i)).revision()).isEqualTo(i + 2);
            }
            assertThat(store.status().appliedIndex() - index).isLessThan(2_500);
        }
    }

    @Test
    void aFullFolderOfRequestsIsRefusedBeforeTheLog() throws Exception {
        try (ReplicaStore store = open()) {
            // A member first tells the others, here nobody, what it is called.
            Awaitility.await()
                    .until(() -> !await(store.cluster().members(false))
                            .getFirst()
                            .name()
                            .isEmpty());
            long index = store.status().appliedIndex();
            Txn large = Txn.of(Op.Put.of(key("k"), Bytes.wrap(new byte[1_572_865])));
            assertRefused(store.txn(large), StoreException.Code.REQUEST_TOO_LARGE);
            assertRefused(store.txn(write("", "v")), StoreException.Code.EMPTY_KEY);
            assertRefused(store.leaseGrant(1, Long.MAX_VALUE), StoreException.Code.LEASE_TTL_TOO_LARGE);
            assertRefused(store.range(RangeRequest.of(KeyRange.key(Bytes.EMPTY))), StoreException.Code.EMPTY_KEY);
            assertThat(store.status().appliedIndex()).isEqualTo(index);
        }
    }

    @Test
    void aReadSeesEveryWriteAcknowledgedBeforeIt() throws Exception {
        for (boolean confirm : new boolean[] {false, true}) {
            ReplicaConfig config =
                    ReplicaConfig.in(folder.resolve("confirm-" + confirm)).withConfirmReads(confirm);
            try (ReplicaStore store = ReplicaStore.open(config)) {
                for (int i = 0; i < 200; i++) {
                    long written = put(store, "k", "v" + i);
                    assertThat(await(store.currentRevision())).isGreaterThanOrEqualTo(written);
                    RangeResult read = await(store.range(RangeRequest.of(KeyRange.key(key("k")))));
                    assertThat(read.kvs().getFirst().value()).isEqualTo(key("v" + i));
                    Txn reading = Txn.of(new Op.Get(RangeRequest.of(KeyRange.key(key("k")))));
                    assertThat(await(store.txn(reading)).revision()).isEqualTo(written);
                }
            }
        }
    }

    @Test
    void anExpiredLeaseTakesItsKeysAlong() throws Exception {
        try (ReplicaStore store = open()) {
            Lease lease = await(store.leaseGrant(0, 1));
            assertThat(lease.id()).isPositive();
            assertThat(lease.grantedTtlSeconds()).isEqualTo(2);
            await(store.txn(Txn.of(new Op.Put(key("leased"), key("v"), lease.id(), false, false, false))));
            org.awaitility.Awaitility.await()
                    .atMost(20, TimeUnit.SECONDS)
                    .until(() -> await(store.range(RangeRequest.of(KeyRange.key(key("leased")))))
                                    .count()
                            == 0);
            assertThat(await(store.leases())).isEmpty();
            assertThat(await(store.leaseKeepAlive(lease.id())).grantedTtlSeconds())
                    .isZero();
            assertThat(await(store.leaseTimeToLive(lease.id(), false)).remainingTtlSeconds())
                    .isEqualTo(-1);
        }
    }

    @Test
    void theStoreCompactsWhatIsOlderThanAnInterval() throws Exception {
        ReplicaConfig config =
                ReplicaConfig.in(folder).withCompaction(new ReplicaConfig.Compaction.Periodic(Duration.ofMillis(600)));
        try (ReplicaStore store = ReplicaStore.open(config)) {
            put(store, "k", "v1");
            long second = put(store, "k", "v2");
            org.awaitility.Awaitility.await()
                    .atMost(20, TimeUnit.SECONDS)
                    .until(() -> store.status().compactRevision() == second);
            assertRefused(store.range(RangeRequest.of(KeyRange.all()).at(second - 1)), StoreException.Code.COMPACTED);
        }
    }

    @Test
    void aPhysicalCompactionIsAnsweredWhenTheSpaceIsReclaimed() throws Exception {
        try (ReplicaStore store = open()) {
            for (int i = 0; i < 50; i++) {
                put(store, "k", "v" + i);
            }
            long current = await(store.currentRevision());
            assertThat(await(store.compact(current, true))).isEqualTo(current);
            assertRefused(store.compact(current, true), StoreException.Code.COMPACTED);
            assertRefused(store.compact(current + 1, false), StoreException.Code.FUTURE_REVISION);
        }
    }

    @Test
    void aClosedStoreRefusesAndLeavesItsFolder() throws Exception {
        ReplicaStore store = open();
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is in use by another process");
        store.close();
        store.close();
        assertRefused(store.txn(write("k", "v")), StoreException.Code.STOPPED);
        assertRefused(store.range(RangeRequest.of(KeyRange.all())), StoreException.Code.STOPPED);
        assertRefused(store.currentRevision(), StoreException.Code.STOPPED);
        assertThat(store.broken()).isNotDone();
        open().close();
    }

    private ReplicaStore open() throws IOException {
        return ReplicaStore.open(ReplicaConfig.in(folder));
    }

    static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static long put(ReplicaStore store, String key, String value) throws Exception {
        return await(store.txn(write(key, value))).revision();
    }

    private static Txn write(String key, String value) {
        return Txn.of(Op.Put.of(key(key), key(value)));
    }

    private static Bytes key(String text) {
        return Bytes.utf8(text);
    }

    private static void assertRefused(CompletableFuture<?> future, StoreException.Code code) {
        assertThat(future)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
