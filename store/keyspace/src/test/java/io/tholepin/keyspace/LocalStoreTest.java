package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LocalStoreTest {
    @Test
    void aPutIsReadAndWatched() throws Exception {
        try (LocalStore store = LocalStore.ephemeral()) {
            BlockingQueue<Event> seen = new LinkedBlockingQueue<>();
            store.watch(WatchRequest.of(KeyRange.prefix(Bytes.utf8("a/")), 0), new WatchListener() {
                @Override
                public void onEvents(long revision, List<Event> events) {
                    seen.addAll(events);
                }

                @Override
                public void onProgress(long revision) {}

                @Override
                public void onClosed(StoreException cause) {}
            });
            assertThat(store.txn(Txn.of(Op.Put.of(Bytes.utf8("a/b"), Bytes.utf8("1"))))
                            .get()
                            .revision())
                    .isEqualTo(2);
            assertThat(store.range(RangeRequest.of(KeyRange.key(Bytes.utf8("a/b"))))
                            .get()
                            .kvs())
                    .singleElement()
                    .satisfies(kv -> assertThat(kv.value().toString()).isEqualTo("1"));
            Event event = seen.poll(10, TimeUnit.SECONDS);
            assertThat(event).isNotNull();
            assertThat(event.kv().modRevision()).isEqualTo(2);
        }
    }
}
