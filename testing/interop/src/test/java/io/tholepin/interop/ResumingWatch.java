package io.tholepin.interop;

import com.google.protobuf.ByteString;
import io.tholepin.contracts.RecordingListener.Call;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A watch that is taken up again where it was whenever its stream ends, as clients do, and what it heard. One that
 * roams
 * leaves its member after a while and goes on at the next, which may be behind. Thread-safe.
 */
final class ResumingWatch implements AutoCloseable {
    private static final long POLL_MILLIS = 20;
    private static final int POLLS_PER_PROGRESS = 25;
    private static final int POLLS_UNTIL_IT_ROAMS = 60;

    /**
     * What was heard without a gap; another begins when history before it was compacted.
     *
     * @param watch who, for the reader
     * @param request what was watched
     * @param firstRevision first revision that is owed
     * @param calls what came, over all streams
     */
    record Stretch(String watch, WatchRequest request, long firstRevision, List<Call> calls) {
        /** Whether nothing is left out. */
        boolean isWhole() {
            return request.previous() && !request.skipPuts() && !request.skipDeletes();
        }
    }

    private final EtcdCluster cluster;
    private final boolean roams;
    private final WatchRequest request;
    private final String name;
    private final List<Stretch> stretches = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    /** When an event of a revision was first seen, nanoseconds. */
    private final Map<Long, Long> arrivals = new ConcurrentHashMap<>();

    private final Thread thread;
    private long heard;
    private volatile boolean over;

    /** Watches from the request's revision on, at a member for ever, or at that one first. */
    ResumingWatch(EtcdCluster cluster, int member, boolean roams, WatchRequest request) {
        this.cluster = cluster;
        this.roams = roams;
        this.request = request;
        this.name = (roams ? "roaming from m" : "m") + member;
        this.heard = request.startRevision() - 1;
        stretches.add(new Stretch(name, request, request.startRevision(), new ArrayList<>()));
        thread = Thread.startVirtualThread(() -> run(member));
    }

    private void run(int first) {
        int member = first;
        while (!over) {
            EtcdChannel channel = cluster.channel(member);
            try (WatchTape tape = new WatchTape(channel.open())) {
                tape.create(create());
                listen(tape);
                StreamPromises.broken(tape.responses()).ifPresent(this::breaks);
            }
            EtcdCluster.pause(POLL_MILLIS);
            channel.hurry();
            member = roams ? (member + 1) % cluster.size() : member;
        }
    }

    private WatchCreateRequest create() {
        WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder()
                .setKey(ByteString.copyFrom(request.range().start().array()))
                .setRangeEnd(ByteString.copyFrom(request.range().end().array()))
                .setStartRevision(heard() + 1)
                .setPrevKv(request.previous())
                .setProgressNotify(true)
                .setWatchId(1);
        if (request.skipPuts()) {
            create.addFilters(WatchCreateRequest.FilterType.NOPUT);
        }
        if (request.skipDeletes()) {
            create.addFilters(WatchCreateRequest.FilterType.NODELETE);
        }
        return create.build();
    }

    private void listen(WatchTape tape) {
        int seen = 0;
        for (int poll = 1; !over && !(roams && poll > POLLS_UNTIL_IT_ROAMS); poll++) {
            boolean ended = tape.end() != null; // before the responses, so that none is missed
            List<WatchResponse> responses = tape.responses();
            for (WatchResponse response : responses.subList(seen, responses.size())) {
                if (!take(response)) {
                    return;
                }
            }
            seen = responses.size();
            if (ended) {
                return;
            }
            if (poll % POLLS_PER_PROGRESS == 0) {
                tape.askProgress();
            }
            EtcdCluster.pause(POLL_MILLIS);
        }
    }

    /** False when the watch is over. */
    private synchronized boolean take(WatchResponse response) {
        if (response.getCanceled()) {
            if (response.getCompactRevision() > 0) {
                heard = Math.max(heard, response.getCompactRevision());
                stretches.add(new Stretch(name, request, heard + 1, new ArrayList<>()));
            }
            return false;
        }
        if (response.getEventsCount() > 0) {
            List<Event> events =
                    response.getEventsList().stream().map(ResumingWatch::event).toList();
            long last = events.getLast().kv().modRevision();
            for (Event event : events) {
                arrivals.putIfAbsent(event.kv().modRevision(), System.nanoTime());
            }
            call(new Call.Events(last, events));
        } else if (!response.getCreated()) {
            call(new Call.Progress(response.getHeader().getRevision()));
        }
        return true;
    }

    private void call(Call call) {
        stretches.getLast().calls().add(call);
        heard = Math.max(heard, call.revision());
    }

    /** The last revision that it heard of. */
    synchronized long heard() {
        return heard;
    }

    private synchronized void breaks(String promise) {
        broken.add("watch of " + name + ": " + promise);
    }

    /** What was heard. */
    synchronized List<Stretch> stretches() {
        return stretches.stream()
                .map(stretch ->
                        new Stretch(name, stretch.request(), stretch.firstRevision(), List.copyOf(stretch.calls())))
                .toList();
    }

    /** What single streams did wrong. */
    synchronized List<String> broken() {
        return List.copyOf(broken);
    }

    /** When an event of a revision was first seen, nanoseconds by revision. */
    Map<Long, Long> arrivals() {
        return Map.copyOf(arrivals);
    }

    /** Ends it and waits for the thread. */
    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Event event(io.tholepin.etcdwire.mvccpb.Event event) {
        return new Event(
                event.getType() == io.tholepin.etcdwire.mvccpb.Event.EventType.PUT ? Event.Type.PUT : Event.Type.DELETE,
                pair(event.getKv()),
                event.hasPrevKv() ? pair(event.getPrevKv()) : null);
    }

    /** As the store's records have it. */
    static KeyValue pair(io.tholepin.etcdwire.mvccpb.KeyValue pair) {
        return new KeyValue(
                Bytes.wrap(pair.getKey().toByteArray()),
                Bytes.wrap(pair.getValue().toByteArray()),
                pair.getCreateRevision(),
                pair.getModRevision(),
                pair.getVersion(),
                pair.getLease());
    }
}
