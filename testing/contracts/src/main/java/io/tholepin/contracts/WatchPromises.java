package io.tholepin.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Event;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.WatchRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks what one watch heard against everything that happened, one method for each promised sentence. Source: etcd API
 * guarantees, "Watch APIs"; contract 2.7.
 *
 * @param history every change of the store from its first revision on, in order, with pairs before
 * @param request what was watched
 * @param firstRevision first revision that the watch owes
 * @param calls what it heard
 */
public record WatchPromises(
        List<Event> history, WatchRequest request, long firstRevision, List<RecordingListener.Call> calls) {

    /** All of them. */
    public void check() {
        ordered();
        unique();
        atomic();
        reliable();
        filtered();
        previousIsRight();
        progressIsNeverAhead();
        nothingFollowsTheEnd();
    }

    /** Ordered: events come in order of revision. */
    public void ordered() {
        assertThat(heard()).extracting(event -> event.kv().modRevision()).isSorted();
        long last = 0;
        for (RecordingListener.Call call : calls) {
            if (call instanceof RecordingListener.Call.Events events) {
                assertThat(events.events()).isNotEmpty();
                assertThat(events.events().getFirst().kv().modRevision()).isGreaterThan(last);
                assertThat(events.events().getLast().kv().modRevision()).isLessThanOrEqualTo(events.revision());
                last = events.revision();
            }
        }
    }

    /** Unique: an event never appears twice. */
    public void unique() {
        assertThat(heard().stream()
                        .map(event ->
                                event.kv().modRevision() + " " + event.kv().key()))
                .doesNotHaveDuplicates();
    }

    /** Atomic: all events of one revision come in one call. */
    public void atomic() {
        long before = 0;
        for (RecordingListener.Call call : calls) {
            if (call instanceof RecordingListener.Call.Events events) {
                assertThat(events.events().getFirst().kv().modRevision()).isNotEqualTo(before);
                before = events.events().getLast().kv().modRevision();
            }
        }
    }

    /** Reliable and resumable: from the first revision on there is no gap up to the last thing heard. */
    public void reliable() {
        long last =
                calls.stream().mapToLong(RecordingListener.Call::revision).max().orElse(0);
        assertThat(heard().stream().map(WatchPromises::label))
                .containsExactlyElementsOf(
                        expected(last).stream().map(WatchPromises::label).toList());
    }

    /** Filtered: only what was asked for. */
    public void filtered() {
        assertThat(heard())
                .allSatisfy(event ->
                        assertThat(request.range().contains(event.kv().key())).isTrue())
                .noneMatch(event -> event.type() == Event.Type.PUT ? request.skipPuts() : request.skipDeletes());
    }

    /** The pair before is there exactly when it existed and was asked for, and is the one before. */
    public void previousIsRight() {
        Map<String, KeyValue> previous = new HashMap<>();
        for (Event event : history) {
            if (event.previous() != null) {
                previous.put(label(event), event.previous());
            }
        }
        for (Event event : heard()) {
            assertThat(event.previous()).isEqualTo(request.previous() ? previous.get(label(event)) : null);
        }
    }

    /** Progress at a revision means that everything up to it was heard before, and nothing up to it comes after. */
    public void progressIsNeverAhead() {
        List<Event> soFar = new ArrayList<>();
        for (RecordingListener.Call call : calls) {
            switch (call) {
                case RecordingListener.Call.Events events -> soFar.addAll(events.events());
                case RecordingListener.Call.Progress progress ->
                    assertThat(soFar).hasSameSizeAs(expected(progress.revision()));
                case RecordingListener.Call.Closed _ -> {}
            }
        }
    }

    /** Nothing is called after the end. */
    public void nothingFollowsTheEnd() {
        for (int i = 0; i + 1 < calls.size(); i++) {
            assertThat(calls.get(i)).isNotInstanceOf(RecordingListener.Call.Closed.class);
        }
    }

    private List<Event> heard() {
        List<Event> heard = new ArrayList<>();
        for (RecordingListener.Call call : calls) {
            if (call instanceof RecordingListener.Call.Events events) {
                heard.addAll(events.events());
            }
        }
        return heard;
    }

    private List<Event> expected(long upTo) {
        return history.stream()
                .filter(event ->
                        event.kv().modRevision() >= firstRevision && event.kv().modRevision() <= upTo)
                .filter(event -> request.range().contains(event.kv().key()))
                .filter(event -> event.type() == Event.Type.PUT ? !request.skipPuts() : !request.skipDeletes())
                .toList();
    }

    private static String label(Event event) {
        return event.kv().modRevision() + " " + event.type() + " " + event.kv().key() + "="
                + event.kv().value();
    }
}
