package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tholepin.contracts.FreePorts;
import io.tholepin.etcdprotocol.ClientTls;
import io.tholepin.etcdprotocol.EtcdEndpoint;
import io.tholepin.etcdprotocol.EtcdStore;
import io.tholepin.etcdprotocol.EtcdStoreConfig;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link ListWatchWorld} over a real etcd 3.5, one after another in the same. */
class ListWatchOverEtcdTest {
    private static final Path ETCD = Path.of("../../testing/interop/target/clients/etcd-3.5");
    private static final int STEPS = 300;
    private static final int SEEDS = Boolean.getBoolean("tholepin.long") ? 100 : 4;
    private static final long FIRST = Long.getLong("tholepin.seed", 1000);
    private static final long READY_NANOS_MAX = 60_000_000_000L;

    @TempDir
    Path folder;

    @Test
    void whatIsReadListedAndWatchedIsWhatTheModelSays() throws Exception {
        assumeThat(Files.isExecutable(ETCD))
                .as("%s is not there: testing/interop/install-clients fetches it from Debian", ETCD)
                .isTrue();
        String client = "http://127.0.0.1:" + FreePorts.next();
        Process etcd = etcd(client, "http://127.0.0.1:" + FreePorts.next());
        ListWatchWorld.Counts counts = ListWatchWorld.Counts.NONE;
        try {
            for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
                try (ListWatchWorld world = new ListWatchWorld(emptied(client), seed)) {
                    counts = counts.plus(world.live(STEPS));
                } catch (AssertionError | RuntimeException failure) {
                    throw new AssertionError("seed " + seed, failure);
                }
            }
        } finally {
            etcd.destroyForcibly().waitFor();
        }
        System.out.println("ListWatchOverEtcdTest: " + counts);
        assertThat(counts.lists()).isGreaterThan(200);
        assertThat(counts.pages()).isGreaterThan(100);
        assertThat(counts.watches()).isGreaterThan(80);
        assertThat(counts.events()).isGreaterThan(150);
        assertThat(counts.refused()).isGreaterThan(50);
    }

    private Process etcd(String client, String peer) throws IOException {
        return new ProcessBuilder(
                        ETCD.toString(),
                        "--data-dir=" + folder.resolve("etcd"),
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=default=" + peer,
                        "--heartbeat-interval=20", // it is alone: its election need not wait a second
                        "--election-timeout=200",
                        "--unsafe-no-fsync=true",
                        "--log-level=error")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("etcd.log").toFile())
                .start();
    }

    private static EtcdStore emptied(String client) throws IOException {
        EtcdStoreConfig config = EtcdStoreConfig.of(List.of(EtcdEndpoint.parse(client)), ClientTls.NONE);
        long deadline = System.nanoTime() + READY_NANOS_MAX;
        while (true) {
            try {
                EtcdStore store = EtcdStore.open(config);
                store.txn(Txn.of(new Op.Delete(KeyRange.prefix(Bytes.utf8("/registry/")), false)))
                        .join();
                return store;
            } catch (StoreException starting) {
                if (System.nanoTime() > deadline) {
                    throw starting;
                }
            }
        }
    }
}
