package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.kv.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ReadRoundsTest {
    private final ScriptedEngine engine = new ScriptedEngine();
    private long now;
    private final ReadRounds rounds = new ReadRounds(engine, false, () -> now);

    @Test
    void readersWhoComeDuringARoundShareTheNextOne() {
        CompletableFuture<Void> first = rounds.confirm();
        CompletableFuture<Void> second = rounds.confirm();
        CompletableFuture<Void> third = rounds.confirm();
        assertThat(engine.asked).hasSize(1);

        engine.asked.get(0).done(null);
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        assertThat(third).isNotDone();
        assertThat(engine.asked).hasSize(2);

        engine.asked.get(1).done(null);
        assertThat(second).isCompleted();
        assertThat(third).isCompleted();
        assertThat(engine.asked).hasSize(2);

        rounds.confirm();
        assertThat(engine.asked).hasSize(3);
    }

    @Test
    void aFailedRoundFailsItsReadersOnly() {
        CompletableFuture<Void> first = rounds.confirm();
        CompletableFuture<Void> second = rounds.confirm();
        engine.asked.get(0).done("deposed");
        assertThatThrownBy(first::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .hasMessage("etcdserver: no leader: deposed")
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE));
        engine.asked.get(1).done(null);
        assertThat(second).isCompleted();
    }

    @Test
    void readersBeyondTheLimitAreRefused() {
        rounds.confirm();
        for (int i = 0; i < ReadRounds.WAITING_MAX; i++) {
            assertThat(rounds.confirm()).isNotDone();
        }
        assertThat(rounds.confirm()).isCompletedExceptionally();
        engine.asked.get(0).done(null);
        assertThat(rounds.confirm()).isNotDone();
    }

    @Test
    void aRoundWithoutAnAnswerFailsItsReadersAndNobodyElse() {
        CompletableFuture<Void> first = rounds.confirm();
        now += 7_000_000_000L;
        rounds.expire();
        assertThat(first).isNotDone();
        now++;
        CompletableFuture<Void> second = rounds.confirm();
        rounds.expire();
        assertThat(first.exceptionNow()).hasMessage("etcdserver: request timed out");
        assertThat(second).isNotDone();
        engine.asked.get(0).done(null);
        engine.asked.get(1).done(null);
        assertThat(second).isCompleted();
    }

    @Test
    void onlyALeaderWithoutPeersReadsWithoutARound() {
        assertThat(rounds.mayReadNow()).isFalse();
        engine.leadsAlone = true;
        assertThat(rounds.mayReadNow()).isTrue();
        assertThat(new ReadRounds(engine, true, () -> now).mayReadNow()).isFalse();
    }

    @Test
    void theEndFailsAllWhoWaitAndAllWhoCome() {
        CompletableFuture<Void> first = rounds.confirm();
        CompletableFuture<Void> second = rounds.confirm();
        rounds.end(StoreException.of(StoreException.Code.STOPPED));
        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedExceptionally();
        assertThat(rounds.confirm()).isCompletedExceptionally();
    }
}
