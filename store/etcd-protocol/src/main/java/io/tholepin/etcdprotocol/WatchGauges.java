package io.tholepin.etcdprotocol;

import java.util.concurrent.atomic.AtomicInteger;

/** How many streams and watches there are, told to an observer whenever that changes. Thread-safe. */
final class WatchGauges {
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
}
