package io.tholepin.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** jetcd, the Java client of etcd, unmodified. */
class JetcdTest {
    @TempDir
    static Path folder;

    private static EtcdCluster cluster;
    private static Client client;

    @BeforeAll
    static void start() {
        EtcdLike kind = EtcdLike.underTest();
        kind.assumePresent();
        cluster = EtcdCluster.start(kind, 1, folder);
        client = Client.builder()
                .endpoints("http://" + cluster.member(0).client())
                .build();
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    @Test
    void pairsArePutReadAndDeleted() throws Exception {
        KV kv = client.getKVClient();
        get(kv.put(bytes("kv/a"), bytes("1")));
        assertThat(get(kv.put(
                                bytes("kv/a"),
                                bytes("2"),
                                PutOption.builder().withPrevKV().build()))
                        .getPrevKv()
                        .getValue())
                .isEqualTo(bytes("1"));
        get(kv.put(bytes("kv/b"), bytes("3")));
        GetResponse all = get(kv.get(
                bytes("kv/"),
                GetOption.builder()
                        .isPrefix(true)
                        .withSortField(GetOption.SortTarget.VALUE)
                        .withSortOrder(GetOption.SortOrder.DESCEND)
                        .withLimit(1)
                        .build()));
        assertThat(all.getCount()).isEqualTo(2);
        assertThat(all.isMore()).isTrue();
        assertThat(all.getKvs().getFirst().getKey()).isEqualTo(bytes("kv/b"));
        assertThat(get(kv.delete(
                                bytes("kv/"),
                                DeleteOption.builder()
                                        .isPrefix(true)
                                        .withPrevKV(true)
                                        .build()))
                        .getPrevKvs())
                .hasSize(2);
    }

    @Test
    void aTransactionTakesTheBranchThatItsComparisonsChoose() throws Exception {
        KV kv = client.getKVClient();
        get(kv.put(bytes("txn"), bytes("1")));
        for (String expected : List.of("1", "other")) {
            TxnResponse response = get(kv.txn()
                    .If(new Cmp(bytes("txn"), Cmp.Op.EQUAL, CmpTarget.value(bytes(expected))))
                    .Then(Op.put(bytes("txn"), bytes("2"), PutOption.DEFAULT))
                    .Else(Op.get(bytes("txn"), GetOption.DEFAULT))
                    .commit());
            assertThat(response.isSucceeded()).isEqualTo(expected.equals("1"));
        }
    }

    @Test
    void aWatchGoesOnWhereItWasWhenTheServerComesBack() throws Exception {
        try (EtcdCluster own = EtcdCluster.start(EtcdLike.underTest(), 1, folder.resolve("restarted"));
                Client to = Client.builder()
                        .endpoints("http://" + own.member(0).client())
                        .build()) {
            List<String> heard = new CopyOnWriteArrayList<>();
            try (Watch.Watcher _ = to.getWatchClient()
                    .watch(
                            bytes("w"),
                            WatchOption.builder()
                                    // From the beginning: jetcd does not say when the watch is open.
                                    .withRevision(1)
                                    .isPrefix(true)
                                    .withPrevKV(true)
                                    .build(),
                            response -> response.getEvents()
                                    .forEach(event -> heard.add(event.getEventType() + " "
                                            + event.getKeyValue().getKey().toString(UTF_8))))) {
                get(to.getKVClient().put(bytes("w1"), bytes("1")));
                await().atMost(java.time.Duration.ofSeconds(20)).until(() -> heard.contains("PUT w1"));
                own.member(0).kill();
                own.member(0).start();
                own.awaitHealthy();
                get(to.getKVClient().put(bytes("w2"), bytes("2")));
                get(to.getKVClient().delete(bytes("w1")));
                await().atMost(java.time.Duration.ofSeconds(30)).until(() -> heard.size() >= 3);
                assertThat(heard).containsExactly("PUT w1", "PUT w2", "DELETE w1");
            }
        }
    }

    @Test
    void aLeaseIsKeptAliveAndItsKeysGoWithIt() throws Exception {
        Lease lease = client.getLeaseClient();
        long id = get(lease.grant(2)).getID();
        get(client.getKVClient()
                .put(
                        bytes("leased"),
                        bytes("1"),
                        PutOption.builder().withLeaseId(id).build()));
        CountDownLatch renewed = new CountDownLatch(4);
        try (var _ = lease.keepAlive(id, new io.grpc.stub.StreamObserver<>() {
            @Override
            public void onNext(io.etcd.jetcd.lease.LeaseKeepAliveResponse response) {
                renewed.countDown();
            }

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onCompleted() {}
        })) {
            assertThat(renewed.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(get(client.getKVClient().get(bytes("leased"))).getCount())
                    .isEqualTo(1);
        }
        assertThat(get(lease.timeToLive(
                                id,
                                io.etcd.jetcd.options.LeaseOption.builder()
                                        .withAttachedKeys()
                                        .build()))
                        .getKeys())
                .containsExactly(bytes("leased"));
        await().atMost(java.time.Duration.ofSeconds(20))
                .until(() -> get(client.getKVClient().get(bytes("leased"))).getCount() == 0);
    }

    @Test
    void aLockHasOneHolder() throws Exception {
        long first = get(client.getLeaseClient().grant(60)).getID();
        long second = get(client.getLeaseClient().grant(60)).getID();
        ByteSequence key =
                get(client.getLockClient().lock(bytes("lock"), first)).getKey();
        var waiting = client.getLockClient().lock(bytes("lock"), second);
        assertThat(waiting.isDone()).isFalse();
        get(client.getLockClient().unlock(key));
        assertThat(get(waiting).getKey()).isNotEqualTo(key);
    }

    @Test
    void anElectionHasOneLeaderAndThenTheNext() throws Exception {
        long first = get(client.getLeaseClient().grant(60)).getID();
        long second = get(client.getLeaseClient().grant(60)).getID();
        CampaignResponse won = get(client.getElectionClient().campaign(bytes("post"), first, bytes("one")));
        var waiting = client.getElectionClient().campaign(bytes("post"), second, bytes("two"));
        get(client.getElectionClient().proclaim(won.getLeader(), bytes("still one")));
        assertThat(get(client.getElectionClient().leader(bytes("post"))).getKv().getValue())
                .isEqualTo(bytes("still one"));
        get(client.getElectionClient().resign(won.getLeader()));
        get(waiting);
        assertThat(get(client.getElectionClient().leader(bytes("post"))).getKv().getValue())
                .isEqualTo(bytes("two"));
    }

    @Test
    void userAndRoleDecideWhatMayBeRead() throws Exception {
        try (EtcdCluster own = EtcdCluster.start(EtcdLike.underTest(), 1, folder.resolve("auth"))) {
            String endpoint = "http://" + own.member(0).client();
            try (Client open = Client.builder().endpoints(endpoint).build()) {
                var auth = open.getAuthClient();
                get(auth.userAdd(bytes("root"), bytes("secret")));
                get(auth.roleAdd(bytes("root")));
                get(auth.userGrantRole(bytes("root"), bytes("root")));
                get(auth.userAdd(bytes("alice"), bytes("pw")));
                get(auth.roleAdd(bytes("reader")));
                get(auth.roleGrantPermission(bytes("reader"), bytes("a"), bytes("b"), Permission.Type.READ));
                get(auth.userGrantRole(bytes("alice"), bytes("reader")));
                get(auth.authEnable());
            }
            try (Client alice = as(endpoint, "alice", "pw");
                    Client root = as(endpoint, "root", "secret")) {
                get(root.getKVClient().put(bytes("a1"), bytes("x")));
                assertThat(get(alice.getKVClient().get(bytes("a1"))).getCount()).isEqualTo(1);
                assertThatThrownBy(() -> get(alice.getKVClient().put(bytes("a1"), bytes("y"))))
                        .isInstanceOf(ExecutionException.class)
                        .hasMessageContaining("permission denied");
                get(root.getAuthClient().authDisable());
            }
        }
    }

    private static Client as(String endpoint, String user, String password) {
        return Client.builder()
                .endpoints(endpoint)
                .user(bytes(user))
                .password(bytes(password))
                .build();
    }

    @Test
    void maintenanceAndMembersAnswer() throws Exception {
        String endpoint = "http://" + cluster.member(0).client();
        var status = get(client.getMaintenanceClient().statusMember(endpoint));
        assertThat(status.getVersion()).startsWith("3.");
        assertThat(status.getLeader()).isEqualTo(status.getHeader().getMemberId());
        get(client.getMaintenanceClient().hashKV(endpoint, 0));
        get(client.getMaintenanceClient().defragmentMember(endpoint));
        assertThat(get(client.getMaintenanceClient().listAlarms()).getAlarms()).isEmpty();
        java.io.ByteArrayOutputStream snapshot = new java.io.ByteArrayOutputStream();
        assertThat(get(client.getMaintenanceClient().snapshot(snapshot))).isEqualTo(snapshot.size());
        assertThat(snapshot.size() % 512).isEqualTo(32);
        assertThat(get(client.getClusterClient().listMember()).getMembers()).hasSize(1);
    }
}
