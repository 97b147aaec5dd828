package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.ForwardingStore;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.objects.StatusException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreListsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final int OBJECT_BYTES = 100_000;
    private static final int OBJECTS = 100;

    /** Most bytes that one answer of the store had. */
    private final AtomicLong largest = new AtomicLong();

    private final ApiFixture api = new ApiFixture(new ForwardingStore(LocalStore.ephemeral()) {
        @Override
        public CompletableFuture<RangeResult> range(RangeRequest request) {
            return store.range(request).thenApply(result -> {
                largest.accumulateAndGet(
                        result.kvs().stream()
                                .map(KeyValue::value)
                                .mapToLong(value -> value.length())
                                .sum(),
                        Math::max);
                return result;
            });
        }
    });

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void aListOfLargeObjectsIsFetchedInPiecesOfFewBytes() {
        api.catchUp("configmaps", 0); // what fills the cache has bounds of its own
        String data = "x".repeat(OBJECT_BYTES);
        for (int i = 0; i < OBJECTS; i++) {
            api.post(MAPS, "{\"metadata\":{\"name\":\"m" + i + "\"},\"data\":{\"k\":\"" + data + "\"}}");
        }
        api.cacheReads = CacheReads.switchedOff("a test");
        largest.set(0);
        assertThat(ApiFixture.names(api.get(MAPS))).hasSize(OBJECTS);
        assertThat(largest.get()).isBetween((long) OBJECT_BYTES, StoreLists.PIECE_BYTES + OBJECT_BYTES + 1000L);
    }

    @Test
    void whoFindsNoRoomIsToldToComeAgain() {
        api.configMap("default", "a", "");
        api.catchUp("configmaps", 0);
        api.storeLists = new StoreLists(1, 20);
        try (StoreLists.Turn other = api.storeLists.turn()) {
            other.begin(0);
            assertThat(api.get(MAPS).status).as("from the cache").isEqualTo(200);
            api.cacheReads = CacheReads.switchedOff("a test");
            for (String list : new String[] {"", "?limit=1", "?resourceVersion=1&resourceVersionMatch=Exact"}) {
                MemorySink refused = api.get(MAPS + list);
                assertThat(refused.status).as(list).isEqualTo(429);
                assertThat(refused.headers.value("Retry-After")).isEqualTo("1");
                assertThat(ApiFixture.tree(refused)).containsEntry("reason", "TooManyRequests");
            }
        }
        assertThat(api.get(MAPS).status).isEqualTo(200);
    }

    @Test
    void everyListGivesItsRoomBackHoweverItEnds() {
        api.configMap("default", "a", "");
        api.cacheReads = CacheReads.switchedOff("a test");
        api.storeLists = new StoreLists(1, 20);
        assertThat(api.get(MAPS).status).isEqualTo(200);
        assertThat(api.get(MAPS + "?resourceVersion=9999&resourceVersionMatch=Exact").status)
                .isEqualTo(504);
        MemorySink gone = new MemorySink();
        gone.leave();
        assertThatThrownBy(() -> api.send(gone, MAPS)).isInstanceOf(ResponseSink.ClosedException.class);
        assertThat(api.send("DELETE", MAPS, new byte[0]).status).isEqualTo(200);
        assertThat(api.get(MAPS + "?limit=1").status).isEqualTo(200);
    }

    @Test
    void aCollectionToDeleteTakesRoomForAllItsObjects() {
        for (int i = 0; i < 40; i++) {
            api.configMap("default", "m" + i, "");
        }
        api.catchUp("configmaps", Long.parseLong(api.configMap("default", "last", "")));
        api.cacheReads = CacheReads.switchedOff("a test");
        api.storeLists = new StoreLists((8 << 20) + (8 << 20) + 100_000, 20); // two lists, and less than 40 objects
        try (StoreLists.Turn other = api.storeLists.turn()) {
            other.begin(0);
            assertThat(api.send("DELETE", MAPS, new byte[0]).status).isEqualTo(429);
            assertThat(api.get(MAPS).status).isEqualTo(200);
        }
        assertThat(api.send("DELETE", MAPS, new byte[0]).status).isEqualTo(200);
        assertThat(ApiFixture.names(api.get(MAPS))).isEmpty();
    }

    @Test
    void aPageThatIsKeptTakesRoomForItsObjectsAndAHugeOneRunsAlone() {
        StoreLists lists = new StoreLists(64L << 20, 20);
        try (StoreLists.Turn small = lists.turn();
                StoreLists.Turn more = lists.turn()) {
            small.begin(500);
            more.begin(0);
            assertThatThrownBy(() -> lists.turn().begin(1_000_000)).isInstanceOf(StatusException.class);
        }
        try (StoreLists.Turn huge = lists.turn()) {
            huge.begin(1_000_000);
            assertThatThrownBy(() -> lists.turn().begin(0)).isInstanceOf(StatusException.class);
        }
    }
}
