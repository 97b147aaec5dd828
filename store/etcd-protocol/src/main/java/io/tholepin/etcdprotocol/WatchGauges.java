package io.tholepin.etcdprotocol;

import io.tholepin.etcdwire.etcdserverpb.WatchGrpc;
import java.util.concurrent.atomic.AtomicInteger;

/** How many streams and watches there are and what they send, told to an observer. Thread-safe. */
final class WatchGauges {
    private static final ServerObserver.Method WATCH = CallMeter.of(WatchGrpc.getWatchMethod());

    private final ServerObserver observer;
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicInteger watches = new AtomicInteger();
    private final AtomicInteger slow = new AtomicInteger();

    WatchGauges(ServerObserver observer) {
        this.observer = observer;
    }

    void streams(int change) {
        observer.watchStreams(streams.addAndGet(change));
    }

    void watches(int change) {
        observer.watches(watches.addAndGet(change));
    }

    void slow(int change) {
        observer.slowWatches(slow.addAndGet(change));
    }

    void sent(int events) {
        observer.eventsSent(events);
    }

    /** Messages went past gRPC, which tells of the others. */
    void sentDirectly(int messages, long bytes) {
        observer.messagesSent(WATCH, messages);
        observer.bytesSent(bytes);
    }
}
