package io.tholepin.replica;

import static io.tholepin.replica.ReplicaClusterTest.put;
import static io.tholepin.replica.ReplicaClusterTest.value;
import static io.tholepin.replica.ReplicaClusterTest.write;
import static io.tholepin.replica.ReplicaStoreTest.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member that was away for longer than the log goes back. */
class ReplicaResyncTest {
    private static final int VALUE_BYTES = 1_000;

    @TempDir
    Path folder;

    @Test
    void aMemberThatWasDownTakesWhatChangedAndNoMore() throws Exception {
        try (ReplicaCluster cluster = shortLogs(3)) {
            ReplicaStore leader = cluster.leader();
            String name = cluster.name(cluster.follower());
            fill(leader, 0, 5_000);
            await(leader.leaseGrant(5, 600));
            cluster.awaitEqual();
            cluster.stop(name);
            long changed = 0;
            changed += fill(leader, 0, 300);
            for (int i = 1_000; i < 1_200; i++) {
                await(leader.txn(delete(i)));
                changed += 20;
            }
            await(leader.leaseGrant(6, 600));
            await(leader.compact(await(leader.currentRevision()), true));
            forgetLog(leader);
            ReplicaStore back = cluster.start(name);
            cluster.awaitEqual();
            assertThat(back.resyncBytes()).isPositive().isLessThan((long) (1.2 * changed) + 200 * 26 + 20_000);
            assertSame(leader, back);
            assertThat(back.leases().join()).containsExactlyInAnyOrder(5L, 6L);
            put(back, "after", "1");
            assertThat(value(leader, "after")).isEqualTo("1");
            cluster.stop(name);
            assertSame(leader, cluster.start(name));
        }
    }

    @Test
    void openWatchesGetEveryEventOfTheTimeInBetween() throws Exception {
        try (ReplicaCluster cluster = shortLogs(3)) {
            ReplicaStore leader = cluster.leader();
            ReplicaStore away = cluster.follower();
            put(leader, "k", "first");
            cluster.awaitEqual();
            Seen seen = new Seen();
            try (Watch watch = away.watch(WatchRequest.of(KeyRange.all(), 2), seen)) {
                cluster.isolate(away);
                fill(leader, 0, 400);
                put(leader, "k", "last");
                forgetLog(leader);
                cluster.heal();
                long last = leader.revision();
                await().atMost(ReplicaCluster.PATIENCE)
                        .until(() -> seen.revisions.contains(last) || !seen.closed.isEmpty());
                assertThat(away.resyncBytes()).isPositive();
                assertThat(seen.closed).isEmpty();
                List<Long> all = new ArrayList<>();
                for (long revision = 2; revision <= last; revision++) {
                    all.add(revision);
                }
                assertThat(seen.revisions).isEqualTo(all);
                assertThat(watch.createdRevision()).isEqualTo(2);
            }
        }
    }

    @Test
    void aWatchThatNeedsWhatWasCompactedIsToldSo() throws Exception {
        try (ReplicaCluster cluster = shortLogs(3)) {
            ReplicaStore leader = cluster.leader();
            ReplicaStore away = cluster.follower();
            put(leader, "k", "first");
            cluster.awaitEqual();
            Seen seen = new Seen();
            try (Watch _ = away.watch(WatchRequest.of(KeyRange.all(), 2), seen)) {
                await().atMost(ReplicaCluster.PATIENCE).until(() -> seen.revisions.contains(2L));
                cluster.isolate(away);
                fill(leader, 0, 400);
                await(leader.compact(leader.revision() - 10, true));
                forgetLog(leader);
                cluster.heal();
                await().atMost(ReplicaCluster.PATIENCE).until(() -> !seen.closed.isEmpty());
                assertThat(seen.closed.getFirst().code()).isEqualTo(StoreException.Code.COMPACTED);
                assertThat(seen.revisions).containsExactly(2L);
                cluster.awaitEqual();
                assertSame(leader, away);
            }
        }
    }

    @Test
    void aNewMemberTakesEverythingWhenTheLogDoesNotGoBackSoFar() throws Exception {
        try (ReplicaCluster cluster = shortLogs(1)) {
            ReplicaStore leader = cluster.leader();
            fill(leader, 0, 500);
            await(leader.txn(delete(7)));
            await(leader.compact(leader.revision(), true));
            forgetLog(leader);
            List<String> urls = cluster.prepareJoining("m1");
            await(leader.cluster().add(urls, true));
            ReplicaStore learner = cluster.start("m1");
            cluster.awaitEqual();
            assertThat(learner.resyncBytes()).isPositive();
            assertSame(leader, learner);
        }
    }

    private ReplicaCluster shortLogs(int size) throws IOException {
        ReplicaCluster cluster = new ReplicaCluster(
                folder,
                size,
                config -> config.withCompaction(new ReplicaConfig.Compaction.None())
                        .withUpkeep(new ReplicaConfig.Upkeep(20, 1L << 30, Duration.ZERO, Duration.ZERO))
                        .withPeers(config.peers().orElseThrow().withStrict(false)));
        cluster.startAll();
        return cluster;
    }

    private static long fill(ReplicaStore store, int from, int to) throws Exception {
        List<CompletableFuture<TxnResult>> answers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            answers.add(store.txn(Txn.of(Op.Put.of(Bytes.utf8("/k" + i), Bytes.wrap(new byte[VALUE_BYTES])))));
        }
        for (CompletableFuture<TxnResult> answer : answers) {
            await(answer);
        }
        return (long) (to - from) * VALUE_BYTES;
    }

    private static Txn delete(int i) {
        return Txn.of(new Op.Delete(KeyRange.key(Bytes.utf8("/k" + i)), false));
    }

    /** Two marks after now: the log before now is gone. */
    private static void forgetLog(ReplicaStore leader) throws Exception {
        for (int mark = 0; mark < 3; mark++) {
            for (int i = 0; i < 25; i++) {
                await(leader.txn(write("mark", mark + "/" + i)));
            }
            leader.mark();
        }
    }

    private static void assertSame(ReplicaStore leader, ReplicaStore other) throws Exception {
        await().atMost(ReplicaCluster.PATIENCE).until(() -> other.revision() == leader.revision());
        assertThat(await(other.maintenance().hashKv(0)))
                .isEqualTo(await(leader.maintenance().hashKv(0)));
        RangeRequest all = RangeRequest.of(KeyRange.all()).local();
        assertThat(await(other.range(all))).isEqualTo(await(leader.range(all)));
        await().atMost(ReplicaCluster.PATIENCE)
                .until(() -> other.cluster()
                        .members(false)
                        .join()
                        .equals(leader.cluster().members(false).join()));
    }

    private static final class Seen implements WatchListener {
        final List<Long> revisions = new CopyOnWriteArrayList<>();
        final List<StoreException> closed = new CopyOnWriteArrayList<>();

        @Override
        public void onEvents(long revision, List<Event> events) {
            events.forEach(event -> revisions.add(event.kv().modRevision()));
        }

        @Override
        public void onProgress(long revision) {}

        @Override
        public void onClosed(StoreException cause) {
            closed.add(cause);
        }
    }
}
