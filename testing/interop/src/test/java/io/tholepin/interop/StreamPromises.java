package io.tholepin.interop;

import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.etcdwire.mvccpb.Event;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What holds on every watch stream, whatever was written. Source: contract 2.7. */
final class StreamPromises {
    private StreamPromises() {}

    /** The first promise that these responses of one stream break. */
    static Optional<String> broken(List<WatchResponse> responses) {
        // For each watch the last revision that it heard of, in an event or as progress.
        Map<Long, Long> last = new HashMap<>();
        WatchResponse fragment = null;
        for (WatchResponse response : responses) {
            boolean continues = fragment != null;
            if (fragment != null && fragment.getWatchId() != response.getWatchId()) {
                return Optional.of("fragments are not adjacent: after " + text(fragment) + " came " + text(response));
            }
            fragment = response.getFragment() ? response : null;
            if (response.getCreated()) {
                last.put(response.getWatchId(), 0L);
            } else if (DifferentialSide.isProgress(response)) {
                long heard = response.getHeader().getRevision();
                if (response.getWatchId() == -1) {
                    last.replaceAll((id, before) -> Math.max(before, heard));
                } else {
                    last.merge(response.getWatchId(), heard, Math::max);
                }
            }
            Optional<String> broken = brokenEvents(response, continues, last);
            if (broken.isPresent()) {
                return broken;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> brokenEvents(WatchResponse response, boolean continues, Map<Long, Long> last) {
        for (int i = 0; i < response.getEventsCount(); i++) {
            Event event = response.getEvents(i);
            long revision = event.getKv().getModRevision();
            if (revision > response.getHeader().getRevision()) {
                return Optional.of("the header is before the event in " + text(response));
            }
            Long before = last.get(response.getWatchId());
            if (before == null) {
                return Optional.of("events of a watch that was never created: " + text(response));
            }
            boolean sameResponse = i > 0 || continues;
            if (revision < before || revision == before && !sameResponse) {
                return Optional.of("after revision " + before + " was heard of came " + text(response));
            }
            last.put(response.getWatchId(), revision);
        }
        return Optional.empty();
    }

    private static String text(WatchResponse response) {
        return Answer.of(response).toString();
    }
}
