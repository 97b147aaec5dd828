package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fixtures, on a real etcd. */
class EtcdClusterTest {
    @TempDir
    Path folder;

    @Test
    void threeMembersElectAnotherLeaderWhenTheirsIsKilledAndTakeItBack() {
        EtcdLike etcd = EtcdLike.etcd35();
        etcd.assumePresent();
        try (EtcdCluster cluster = EtcdCluster.start(etcd, 3, folder)) {
            int first = cluster.leader();
            cluster.member(first).kill();
            int second = cluster.leader();
            assertThat(second).isNotEqualTo(first);
            cluster.member(first).start();
            cluster.awaitHealthy();
            cluster.member(second).pause();
            assertThat(cluster.leader()).isNotEqualTo(second);
            cluster.member(second).resume();
            cluster.awaitHealthy();
        }
    }
}
