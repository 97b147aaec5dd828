package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.contracts.FreePorts;
import io.tholepin.contracts.RecordingListener;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreException.Kind;
import io.tholepin.kv.Txn;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store over the wire does beyond the contracts: lost connections, several endpoints, TLS, old versions. */
class EtcdStoreTest {
    private static final KeyRange ALL = KeyRange.prefix(Bytes.utf8("k/"));

    @TempDir
    Path folder;

    private final TestMember member = new TestMember();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        member.close();
    }

    private EtcdServer serve(int port) throws IOException {
        return serve(EtcdServerConfig.of(new ListenUrl(false, "127.0.0.1", port)));
    }

    private EtcdServer serve(EtcdServerConfig config) throws IOException {
        EtcdServer server = new EtcdServer(
                config, new EtcdServices(member, config, ServerObserver.NONE, SnapshotWriter.NONE), HttpHandler.NONE);
        open.add(server);
        return server;
    }

    private static EtcdServerConfig config(String version, Optional<ServerTls> tls) {
        EtcdServerConfig plain = EtcdServerConfig.of(new ListenUrl(false, "127.0.0.1", 0));
        return new EtcdServerConfig(
                version,
                plain.clusterVersion(),
                List.of(new ListenUrl(tls.isPresent(), "127.0.0.1", 0)),
                List.of(),
                List.of(),
                tls,
                plain.requestBytesMax(),
                plain.txnOpsMax(),
                plain.streamsMax(),
                plain.keepAliveMin(),
                plain.keepAliveInterval(),
                plain.keepAliveTimeout(),
                plain.progressNotifyInterval(),
                plain.electionTimeout(),
                Duration.ofMillis(300));
    }

    private static EtcdStoreConfig to(int... ports) {
        List<EtcdEndpoint> endpoints = new ArrayList<>();
        for (int port : ports) {
            endpoints.add(new EtcdEndpoint(false, "127.0.0.1", port));
        }
        return EtcdStoreConfig.of(endpoints, ClientTls.NONE);
    }

    private static EtcdStoreConfig with(EtcdStoreConfig config, Duration timeout, long queueBytesMax) {
        return new EtcdStoreConfig(
                config.endpoints(),
                config.tls(),
                timeout,
                config.progressInterval(),
                config.checkInterval(),
                config.watchStreams(),
                queueBytesMax);
    }

    private EtcdStore connect(EtcdStoreConfig config) throws IOException {
        EtcdStore store = EtcdStore.open(config);
        open.add(store);
        return store;
    }

    private static long put(EtcdStore store, String key) {
        return store.txn(Txn.of(Op.Put.of(Bytes.utf8(key), Bytes.EMPTY))).join().revision();
    }

    private static StoreException failure(CompletableFuture<?> future) {
        try {
            throw new AssertionError("answered " + future.join() + " (expected: a failure)");
        } catch (CompletionException e) {
            return (StoreException) Objects.requireNonNull(e.getCause());
        }
    }

    @Test
    void watchesGoOnWhereTheyWereWhenTheServerComesBack() throws Exception {
        int port = FreePorts.next();
        EtcdServer server = serve(port);
        EtcdStore store = connect(to(port));
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(ALL, 0), heard);
        put(store, "k/1");
        heard.awaitEvents(1);
        server.close();
        member.txn(Txn.of(Op.Put.of(Bytes.utf8("k/2"), Bytes.EMPTY))).join();
        serve(port);
        long last = put(store, "k/3");
        List<Event> events = heard.awaitEvents(3);
        assertThat(events).extracting(event -> event.kv().key().toString()).containsExactly("k/1", "k/2", "k/3");
        assertThat(events.getLast().kv().modRevision()).isEqualTo(last);
    }

    @Test
    void aWatchWhosePlaceWasCompactedMeanwhileSaysSo() throws Exception {
        int port = FreePorts.next();
        EtcdServer server = serve(port);
        EtcdStore store = connect(to(port));
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(ALL, 0), heard);
        put(store, "k/1");
        heard.awaitEvents(1);
        server.close();
        long last = 0;
        for (int i = 2; i < 6; i++) {
            last = member.txn(Txn.of(Op.Put.of(Bytes.utf8("k/" + i), Bytes.EMPTY)))
                    .join()
                    .revision();
        }
        member.compact(last, true).join();
        serve(port);
        StoreException end = heard.awaitClosed();
        assertThat(end.code()).isEqualTo(Code.COMPACTED);
        assertThat(end.compactRevision()).isEqualTo(last);
    }

    @Test
    void aLargeCatchUpComesInFragmentsAndIsHeardWhole() throws Exception {
        EtcdStore store = connect(to(serve(0).ports().getFirst()));
        long first = store.currentRevision().join() + 1;
        Bytes large = Bytes.wrap(new byte[1_000_000]);
        for (int i = 0; i < 8; i++) {
            store.txn(Txn.of(Op.Put.of(Bytes.utf8("k/" + i), large))).join();
        }
        RecordingListener heard = new RecordingListener();
        store.watch(WatchRequest.of(ALL, first), heard);
        assertThat(heard.awaitEvents(8))
                .allSatisfy(event -> assertThat(event.kv().value()).isEqualTo(large))
                .extracting(event -> event.kv().modRevision())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void aDeadEndpointIsPassedOver() throws Exception {
        EtcdStore store =
                connect(with(to(FreePorts.next(), serve(0).ports().getFirst()), Duration.ofSeconds(3), 1 << 20));
        for (int i = 0; i < 10; i++) {
            put(store, "k/" + i);
        }
        assertThat(store.range(RangeRequest.of(ALL)).join().count()).isEqualTo(10);
        assertThat(store.progress().trusted()).isFalse();
        assertThat(store.progress().why()).endsWith("has not said its version");
    }

    @Test
    void anAbsentEtcdIsToldWithItsAddress() throws Exception {
        int port = FreePorts.next();
        EtcdStoreConfig nobody = with(to(port), Duration.ofMillis(300), 1 << 20);
        assertThatThrownBy(() -> EtcdStore.open(nobody))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                .hasMessageContaining("Connection refused");
    }

    @Test
    void aWriteThatEtcdLeavesOpenIsUnknown() throws Exception {
        EtcdStore store = connect(to(serve(0).ports().getFirst()));
        member.writesFail = StoreException.unknown(Code.TIMED_OUT, "on purpose", null);
        StoreException open = failure(store.txn(Txn.of(Op.Put.of(Bytes.utf8("k/1"), Bytes.EMPTY))));
        assertThat(open.kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(open.code()).isEqualTo(Code.TIMED_OUT);
        member.writesFail = StoreException.of(Code.NO_SPACE);
        assertThat(failure(store.txn(Txn.of(Op.Put.of(Bytes.utf8("k/1"), Bytes.EMPTY))))
                        .kind())
                .isEqualTo(Kind.REFUSED);
    }

    @Test
    void aWatchIsClosedAsSlowWhenItsListenerStandsStill() throws Exception {
        EtcdStore store = connect(with(to(serve(0).ports().getFirst()), Duration.ofSeconds(10), 10_000));
        CountDownLatch release = new CountDownLatch(1);
        LinkedBlockingQueue<StoreException> end = new LinkedBlockingQueue<>();
        store.watch(WatchRequest.of(ALL, 0), new WatchListener() {
            @Override
            public void onEvents(long revision, List<Event> events) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void onProgress(long revision) {}

            @Override
            public void onClosed(StoreException cause) {
                end.add(cause);
            }
        });
        RecordingListener other = new RecordingListener();
        store.watch(WatchRequest.of(ALL, 0), other);
        for (int i = 0; i < 10; i++) {
            store.txn(Txn.of(Op.Put.of(Bytes.utf8("k/" + i), Bytes.wrap(new byte[3_000]))))
                    .join();
        }
        other.awaitEvents(10);
        release.countDown();
        assertThat(end.take().code()).isEqualTo(Code.SLOW_WATCHER);
    }

    @Test
    void progressOfAVersionThatGetsItWrongIsNeitherAskedForNorHeard() throws Exception {
        EtcdStore store =
                connect(to(serve(config("3.5.12", Optional.empty())).ports().getFirst()));
        assertThat(store.progress().trusted()).isFalse();
        assertThat(store.progress().why())
                .endsWith("is etcd 3.5.12 (expected: 3.4.31 or later, but not 3.5.0 to 3.5.12)");
        RecordingListener heard = new RecordingListener();
        Watch watch = store.watch(WatchRequest.of(ALL, 0), heard);
        watch.requestProgress();
        put(store, "other");
        watch.requestProgress();
        put(store, "k/1");
        heard.awaitEvents(1);
        assertThat(heard.calls()).hasSize(1);
    }

    @Test
    void bothEndsProveWhoTheyAre() throws Exception {
        TestCertificates authority = new TestCertificates(folder, "ours");
        TestCertificates.Issued server = authority.issue("etcd", "etcd.example");
        TestCertificates.Issued client = authority.issue("apiserver", "client.example");
        Path ca = authority.caFile();
        int port = serve(config(
                        "3.5.30",
                        Optional.of(ServerTls.of(server.certFile(), server.keyFile())
                                .mutual(ca))))
                .ports()
                .getFirst();
        ClientTls mutual =
                new ClientTls(Optional.of(ca), Optional.of(client.certFile()), Optional.of(client.keyFile()));
        EtcdStore store = connect(secure(port, mutual));
        put(store, "k/1");
        assertThat(store.range(RangeRequest.of(ALL)).join().count()).isEqualTo(1);

        ClientTls nobody = new ClientTls(Optional.of(ca), Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> EtcdStore.open(secure(port, nobody))).isInstanceOf(StoreException.class);
        Path strangers = new TestCertificates(folder, "strangers").caFile();
        ClientTls stranger = new ClientTls(Optional.of(strangers), Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> EtcdStore.open(secure(port, stranger)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("certification path");
    }

    private static EtcdStoreConfig secure(int port, ClientTls tls) {
        EtcdStoreConfig config = EtcdStoreConfig.of(List.of(EtcdEndpoint.parse("https://127.0.0.1:" + port)), tls);
        return with(config, Duration.ofMillis(1500), 1 << 20);
    }

    @Test
    void anEndpointIsAUrlWithAPort() {
        assertThat(EtcdEndpoint.parse("https://[::1]:2379")).hasToString("https://[::1]:2379");
        for (String wrong : List.of("127.0.0.1:2379", "http://etcd", "ftp://etcd:1", "http://etcd:2379/path")) {
            assertThatThrownBy(() -> EtcdEndpoint.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("http://host:port");
        }
    }
}
