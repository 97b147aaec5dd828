package io.tholepin.interop;

import com.google.protobuf.Message;
import io.tholepin.etcdwire.etcdserverpb.CompactionRequest;
import io.tholepin.etcdwire.etcdserverpb.HashKVRequest;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.ResponseHeader;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.etcdwire.mvccpb.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Does the same to two servers and compares everything they say. Two servers that start empty and hear the same
 * requests
 * one at a time must give the same answers, revisions, events and hashes. One thread.
 */
final class Differential implements AutoCloseable {
    /** The stream for watches that start in the future: etcd answers no progress request on it. */
    static final int FUTURE_STREAM = 9;

    /** The stream for watches that start too late: after one etcd answers no progress request on it any more. */
    static final int COMPACTED_STREAM = 8;

    private static final long EVENTS_MILLIS_MAX = 3_000;

    private final DifferentialSide left;
    private final DifferentialSide right;
    private final List<Step> trace = new ArrayList<>();
    private final Map<Integer, Integer> watches = new TreeMap<>();
    private long revision = 1;
    private long compacted = -1;
    private boolean auth;

    Differential(DifferentialSide left, DifferentialSide right) {
        this.left = left;
        this.right = right;
    }

    /** Revision of the store after the last step. */
    long revision() {
        return revision;
    }

    /** What is compacted, -1 for nothing. */
    long compacted() {
        return compacted;
    }

    /** Whether authentication is on. */
    boolean isAuthOn() {
        return auth;
    }

    /** Every step so far, in order. */
    List<Step> trace() {
        return List.copyOf(trace);
    }

    /** Does one step to both; what differs, or nothing. */
    Optional<String> run(Step step) {
        trace.add(step);
        return switch (step) {
            case Step.Call call -> call(call);
            case Step.KeepAlive keepAlive -> compare(keepAlive, left.keepAlive(keepAlive), right.keepAlive(keepAlive));
            case Step.OpenWatch open -> open(open);
            case Step.CancelWatch cancel -> {
                Optional<String> before = settle(); // or what is on its way is dropped on one side only
                if (before.isPresent()) {
                    yield before;
                }
                left.cancel(cancel, user());
                right.cancel(cancel, user());
                yield settle();
            }
            case Step.Settle _ -> settle();
        };
    }

    private Optional<String> call(Step.Call call) {
        if (call.request() instanceof CompactionRequest compaction) {
            if (compaction.getRevision() == 0 && compacted < 0) {
                return Optional.empty(); // after it etcd answers every HashKV(0) with that compaction's hash
            }
            Optional<String> before = settle(); // or a watch that lags behind is cancelled on one side only
            if (before.isPresent()) {
                return before;
            }
        }
        Supplier<Answer> leftAnswer = left.call(call);
        Supplier<Answer> rightAnswer = right.call(call);
        Answer expected = leftAnswer.get();
        Answer actual = rightAnswer.get();
        learn(call, expected);
        return compare(call, expected, actual);
    }

    private void learn(Step.Call call, Answer answer) {
        Message message = answer.message();
        if (message == null) {
            return;
        }
        var field = message.getDescriptorForType().findFieldByName("header");
        if (field != null && message.hasField(field)) {
            revision = Math.max(revision, ((ResponseHeader) message.getField(field)).getRevision());
        }
        if (call.request() instanceof CompactionRequest compaction) {
            compacted = compaction.getRevision();
        }
        switch (call.method().getBareMethodName()) {
            case "AuthEnable" -> auth = true;
            case "AuthDisable" -> auth = false;
            case null, default -> {}
        }
    }

    private Optional<String> compare(Step step, Answer expected, Answer actual) {
        if (KnownDeviations.sameAnswer(expected, actual) || isHashOfACompaction(step, expected, actual)) {
            return Optional.empty();
        }
        return Optional.of(step + "\n  " + left.name() + ": " + expected + "\n  " + right.name() + ": " + actual);
    }

    /**
     * At exactly the compacted revision etcd answers with the hash that it took while it compacted, and names the
     * compaction before that one.
     */
    private boolean isHashOfACompaction(Step step, Answer expected, Answer actual) {
        return step instanceof Step.Call call
                && call.request() instanceof HashKVRequest hash
                && (hash.getRevision() == 0 ? revision : hash.getRevision()) == compacted
                && expected.isOk()
                && actual.isOk();
    }

    private Optional<String> open(Step.OpenWatch open) {
        long start = open.request().getStartRevision();
        if (open.stream() < COMPACTED_STREAM && (start > revision || start > 0 && start < compacted)) {
            return Optional.empty(); // a shortened run, in which it would stop its stream's progress
        }
        watches.merge(open.stream(), 1, Integer::sum);
        boolean leftOpen = left.open(open, user());
        boolean rightOpen = right.open(open, user());
        if (leftOpen != rightOpen) {
            return Optional.of(
                    open + "\n  created: " + left.name() + " " + leftOpen + ", " + right.name() + " " + rightOpen);
        }
        return settle();
    }

