package io.tholepin.etcdprotocol;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.tholepin.etcdwire.etcdserverpb.WatchGrpc;
import io.tholepin.etcdwire.etcdserverpb.WatchRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.kv.StoreMember;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Watches: each call is a {@link WatchStream}. Also sees to it that watches which asked for progress hear of it: at
 * their interval, and soon after the revision moved without an event for them, as often as the number of such watches
 * allows. Thread-safe.
 */
final class WatchService implements BindableService {
    /** How often to look whether there is progress to tell; also the shortest time between two pushes. */
    static final Duration PROGRESS_CHECK = Duration.ofMillis(20);

    /** What one pushed notification may take of the time: at most 2,000 a second. */
    private static final long NANOS_PER_PUSH = 500_000;

    /** Shared by the streams. */
    record Parts(
            StoreMember member,
            Access access,
            WatchFrames frames,
            Headers headers,
            WatchGauges gauges,
            long progressIntervalNanos) {}

    private final Parts parts;
    private final Set<WatchStream> streams = ConcurrentHashMap.newKeySet();
    private final AtomicInteger progressWatches = new AtomicInteger();

    // The ticker's.
    private long pushedRevision;
    private long pushedAt = System.nanoTime();
    private long checkedAt = pushedAt;

    WatchService(StoreMember member, Access access, Headers headers, EtcdServerConfig config, ServerObserver observer) {
        this.parts = new Parts(
                member,
                access,
                new WatchFrames(headers, new EventBytes(), config.frameBytesMax()),
                headers,
                new WatchGauges(observer),
                config.progressNotifyInterval().toNanos());
        observer.pendingEvents(
                () -> streams.stream().mapToLong(WatchStream::queuedEvents).sum());
    }

    @Override
    public ServerServiceDefinition bindService() {
        MethodDescriptor<WatchRequest, WatchResponse> wire = WatchGrpc.getWatchMethod();
        MethodDescriptor<WatchRequest, WatchFrame> method = wire.toBuilder(
                        wire.getRequestMarshaller(), WatchFrame.MARSHALLER)
                .build();
        ServiceDescriptor service = ServiceDescriptor.newBuilder(WatchGrpc.SERVICE_NAME)
                .addMethod(method)
                .build();
        return ServerServiceDefinition.builder(service)
                .addMethod(method, this::open)
                .build();
    }

    private ServerCall.Listener<WatchRequest> open(ServerCall<WatchRequest, WatchFrame> call, Metadata headers) {
        WatchStream stream = new WatchStream(parts, call, progressWatches, streams::remove);
        streams.add(stream);
        stream.start(Confirming.said(headers));
        return stream;
    }

    /** Asks for the progress that is due; from the ticker, each {@link #PROGRESS_CHECK}. */
    void tellProgress() {
        int watches = progressWatches.get();
        if (watches == 0) {
            return;
        }
        long now = System.nanoTime();
        long revision = parts.member().revision();
        long period = Math.max(PROGRESS_CHECK.toNanos(), watches * NANOS_PER_PUSH);
        boolean push = revision != pushedRevision && now - pushedAt >= period;
        boolean intervals = now - checkedAt >= parts.progressIntervalNanos() / 20;
        if (push) {
            pushedRevision = revision;
            pushedAt = now;
        }
        if (intervals) {
            checkedAt = now;
        }
        if (push || intervals) {
            streams.forEach(stream -> stream.askForProgress(revision, now));
        }
    }
}
