package io.tholepin.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store for each test, and short words for those that talk to it and wait for its answers. */
public abstract class StoreProbe {
    private static final long ANSWER_SECONDS_MAX = 30;

    /** The store under test. */
    @SuppressWarnings("NullAway.Init")
    protected Store store;

    /** Opens a store that nobody has written to. */
    protected abstract Store open() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    /** Waits for an answer; a failure is thrown. */
    protected static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException cause) {
                throw cause;
            }
            throw new AssertionError("a future failed with something else than StoreException", e);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer in " + ANSWER_SECONDS_MAX + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits for the failure of {@code future}. */
    protected static StoreException failure(CompletableFuture<?> future) {
        try {
            Object answer = await(future);
            throw new AssertionError("answered " + answer + " (expected: a failure)");
        } catch (StoreException e) {
            return e;
        }
    }

    /** Waits for the refusal of a request. */
    protected static void assertRefused(CompletableFuture<?> future, StoreException.Code code) {
        StoreException failure = failure(future);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.kind()).isEqualTo(StoreException.Kind.REFUSED);
        assertThat(failure).hasMessageStartingWith(code.text());
    }

    protected static Bytes bytes(String text) {
        return Bytes.utf8(text);
    }

    protected static KeyRange key(String key) {
        return KeyRange.key(bytes(key));
    }

    protected static KeyRange prefix(String prefix) {
        return KeyRange.prefix(bytes(prefix));
    }

    protected static KeyRange range(String from, String to) {
        return new KeyRange(bytes(from), bytes(to));
    }

    protected static List<String> keys(List<KeyValue> kvs) {
        return kvs.stream().map(kv -> kv.key().toString()).toList();
    }

    protected static RangeRequest keysOnly(KeyRange range) {
        return new RangeRequest(
                range, 0, 0, false, true, false, RangeRequest.SortOrder.NONE, RangeRequest.SortTarget.KEY, 0, 0, 0, 0);
    }

    protected static RangeRequest filtered(
            KeyRange range, long limit, long minMod, long maxMod, long minCreate, long maxCreate) {
        return new RangeRequest(
                range,
                0,
                limit,
                false,
                false,
                false,
                RangeRequest.SortOrder.NONE,
                RangeRequest.SortTarget.KEY,
                minMod,
                maxMod,
                minCreate,
                maxCreate);
    }

    protected long revision() {
        return await(store.currentRevision());
    }

    /** Puts a key and returns the revision. */
    protected long put(String key, String value) {
        return txn(Txn.of(Op.Put.of(bytes(key), bytes(value)))).revision();
    }

    protected void putAll(String... keys) {
        for (String key : keys) {
            put(key, key);
        }
    }

    protected TxnResult delete(KeyRange range) {
        return txn(Txn.of(new Op.Delete(range, false)));
    }

    protected TxnResult txn(Txn txn) {
        return await(store.txn(txn));
    }

    protected boolean succeeds(Compare... compares) {
        return txn(new Txn(List.of(compares), List.of(), List.of())).succeeded();
    }

    protected RangeResult range(RangeRequest request) {
        return await(store.range(request));
    }

    protected RangeResult get(KeyRange range) {
        return range(RangeRequest.of(range));
    }

    protected RangeResult get(String key) {
        return get(key(key));
    }

    /** The pair of a key that exists. */
    protected KeyValue only(String key) {
        RangeResult result = get(key);
        assertThat(result.kvs()).hasSize(1);
        return result.kvs().getFirst();
    }

    /** Grants a lease and returns its id. */
    protected long grant(long ttlSeconds) {
        return await(store.leaseGrant(0, ttlSeconds)).id();
    }
}
