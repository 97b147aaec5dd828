package io.tholepin.interop;

import io.tholepin.contracts.Linearizability;
import io.tholepin.contracts.RecordingListener.Call;
import io.tholepin.contracts.RegisterOperation;
import io.tholepin.contracts.WatchPromises;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says what a round's record proves to be wrong, one method for each promised sentence. Pure: the same record, the same
 * answer. Source: etcd API guarantees; contract 0, 2.2, 2.7, 2.8, 2.9.
 */
final class RoundJudge {
    private static final int STEPS_MAX = 2_000_000;
    private static final int TOLD_MAX = 20;

    private final RoundRecord round;
    private final TreeMap<Long, List<Event>> history = new TreeMap<>();
    /** The round's writes with an answer, by the revision they got. */
    private final Map<String, KeyValue> state;

    private final List<String> violations = new ArrayList<>();

    private RoundJudge(RoundRecord round) {
        this.round = round;
        this.state = new HashMap<>(round.before());
    }

    /**
     * What is wrong and what the keys hold afterwards.
     *
     * @param violations empty when all is well; at most a few
     * @param state every pair at the end, by key
     */
    record Verdict(List<String> violations, Map<String, KeyValue> state) {}

    /** Judges a round. */
    static Verdict judge(RoundRecord round) {
        RoundJudge judge = new RoundJudge(round);
        judge.violations.addAll(round.brokenStreams());
        judge.watchesAgree();
        judge.everyRevisionHasItsEvents();
        judge.versionsFollowFromTheHistory();
        judge.watchPromisesHold();
        judge.acknowledgedWritesHappened();
        judge.refusedWritesDidNotHappen();
        judge.onlyWhatWasAskedHappened();
        judge.operationsFollowEachOther();
        judge.readsSawTheirRevision();
        judge.noMemberWentBack();
        judge.keysAreLinearizable();
        judge.membersHaveTheSame();
        judge.leasesLivedAsPromised();
        return new Verdict(judge.violations, judge.state);
    }

    private void violated(String what) {
        if (violations.size() < TOLD_MAX) {
            violations.add(what);
        }
    }

    private List<ResumingWatch.Stretch> wholeWatches() {
        return round.watches().stream().filter(ResumingWatch.Stretch::isWhole).toList();
    }

    /** Up to the round's end, because not all watches end at the same revision. */
    private List<Call> calls(ResumingWatch.Stretch stretch) {
        List<Call> calls = new ArrayList<>();
        for (Call call : stretch.calls()) {
            if (call instanceof Call.Events all) {
                List<Event> events = all.events().stream()
                        .filter(event -> event.kv().modRevision() <= round.end())
                        .toList();
                if (!events.isEmpty()) {
                    calls.add(new Call.Events(events.getLast().kv().modRevision(), events));
                }
            } else if (call.revision() <= round.end()) {
                calls.add(call);
            }
        }
        return calls;
    }

    /** All watches hear the same events of a revision. */
    private void watchesAgree() {
        for (ResumingWatch.Stretch stretch : wholeWatches()) {
            Map<Long, List<Event>> heard = new TreeMap<>();
            for (Call call : calls(stretch)) {
                if (call instanceof Call.Events events) {
                    events.events()
                            .forEach(event -> heard.computeIfAbsent(event.kv().modRevision(), _ -> new ArrayList<>())
                                    .add(event));
                }
            }
            heard.forEach((revision, events) -> {
                List<Event> known = history.putIfAbsent(revision, events);
                if (known != null && !known.equals(events)) {
                    violated("watches differ at " + revision + ": " + text(known) + " and, from " + stretch.watch()
                            + ", " + text(events));
                }
            });
        }
    }

    /** All writes are watched, so no revision is without events. */
    private void everyRevisionHasItsEvents() {
        for (long revision = round.begin() + 1; revision <= round.end(); revision++) {
            if (!history.containsKey(revision)) {
                violated("no watch heard of revision " + revision);
            }
        }
    }

    /** Create revision, version and previous pair follow from the events before. */
    private void versionsFollowFromTheHistory() {
        history.values()
                .forEach(events -> events.forEach(event -> {
                    String key = string(event.kv().key());
                    KeyValue before = state.get(key);
                    if (!Objects.equals(before, event.previous())) {
                        violated("previous pair: " + event.previous() + " (expected: " + before + ") of " + event);
                    }
                    if (event.type() == Event.Type.DELETE) {
                        state.remove(key);
                        return;
                    }
                    KeyValue now = event.kv();
                    long create = before == null ? now.modRevision() : before.createRevision();
                    long version = before == null ? 1 : before.version() + 1;
                    if (now.createRevision() != create || now.version() != version) {
                        violated("pair: " + now + " (expected: created at " + create + ", version " + version + ")");
                    }
                    state.put(key, now);
                }));
    }