    private @org.jspecify.annotations.Nullable String user() {
        return auth ? "root" : null;
    }

    private Optional<String> settle() {
        for (int stream : watches.keySet()) {
            if (stream != FUTURE_STREAM && stream != COMPACTED_STREAM) {
                for (DifferentialSide side : List.of(left, right)) {
                    if (!side.awaitProgress(stream, revision)) {
                        return Optional.of("stream " + stream + " of " + side.name() + " never said progress at "
                                + revision + "; it heard " + tail(side.heard(stream)));
                    }
                }
            }
            Optional<String> difference = compareStream(stream);
            if (difference.isPresent()) {
                return difference;
            }
        }
        return compare(new Step.Call(MaintenanceGrpc.getHashKVMethod(), HashKVRequest.getDefaultInstance(), user()));
    }

    private Optional<String> compare(Step.Call call) {
        Supplier<Answer> expected = left.call(call);
        Supplier<Answer> actual = right.call(call);
        return compare(call, expected.get(), actual.get());
    }

    private Optional<String> compareStream(int stream) {
        long deadline = System.nanoTime() + EVENTS_MILLIS_MAX * 1_000_000;
        while (true) {
            List<WatchResponse> expected = left.heard(stream);
            List<WatchResponse> actual = right.heard(stream);
            if (controls(expected).equals(controls(actual)) && events(expected).equals(events(actual))) {
                return broken(stream, left, expected).or(() -> broken(stream, right, actual));
            }
            if (System.nanoTime() > deadline) {
                return Optional.of("watch stream " + stream + ": " + firstDifference(expected, actual));
            }
            EtcdCluster.pause(10);
        }
    }

    private String firstDifference(List<WatchResponse> expected, List<WatchResponse> actual) {
        List<WatchResponse> leftControls = controls(expected);
        List<WatchResponse> rightControls = controls(actual);
        for (int i = 0; i < Math.max(leftControls.size(), rightControls.size()); i++) {
            WatchResponse a = i < leftControls.size() ? leftControls.get(i) : null;
            WatchResponse b = i < rightControls.size() ? rightControls.get(i) : null;
            if (!Objects.equals(a, b)) {
                return "answer " + i + "\n  " + left.name() + ": " + text(a) + "\n  " + right.name() + ": " + text(b);
            }
        }
        Map<Long, List<Event>> leftEvents = events(expected);
        Map<Long, List<Event>> rightEvents = events(actual);
        for (Map.Entry<Long, List<Event>> one : leftEvents.entrySet()) {
            long id = one.getKey();
            List<Event> a = one.getValue();
            List<Event> b = rightEvents.getOrDefault(id, List.of());
            if (!a.equals(b)) {
                int i = 0;
                while (i < a.size() && i < b.size() && a.get(i).equals(b.get(i))) {
                    i++;
                }
                return "watch " + id + " event " + i + "\n  " + left.name() + " (" + a.size() + "): "
                        + text(i < a.size() ? a.get(i) : null) + "\n  " + right.name() + " (" + b.size() + "): "
                        + text(i < b.size() ? b.get(i) : null);
            }
        }
        return "watches that only " + right.name() + " has events for: " + rightEvents.keySet();
    }

    private static String text(@org.jspecify.annotations.Nullable Message message) {
        return message == null ? "nothing" : Answer.of(message).toString();
    }

    private static String tail(List<WatchResponse> responses) {
        return responses.subList(Math.max(0, responses.size() - 5), responses.size()).stream()
                .map(Differential::text)
                .toList()
                .toString();
    }

    /** Everything but events and progress. */
    private static List<WatchResponse> controls(List<WatchResponse> responses) {
        return responses.stream()
                .filter(response -> response.getCreated() || response.getCanceled())
                .map(Normal::of)
                .toList();
    }

    private static Map<Long, List<Event>> events(List<WatchResponse> responses) {
        Map<Long, List<Event>> events = new HashMap<>();
        for (WatchResponse response : responses) {
            if (response.getEventsCount() > 0) {
                events.computeIfAbsent(response.getWatchId(), ignored -> new ArrayList<>())
                        .addAll(response.getEventsList());
            }
        }
        return events;
    }

    /** A promise that a stream breaks on its own, whatever the other server says. */
    private static Optional<String> broken(int stream, DifferentialSide side, List<WatchResponse> responses) {
        return StreamPromises.broken(responses)
                .map(promise -> "watch stream " + stream + " of " + side.name() + ": " + promise);
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }
}
