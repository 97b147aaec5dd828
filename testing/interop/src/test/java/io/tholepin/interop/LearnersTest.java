package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.tholepin.etcdwire.etcdserverpb.ClusterGrpc;
import io.tholepin.etcdwire.etcdserverpb.ClusterGrpc.ClusterBlockingStub;
import io.tholepin.etcdwire.etcdserverpb.MemberAddRequest;
import io.tholepin.etcdwire.etcdserverpb.MemberListRequest;
import io.tholepin.etcdwire.etcdserverpb.MemberPromoteRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cluster that grows as kubeadm lets it grow: each member is a learner first. */
class LearnersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"etcd-3.5", "thole"})
    void membersThatWereStartedAgainAsLearnersCarryOnWithoutTheFirst(String kind) {
        EtcdLike program = EtcdLike.named(kind);
        program.assumePresent();
        try (EtcdCluster cluster = EtcdCluster.start(program, 1, folder.resolve(kind))) {
            for (int i = 1; i < 3; i++) {
                String peer = "127.0.0.1:" + cluster.network().freePort();
                long id = until(() -> members(cluster)
                        .memberAdd(MemberAddRequest.newBuilder()
                                .addPeerURLs("http://" + peer)
                                .setIsLearner(true)
                                .build())
                        .getMember()
                        .getID());
                EtcdMember learner = cluster.join(peer);
                learner.start();
                until(() -> named(cluster, learner.name()));
                learner.stop();
                learner.start();
                until(() -> members(cluster)
                        .memberPromote(
                                MemberPromoteRequest.newBuilder().setID(id).build()));
                cluster.awaitHealthy(i);
            }
            int first = cluster.leader();
            assertThat(first).isZero();
            cluster.member(first).kill();
            assertThat(cluster.leader()).isNotEqualTo(first);
            cluster.awaitHealthy(1);
            cluster.awaitHealthy(2);
        }
    }

    private static ClusterBlockingStub members(EtcdCluster cluster) {
        return ClusterGrpc.newBlockingStub(cluster.channel(0).open()).withDeadlineAfter(Duration.ofSeconds(10));
    }

    private static boolean named(EtcdCluster cluster, String name) {
        return members(cluster).memberList(MemberListRequest.getDefaultInstance()).getMembersList().stream()
                .anyMatch(member -> member.getName().equals(name));
    }

    /** Tries until it is neither refused nor false: members settle after each change. */
    private static <T> T until(Callable<T> step) {
        return await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
                .until(step, answer -> !Boolean.FALSE.equals(answer));
    }
}
