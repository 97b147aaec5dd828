package io.tholepin.replica;

import static io.tholepin.replica.ReplicaClusterTest.assertFailed;
import static io.tholepin.replica.ReplicaClusterTest.put;
import static io.tholepin.replica.ReplicaClusterTest.value;
import static io.tholepin.replica.ReplicaClusterTest.write;
import static io.tholepin.replica.ReplicaStoreTest.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.StateHash;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreException.Kind;
import io.tholepin.kv.StoreImage;
import io.tholepin.kv.StoreObserver;
import io.tholepin.kv.Txn;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpkeepTest {
    @TempDir
    Path folder;

    @Test
    void aMemberAboveItsQuotaStopsGrowthEverywhereUntilSpaceIsFreed() throws Exception {
        try (ReplicaCluster cluster = new ReplicaCluster(folder, 3, config -> config.withQuotaBytes(200_000))) {
            cluster.startAll();
            ReplicaStore follower = cluster.follower();
            Op big = Op.Put.of(Bytes.utf8("k"), Bytes.wrap(new byte[50_000]));
            for (int i = 0; i < 3; i++) {
                await(follower.txn(Txn.of(big)));
            }
            assertFailed(follower.txn(Txn.of(big)), Code.NO_SPACE, Kind.REFUSED);
            Alarm alarm = new Alarm(follower.memberId(), Alarm.Type.NO_SPACE);
            for (ReplicaStore store : cluster.members()) {
                await().atMost(ReplicaCluster.PATIENCE)
                        .until(() -> store.maintenance().alarms().contains(alarm));
                assertFailed(store.txn(write("small", "v")), Code.NO_SPACE, Kind.REFUSED);
                assertFailed(store.leaseGrant(0, 60), Code.NO_SPACE, Kind.REFUSED);
                assertThat(store.status().bytesQuota()).isEqualTo(200_000);
            }
            await(follower.txn(Txn.of(new Op.Delete(KeyRange.all(), false))));
            await(follower.compact(follower.revision(), true));
            for (ReplicaStore store : cluster.members()) {
                await().atMost(ReplicaCluster.PATIENCE)
                        .until(() -> store.status().bytesInUse() < 10_000);
            }
            assertThat(await(follower.maintenance().disarm(alarm))).isEmpty();
            put(follower, "k", "v");
        }
    }

    @Test
    void membersThatHoldTheSameHaveTheSameHashAndImage() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            for (int i = 0; i < 20; i++) {
                put(cluster.leader(), "k" + i, "v");
            }
            await(cluster.leader().compact(10, false));
            cluster.awaitEqual();
            StateHash hash = await(cluster.leader().maintenance().hashKv(0));
            for (ReplicaStore store : cluster.members()) {
                await().atMost(ReplicaCluster.PATIENCE)
                        .until(() -> store.status().compactRevision() == 10);
                assertThat(await(store.maintenance().hashKv(0))).isEqualTo(hash);
                await(store.maintenance().defragment());
                try (StoreImage image = store.maintenance().image()) {
                    assertThat(image.revision()).isEqualTo(21);
                    assertThat(image.term()).isEqualTo(store.term()).isPositive();
                    assertThat(image.members()).hasSize(3);
                }
            }
            assertThat(await(cluster.leader().checkCorruption())).isEmpty();
            assertThat(await(cluster.follower().differingMembers())).isEmpty();
        }
    }

    @Test
    void theMinorityIsCorruptAndWhatCannotBeComparedSaysNothing() {
        StateHash right = new StateHash(1, 50, 40, 10);
        StateHash wrong = new StateHash(2, 60, 40, 10);
        StateHash other = new StateHash(3, 50, 40, 20);
        assertThat(CorruptionCheck.differing(Map.of(1L, right, 2L, right, 3L, wrong), 3))
                .containsExactly(3L);
        assertThat(CorruptionCheck.differing(Map.of(1L, right, 2L, right, 3L, other), 3))
                .isEmpty();
        assertThat(CorruptionCheck.differing(Map.of(1L, right, 3L, wrong), 3)).isEmpty();
        assertThat(CorruptionCheck.differing(Map.of(1L, right), 1)).isEmpty();
        assertThat(CorruptionCheck.differs(right, wrong)).isTrue();
        assertThat(CorruptionCheck.differs(right, right)).isFalse();
        assertThat(CorruptionCheck.differs(right, other)).isFalse();
        assertThat(CorruptionCheck.differs(right, null)).isFalse();
    }

    @Test
    void theSurvivorOfALostMajorityGoesOnAloneWhenItIsForcedTo() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            put(cluster.leader(), "k", "1");
            cluster.awaitEqual();
            long before = cluster.leader().clusterId();
            for (String name : List.of("m0", "m1", "m2")) {
                cluster.stop(name);
            }
            cluster.configure("m2", config -> config.withForceNewCluster(true));
            ReplicaStore survivor = cluster.start("m2");
            assertThat(value(survivor, "k")).isEqualTo("1");
            assertThat(survivor.clusterId()).isNotEqualTo(before);
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() -> await(survivor.cluster().members(true)).size() == 1);
            assertThat(put(survivor, "k", "2")).isEqualTo(3);
            cluster.stop("m2");
            cluster.configure("m2", config -> config.withForceNewCluster(false));
            ReplicaStore again = cluster.start("m2");
            assertThat(value(again, "k")).isEqualTo("2");
            assertThat(await(again.cluster().members(true)))
                    .extracting(ClusterMember::name)
                    .containsExactly("m2");

            // The others of before do not disturb it.
            cluster.start("m0");
            cluster.start("m1");
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() -> ReplicaCluster.led(List.of(cluster.member("m0"), cluster.member("m1")))
                            .isPresent());
            assertThat(put(again, "k", "3")).isEqualTo(4);
            assertThat(value(cluster.member("m0"), "k")).isEqualTo("1");
        }
    }

    @Test
    void whoWatchesAMemberHearsOfWhatItDoes() throws Exception {
        AtomicLong synced = new AtomicLong();
        AtomicLong applied = new AtomicLong();
        AtomicLong sent = new AtomicLong();
        AtomicLong answered = new AtomicLong();
        StoreObserver observer = new StoreObserver() {
            @Override
            public void logSynced(long nanos, long bytes) {
                synced.addAndGet(bytes);
            }

            @Override
            public void applied(long nanos, int commands) {
                applied.addAndGet(commands);
            }

            @Override
            public void peerSent(long memberId, long bytes) {
                sent.addAndGet(bytes);
            }

            @Override
            public void peerRoundTrip(long memberId, long nanos) {
                answered.incrementAndGet();
            }
        };
        try (ReplicaCluster cluster = new ReplicaCluster(folder, 3, config -> config.withObserver(observer))) {
            cluster.startAll();
            put(cluster.follower(), "k", "v".repeat(10_000));
            assertThat(synced).hasValueGreaterThan(20_000);
            assertThat(sent).hasValueGreaterThan(20_000);
            assertThat(applied).hasValueGreaterThan(1);
            await().atMost(ReplicaCluster.PATIENCE).until(() -> answered.get() > 2);
        }
    }
}
