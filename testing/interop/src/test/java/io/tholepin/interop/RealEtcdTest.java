package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.contracts.RecordingListener;
import io.tholepin.etcdprotocol.ClientTls;
import io.tholepin.etcdprotocol.EtcdEndpoint;
import io.tholepin.etcdprotocol.EtcdStore;
import io.tholepin.etcdprotocol.EtcdStoreConfig;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kubectl against {@code thole apiserver} over a real etcd, which restarts, compacts, or is an old one. */
class RealEtcdTest {
    @TempDir
    Path folder;

    private Thole over(OneEtcd etcd, String... more) {
        String[] options = etcd.options(folder.resolve("api"));
        String[] all = java.util.Arrays.copyOf(options, options.length + more.length);
        System.arraycopy(more, 0, all, options.length, more.length);
        return Thole.apiserver(all);
    }

    @Test
    void kubectlWorksOverMutualTlsAndTheKeysAreKubernetesOwn() throws IOException {
        try (OneEtcd etcd = OneEtcd.startWithTls(EtcdLike.etcd35(), folder);
                Thole thole = over(etcd)) {
            Kubectl kubectl = new Kubectl(thole, folder);
            kubectl.ok("create", "configmap", "a", "--from-literal=k=v");
            kubectl.ok("create", "namespace", "other");
            assertThat(kubectl.ok("get", "configmap", "a", "-o", "jsonpath={.data.k}"))
                    .isEqualTo("v");
            assertThat(kubectl.ok("get", "configmaps", "-o", "name")).contains("configmap/a");
            kubectl.ok("patch", "configmap", "a", "--type=merge", "-p", "{\"data\":{\"k\":\"w\"}}");
            assertThat(kubectl.ok("get", "configmap", "a", "-o", "jsonpath={.data.k}"))
                    .isEqualTo("w");
            List<String> keys = etcd.etcdctl("get", "/registry", "--prefix", "--keys-only")
                    .lines()
                    .toList();
            assertThat(keys)
                    .contains(
                            "/registry/configmaps/default/a",
                            "/registry/namespaces/other",
                            "/registry/services/specs/default/kubernetes");
            assertThat(etcd.etcdctl("get", "/registry/configmaps/default/a", "--print-value-only"))
                    .startsWith("k8s\0");
            kubectl.ok("delete", "configmap", "a");
            assertThat(kubectl.fails("get", "configmap", "a")).contains("NotFound");
            assertThat(etcd.etcdctl("get", "/registry/configmaps/default/a", "--keys-only"))
                    .isBlank();
        }
    }

