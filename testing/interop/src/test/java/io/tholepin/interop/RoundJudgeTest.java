package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.contracts.RecordingListener.Call;
import io.tholepin.contracts.RegisterOperation;
import io.tholepin.interop.ClientOperation.Outcome;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A record of a round in which all is right, and the same with one thing wrong: each must be found. */
class RoundJudgeTest {
    private static final String K = "f/r1/k0";
    private static final String PAIR = OneKey.companion(K);
    private static final String LEASED = "f/r1/l/kept";
    private static final long BEGIN = 9;
    private static final long END = 15;

    // 10: k=a   11: k=b and companion=b   12: delete k   13: leased=l   14: leased expires   15: k=z
    private static final KeyValue A = pair(K, "a", 10, 10, 1, 0);
    private static final KeyValue B = pair(K, "b", 10, 11, 2, 0);
    private static final KeyValue COMPANION = pair(PAIR, "b", 11, 11, 1, 0);
    private static final KeyValue L = pair(LEASED, "l", 13, 13, 1, 7);
    private static final KeyValue Z = pair(K, "z", 15, 15, 1, 0);

    private final List<ClientOperation> operations = new ArrayList<>(List.of(
            done(1, 10, 20, new RegisterOperation.Put("a"), 10),
            done(2, 12, 30, new RegisterOperation.Get(null), 9),
            done(1, 40, 50, new RegisterOperation.Cas("a", "b", true), 11),
            done(2, 51, 55, new RegisterOperation.Cas("a", "c", false), 11),
            done(3, 60, 70, new RegisterOperation.Get("b"), 11),
            asked(3, 65, 99, new RegisterOperation.Put("d"), Outcome.UNKNOWN),
            asked(3, 65, 99, new RegisterOperation.Put("e"), Outcome.REFUSED),
            done(1, 80, 90, new RegisterOperation.Put(null), 12),
            new ClientOperation(4, 0, 1, true, LEASED, new RegisterOperation.Put("l"), 91, 95, 13, Outcome.DONE),
            done(1, 100, 110, new RegisterOperation.Put("z"), 15)));

    private final List<Call> calls = new ArrayList<>(List.of(
            events(put(A, null)),
            events(put(B, A), put(COMPANION, null)),
            new Call.Progress(11),
            events(delete(K, 12, B)),
            events(put(L, null)),
            events(delete(LEASED, 14, L)),
            events(put(Z, null))));

    private final List<FaultLeases.Promise> leases = new ArrayList<>(List.of(new FaultLeases.Promise(LEASED, 500)));
    private final List<RoundRecord.MemberState> members = new ArrayList<>(List.of(
            new RoundRecord.MemberState(0, 4711, 0, List.of(COMPANION, Z)),
            new RoundRecord.MemberState(1, 4711, 0, List.of(COMPANION, Z))));
    private final List<String> streams = new ArrayList<>();

    private static KeyValue pair(String key, String value, long create, long mod, long version, long lease) {
        return new KeyValue(Bytes.utf8(key), Bytes.utf8(value), create, mod, version, lease);
    }

    private static Event put(KeyValue pair, @Nullable KeyValue previous) {
        return new Event(Event.Type.PUT, pair, previous);
    }

    private static Event delete(String key, long revision, KeyValue previous) {
        return new Event(Event.Type.DELETE, pair(key, "", 0, revision, 0, 0), previous);
    }

    private static Call events(Event... events) {
        return new Call.Events(events[events.length - 1].kv().modRevision(), List.of(events));
    }

    private static ClientOperation done(
            int client, long called, long answered, RegisterOperation.Action action, long revision) {
        return new ClientOperation(client, client % 3, 1, true, K, action, called, answered, revision, Outcome.DONE);
    }

    private static ClientOperation asked(
            int client, long called, long answered, RegisterOperation.Action action, Outcome outcome) {
        return new ClientOperation(client, client % 3, 1, true, K, action, called, answered, 0, outcome);
    }

    private List<String> violations() {
        return RoundJudge.judge(new RoundRecord(
                        "f/r1/",
                        BEGIN,
                        END,
                        Map.of(),
                        operations,
                        List.of(watch("m0", calls), watch("m1", right())),
                        streams,
                        leases,
                        Map.of(14L, 600L),
                        members,
                        Set.of()))
                .violations();
    }

    private static ResumingWatch.Stretch watch(String name, List<Call> calls) {
        WatchRequest request = WatchRequest.of(KeyRange.prefix(Bytes.utf8(FaultLoad.ROOT)), BEGIN + 1);
        return new ResumingWatch.Stretch(name, request, BEGIN + 1, calls);
    }

    private static List<Call> right() {
        return new RoundJudgeTest().calls;
    }

    private void change(int operation, UnaryOperator<ClientOperation> change) {
        operations.set(operation, change.apply(operations.get(operation)));
    }

