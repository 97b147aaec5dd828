package io.tholepin.etcdprotocol;

import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.kv.Event;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the responses of watches. Thread-safe. Source: contract 2.7. */
final class WatchFrames {
    /** The id of responses that are about no watch in particular. */
    static final long NO_WATCH = -1;

    /** Size from which on a batch goes out in several responses, each of whole revisions. */
    private static final int RESPONSE_BYTES = 1 << 20;

    /**
     * Responses that belong together: whole revisions up to {@code revision}, and nothing may come between them on the
     * stream.
     */
    record Batch(long revision, List<WatchFrame> frames) {}

    private record EncodedHeader(long revision, long term, byte[] bytes) {}

    private final Headers headers;
    private final EventBytes eventBytes;
    private final int fragmentBytes;
    private volatile @Nullable EncodedHeader lastHeader;

    /** {@code fragmentBytes} is the size that a response of a watch with fragments stays below. */
    WatchFrames(Headers headers, EventBytes eventBytes, int fragmentBytes) {
        this.headers = headers;
        this.eventBytes = eventBytes;
        this.fragmentBytes = fragmentBytes;
    }

    WatchFrame created(long id, long revision) {
        return WatchFrame.of(response(id, revision).setCreated(true).build());
    }

    /** A watch that cannot be. */
    WatchFrame refused(String reason) {
        return WatchFrame.of(WatchResponse.newBuilder()
                .setHeader(headers.now())
                .setWatchId(NO_WATCH)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason(reason)
                .build());
    }

    /** The client wanted it. */
    WatchFrame canceled(long id) {
        return WatchFrame.of(WatchResponse.newBuilder()
                .setHeader(headers.now())
                .setWatchId(id)
                .setCanceled(true)
                .build());
    }

    /** Its user may no longer see it. */
    WatchFrame withdrawn(long id, String reason) {
        return WatchFrame.of(WatchResponse.newBuilder()
                .setHeader(headers.now())
                .setWatchId(id)
                .setCanceled(true)
                .setCancelReason(reason)
                .build());
    }

    /** What it wants next is gone. */
    WatchFrame compacted(long id, long compactRevision) {
        return WatchFrame.of(response(id, 0)
                .setCanceled(true)
                .setCompactRevision(compactRevision)
                .build());
    }

    WatchFrame progress(long id, long revision) {
        return WatchFrame.of(response(id, revision).build());
    }

    /** Answers a request for confirmed progress; {@code number} is negative when there is none. */
    WatchFrame confirmed(long id, long revision, long number) {
        return WatchFrame.of(response(id, revision).setConfirmedNumber(number).build());
    }

    /**
     * Responses with {@code events}, in order; a batch has one of them unless it had to be fragmented.
     *
     * @param revision no later event has a revision at or below it
     */
    List<Batch> events(long id, long revision, List<Event> events, boolean fragment) {
        if (events.size() == 1) {
            return List.of(batch(id, revision, eventBytes.alone(events.getFirst()), fragment));
        }
        List<Batch> batches = new ArrayList<>(1);
        List<byte[]> part = new ArrayList<>(events.size());
        long bytes = 0;
        for (int i = 0; i < events.size(); i++) {
            byte[] encoded = eventBytes.of(events.get(i));
            part.add(encoded);
            bytes += encoded.length;
            boolean last = i == events.size() - 1;
            long modRevision = events.get(i).kv().modRevision();
            boolean whole = last || modRevision != events.get(i + 1).kv().modRevision();
            if (last || whole && bytes >= RESPONSE_BYTES) {
                batches.add(batch(id, last ? revision : modRevision, part, fragment));
                part = new ArrayList<>();
                bytes = 0;
            }
        }
        return batches;
    }

    private Batch batch(long id, long revision, List<byte[]> events, boolean fragment) {
        byte[] header = header(revision);
        if (fragment) {
            return new Batch(revision, fragments(id, header, events));
        }
        return new Batch(revision, List.of(WatchFrame.of(header, id, false, events)));
    }

    /** Cuts what is too large into parts, of one event at least; all but the last say that more follows. */
    private List<WatchFrame> fragments(long id, byte[] header, List<byte[]> events) {
        List<WatchFrame> frames = new ArrayList<>();
        int headBytes = WatchFrame.headBytes(header, id, true);
        List<byte[]> part = new ArrayList<>();
        long bytes = headBytes;
        for (byte[] event : events) {
            if (!part.isEmpty() && bytes + event.length >= fragmentBytes) {
                frames.add(WatchFrame.of(header, id, true, part));
                part = new ArrayList<>();
                bytes = headBytes;
            }
            part.add(event);
            bytes += event.length;
        }
        frames.add(WatchFrame.of(header, id, false, part));
        return frames;
    }

    /** The encoded header field: the same for all the watches that hear of {@code revision}. */
    private byte[] header(long revision) {
        long term = headers.term();
        EncodedHeader known = lastHeader;
        if (known == null || known.revision != revision || known.term != term) {
            byte[] bytes = WatchResponse.newBuilder()
                    .setHeader(headers.at(revision))
                    .build()
                    .toByteArray();
            known = new EncodedHeader(revision, term, bytes);
            lastHeader = known;
        }
        return known.bytes;
    }

    private WatchResponse.Builder response(long id, long revision) {
        return WatchResponse.newBuilder().setHeader(headers.at(revision)).setWatchId(id);
    }
}
