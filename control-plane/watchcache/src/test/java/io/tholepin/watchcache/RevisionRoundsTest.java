package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.StoreException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RevisionRoundsTest {
    private final ModelStore store = new ModelStore();
    private final RevisionRounds rounds = new RevisionRounds(store::currentRevision);

    @Test
    void aReaderNeverJoinsACallThatBeganBefore() {
        store.holdRevisions();
        CompletableFuture<Long> early = rounds.next();
        long written = store.put("/a", new byte[1]);
        CompletableFuture<Long> late = rounds.next();
        store.answerRevision();
        assertThat(early).isDone();
        assertThat(late).isNotDone();
        store.answerRevision();
        assertThat(late.join()).isGreaterThanOrEqualTo(written);
    }

    @Test
    void readersThatArriveDuringACallShareTheNext() {
        store.holdRevisions();
        rounds.next();
        CompletableFuture<Long> second = rounds.next();
        CompletableFuture<Long> third = rounds.next();
        assertThat(store.revisionsHeld()).isEqualTo(1);
        store.answerRevision();
        assertThat(store.revisionsHeld()).isEqualTo(1);
        store.answerRevision();
        assertThat(second).isDone();
        assertThat(third).isDone();
        assertThat(store.revisionsHeld()).isZero();
        rounds.next();
        assertThat(store.revisionsHeld()).isEqualTo(1);
    }

    @Test
    void aFailedCallFailsItsReadersAndNotTheNextOnes() {
        store.holdRevisions();
        CompletableFuture<Long> first = rounds.next();
        CompletableFuture<Long> second = rounds.next();
        StoreException failure = StoreException.of(StoreException.Code.NO_LEADER);
        store.failRevision(failure);
        assertThat(first.exceptionNow()).isSameAs(failure);
        store.answerRevision();
        assertThat(second.join()).isEqualTo(1);
    }
}
