package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tholepin.contracts.RecordingListener;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.Txn;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How recent a watch is, asked over its own stream, when both ends are ours. */
class ConfirmedProgressTest {
    private static final KeyRange ALL = KeyRange.prefix(Bytes.utf8("k/"));

    private final TestMember member = new TestMember();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final RecordingListener heard = new RecordingListener();
    private EtcdServer server;
    private EtcdStore store;
    private Watch watch;

    @SuppressWarnings("NullAway.Init") // by connect
    ConfirmedProgressTest() {}

    @BeforeEach
    void connect() throws IOException {
        server = serve(0);
        List<EtcdEndpoint> endpoints =
                List.of(new EtcdEndpoint(false, "127.0.0.1", server.ports().getFirst()));
        store = EtcdStore.open(EtcdStoreConfig.of(endpoints, ClientTls.NONE));
        open.add(store);
        watch = store.watch(WatchRequest.of(ALL, 0), heard);
        store.watch(WatchRequest.of(KeyRange.prefix(Bytes.utf8("x/")), 0), new RecordingListener());
        put("k/first");
        heard.awaitEvents(1);
        await().until(watch::confirms);
        member.rangesAsked.set(0);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        member.close();
    }

    private EtcdServer serve(int port) throws IOException {
        EtcdServerConfig config = EtcdServerConfig.of(new ListenUrl(false, "127.0.0.1", port));
        EtcdServer served = new EtcdServer(
                config, new EtcdServices(member, config, ServerObserver.NONE, SnapshotWriter.NONE), HttpHandler.NONE);
        open.add(served);
        return served;
    }

    private long put(String key) {
        return member.txn(Txn.of(Op.Put.of(Bytes.utf8(key), Bytes.EMPTY)))
                .join()
                .revision();
    }

    @Test
    void theStoresRevisionAndTheWatchsProgressComeTogether() {
        for (int i = 0; i < 50; i++) {
            long last = put(i % 3 == 0 ? "k/" + i : "elsewhere");
            assertThat(watch.confirm().join()).isEqualTo(last);
            await().until(() -> heard.calls().getLast().revision() >= last);
        }
        assertThat(heard.events()).hasSize(1 + 17);
        assertThat(member.rangesAsked).hasValue(0);
    }

    @Test
    void whatTheMemberCannotConfirmIsAskedOfTheStoreInAnotherWay() {
        long last = put("elsewhere");
        member.revisionAnswer = CompletableFuture.failedFuture(StoreException.of(Code.NO_LEADER));
        assertThat(watch.confirm().join()).isEqualTo(last);
        assertThat(member.rangesAsked).hasValue(1);
        assertThat(heard.awaitProgress(last)).isEqualTo(last);
    }

    @Test
    void whatAMemberDoesNotAnswerIsAskedInAnotherWayToo() {
        long last = put("elsewhere");
        member.revisionAnswer = new CompletableFuture<>();
        assertThat(watch.confirm().join()).isEqualTo(last);
        assertThat(heard.awaitProgress(last)).isEqualTo(last);
    }

    @Test
    void whoWaitsWhenTheStreamEndsIsAnsweredOverTheNextOne() throws Exception {
        CompletableFuture<Long> never = new CompletableFuture<>();
        member.revisionAnswer = never;
        CompletableFuture<Long> waiting = watch.confirm();
        int port = server.ports().getFirst();
        server.close();
        member.revisionAnswer = null;
        long last = put("elsewhere");
        serve(port);
        // The member may still have been asked in the other way while it stopped, before the put.
        assertThat(waiting.join()).isBetween(last - 1, last);
        watch.requestProgress();
        assertThat(heard.awaitProgress(last)).isEqualTo(last);
        await().until(watch::confirms);
        assertThat(watch.confirm().join()).isEqualTo(last);
    }

    @Test
    void aWatchThatIsClosedLeavesNobodyWaiting() {
        member.revisionAnswer = new CompletableFuture<>();
        CompletableFuture<Long> waiting = watch.confirm();
        watch.close();
        assertThat(waiting.join()).isEqualTo(member.revision());
    }
}
