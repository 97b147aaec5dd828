package io.tholepin.replica;

import static io.tholepin.replica.ReplicaClusterTest.put;
import static io.tholepin.replica.ReplicaClusterTest.value;
import static io.tholepin.replica.ReplicaStoreTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.StoreImage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoppedMemberTest {
    @TempDir
    Path folder;

    @Test
    void aRestoredClusterHoldsTheImageAndTakesNewMembers() throws Exception {
        ReplicaConfig original = ReplicaConfig.in(folder.resolve("original"));
        try (ReplicaStore store = ReplicaStore.open(original)) {
            for (int i = 0; i < 10; i++) {
                put(store, "k" + i, "v" + i);
            }
        }
        try (ReplicaCluster cluster = new ReplicaCluster(
                folder,
                2,
                config -> config.withPeers(config.peers().orElseThrow().withStrict(false)))) {
            for (String name : List.of("m0", "m1")) {
                try (StoppedMember stopped = StoppedMember.open(original.folder());
                        StoreImage image = stopped.image()) {
                    assertThat(StoppedMember.restore(cluster.config(name), image, 100, false))
                            .isEqualTo(111);
                }
            }
            cluster.startAll();
            ReplicaStore follower = cluster.follower();
            assertThat(value(follower, "k7")).isEqualTo("v7");
            assertThat(put(follower, "new", "1")).isEqualTo(112);

            List<String> urls = cluster.prepareJoining("m2");
            await(follower.cluster().add(urls, false));
            ReplicaStore joined = cluster.start("m2");
            cluster.awaitSettled();
            cluster.awaitVoters();
            cluster.awaitEqual();
            assertThat(value(joined, "k7")).isEqualTo("v7");
            assertThat(await(joined.maintenance().hashKv(0)))
                    .isEqualTo(await(follower.maintenance().hashKv(0)));
            assertThat(put(joined, "new", "2")).isEqualTo(113);
            cluster.stop("m0");
            assertThat(put(joined, "new", "3")).isEqualTo(114);
        }
    }
}
