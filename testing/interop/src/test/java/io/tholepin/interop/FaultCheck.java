package io.tholepin.interop;

import io.tholepin.contracts.Linearizability;
import io.tholepin.contracts.RegisterOperation;
import io.tholepin.interop.FaultHistory.Asked;
import io.tholepin.interop.FaultHistory.End;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges what clients saw in one round against what the store says happened: every event from the round's first revision
 * on. One method for each promised sentence; each gives the first violation.
 */
final class FaultCheck {
    private static final int STEPS_MAX = 300_000;

    private final List<Asked> asked;
    private final Map<String, NavigableMap<Long, String>> contents = new HashMap<>();
    private final Map<String, List<Long>> revisionsOfValue = new HashMap<>();
    private final long first;
    private final long last;

    /**
     * @param events everything below the load's prefix since {@code first}
     * @param initial the load's keys at revision {@code first}
     * @param last the store's revision after the round
     */
    FaultCheck(List<Asked> asked, List<Event> events, Map<String, String> initial, long first, long last) {
        this.asked = asked;
        this.first = first;
        this.last = last;
        initial.forEach((key, value) -> content(key).put(first, value));
        for (Event event : events) {
            String key = text(event.kv().key());
            long revision = event.kv().modRevision();
            if (event.type() == Event.Type.PUT) {
                String value = text(event.kv().value());
                content(key).put(revision, value);
                revisionsOfValue.computeIfAbsent(key + "=" + value, ignored -> new ArrayList<>()).add(revision);
            } else {
                content(key).put(revision, "");
            }
        }
    }

    /** Empty stands for no such key: no value of the load is empty. */
    private NavigableMap<Long, String> content(String key) {
        return contents.computeIfAbsent(key, ignored -> new TreeMap<>());
    }

    private @Nullable String at(String key, long revision) {
        Map.Entry<Long, String> entry = content(key).floorEntry(revision);
        return entry == null || entry.getValue().isEmpty() ? null : entry.getValue();
    }

    private static String text(Bytes bytes) {
        return new String(bytes.array(), StandardCharsets.UTF_8);
    }

    /** The first violation of any promise. */
    Optional<String> violation() {
        return acknowledgedIsThere()
                .or(this::refusedNeverHappened)
                .or(this::nothingHappensTwice)
                .or(this::readsSawTheirRevision)
                .or(this::revisionsFollowRealTime)
                .or(this::eachKeyIsLinearizable);
    }

    /** Durable: what was acknowledged is in the history at the revision that the answer told. */
    Optional<String> acknowledgedIsThere() {
        for (Asked one : asked) {
            if (one.end() == End.DONE && one.wrote()) {
                for (Map.Entry<String, @Nullable String> write : one.writes().entrySet()) {
                    String expected = Objects.requireNonNullElse(write.getValue(), "");
                    if (!expected.equals(content(write.getKey()).get(one.revision()))) {
                        return Optional.of("acknowledged and lost: " + one + "; at that revision "
                                + write.getKey() + " is " + content(write.getKey()).get(one.revision()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Refused is never done: neither what was refused with an error nor what failed its comparison. */
    Optional<String> refusedNeverHappened() {
        for (Asked one : asked) {
            if (one.end() == End.REFUSED || one.end() == End.DONE && !one.wrote()) {
                for (Map.Entry<String, @Nullable String> write : one.writes().entrySet()) {
                    if (write.getValue() != null
                            && revisionsOfValue.containsKey(write.getKey() + "=" + write.getValue())) {
                        return Optional.of("refused and done: " + one);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** At most once: no write is in the history twice, and nothing is that nobody wrote. */
    Optional<String> nothingHappensTwice() {
        Set<String> tried = new HashSet<>();
        asked.forEach(one -> one.writes().forEach((key, value) -> tried.add(key + "=" + value)));
        for (Map.Entry<String, List<Long>> entry : revisionsOfValue.entrySet()) {
            if (entry.getValue().size() > 1) {
                return Optional.of("written twice: " + entry);
            }
            if (!tried.contains(entry.getKey())) {
                return Optional.of("written by nobody: " + entry);
            }
        }
        return Optional.empty();
    }

    /** A read, local or not, saw exactly what was there at the revision that it told. */
    Optional<String> readsSawTheirRevision() {
        for (Asked one : asked) {
            if (one.end() == End.DONE && one.action() instanceof RegisterOperation.Get get) {
                if (one.revision() > last) {
                    return Optional.of("a revision that never was: " + one + ", the last is " + last);
                }
                if (one.revision() >= first && !Objects.equals(get.seen(), at(one.key(), one.revision()))) {
                    return Optional.of("read wrong: " + one + "; there was " + at(one.key(), one.revision()));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Strictly serializable: what was answered before another request was sent has a smaller revision than what that
     * writes, and none that is greater than what that reads. A local read promises nothing of the kind.
     */
    Optional<String> revisionsFollowRealTime() {
        List<Asked> done = asked.stream()
                .filter(one -> one.end() == End.DONE && !one.local())
                .toList();
        List<Asked> byAnswer = done.stream().sorted(Comparator.comparingLong(Asked::answered)).toList();
        List<Asked> byCall = done.stream().sorted(Comparator.comparingLong(Asked::called)).toList();
        int answered = 0;
        Asked newest = null;
        for (Asked one : byCall) {
            while (answered < byAnswer.size() && byAnswer.get(answered).answered() < one.called()) {
                Asked before = byAnswer.get(answered++);
                newest = newest == null || before.revision() > newest.revision() ? before : newest;
            }
            if (newest != null
                    && (one.revision() < newest.revision() || one.wrote() && one.revision() == newest.revision())) {
                return Optional.of("stale: " + one + " although before it was answered " + newest);
            }
        }
        return Optional.empty();
    }

    /** And, without believing any revision: what clients saw of each key can be put in an order. */
    Optional<String> eachKeyIsLinearizable() {
        Map<String, List<RegisterOperation>> byKey = new HashMap<>();
        for (Asked one : asked) {
            if (one.local() || one.end() == End.REFUSED) {
                continue;
            }
            byKey.computeIfAbsent(one.key(), ignored -> new ArrayList<>()).add(one.asOperation());
            one.writes().forEach((key, value) -> {
                if (!key.equals(one.key())) {
                    RegisterOperation same = one.asOperation();
                    byKey.computeIfAbsent(key, ignored -> new ArrayList<>())
                            .add(new RegisterOperation(
                                    same.client(), same.called(), same.answered(), new RegisterOperation.Put(value)));
                }
            });
        }
        for (Map.Entry<String, List<RegisterOperation>> entry : byKey.entrySet()) {
            String initial = at(entry.getKey(), first);
            if (Linearizability.check(entry.getValue(), initial, STEPS_MAX) == Linearizability.Verdict.VIOLATED) {
                return Optional.of("not linearizable: " + entry.getKey());
            }
        }
        return Optional.empty();
    }
}
