package io.tholepin.replica;

import static io.tholepin.replica.ReplicaStoreTest.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreException.Kind;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ReplicaClusterTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenAnywhereIsReadEverywhereAndSurvivesARestartOfAll() throws Exception {
        long cluster;
        Set<Long> ids;
        ReplicaCluster first = ReplicaCluster.ofThree(folder);
        try (first) {
            for (ReplicaStore writer : first.members()) {
                long revision = put(writer, "k", first.name(writer));
                for (ReplicaStore reader : first.members()) {
                    assertThat(value(reader, "k")).isEqualTo(first.name(writer));
                    assertThat(await(reader.currentRevision())).isGreaterThanOrEqualTo(revision);
                }
            }
            cluster = first.leader().clusterId();
            ids = Set.copyOf(
                    first.members().stream().map(ReplicaStore::memberId).toList());
            assertThat(ids).hasSize(3);
            assertThat(cluster).isEqualTo(MemberIds.cluster(ids));
            assertThat(await(first.follower().cluster().members(true)))
                    .allSatisfy(member -> {
                        assertThat(ids).contains(member.id());
                        assertThat(member.clientUrls()).containsExactly("http://127.0.0.1:1");
                    })
                    .extracting(member -> member.name())
                    .containsExactlyInAnyOrder("m0", "m1", "m2");
            for (String name : List.of("m0", "m1", "m2")) {
                first.stop(name);
            }
            first.startAll();
            for (ReplicaStore reader : first.members()) {
                assertThat(value(reader, "k")).isEqualTo("m2");
                assertThat(reader.clusterId()).isEqualTo(cluster);
                assertThat(ids).contains(reader.memberId());
            }
            assertThat(put(first.follower(), "k", "again")).isEqualTo(5);
        }
    }

    /** A heartbeat tells a follower what is committed, but nobody waits for one: these are a minute's. */
    @Test
    @Timeout(45)
    void followersHearOfEachCommitWithoutAHeartbeat() throws Exception {
        ReplicaConfig.Timing slow = new ReplicaConfig.Timing(1_000, 5_000);
        try (ReplicaCluster cluster = new ReplicaCluster(folder, 3, config -> config.withTiming(slow))) {
            cluster.startAll();
            ReplicaStore writer = cluster.follower();
            for (int i = 0; i < 60; i++) {
                long revision = put(writer, "k", "v" + i);
                for (ReplicaStore member : cluster.members()) {
                    await().atMost(ReplicaCluster.PATIENCE)
                            .pollInterval(Duration.ofMillis(2))
                            .until(() -> member.status().revision() >= revision);
                }
            }
        }
    }

    @Test
    void manyWritersAtAFollowerShareEntriesAndKeepTheirOrder() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            ReplicaStore follower = cluster.follower();
            long index = follower.status().appliedIndex();
            List<CompletableFuture<Long>> answers = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                answers.add(follower.txn(write("k", "v" + i)).thenApply(result -> result.revision()));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(await(answers.get(i))).isEqualTo(i + 2);
            }
            assertThat(follower.status().appliedIndex() - index).isLessThan(1_500);
            assertThat(value(cluster.leader(), "k")).isEqualTo("v2999");
        }
    }

    @Test
    void theOthersGoOnWithoutTheirLeader() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            put(cluster.follower(), "k", "1");
            ReplicaStore old = cluster.leader();
            long term = old.term();
            String name = cluster.name(old);
            cluster.stop(name);
            for (ReplicaStore other : cluster.members()) {
                put(other, "k", "2");
                assertThat(value(other, "k")).isEqualTo("2");
            }
            assertThat(cluster.leader().term()).isGreaterThan(term);
            cluster.start(name);
            cluster.awaitEqual();
            assertThat(value(cluster.member(name), "k")).isEqualTo("2");
        }
    }

    @Test
    void aLeaderThatStopsLetsAnotherLeadFirst() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            ReplicaStore old = cluster.leader();
            List<ReplicaStore> others = cluster.followers();
            put(others.getFirst(), "k", "1");
            long term = old.term();
            cluster.stop(cluster.name(old));
            assertThat(others).anySatisfy(other -> {
                assertThat(other.leaderId()).isEqualTo(other.memberId());
                assertThat(other.term()).isEqualTo(term + 1);
            });
        }
    }

    @Test
    void aLeaderThatIsCutOffServesNothingStaleAndLosesNothing() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            ReplicaStore old = cluster.leader();
            List<ReplicaStore> others = cluster.followers();
            put(old, "k", "1");
            cluster.isolate(old);
            CompletableFuture<Long> stale = old.txn(write("stale", "1")).thenApply(result -> result.revision());
            CompletableFuture<String> read = old.range(RangeRequest.of(KeyRange.key(Bytes.utf8("k"))))
                    .thenApply(result -> result.kvs().getFirst().value().toString());
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() -> ReplicaCluster.led(others).isPresent());
            put(others.getFirst(), "k", "2");
            assertThat(value(others.getLast(), "k")).isEqualTo("2");
            RangeRequest local = RangeRequest.of(KeyRange.key(Bytes.utf8("k"))).local();
            assertThat(await(old.range(local)).kvs().getFirst().value()).isEqualTo(Bytes.utf8("1"));
            cluster.heal();
            // Whatever becomes of it, it is not the value of before.
            assertThat(result(read)).isIn("2", "etcdserver: request timed out");
            // The write went into the log of a leader that nobody followed: it is never called failed.
            String outcome = result(stale);
            cluster.awaitEqual();
            boolean there = await(cluster.leader().range(RangeRequest.of(KeyRange.key(Bytes.utf8("stale")))))
                            .count()
                    == 1;
            assertThat(outcome).matches(there ? "\\d+|etcdserver: request timed out.*" : "etcdserver: request timed.*");
            assertThat(value(old, "k")).isEqualTo("2");
        }
    }

    @Test
    void withoutAQuorumEverythingEndsInTimeAndWhatNeedsNoLeaderGoesOn() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            put(cluster.leader(), "k", "1");
            await(cluster.leader().leaseGrant(7, 600));
            cluster.awaitEqual();
            cluster.stop("m0");
            cluster.stop("m1");
            ReplicaStore last = cluster.member("m2");
            await().atMost(ReplicaCluster.PATIENCE).until(() -> last.leaderId() == 0);
            CompletableFuture<?> write = last.txn(write("k", "2"));
            CompletableFuture<?> read = last.range(RangeRequest.of(KeyRange.all()));
            CompletableFuture<?> members = last.cluster().members(true);
            CompletableFuture<?> keepAlive = last.leaseKeepAlive(7);
            RangeRequest local = RangeRequest.of(KeyRange.all()).local();
            assertThat(await(last.range(local)).count()).isEqualTo(1);
            StoreStatus status = last.status();
            assertThat(status.leaderId()).isZero();
            assertThat(status.revision()).isEqualTo(2);
            assertThat(await(last.cluster().members(false))).hasSize(3);
            assertFailed(write, Code.TIMED_OUT, Kind.UNAVAILABLE);
            assertFailed(read, Code.TIMED_OUT, Kind.UNKNOWN);
            assertFailed(members, Code.TIMED_OUT, Kind.UNKNOWN);
            assertFailed(keepAlive, Code.NO_LEADER, Kind.UNAVAILABLE);
            cluster.start("m0");
            put(last, "k", "3");
        }
    }

    @Test
    void aLeaseLivesOnUnderAnotherLeader() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            ReplicaStore follower = cluster.follower();
            Lease lease = await(follower.leaseGrant(0, 60));
            await(follower.txn(
                    Txn.of(new Op.Put(Bytes.utf8("leased"), Bytes.utf8("v"), lease.id(), false, false, false))));
            assertThat(await(follower.leaseTimeToLive(lease.id(), true)).remainingTtlSeconds())
                    .isBetween(50L, 60L);
            cluster.passedMillis.addAndGet(40_000);
            assertThat(await(follower.leaseTimeToLive(lease.id(), false)).remainingTtlSeconds())
                    .isBetween(10L, 20L);
            ReplicaStore old = cluster.leader();
            await(old.cluster().moveLeader(follower.memberId()));
            assertThat(await(old.leaseTimeToLive(lease.id(), false)).remainingTtlSeconds())
                    .isBetween(50L, 60L);
            cluster.passedMillis.addAndGet(40_000);
            assertThat(await(old.leaseKeepAlive(lease.id())).grantedTtlSeconds())
                    .isEqualTo(60);
            cluster.passedMillis.addAndGet(59_000);
            assertThat(await(old.leases())).containsExactly(lease.id());
            cluster.passedMillis.addAndGet(2_000);
            for (ReplicaStore store : cluster.members()) {
                await().atMost(ReplicaCluster.PATIENCE)
                        .until(() -> await(store.leases()).isEmpty());
            }
            assertThat(await(old.range(RangeRequest.of(KeyRange.all()))).count())
                    .isZero();
        }
    }

    @Test
    void whatIsLeftOfALongLeaseIsKnownToTheNextLeader() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            ReplicaStore old = cluster.leader();
            await(old.leaseGrant(9, 3_600));
            await(old.leaseGrant(10, 3_600));
            cluster.passedMillis.addAndGet(1_800_000);
            long index = old.status().appliedIndex();
            await().atMost(ReplicaCluster.PATIENCE).until(() -> old.status().appliedIndex() > index);
            cluster.awaitEqual();
            // Renewed afterwards: the note must not outlive the renewal.
            assertThat(await(old.leaseKeepAlive(10)).grantedTtlSeconds()).isEqualTo(3_600);
            ReplicaStore next = cluster.follower();
            await(old.cluster().moveLeader(next.memberId()));
            assertThat(await(next.leaseTimeToLive(9, false)).remainingTtlSeconds())
                    .isBetween(1_700L, 1_800L);
            assertThat(await(next.leaseTimeToLive(10, false)).remainingTtlSeconds())
                    .isBetween(3_500L, 3_600L);
        }
    }

    @Test
    void tokensAndAuthReachEveryMember() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            List<String> heard = new java.util.concurrent.CopyOnWriteArrayList<>();
            cluster.members().forEach(store -> store.auth().onToken((user, token) -> heard.add(user + "=" + token)));
            ReplicaStore follower = cluster.follower();
            await(follower.auth().change(new io.tholepin.kv.AuthChange.RoleAdd("root")));
            await(follower.auth().change(new io.tholepin.kv.AuthChange.UserAdd("root", "hash", false)));
            await(follower.auth().change(new io.tholepin.kv.AuthChange.UserGrant("root", "root")));
            await(follower.auth().change(new io.tholepin.kv.AuthChange.Enable()));
            long revision = follower.auth().state().revision();
            assertThat(await(follower.auth().assign("root", "t1", revision))).isPositive();
            await().atMost(ReplicaCluster.PATIENCE).until(() -> heard.size() == 3);
            assertThat(heard).containsOnly("root=t1");
            assertFailed(follower.permittedAt(revision - 1).txn(write("k", "v")), Code.AUTH_OLD_REVISION, Kind.REFUSED);
            assertThat(await(follower.permittedAt(revision).txn(write("k", "v")))
                            .revision())
                    .isEqualTo(2);
        }
    }

    static long put(ReplicaStore store, String key, String value) throws Exception {
        return await(store.txn(write(key, value))).revision();
    }

    static Txn write(String key, String value) {
        return Txn.of(Op.Put.of(Bytes.utf8(key), Bytes.utf8(value)));
    }

    static String value(ReplicaStore store, String key) throws Exception {
        return new String(
                await(store.range(RangeRequest.of(KeyRange.key(Bytes.utf8(key)))))
                        .kvs()
                        .getFirst()
                        .value()
                        .array(),
                java.nio.charset.StandardCharsets.UTF_8);
    }

    static void assertFailed(CompletableFuture<?> future, Code code, Kind kind) throws Exception {
        try {
            future.get(20, TimeUnit.SECONDS);
            throw new AssertionError("succeeded (expected: " + code + ")");
        } catch (ExecutionException failed) {
            assertThat(failed.getCause()).isInstanceOfSatisfying(StoreException.class, cause -> {
                assertThat(cause.code()).isEqualTo(code);
                assertThat(cause.kind()).isEqualTo(kind);
            });
        }
    }

    private static String result(CompletableFuture<?> future) throws Exception {
        try {
            return String.valueOf((Object) future.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException failed) {
            return String.valueOf(Answers.cause(failed).getMessage());
        }
    }
}