    private void found(String words) {
        assertThat(violations()).anySatisfy(violation -> assertThat(violation).contains(words));
    }

    @Test
    void aRoundInWhichAllIsRightHasNoViolation() {
        assertThat(violations()).isEmpty();
    }

    @Test
    void anAcknowledgedWriteThatTheHistoryLacks() {
        operations.add(done(5, 93, 94, new RegisterOperation.Put("lost"), 14));
        found("acknowledged and not in the history");
    }

    @Test
    void anAcknowledgedWriteThatIsAtAnotherRevision() {
        change(0, operation -> done(1, 10, 20, operation.action(), 11));
        found("acknowledged and not in the history");
    }

    @Test
    void aTransactionOfWhichHalfHappened() {
        operations.set(
                2,
                new ClientOperation(
                        1, 1, 1, true, K, new RegisterOperation.Cas("a", "a", true), 40, 50, 10, Outcome.DONE));
        found("half a transaction");
    }

    @Test
    void aStaleRead() {
        change(4, operation -> done(3, 60, 70, new RegisterOperation.Get("a"), 10));
        found("went back in time");
        found("not linearizable");
    }

    @Test
    void aReadOfWhatNeverWas() {
        change(4, operation -> done(3, 60, 70, new RegisterOperation.Get("x"), 11));
        found("at its revision the key holds b");
    }

    @Test
    void aStaleReadThatSaysSoOnlyToWhoDoesNotAskForMoreIsAllowed() {
        ClientOperation local = operations.get(4);
        change(
                4,
                _ -> new ClientOperation(
                        9,
                        2,
                        2,
                        false,
                        K,
                        new RegisterOperation.Get("a"),
                        local.called(),
                        local.answered(),
                        10,
                        Outcome.DONE));
        assertThat(violations()).isEmpty();
    }

    @Test
    void aMemberThatGoesBackInTimeWhileItLives() {
        operations.add(
                new ClientOperation(9, 1, 1, false, K, new RegisterOperation.Get("b"), 111, 120, 11, Outcome.DONE));
        found("went back in time");
    }

    @Test
    void aRefusedWriteThatHappened() {
        change(0, operation -> asked(1, 10, 20, operation.action(), Outcome.REFUSED));
        found("refused and yet in the history");
    }

    @Test
    void aComparisonThatFailedAndWasWritten() {
        change(2, operation -> done(1, 40, 50, new RegisterOperation.Cas("a", "b", false), 11));
        found("refused and yet in the history");
    }

    @Test
    void aValueThatNobodyWrote() {
        operations.removeFirst();
        found("nobody wrote");
    }

    @Test
    void anEventThatWatchesTellDifferently() {
        calls.set(0, events(put(pair(K, "q", 10, 10, 1, 0), null)));
        found("watches differ at 10");
    }

    @Test
    void anEventThatOneWatchMisses() {
        calls.remove(3);
        found("watch of m0");
    }

    @Test
    void twoEventsInTheWrongOrder() {
        Call second = calls.remove(1);
        calls.addFirst(second);
        found("watch of m0");
    }

    @Test
    void anEventThatComesTwice() {
        calls.add(calls.get(6));
        found("watch of m0");
    }

    @Test
    void aRevisionThatComesInTwoPieces() {
        calls.set(1, events(put(B, A)));
        calls.add(2, events(put(COMPANION, null)));
        found("watch of m0");
    }

    @Test
    void progressThatPromisesTooMuch() {
        calls.set(2, new Call.Progress(12));
        found("watch of m0");
    }

    @Test
    void aRevisionWithoutEvents() {
        operations.removeIf(operation -> operation.revision() == 12);
        calls.remove(3);
        RoundRecord record = new RoundRecord(
                "f/r1/",
                BEGIN,
                END,
                Map.of(),
                operations,
                List.of(watch("m0", calls)),
                streams,
                leases,
                Map.of(),
                members,
                Set.of());
        assertThat(RoundJudge.judge(record).violations()).contains("no watch heard of revision 12");
    }

    @Test
    void aVersionThatDoesNotFollow() {
        calls.set(1, events(put(pair(K, "b", 10, 11, 3, 0), A), put(COMPANION, null)));
        found("version 2");
    }

    @Test
    void aMemberThatLacksAPair() {
        members.set(1, new RoundRecord.MemberState(1, 4711, 0, List.of(COMPANION)));
        found("m1 has null");
    }

    @Test
    void hashesThatDiffer() {
        members.set(1, new RoundRecord.MemberState(1, 4712, 0, List.of(COMPANION, Z)));
        found("hashes differ");
    }

    @Test
    void aLeaseThatExpiredEarly() {
        leases.set(0, new FaultLeases.Promise(LEASED, 700));
        found("expired early");
    }

    @Test
    void whatASingleStreamDidWrong() {
        streams.add("watch of m0: after revision 5 was heard of came 4");
        found("after revision 5");
    }
}
