package io.tholepin.interop;

import com.google.protobuf.ByteString;
import io.tholepin.contracts.RecordingListener.Call;
import io.tholepin.contracts.WatchPromises;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A client that watches through faults as clientv3 does: when its stream ends it goes to another member and goes on after
 * the last event or progress it heard. Everything it hears is kept for the check. One thread of its own until closed.
 */
final class FaultWatch implements AutoCloseable {
    /** One stream: where it began and what came on it. */
    private record Stretch(long start, WatchTape tape) {}

    private final EtcdCluster cluster;
    private final WatchRequest request;
    private final List<Stretch> stretches = new ArrayList<>();
    private final Random random;
    private final Thread thread;
    private volatile boolean stop;

    /** Watches from {@code start} on. */
    FaultWatch(EtcdCluster cluster, WatchRequest request, Random random) {
        this.cluster = cluster;
        this.request = request;
        this.random = random;
        thread = Thread.startVirtualThread(this::work);
    }

    private void work() {
        long next = request.startRevision();
        while (!stop) {
            WatchTape tape = open(next);
            while (!stop && tape.end() == null) {
                tape.askProgress();
                tape.await(150, responses -> false);
            }
            next = Math.max(next, heard(tape) + 1);
            EtcdCluster.pause(20);
        }
    }

    private synchronized WatchTape open(long start) {
        int member = random.nextInt(cluster.size());
        cluster.channel(member).hurry();
        WatchTape tape = new WatchTape(cluster.channel(member).open());
        WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder()
                .setKey(wire(request.range().start()))
                .setRangeEnd(wire(request.range().end()))
                .setStartRevision(start)
                .setPrevKv(request.previous());
        if (request.skipPuts()) {
            create.addFilters(WatchCreateRequest.FilterType.NOPUT);
        }
        if (request.skipDeletes()) {
            create.addFilters(WatchCreateRequest.FilterType.NODELETE);
        }
        tape.create(create.build());
        stretches.add(new Stretch(start, tape));
        return tape;
    }

    /** The last revision that a stream told everything up to. */
    private static long heard(WatchTape tape) {
        long last = 0;
        for (WatchResponse response : tape.responses()) {
            if (response.getEventsCount() > 0) {
                last = Math.max(last, response.getEvents(response.getEventsCount() - 1).getKv().getModRevision());
            } else if (DifferentialSide.isProgress(response)) {
                last = Math.max(last, response.getHeader().getRevision());
            }
        }
        return last;
    }

    /** Waits until it has heard of everything up to {@code revision}. */
    boolean awaitHeard(long revision, long millis) {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < deadline) {
            synchronized (this) {
                if (!stretches.isEmpty() && heard(stretches.getLast().tape()) >= revision) {
                    return true;
                }
            }
            EtcdCluster.pause(20);
        }
        return false;
    }

    /** The first promise that any of its streams breaks. */
    synchronized Optional<String> broken(List<Event> history) {
        for (Stretch stretch : stretches) {
            List<WatchResponse> responses = stretch.tape().responses();
            Optional<String> broken = StreamPromises.broken(responses);
            if (broken.isPresent()) {
                return broken;
            }
            for (WatchResponse response : responses) {
                if (response.getCanceled()) {
                    return Optional.of("cancelled: " + Answer.of(response));
                }
            }
            try {
                new WatchPromises(history, request, stretch.start(), calls(responses)).check();
            } catch (AssertionError e) {
                String text = String.valueOf(e.getMessage());
                return Optional.of("watch of " + request + " from " + stretch.start() + ": "
                        + text.substring(0, Math.min(text.length(), 1500)));
            }
        }
        return Optional.empty();
    }

    /** Every event heard, each once, in order. */
    synchronized List<Event> events() {
        List<Event> events = new ArrayList<>();
        for (Stretch stretch : stretches) {
            stretch.tape().responses().forEach(response ->
                    response.getEventsList().forEach(event -> events.add(event(event))));
        }
        return events;
    }

    synchronized int streams() {
        return stretches.size();
    }

    /** How often progress was told below an event that had come before it: that is no lie, but it goes back. */
    synchronized int progressesBehind() {
        int behind = 0;
        for (Stretch stretch : stretches) {
            List<WatchResponse> responses = stretch.tape().responses();
            behind += (int) (responses.stream().filter(DifferentialSide::isProgress).count()
                    - calls(responses).stream().filter(Call.Progress.class::isInstance).count());
        }
        return behind;
    }

    private static List<Call> calls(List<WatchResponse> responses) {
        List<Call> calls = new ArrayList<>();
        long last = 0;
        for (WatchResponse response : responses) {
            if (response.getEventsCount() > 0) {
                List<Event> events =
                        response.getEventsList().stream().map(FaultWatch::event).toList();
                last = events.getLast().kv().modRevision();
                calls.add(new Call.Events(last, events));
            } else if (DifferentialSide.isProgress(response) && response.getHeader().getRevision() >= last) {
                calls.add(new Call.Progress(response.getHeader().getRevision()));
            }
        }
        return calls;
    }

    /** The wire's event as the store's. */
    static Event event(io.tholepin.etcdwire.mvccpb.Event wire) {
        return new Event(
                wire.getType() == io.tholepin.etcdwire.mvccpb.Event.EventType.PUT
                        ? Event.Type.PUT
                        : Event.Type.DELETE,
                pair(wire.getKv()),
                wire.hasPrevKv() ? pair(wire.getPrevKv()) : null);
    }

    private static KeyValue pair(io.tholepin.etcdwire.mvccpb.KeyValue wire) {
        return new KeyValue(
                Bytes.wrap(wire.getKey().toByteArray()),
                Bytes.wrap(wire.getValue().toByteArray()),
                wire.getCreateRevision(),
                wire.getModRevision(),
                wire.getVersion(),
                wire.getLease());
    }

    private static ByteString wire(Bytes bytes) {
        return ByteString.copyFrom(bytes.array());
    }

    /** Everything below a prefix, from {@code start} on. */
    static WatchRequest below(String prefix, long start, boolean previous, boolean skipPuts, boolean skipDeletes) {
        return new WatchRequest(
                KeyRange.prefix(Bytes.wrap(prefix.getBytes(java.nio.charset.StandardCharsets.UTF_8))),
                start,
                previous,
                skipPuts,
                skipDeletes);
    }

    @Override
    public void close() {
        stop = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            stretches.forEach(stretch -> stretch.tape().close());
        }
    }
}