    private void watchPromisesHold() {
        List<Event> all = history.values().stream().flatMap(List::stream).toList();
        for (ResumingWatch.Stretch stretch : round.watches()) {
            try {
                new WatchPromises(all, stretch.request(), stretch.firstRevision(), calls(stretch)).check();
            } catch (AssertionError broken) {
                violated("watch of " + stretch.watch() + ": " + shortened(broken.getMessage()));
            }
        }
    }

    /** Nothing acknowledged is lost: the history has it at the revision of its answer. */
    private void acknowledgedWritesHappened() {
        for (ClientOperation operation : round.operations()) {
            if (operation.changed()) {
                String value = written(operation);
                List<Event> events = history.getOrDefault(operation.revision(), List.of());
                if (events.stream().noneMatch(event -> isThat(event, operation.key(), value))) {
                    violated("acknowledged and not in the history: " + operation + " but " + text(events));
                } else if (operation.action() instanceof RegisterOperation.Cas
                        && events.stream()
                                .noneMatch(event -> isThat(event, OneKey.companion(operation.key()), value))) {
                    violated("half a transaction: " + operation + " but " + text(events));
                }
            }
        }
    }

    private static boolean isThat(Event event, String key, @Nullable String value) {
        return string(event.kv().key()).equals(key)
                && (value == null
                        ? event.type() == Event.Type.DELETE
                        : event.type() == Event.Type.PUT
                                && string(event.kv().value()).equals(value));
    }

    /** What was answered as refused, or as a comparison that failed, did not happen. */
    private void refusedWritesDidNotHappen() {
        Set<String> happened = values();
        for (ClientOperation operation : round.operations()) {
            String value = written(operation);
            boolean failed = operation.outcome() == ClientOperation.Outcome.REFUSED
                    || operation.isDone() && !operation.isRead() && !operation.changed();
            if (failed && value != null && happened.contains(value)) {
                violated("refused and yet in the history: " + operation);
            }
        }
    }

