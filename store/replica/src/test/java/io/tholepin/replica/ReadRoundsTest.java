package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReadRoundsTest {
    private final ScriptedEngine engine = new ScriptedEngine();
    private final List<Runnable> paused = new ArrayList<>();
    private long now;
    private final ReadRounds rounds =
            new ReadRounds(engine, false, () -> now, 7_000_000_000L, StoreObserver.NONE, paused::add);

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
    void aFailedRoundIsAskedAgainAfterAPauseUntilTheReadersTimeIsOver() {
        CompletableFuture<Void> first = rounds.confirm();
        CompletableFuture<Void> second = rounds.confirm();
        engine.asked.get(0).done("deposed");
        assertThat(engine.asked).hasSize(1);
        assertThat(first).isNotDone();
        paused.removeFirst().run();
        engine.asked.get(1).done(null);
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();

        CompletableFuture<Void> third = rounds.confirm();
        engine.asked.get(2).done("no leader");
        now += 7_000_000_001L;
        rounds.expire();
        assertThat(third.exceptionNow()).hasMessage("etcdserver: request timed out");
        paused.removeFirst().run();
        engine.asked.get(3).done(null);
        CompletableFuture<Void> fourth = rounds.confirm();
        engine.asked.get(4).done(null);
        assertThat(fourth).isCompleted();
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
    void aRoundIsAskedAgainWhenTheLeaderIsAnotherAndItsOldAnswerIsWorthNothing() {
        CompletableFuture<Void> first = rounds.confirm();
        CompletableFuture<Void> second = rounds.confirm();
        rounds.leaderChanged();
        engine.asked.get(0).done(null);
        assertThat(first).isNotDone();
        paused.removeFirst().run();
        engine.asked.get(1).done(null);
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        rounds.leaderChanged();
        assertThat(paused).isEmpty();
    }

    @Test
    void onlyALeaderWithoutPeersReadsWithoutARound() {
        assertThat(rounds.mayReadNow()).isFalse();
        engine.leadsAlone = true;
        assertThat(rounds.mayReadNow()).isTrue();
        assertThat(new ReadRounds(engine, true, () -> now, 7_000_000_000L, StoreObserver.NONE, paused::add)
                        .mayReadNow())
                .isFalse();
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
