package io.tholepin.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Txn;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Of several API servers one compacts in each interval, by the protocol that kube-apiserver follows. */
class SharedCompactionTest {
    private final LocalStore store = LocalStore.ephemeral();
    private final SharedCompaction first = SharedCompaction.of(store, Duration.ofMinutes(5));
    private final SharedCompaction second = SharedCompaction.of(store, Duration.ofMinutes(5));

    @AfterEach
    void close() {
        store.close();
    }

    private long put() {
        return store.txn(Txn.of(Op.Put.of(Bytes.utf8("/registry/a"), Bytes.EMPTY)))
                .join()
                .revision();
    }

    private long compacted() {
        return store.status().compactRevision();
    }

    @Test
    void theFirstRoundOnlyLooks() {
        put();
        first.round();
        assertThat(compacted()).isEqualTo(-1);
    }

    @Test
    void whatWasSeenAnIntervalAgoIsCompacted() {
        put();
        first.round();
        long seen = store.status().revision();
        put();
        put();
        first.round();
        assertThat(compacted()).isEqualTo(seen);
    }

    @Test
    void onlyOneOfTwoCompactsInAnInterval() {
        put();
        first.round();
        second.round();
        long seenByFirst = store.status().revision();
        put();
        first.round();
        assertThat(compacted()).isEqualTo(seenByFirst);
        put();
        second.round();
        assertThat(compacted()).isEqualTo(seenByFirst);
    }

    @Test
    void anotherTakesOverWhenTheFirstIsGone() {
        first.round();
        first.round();
        second.round();
        long seen = store.status().revision();
        put();
        second.round();
        assertThat(compacted()).isEqualTo(seen);
    }

    @Test
    void theKeyIsKubernetesOwn() {
        first.round();
        long seen = store.status().revision();
        put();
        first.round();
        var pair = store.range(RangeRequest.of(KeyRange.key(Bytes.utf8("compact_rev_key"))))
                .join()
                .kvs()
                .getFirst();
        assertThat(pair.value().toString()).isEqualTo(Long.toString(seen));
        assertThat(pair.version()).isEqualTo(2);
    }
}