    /** Every value in the history was written by somebody, once. */
    private void onlyWhatWasAskedHappened() {
        Set<String> asked = round.operations().stream()
                .map(RoundJudge::written)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(HashSet::new));
        asked.addAll(round.strangers());
        Set<String> seen = new HashSet<>();
        history.values().stream()
                .flatMap(List::stream)
                .filter(event -> event.type() == Event.Type.PUT)
                .forEach(event -> {
                    String value = string(event.kv().value());
                    if (!asked.contains(value)) {
                        violated("nobody wrote " + event);
                    } else if (!seen.add(string(event.kv().key()) + "=" + value)) {
                        violated("written twice: " + event);
                    }
                });
    }

    private Set<String> values() {
        return history.values().stream()
                .flatMap(List::stream)
                .map(event -> string(event.kv().value()))
                .collect(Collectors.toSet());
    }

    /** Real time: what began after another's answer has no smaller revision, and a larger one when it is a write. */
    private void operationsFollowEachOther() {
        List<ClientOperation> all = round.operations().stream()
                .filter(operation -> operation.isDone() && operation.linearizable())
                .toList();
        inOrder(all, true);
    }

    /** A member's answers do not go back in time while its process lives. */
    private void noMemberWentBack() {
        round.operations().stream()
                .filter(ClientOperation::isDone)
                .collect(Collectors.groupingBy(operation -> operation.member() + "/" + operation.life()))
                .values()
                .forEach(operations -> inOrder(operations, false));
    }

    private void inOrder(List<ClientOperation> operations, boolean strictly) {
        List<ClientOperation> byAnswer = operations.stream()
                .sorted(Comparator.comparingLong(ClientOperation::answered))
                .toList();
        List<ClientOperation> byCall = operations.stream()
                .sorted(Comparator.comparingLong(ClientOperation::called))
                .toList();
        int answered = 0;
        ClientOperation latest = null;
        for (ClientOperation operation : byCall) {
            while (byAnswer.get(answered).answered() < operation.called()) {
                ClientOperation before = byAnswer.get(answered++);
                latest = latest == null || before.revision() > latest.revision() ? before : latest;
            }
            long least = latest == null ? 0 : latest.revision() + (strictly && operation.changed() ? 1 : 0);
            if (operation.revision() < least) {
                violated("went back in time: " + operation + " after " + latest);
            }
        }
    }

    /** A read shows what the history has at the revision of its answer. */
    private void readsSawTheirRevision() {
        Map<String, TreeMap<Long, String>> contents = new HashMap<>();
        history.values().stream()
                .flatMap(List::stream)
                .forEach(event -> contents.computeIfAbsent(string(event.kv().key()), _ -> new TreeMap<>())
                        .put(
                                event.kv().modRevision(),
                                event.type() == Event.Type.DELETE
                                        ? ""
                                        : string(event.kv().value())));
        for (ClientOperation operation : round.operations()) {
            if (!operation.isDone()) {
                continue;
            }
            TreeMap<Long, String> content = contents.getOrDefault(operation.key(), new TreeMap<>());
            boolean write = operation.changed();
            var at = write ? content.lowerEntry(operation.revision()) : content.floorEntry(operation.revision());
            String state = at == null || at.getValue().isEmpty() ? null : at.getValue();
            if (!operation.action().fits(state)) {
                violated("at its revision the key holds " + state + ": " + operation);
            }
        }
    }

    /** Linearizable, key by key, judged by calls and answers alone. */
    private void keysAreLinearizable() {
        Set<String> happened = values();
        Map<String, List<ClientOperation>> byKey = round.operations().stream()
                .filter(ClientOperation::linearizable)
                .filter(operation -> operation.outcome() != ClientOperation.Outcome.REFUSED)
                .collect(Collectors.groupingBy(ClientOperation::key));
        byKey.forEach((key, operations) -> {
            boolean deletesMissing = deletesWithoutAnAnswer(key, operations);
            List<RegisterOperation> judged = operations.stream()
                    .filter(operation -> operation.isDone() || mayHaveHappened(operation, happened, deletesMissing))
                    .map(ClientOperation::register)
                    .toList();
            switch (Linearizability.check(judged, null, STEPS_MAX)) {
                case LINEARIZABLE -> {}
                case VIOLATED -> violated("not linearizable: " + key);
                case UNDECIDED -> violated("too much to try, cannot say whether it is linearizable: " + key);
            }
        });
    }

    /** Whether more deletes happened to the key than were answered. */
    private boolean deletesWithoutAnAnswer(String key, List<ClientOperation> operations) {
        Set<Long> answered = operations.stream()
                .filter(operation -> operation.changed() && written(operation) == null)
                .map(ClientOperation::revision)
                .collect(Collectors.toSet());
        return history.values().stream()
                .flatMap(List::stream)
                .anyMatch(event -> event.type() == Event.Type.DELETE
                        && string(event.kv().key()).equals(key)
                        && !answered.contains(event.kv().modRevision()));
    }

    private static boolean mayHaveHappened(ClientOperation operation, Set<String> happened, boolean deletesMissing) {
        String value = written(operation);
        return !operation.isRead() && (value == null ? deletesMissing : happened.contains(value));
    }

    /** After catching up every member has the same, and it is what the history leads to. */
    private void membersHaveTheSame() {
        Function<KeyValue, String> key = pair -> string(pair.key());
        Map<String, KeyValue> expected = state.values().stream()
                .filter(pair -> key.apply(pair).startsWith(round.prefix()))
                .collect(Collectors.toMap(key, pair -> pair));
        for (RoundRecord.MemberState member : round.members()) {
            Map<String, KeyValue> found = member.pairs().stream().collect(Collectors.toMap(key, pair -> pair));
            Set<String> keys = new HashSet<>(expected.keySet());
            keys.addAll(found.keySet());
            for (String each : keys) {
                if (!Objects.equals(expected.get(each), found.get(each))) {
                    violated("m" + member.member() + " has " + found.get(each) + " (expected: " + expected.get(each)
                            + ")");
                }
            }
            RoundRecord.MemberState first = round.members().getFirst();
            if (member.hash() != first.hash() || member.compacted() != first.compacted()) {
                violated("hashes differ: m" + member.member() + " has " + member.hash() + " since " + member.compacted()
                        + ", m" + first.member() + " has " + first.hash() + " since " + first.compacted());
            }
        }
    }

    /** A lease never expires before its last renewal's time is over. */
    private void leasesLivedAsPromised() {
        Map<String, Long> deleted = new HashMap<>();
        history.forEach((revision, events) -> events.stream()
                .filter(event -> event.type() == Event.Type.DELETE)
                .forEach(event -> deleted.put(string(event.kv().key()), revision)));
        for (FaultLeases.Promise promise : round.leases()) {
            Long revision = deleted.get(promise.key());
            Long seen = revision == null ? null : round.arrivals().get(revision);
            if (seen != null && seen < promise.notBefore()) {
                violated("expired early: " + promise.key() + " at revision " + revision + ", "
                        + (promise.notBefore() - seen) / 1_000_000 + " ms before its time was over");
            }
        }
    }

    /** The value that an operation writes; null for a read and a delete. */
    static @Nullable String written(ClientOperation operation) {
        return switch (operation.action()) {
            case RegisterOperation.Get _ -> null;
            case RegisterOperation.Put put -> put.value();
            case RegisterOperation.Cas cas -> cas.value();
        };
    }

    private static String text(List<Event> events) {
        return events.stream()
                .map(event -> event.kv().modRevision() + " " + event.type() + " "
                        + string(event.kv().key()) + "=" + string(event.kv().value()))
                .toList()
                .toString();
    }

    private static String shortened(@Nullable String message) {
        String text = Objects.toString(message).strip();
        return text.length() > 1500 ? text.substring(0, 1500) + "..." : text;
    }

    private static String string(Bytes bytes) {
        return new String(bytes.array(), StandardCharsets.UTF_8);
    }
}
