package io.tholepin.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The registry of a store under another root, as --etcd-prefix wants it. */
class RootedStoreTest {
    private final LocalStore store = LocalStore.ephemeral();
    private final Store rooted = RootedStore.of(store, "other/place/");

    @AfterEach
    void close() {
        store.close();
    }

    private static List<String> keys(Store store) {
        return store.range(RangeRequest.of(KeyRange.all())).join().kvs().stream()
                .map(kv -> kv.key().toString())
                .toList();
    }

    private void put(String key, String value) {
        rooted.txn(Txn.of(Op.Put.of(Bytes.utf8(key), Bytes.utf8(value)))).join();
    }

    @Test
    void theUsualRootIsTheStoreItself() {
        assertThat(RootedStore.of(store, "/registry")).isSameAs(store);
        assertThat(RootedStore.of(store, "registry/")).isSameAs(store);
    }

    @Test
    void keysOfTheRegistryMoveAndOthersStay() {
        put("/registry/pods/a", "1");
        put("compact_rev_key", "1");
        assertThat(keys(store)).containsExactly("/other/place/pods/a", "compact_rev_key");
        assertThat(rooted.range(RangeRequest.of(KeyRange.prefix(Bytes.utf8("/registry/pods/"))))
                        .join()
                        .kvs())
                .extracting(KeyValue::key)
                .containsExactly(Bytes.utf8("/registry/pods/a"));
    }

    @Test
    void conditionsAndResultsOfTransactionsSpeakOfTheRegistry() {
        put("/registry/a", "1");
        Bytes key = Bytes.utf8("/registry/a");
        TxnResult result = rooted.txn(new Txn(
                        List.of(Compare.modRevisionIs(key, 2)),
                        List.of(
                                new Op.Get(RangeRequest.of(KeyRange.key(key))),
                                new Op.Nested(Txn.of(new Op.Delete(KeyRange.key(key), true)))),
                        List.of()))
                .join();
        assertThat(result.succeeded()).isTrue();
        assertThat(((OpResult.Get) result.results().get(0)).range().kvs())
                .extracting(KeyValue::key)
                .containsExactly(key);
        OpResult.Nested nested = (OpResult.Nested) result.results().get(1);
        assertThat(((OpResult.Delete) nested.txn().results().getFirst()).previous())
                .extracting(KeyValue::key)
                .containsExactly(key);
        assertThat(keys(store)).isEmpty();
    }

    @Test
    void watchesSpeakOfTheRegistry() throws InterruptedException {
        BlockingQueue<Event> heard = new LinkedBlockingQueue<>();
        rooted.watch(WatchRequest.of(KeyRange.prefix(Bytes.utf8("/registry/")), 0), new WatchListener() {
            @Override
            public void onEvents(long revision, List<Event> events) {
                heard.addAll(events);
            }

            @Override
            public void onProgress(long revision) {}

            @Override
            public void onClosed(StoreException cause) {}
        });
        put("/registry/a", "1");
        put("/registry/a", "2");
        assertThat(heard.take().kv().key()).isEqualTo(Bytes.utf8("/registry/a"));
        KeyValue previous = heard.take().previous();
        assertThat(previous).isNotNull().extracting(KeyValue::key).isEqualTo(Bytes.utf8("/registry/a"));
    }
}