    @Test
    void aNamespaceIsEmptiedAndGoneBecauseTheControllersRun() {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                Thole thole = over(etcd)) {
            Kubectl kubectl = new Kubectl(thole, folder);
            kubectl.ok("create", "namespace", "other");
            kubectl.ok("create", "configmap", "a", "-n", "other");
            kubectl.ok("delete", "namespace", "other", "--timeout=50s");
            assertThat(etcd.etcdctl("get", "/registry/configmaps/other/", "--prefix", "--keys-only"))
                    .isBlank();
        }
    }

    @Test
    void aKubectlWatchGoesOnThroughARestartOfEtcdAndThroughACompaction() throws Exception {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                Thole thole = over(etcd)) {
            Kubectl kubectl = new Kubectl(thole, folder);
            kubectl.ok("create", "configmap", "a");
            Process watch = kubectl.start("get", "configmap", "a", "-w", "-o", "jsonpath={.data.n}{\"\\n\"}");
            try (BufferedReader heard = watch.inputReader(StandardCharsets.UTF_8)) {
                assertThat(heard.readLine()).isEmpty();
                set(kubectl, "1");
                assertThat(heard.readLine()).isEqualTo("1");
                etcd.stop();
                etcd.start();
                set(kubectl, "2");
                assertThat(heard.readLine()).isEqualTo("2");
                etcd.kill();
                etcd.start();
                set(kubectl, "3");
                assertThat(heard.readLine()).isEqualTo("3");
                etcd.compact();
                set(kubectl, "4");
                assertThat(heard.readLine()).isEqualTo("4");
            } finally {
                watch.destroyForcibly();
            }
            assertThat(thole.get("/readyz").statusCode()).isEqualTo(200);
        }
    }

    private static void set(Kubectl kubectl, String value) {
        kubectl.ok("patch", "configmap", "a", "--type=merge", "-p", "{\"data\":{\"n\":\"" + value + "\"}}");
    }

    @Test
    void pagesAndExactVersionsShowOneState() {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                Thole thole = over(etcd)) {
            String path = "/api/v1/namespaces/default/secrets";
            for (int i = 0; i < 5; i++) {
                thole.post(path, "{\"metadata\":{\"name\":\"s" + i + "\"}}");
            }
            String first = thole.get(path + "?limit=2").body();
            String version = field(first, "resourceVersion");
            thole.post(path, "{\"metadata\":{\"name\":\"s00\"}}");
            String second = thole.get(path + "?limit=9&continue=" + field(first, "continue"))
                    .body();
            assertThat(second).contains("\"s2\"", "\"s3\"", "\"s4\"").doesNotContain("\"s00\"");
            assertThat(field(second, "resourceVersion")).isEqualTo(version);
            assertThat(thole.get(path + "?resourceVersionMatch=Exact&resourceVersion=" + version)
                            .body())
                    .doesNotContain("\"s00\"");
            assertThat(thole.get(path).body()).contains("\"s00\"");
        }
    }

    private static String field(String json, String name) {
        int from = json.indexOf("\"" + name + "\":\"") + name.length() + 4;
        return json.substring(from, json.indexOf('"', from));
    }

    @Test
    void theApiServerCompactsAsKubeApiserverDoes() throws Exception {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                Thole thole = over(etcd, "--etcd-compaction-interval", "1s");
                EtcdStore client = etcd.connect()) {
            thole.post("/api/v1/namespaces/default/configmaps", "{\"metadata\":{\"name\":\"a\"}}");
            long old = client.currentRevision().get();
            String told = "";
            for (int i = 0; i < 300 && (told.isEmpty() || Long.parseLong(told) < old + 2); i++) {
                Thread.sleep(100);
                told = etcd.etcdctl("get", "compact_rev_key", "--print-value-only")
                        .strip();
            }
            RecordingListener late = new RecordingListener();
            client.watch(WatchRequest.of(KeyRange.prefix(Bytes.utf8("/registry/")), 2), late);
            StoreException gone = late.awaitClosed();
            assertThat(gone.code()).isEqualTo(StoreException.Code.COMPACTED);
            assertThat(gone.compactRevision()).isPositive();
        }
    }

    @Test
    void anotherPrefixKeepsTwoClustersApart() {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                Thole thole = over(etcd, "--etcd-prefix", "/second")) {
            thole.post("/api/v1/namespaces/default/configmaps", "{\"metadata\":{\"name\":\"a\"}}");
            assertThat(etcd.etcdctl("get", "/second/configmaps/", "--prefix", "--keys-only"))
                    .contains("/second/configmaps/default/a");
            assertThat(etcd.etcdctl("get", "/registry", "--prefix", "--keys-only"))
                    .isBlank();
            assertThat(thole.get("/api/v1/namespaces/default/configmaps").body())
                    .contains("\"a\"");
        }
    }

    @Test
    void anOldEtcdIsServedWithoutTheCachesFreshness() {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd34(), folder);
                Thole thole = over(etcd)) {
            assertThat(thole.get("/readyz?verbose").body()).contains("is etcd 3.4.23 (expected: 3.4.31 or later");
            Kubectl kubectl = new Kubectl(thole, folder);
            kubectl.ok("create", "configmap", "a");
            assertThat(kubectl.ok("get", "configmaps", "-o", "name")).contains("configmap/a");
            kubectl.ok("wait", "--for=create", "configmap/a", "--timeout=20s");
            kubectl.ok("delete", "configmap", "a");
            assertThat(kubectl.ok("get", "configmaps", "-o", "name")).doesNotContain("configmap/a");
        }
    }

    @Test
    void aStoreWatchMissesNothingWhileEtcdIsKilledAgainAndAgain() throws Exception {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                EtcdStore client = etcd.connect()) {
            RecordingListener heard = new RecordingListener();
            client.watch(WatchRequest.of(KeyRange.prefix(Bytes.utf8("k/")), 0), heard);
            int puts = 0;
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 50; i++) {
                    client.txn(Txn.of(Op.Put.of(Bytes.utf8("k/" + puts), Bytes.EMPTY)))
                            .get();
                    puts++;
                }
                etcd.kill();
                etcd.start();
            }
            List<Event> events = heard.awaitEvents(puts);
            assertThat(events)
                    .extracting(event -> event.kv().key().toString())
                    .containsExactlyElementsOf(
                            IntStream.range(0, puts).mapToObj(i -> "k/" + i).toList());
        }
    }

    @Test
    void aClusterOfThreeGoesOnWithoutItsLeader() throws Exception {
        EtcdLike.etcd35().assumePresent();
        try (EtcdCluster cluster = EtcdCluster.start(EtcdLike.etcd35(), 3, folder);
                EtcdStore client = EtcdStore.open(EtcdStoreConfig.of(
                        cluster.members().stream()
                                .map(member -> EtcdEndpoint.parse("http://" + member.client()))
                                .toList(),
                        ClientTls.NONE))) {
            RecordingListener heard = new RecordingListener();
            for (int i = 0; i < 4; i++) { // one on each stream, so that some were at the member that dies
                client.watch(
                        WatchRequest.of(KeyRange.prefix(Bytes.utf8("k/")), 0),
                        i == 0 ? heard : new RecordingListener());
            }
            client.txn(Txn.of(Op.Put.of(Bytes.utf8("k/before"), Bytes.EMPTY))).get();
            cluster.member(cluster.leader()).kill();
            int tries = 0;
            while (!wrote(client, "k/after") && tries < 100) {
                tries++;
            }
            List<Event> events = heard.awaitEvents(2);
            assertThat(events.getFirst().kv().key()).isEqualTo(Bytes.utf8("k/before"));
            assertThat(events.getLast().kv().key()).isEqualTo(Bytes.utf8("k/after"));
            assertThat(client.range(io.tholepin.kv.RangeRequest.of(KeyRange.prefix(Bytes.utf8("k/"))))
                            .get()
                            .count())
                    .isEqualTo(2);
        }
    }

    /** Whether the write was acknowledged; one whose fate is open may be heard all the same. */
    private static boolean wrote(EtcdStore client, String key) throws InterruptedException {
        try {
            return client.txn(Txn.of(Op.Put.of(Bytes.utf8(key), Bytes.EMPTY)))
                    .get()
                    .succeeded();
        } catch (ExecutionException open) {
            return false;
        }
    }

    /** etcd tells no progress on a stream on which a watch begins after its newest revision. */
    @Test
    void aWatchThatBeganEarlierHearsItsProgressBesideOneThatIsUpToDate() {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                EtcdStore client = etcd.connect()) {
            long last = 0;
            for (int i = 0; i < 5; i++) {
                last = client.txn(Txn.of(Op.Put.of(Bytes.utf8("other"), Bytes.EMPTY)))
                        .join()
                        .revision();
            }
            List<RecordingListener> behind = new java.util.ArrayList<>();
            List<Watch> watches = new java.util.ArrayList<>();
            for (int i = 0; i < 4; i++) { // one of each on each stream
                behind.add(new RecordingListener());
                watches.add(client.watch(WatchRequest.of(KeyRange.prefix(Bytes.utf8("k/")), last - 2), behind.get(i)));
            }
            for (int i = 0; i < 4; i++) {
                client.watch(WatchRequest.of(KeyRange.prefix(Bytes.utf8("k/")), last + 1), new RecordingListener());
            }
            watches.forEach(Watch::requestProgress);
            for (RecordingListener heard : behind) {
                assertThat(heard.awaitProgress(last)).isEqualTo(last);
            }
        }
    }

    @Test
    void aWriteIsUnavailableWithoutEtcdAndUnknownWhenEtcdDiesOverIt() throws Exception {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                EtcdStore client = etcd.connect()) {
            etcd.stop();
            assertThat(kindOf(client)).isEqualTo(StoreException.Kind.UNAVAILABLE);
            etcd.start();
            assertThat(client.txn(Txn.of(Op.Put.of(Bytes.utf8("a"), Bytes.EMPTY)))
                            .get(20, TimeUnit.SECONDS)
                            .succeeded())
                    .isTrue();
            etcd.pause();
            var open = client.txn(Txn.of(Op.Put.of(Bytes.utf8("b"), Bytes.EMPTY)));
            Thread.sleep(200); // so that the connection has taken it
            etcd.kill();
            assertThat(kindOf(open)).isEqualTo(StoreException.Kind.UNKNOWN);
        }
    }

    private static StoreException.Kind kindOf(EtcdStore client) throws Exception {
        return kindOf(client.txn(Txn.of(Op.Put.of(Bytes.utf8("a"), Bytes.EMPTY))));
    }

    private static StoreException.Kind kindOf(java.util.concurrent.CompletableFuture<?> future) throws Exception {
        try {
            throw new AssertionError("answered " + future.get(30, TimeUnit.SECONDS) + " (expected: a failure)");
        } catch (ExecutionException e) {
            return ((StoreException) java.util.Objects.requireNonNull(e.getCause())).kind();
        }
    }
}
