package io.tholepin.replica;

import static io.tholepin.replica.ReplicaClusterTest.assertFailed;
import static io.tholepin.replica.ReplicaClusterTest.put;
import static io.tholepin.replica.ReplicaClusterTest.value;
import static io.tholepin.replica.ReplicaStoreTest.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MembershipTest {
    @TempDir
    Path folder;

    @Test
    void oneMemberBecomesThreeAndThenOtherThree() throws Exception {
        try (ReplicaCluster cluster = relaxed(1)) {
            ReplicaStore first = cluster.leader();
            put(first, "k", "1");
            grow(cluster, first, "m1");
            assertThat(value(cluster.member("m1"), "k")).isEqualTo("1");
            grow(cluster, cluster.member("m1"), "m2");
            put(cluster.member("m2"), "k", "2");
            cluster.awaitEqual();

            // The first one leads; it hands over when it is removed, and stops.
            await(cluster.member("m2").cluster().remove(first.memberId()));
            assertThat(first.broken()).succeedsWithin(ReplicaCluster.PATIENCE).satisfies(why -> {
                assertThat(why.code()).isEqualTo(Code.STOPPED);
                assertThat(why.getMessage()).contains("permanently removed");
            });
            first.close();
            cluster.forget("m0");
            assertThat(put(cluster.member("m1"), "k", "3")).isEqualTo(4);
            grow(cluster, cluster.member("m1"), "m3");
            cluster.stop("m1");
            assertThat(put(cluster.member("m3"), "k", "4")).isEqualTo(5);
            assertThat(value(cluster.member("m2"), "k")).isEqualTo("4");
        }
    }

    @Test
    void aMemberThatWasAwayWhenItWasRemovedStopsWhenItComesBack() throws Exception {
        try (ReplicaCluster cluster = relaxed(3)) {
            ReplicaStore leader = cluster.leader();
            ReplicaStore gone = cluster.follower();
            String name = cluster.name(gone);
            cluster.stop(name);
            await(leader.cluster().remove(gone.memberId()));
            assertThat(put(leader, "k", "1")).isEqualTo(2);
            ReplicaStore back = cluster.start(name);
            assertThat(back.broken())
                    .succeedsWithin(ReplicaCluster.PATIENCE)
                    .satisfies(why -> assertThat(why.code()).isEqualTo(Code.STOPPED));
            assertFailed(leader.cluster().remove(gone.memberId()), Code.MEMBER_NOT_FOUND, Kind.REFUSED);
        }
    }

    @Test
    void aLearnerIsPromotedOnceItHasTheLog() throws Exception {
        try (ReplicaCluster cluster = relaxed(1)) {
            ReplicaStore leader = cluster.leader();
            for (int i = 0; i < 50; i++) {
                put(leader, "k", "v" + i);
            }
            List<String> urls = cluster.prepareJoining("m1");
            ClusterMember added = await(leader.cluster().add(urls, true));
            assertThat(added.learner()).isTrue();
            assertThat(added.name()).isEmpty();
            assertFailed(leader.cluster().promote(added.id()), Code.LEARNER_NOT_READY, Kind.REFUSED);
            assertFailed(
                    leader.cluster().add(List.of("http://127.0.0.1:9"), true), Code.TOO_MANY_LEARNERS, Kind.REFUSED);
            assertFailed(leader.cluster().promote(leader.memberId()), Code.NOT_A_LEARNER, Kind.REFUSED);
            assertFailed(leader.cluster().promote(4711), Code.MEMBER_NOT_FOUND, Kind.REFUSED);
            assertFailed(leader.cluster().moveLeader(added.id()), Code.BAD_TRANSFEREE, Kind.REFUSED);
            ReplicaStore learner = cluster.start("m1");
            cluster.awaitSettled();
            cluster.awaitEqual();
            assertThat(learner.status().learner()).isTrue();
            assertThat(learner.memberId()).isEqualTo(added.id());
            assertThat(await(learner.cluster().promote(added.id())))
                    .allSatisfy(member -> assertThat(member.learner()).isFalse());
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() -> !learner.status().learner());
            // An attempt that ran out of time may come to its end all the same, and is refused from then on.
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() -> succeeds(leader.cluster().moveLeader(added.id()))
                            || leader.status().leaderId() == added.id());
            assertThat(put(leader, "k", "last")).isEqualTo(52);
            assertThat(cluster.leader()).isSameAs(learner);
        }
    }

    @Test
    void membersThatWereStartedAgainAsLearnersHoldElectionsOnceTheyVote() throws Exception {
        try (ReplicaCluster cluster = relaxed(1)) {
            ReplicaStore first = cluster.leader();
            for (String name : List.of("m1", "m2")) {
                List<String> urls = cluster.prepareJoining(name);
                ClusterMember added = await(first.cluster().add(urls, true));
                cluster.start(name);
                cluster.awaitSettled();
                cluster.awaitEqual();
                cluster.stop(name);
                cluster.start(name);
                await().atMost(ReplicaCluster.PATIENCE)
                        .until(() -> succeeds(first.cluster().promote(added.id())));
                cluster.awaitVoters();
            }
            put(first, "k", "1");
            cluster.awaitEqual();
            cluster.isolate(first);
            List<ReplicaStore> others = List.of(cluster.member("m1"), cluster.member("m2"));
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() -> ReplicaCluster.led(others).isPresent());
            assertThat(put(cluster.member("m1"), "k", "2")).isEqualTo(3);
        }
    }

    @Test
    void aLearnerThatWasStartedAgainNoticesThatNobodyLeads() throws Exception {
        try (ReplicaCluster cluster = relaxed(1)) {
            ReplicaStore first = cluster.leader();
            List<String> urls = cluster.prepareJoining("m1");
            await(first.cluster().add(urls, true));
            cluster.start("m1");
            cluster.awaitSettled();
            cluster.stop("m1");
            ReplicaStore learner = cluster.start("m1");
            await().atMost(ReplicaCluster.PATIENCE).until(() -> learner.status().leaderId() == first.memberId());
            cluster.isolate(first);
            await().atMost(ReplicaCluster.PATIENCE).until(() -> learner.status().leaderId() == 0);
        }
    }

    @Test
    void leadershipMovesFromTheLeaderAlone() throws Exception {
        try (ReplicaCluster cluster = relaxed(3)) {
            ReplicaStore leader = cluster.leader();
            ReplicaStore follower = cluster.follower();
            assertFailed(follower.cluster().moveLeader(follower.memberId()), Code.NOT_LEADER, Kind.REFUSED);
            assertFailed(leader.cluster().moveLeader(4711), Code.BAD_TRANSFEREE, Kind.REFUSED);
            await(leader.cluster().moveLeader(follower.memberId()));
            assertThat(cluster.leader()).isSameAs(follower);
        }
    }

    @Test
    void aTransferThatFailedIsTriedAgain() throws Exception {
        try (ReplicaCluster cluster = relaxed(3)) {
            ReplicaStore leader = cluster.leader();
            ReplicaStore follower = cluster.follower();
            leader.cut(Set.of(follower.memberId()));
            follower.cut(Set.of(leader.memberId()));
            CompletableFuture<Void> moved = leader.cluster().moveLeader(follower.memberId());
            // Longer than the engine tries: an election timeout of half a second.
            Thread.sleep(1_500);
            assertThat(moved).isNotDone();
            cluster.heal();
            await(moved);
            assertThat(cluster.leader()).isSameAs(follower);
        }
    }

    @Test
    void whatWouldBreakTheClusterIsRefused() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            ReplicaStore follower = cluster.follower();
            for (String url : List.of("x", "http://", "http://a", "ftp://a:1", "http://a:1/path", "http://a:0")) {
                assertFailed(follower.cluster().add(List.of(url), false), Code.INVALID_PEER_URLS, Kind.REFUSED);
                assertFailed(
                        follower.cluster().update(follower.memberId(), List.of(url)),
                        Code.INVALID_PEER_URLS,
                        Kind.REFUSED);
            }
            assertFailed(follower.cluster().add(List.of(), false), Code.INVALID_PEER_URLS, Kind.REFUSED);
            List<String> taken = cluster.config("m0").peers().orElseThrow().advertiseUrls();
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() -> code(follower.cluster().add(taken, false)) == Code.PEER_URL_EXISTS);
            assertThat(await(follower.cluster().members(true))).hasSize(3);

            String down = cluster.name(cluster.followers().getLast());
            ReplicaStore leader = cluster.leader();
            cluster.stop(down);
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() ->
                            code(leader.cluster().add(List.of("http://127.0.0.1:9"), false)) == Code.UNHEALTHY_CLUSTER);
            ReplicaStore other = cluster.follower();
            assertFailed(leader.cluster().remove(other.memberId()), Code.UNHEALTHY_CLUSTER, Kind.UNAVAILABLE);
        }
    }

    @Test
    void peersFollowToAnotherAddress() throws Exception {
        try (ReplicaCluster cluster = relaxed(3)) {
            ReplicaStore leader = cluster.leader();
            ReplicaStore moved = cluster.follower();
            String name = cluster.name(moved);
            List<String> urls = cluster.otherUrls(name);
            List<ClusterMember> table = await(leader.cluster().update(moved.memberId(), urls));
            assertThat(table).anySatisfy(member -> assertThat(member.peerUrls()).isEqualTo(urls));
            cluster.stop(name);
            cluster.start(name);
            put(leader, "k", "1");
            cluster.awaitEqual();
            assertThat(value(cluster.member(name), "k")).isEqualTo("1");
        }
    }

    @Test
    void theClusterGoesOnWhenEveryMemberIsSaidToBeWhereNobodyListens() throws Exception {
        try (ReplicaCluster cluster = relaxed(3)) {
            ReplicaStore leader = cluster.leader();
            int port = 1;
            for (ReplicaStore member : cluster.members()) {
                await(leader.cluster().update(member.memberId(), List.of("http://127.0.0.1:" + port++)));
            }
            int value = 0;
            for (ReplicaStore member : cluster.members()) {
                put(member, "k", "v" + value);
                for (ReplicaStore reader : cluster.members()) {
                    assertThat(value(reader, "k")).isEqualTo("v" + value);
                }
                value++;
            }
            assertThat(cluster.leader()).isSameAs(leader);
        }
    }

    @Test
    void aStoreThatWasAloneBecomesThreeWithItsData() throws Exception {
        Path data = folder.resolve("m0");
        try (ReplicaStore alone = ReplicaStore.open(ReplicaConfig.in(data))) {
            put(alone, "k", "1");
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() -> !await(alone.cluster().members(true)).isEmpty());
            assertFailed(
                    alone.cluster().add(List.of("http://127.0.0.1:9"), false),
                    Code.UNHEALTHY_CLUSTER,
                    Kind.UNAVAILABLE);
        }
        try (ReplicaCluster cluster = relaxed(1)) {
            ReplicaStore first = cluster.leader();
            List<String> urls = cluster.config("m0").peers().orElseThrow().advertiseUrls();
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() -> await(first.cluster().members(true))
                            .getFirst()
                            .peerUrls()
                            .equals(urls));
            grow(cluster, first, "m1");
            grow(cluster, first, "m2");
            assertThat(value(cluster.member("m2"), "k")).isEqualTo("1");
            cluster.stop("m0");
            assertThat(put(cluster.member("m2"), "k", "2")).isEqualTo(3);
        }
    }

    @Test
    void nobodyJoinsAClusterThatDoesNotKnowIt() throws Exception {
        try (ReplicaCluster cluster = relaxed(1)) {
            cluster.prepareJoining("m1");
            assertThatThrownBy(() -> cluster.start("m1"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has no member with the peer URLs");
        }
    }

    private ReplicaCluster relaxed(int size) throws IOException {
        ReplicaCluster cluster = new ReplicaCluster(
                folder,
                size,
                config -> config.withPeers(config.peers().orElseThrow().withStrict(false)));
        cluster.startAll();
        return cluster;
    }

    private static void grow(ReplicaCluster cluster, ReplicaStore through, String name) throws Exception {
        List<String> urls = cluster.prepareJoining(name);
        ClusterMember added = await(through.cluster().add(urls, false));
        assertThat(added.learner()).isFalse();
        ReplicaStore store = cluster.start(name);
        assertThat(store.memberId()).isEqualTo(added.id());
        cluster.awaitSettled();
        cluster.awaitVoters();
    }

    private static boolean succeeds(CompletableFuture<?> future) {
        return code(future) == null;
    }

    private static @org.jspecify.annotations.Nullable Code code(CompletableFuture<?> future) {
        try {
            await(future);
            return null;
        } catch (Exception failed) {
            return failed.getCause() instanceof io.tholepin.kv.StoreException known ? known.code() : Code.CORRUPT;
        }
    }
}
