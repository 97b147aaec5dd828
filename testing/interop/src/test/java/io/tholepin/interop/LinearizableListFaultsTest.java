package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link LinearizableListTest}'s promise while servers are killed, stopped and cut off, through every API server of
 * each kind of store. One kill a test in the ordinary build, twenty with {@code ./build -Plong verify}.
 */
class LinearizableListFaultsTest {
    private static final boolean LONG = Boolean.getBoolean("tholepin.long");
    private static final int KILLS = LONG ? 20 : 1;
    private static final int PLANES = 3;
    /** Longer than an election takes, so that the others go on meanwhile. */
    private static final long AWAY_MILLIS = 3500;

    private final long seed = Long.getLong("tholepin.seed", System.nanoTime());

    @TempDir
    Path folder;

    private String name = "";

    @BeforeEach
    void sayTheSeed(TestInfo test) {
        name = test.getDisplayName() + " seed " + seed;
    }

    @Test
    void aListAfterAKillMissesNothingThatWasAcknowledgedBefore() {
        String[] options = {"--data-dir", folder.toString()};
        Thole thole = Thole.up(options);
        int port = thole.api().getPort();
        try (ListLoad load = new ListLoad(List.of(thole.api()), thole.kubeconfig(), seed)) {
            for (int i = 0; i < KILLS; i++) {
                load.awaitProgress(0);
                thole.kill();
                thole = Thole.upAt(port, options);
            }
            load.awaitProgress(0);
            load.finish(name);
        } finally {
            thole.close();
        }
    }

    @Test
    void norDoesOneOnThreeMembersWhoseLeaderIsKilledOrStoppedForAWhile() {
        try (ControlPlanes planes = ControlPlanes.start(PLANES, folder, MemberNetwork.loopback());
                ListLoad load = new ListLoad(planes.servers(), planes.kubeconfig(), seed)) {
            EtcdCluster cluster = planes.cluster();
            for (int i = 0; i < KILLS; i++) {
                load.awaitProgress(0, 1, 2);
                int leader = cluster.leader();
                cluster.member(leader).kill();
                load.awaitProgress(others(leader));
                cluster.member(leader).start();
                planes.awaitReady(leader);
            }
            load.awaitProgress(0, 1, 2);
            int leader = cluster.leader();
            cluster.member(leader).pause();
            EtcdCluster.pause(AWAY_MILLIS);
            load.awaitProgress(others(leader));
            cluster.member(leader).resume();
            load.awaitProgress(0, 1, 2);
            load.finish(name);
        }
    }

    @Test
    void aServerThatIsCutOffAnswersNoConsistentListAndThenARightOne() {
        assumeThat(NamespaceNetwork.isPossible())
                .as("network namespaces, as root")
                .isTrue();
        NamespaceNetwork network = NamespaceNetwork.create(PLANES); // the cluster closes it
        try (ControlPlanes planes = ControlPlanes.start(PLANES, folder, network);
                ListLoad load = new ListLoad(planes.servers(), planes.kubeconfig(), seed)) {
            EtcdCluster cluster = planes.cluster();
            for (boolean leads : LONG ? new boolean[] {true, false} : new boolean[] {true}) {
                load.awaitProgress(0, 1, 2);
                int leader = cluster.leader();
                int alone = leads ? leader : (leader + 1) % PLANES;
                network.cut(alone);
                load.awaitProgress(others(alone));
                EtcdCluster.pause(500); // what it was asked before it was cut off has been answered
                int before = load.listed(alone);
                EtcdCluster.pause(AWAY_MILLIS / 2);
                load.awaitProgress(others(alone));
                assertThat(load.code(alone, "?resourceVersion=0"))
                        .as("a list of any age")
                        .isEqualTo(200);
                assertThat(load.listed(alone)).as("lists while cut off").isEqualTo(before);
                network.heal();
            }
            load.awaitProgress(0, 1, 2);
            load.finish(name);
        }
    }

    private static int[] others(int index) {
        return IntStream.range(0, PLANES).filter(other -> other != index).toArray();
    }

    @Test
    void norDoesOneOfTwoServersOverAnEtcdOfThreeWhoseLeaderIsKilled() {
        EtcdLike.etcd35().assumePresent();
        noListOfTwoServersMissesAWrite(EtcdLike.etcd35(), etcd -> {});
    }

    /** Whose watches confirm their progress; a member that stands still does not, and answers nothing stale after. */
    @Test
    void norDoesOneOfTwoServersOverThreeOfOurStoresWhoseLeaderIsKilledOrStoppedForAWhile() {
        noListOfTwoServersMissesAWrite(EtcdLike.thole(), store -> {
            int leader = store.leader();
            store.member(leader).pause();
            EtcdCluster.pause(AWAY_MILLIS);
            store.member(leader).resume();
            store.awaitHealthy();
        });
    }

    private void noListOfTwoServersMissesAWrite(EtcdLike kind, Consumer<EtcdCluster> more) {
        try (EtcdCluster etcd = EtcdCluster.start(kind, PLANES, folder)) {
            String[] first = options(etcd, "first");
            String[] second = options(etcd, "second");
            try (Thole one = Thole.apiserver(first)) {
                shareCertificates();
                try (Thole other = Thole.apiserver(second);
                        ListLoad load = new ListLoad(List.of(one.api(), other.api()), one.kubeconfig(), seed)) {
                    for (int i = 0; i < KILLS; i++) {
                        load.awaitProgress(0, 1);
                        int leader = etcd.leader();
                        etcd.member(leader).kill();
                        load.awaitProgress(0, 1);
                        etcd.member(leader).start();
                        etcd.awaitHealthy();
                    }
                    more.accept(etcd);
                    load.awaitProgress(0, 1);
                    load.finish(name);
                }
            }
        }
    }

    private String[] options(EtcdCluster etcd, String server) {
        return new String[] {
            "--etcd-servers",
            etcd.endpoints(),
            "--data-dir",
            folder.resolve(server).toString()
        };
    }

    /** So that one administrator may use both. */
    private void shareCertificates() {
        ControlPlanes.copy(folder.resolve("first/pki"), folder.resolve("second/pki"));
    }
}
