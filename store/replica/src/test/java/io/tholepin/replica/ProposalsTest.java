package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.CommandCodec;
import io.tholepin.keyspace.Outcome;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreException.Kind;
import io.tholepin.kv.StoreObserver;
import io.tholepin.kv.Txn;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProposalsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long ORIGIN = 77;
    private static final Leadership HERE = Leadership.here(5, 2);

    private final ScriptedEngine engine = new ScriptedEngine();
    private long now = Long.MAX_VALUE - SECOND;
    private final List<Runnable> paused = new ArrayList<>();
    private final Proposals proposals = new Proposals(
            (batch, _) -> engine.propose(batch), () -> now, 7 * SECOND, ORIGIN, StoreObserver.NONE, paused::add);

    @BeforeEach
    void lead() {
        proposals.led(HERE);
    }

    @Test
    void aLoneCommandGoesAtOnce() {
        Command command = put(1);
        CompletableFuture<Outcome> outcome = submit(command);
        assertThat(engine.proposed).hasSize(1);
        assertThat(engine.proposed.getFirst().entry())
                .isEqualTo(CommandCodec.encodeEntry(ORIGIN, 1, List.of(CommandCodec.encode(command))));
        Proposals.Batch batch = appended(0);
        assertThat(outcome).isNotDone();
        batch.complete(9, List.of(new Outcome.Done(2)));
        assertThat(outcome).isCompletedWithValue(new Outcome.Done(2));
        assertThat(engine.proposed).hasSize(1);
    }

    @Test
    void whatWaitsDuringAnAppendBecomesOneEntryInOrder() {
        submit(put(0));
        List<CompletableFuture<Outcome>> waiting =
                IntStream.rangeClosed(1, 20).mapToObj(i -> submit(put(i))).toList();
        assertThat(engine.proposed).hasSize(1);
        appended(0);
        assertThat(engine.proposed).hasSize(2);
        Proposals.Batch batch = (Proposals.Batch) engine.proposed.get(1);
        assertThat(CommandCodec.decodeEntry(batch.entry()).commands())
                .isEqualTo(IntStream.rangeClosed(1, 20)
                        .mapToObj(ProposalsTest::put)
                        .toList());
        assertThat(batch.commands())
                .isEqualTo(CommandCodec.decodeEntry(batch.entry()).commands());
        batch.complete(
                9,
                LongStream.rangeClosed(1, 20)
                        .<Outcome>mapToObj(Outcome.Done::new)
                        .toList());
        assertThat(waiting.get(0)).isCompletedWithValue(new Outcome.Done(1));
        assertThat(waiting.get(19)).isCompletedWithValue(new Outcome.Done(20));
    }

    @Test
    void anEntryIsBoundedInBytesAndInCommands() {
        submit(put(0));
        for (int i = 0; i < 5; i++) {
            submit(put(i, 400_000));
        }
        appended(0);
        assertThat(size(1)).isEqualTo(2);
        appended(1);
        appended(2);
        assertThat(size(3)).isEqualTo(1);
        for (int i = 0; i < Proposals.BATCH_MAX + 1; i++) {
            submit(put(i));
        }
        appended(3);
        assertThat(size(4)).isEqualTo(Proposals.BATCH_MAX);
        appended(4);
        assertThat(size(5)).isEqualTo(1);
    }

    @Test
    void aFullQueueRefusesBeforeAnythingHappens() {
        submit(put(0));
        for (int i = 0; i < Proposals.WAITING_MAX; i++) {
            assertThat(submit(put(i))).isNotDone();
        }
        assertFailed(submit(put(1)), Code.TOO_MANY_REQUESTS, Kind.UNAVAILABLE);
        appended(0);
        assertThat(submit(put(1))).isNotDone();
    }

    @Test
    void theQueueIsBoundedInBytes() {
        submit(put(0));
        for (int i = 0; i < 63; i++) {
            assertThat(submit(put(i, 1 << 20))).isNotDone();
        }
        assertFailed(submit(put(1, 1 << 20)), Code.TOO_MANY_REQUESTS, Kind.UNAVAILABLE);
        assertThat(submit(put(1))).isNotDone();
    }

    @Test
    void withoutALeaderCommandsWaitAndNothingHappenedWhenTheirTimeIsOver() {
        proposals.led(Leadership.none(2));
        CompletableFuture<Outcome> waiting = submit(put(0));
        assertThat(engine.proposed).isEmpty();
        now += 7 * SECOND + 1;
        CompletableFuture<Outcome> young = submit(put(1));
        proposals.expire();
        assertFailed(waiting, Code.TIMED_OUT, Kind.UNAVAILABLE);
        proposals.led(Leadership.at(6, 3));
        assertThat(size(0)).isEqualTo(1);
        assertThat(young).isNotDone();
    }

    @Test
    void aRefusedBatchGoesToTheNextLeaderFirstAndInOrder() {
        CompletableFuture<Outcome> first = submit(put(0));
        CompletableFuture<Outcome> second = submit(put(1));
        engine.proposed.getFirst().refused("not the leader");
        assertThat(engine.proposed).hasSize(1);
        proposals.led(Leadership.at(6, 3));
        paused.removeFirst().run();
        assertThat(((Proposals.Batch) engine.proposed.get(1)).commands()).containsExactly(put(0), put(1));
        appended(1).complete(9, List.of(new Outcome.Done(2), new Outcome.Done(3)));
        assertThat(first).isCompletedWithValue(new Outcome.Done(2));
        assertThat(second).isCompletedWithValue(new Outcome.Done(3));
    }

    @Test
    void aLostBatchIsNeverSentAgainAndKeepsWaitingForItsOutcome() {
        CompletableFuture<Outcome> lost = submit(put(0));
        CompletableFuture<Outcome> next = submit(put(1));
        engine.proposed.getFirst().lost("who knows");
        assertThat(engine.proposed).hasSize(2);
        assertThat(lost).isNotDone();
        appended(1).complete(9, List.of(new Outcome.Done(2)));
        assertThat(next).isCompletedWithValue(new Outcome.Done(2));
        appended(0).complete(10, List.of(new Outcome.Done(3)));
        assertThat(lost).isCompletedWithValue(new Outcome.Done(3));
        assertThat(engine.proposed).hasSize(2);
    }

    @Test
    void aLostBatchThatNeverComesIsUnknown() {
        CompletableFuture<Outcome> lost = submit(put(0));
        engine.proposed.getFirst().lost("who knows");
        now += 7 * SECOND + 1;
        proposals.expire();
        assertFailed(lost, Code.TIMED_OUT, Kind.UNKNOWN);
    }

    @Test
    void anotherLeaderDoesNotWaitForTheOneBefore() {
        CompletableFuture<Outcome> underWay = submit(put(0));
        submit(put(1));
        assertThat(engine.proposed).hasSize(1);
        proposals.led(Leadership.at(6, 3));
        assertThat(engine.proposed).hasSize(2);
        assertThat(underWay).isNotDone();
    }

    @Test
    void thePendingBatchesAreBounded() {
        for (int i = 0; i < Proposals.PENDING_MAX; i++) {
            submit(put(i));
            engine.proposed.get(i).lost("who knows");
        }
        submit(put(0));
        assertThat(engine.proposed).hasSize(Proposals.PENDING_MAX);
        appended(3);
        assertThat(engine.proposed).hasSize(Proposals.PENDING_MAX + 1);
    }

    @Test
    void entriesOfOthersAreNotTaken() {
        submit(put(0));
        byte[] other = CommandCodec.encodeEntry(ORIGIN + 1, 1, List.of(CommandCodec.encode(put(0))));
        assertThat(proposals.take(ByteBuffer.wrap(other))).isNull();
        assertThat(appended(0).commands()).hasSize(1);
    }

    @Test
    void aLateOutcomeIsUnknownAndALatePlaceInTheQueueIsUnavailable() {
        CompletableFuture<Outcome> underWay = submit(put(0));
        CompletableFuture<Outcome> waiting = submit(put(1));
        now += 6 * SECOND;
        CompletableFuture<Outcome> young = submit(put(2));
        now += SECOND;
        proposals.expire();
        assertThat(underWay).isNotDone();
        now += 1;
        proposals.expire();
        assertFailed(underWay, Code.TIMED_OUT, Kind.UNKNOWN);
        assertFailed(waiting, Code.TOO_MANY_REQUESTS, Kind.UNAVAILABLE);
        assertThat(young).isNotDone();
        assertThat(size(1)).isEqualTo(1);
    }

    @Test
    void theEndTellsWhatNeverReachedTheLogFromWhatMayHave() {
        CompletableFuture<Outcome> underWay = submit(put(0));
        CompletableFuture<Outcome> waiting = submit(put(1));
        proposals.end(StoreException.of(Code.STOPPED));
        assertFailed(underWay, Code.STOPPED, Kind.UNKNOWN);
        assertFailed(waiting, Code.STOPPED, Kind.UNAVAILABLE);
        assertFailed(submit(put(2)), Code.STOPPED, Kind.UNAVAILABLE);
        assertThat(engine.proposed).hasSize(1);
    }

    @Test
    void aRefusalFailsItsCallerAlone() {
        CompletableFuture<Outcome> first = submit(put(0));
        StoreException cause = StoreException.of(Code.LEASE_NOT_FOUND);
        appended(0).complete(9, List.of(new Outcome.Refused(cause)));
        assertFailed(first, Code.LEASE_NOT_FOUND, Kind.REFUSED);
        assertThat(submit(put(1))).isNotDone();
    }

    private CompletableFuture<Outcome> submit(Command command) {
        return proposals.submit(command, Function.identity());
    }

    private Proposals.Batch appended(int position) {
        return Objects.requireNonNull(
                proposals.take(ByteBuffer.wrap(engine.proposed.get(position).entry())));
    }

    private int size(int position) {
        return ((Proposals.Batch) engine.proposed.get(position)).commands().size();
    }

    private static Command put(int i) {
        return put(i, 10);
    }

    private static Command put(int i, int bytes) {
        return new Command.Write(Txn.of(Op.Put.of(Bytes.utf8("/k" + i), Bytes.wrap(new byte[bytes]))));
    }

    private static void assertFailed(CompletableFuture<?> future, Code code, Kind kind) {
        assertThat(future).isCompletedExceptionally();
        StoreException failure = (StoreException) future.exceptionNow();
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.kind()).isEqualTo(kind);
    }
}
