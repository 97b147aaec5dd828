package io.tholepin.etcdprotocol;

import io.grpc.ManagedChannel;
import io.tholepin.etcdwire.etcdserverpb.CompactionRequest;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrantRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrpc;
import io.tholepin.etcdwire.etcdserverpb.LeaseKeepAliveRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseLeasesRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseRevokeRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseStatus;
import io.tholepin.etcdwire.etcdserverpb.LeaseTimeToLiveRequest;
import io.tholepin.etcdwire.etcdserverpb.ResponseHeader;
import io.tholepin.etcdwire.etcdserverpb.StatusResponse;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Lease;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import io.tholepin.kv.Watch;
import io.tholepin.kv.WatchListener;
import io.tholepin.kv.WatchRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A real etcd as a store, over gRPC: one cluster, reached through one endpoint or several. Everything that
 * {@link Store} promises holds; what a client cannot know is what it has heard so far: {@link #status} and
 * {@link StoreException#compactRevision} tell the highest revisions seen in answers, and a watch from now on begins
 * after the highest revision seen before the call.
 *
 * <p>A write whose answer was lost is unknown, never failed, and never sent twice; a read is sent again while its
 * deadline lasts. Watches go on over another connection when theirs is lost, without gap or repetition. Thread-safe;
 * futures complete on the connections' event loops, listeners are called on virtual threads of their own. Source:
 * etcd API guarantees; contract 1.3, 2 and 5.
 */
public final class EtcdStore implements Store {
    private static final System.Logger LOG = System.getLogger(EtcdStore.class.getName());

    /** As {@link StoreStatus} has it: etcd's status does not count keys. */
    private static final long KEYS_UNKNOWN = -1;

    /** A key that nobody has: reading it costs a round of the quorum and nothing else. */
    private static final KeyRange NOTHING = KeyRange.key(Bytes.wrap(new byte[1]));

    /** How soon a lost connection is tried again, whatever gRPC's growing pauses are. */
    private static final Duration RECONNECT = Duration.ofSeconds(1);

    /** A compaction that waits for the space to be reclaimed takes as long as there is to reclaim. */
    private static final Duration PHYSICAL_COMPACTION_MAX = Duration.ofMinutes(10);

    private final EtcdStoreConfig config;
    private final ScheduledThreadPoolExecutor timer;
    private final EtcdChannels channels;
    private final ManagedChannel channel;
    private final EtcdCalls calls;
    private final EtcdMembers members;
    private final List<WatchLane> lanes = new ArrayList<>();
    private final AtomicLong revision = new AtomicLong();
    private final AtomicLong compactRevision = new AtomicLong(-1);
    private volatile ResponseHeader header = ResponseHeader.getDefaultInstance();
    private volatile boolean closed;

    private EtcdStore(EtcdStoreConfig config) throws IOException {
        this.config = config;
        this.timer = timer();
        this.channels = new EtcdChannels(config);
        this.channel = channels.open(config.endpoints());
        this.calls = new EtcdCalls(channel, timer, config.requestTimeout(), () -> Math.max(0, compactRevision.get()));
        this.members = new EtcdMembers(config, channels, timer);
        for (int i = 0; i < config.watchStreams(); i++) {
            lanes.add(new WatchLane(channel, timer, config.progressInterval(), this::heard));
        }
        timer.scheduleWithFixedDelay(
                channel::resetConnectBackoff, RECONNECT.toMillis(), RECONNECT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1,
                task -> Thread.ofPlatform().daemon().name("etcd-client-timer").unstarted(task));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return timer;
    }

    /**
     * Connects, and returns when a quorum has answered.
     *
     * @throws StoreException when none does within the config's {@code requestTimeout}
     * @throws IOException when a certificate or key cannot be read
     */
    public static EtcdStore open(EtcdStoreConfig config) throws IOException {
        EtcdStore store = new EtcdStore(config);
        try {
            CompletableFuture<Void> asked = store.members.ask();
            store.currentRevision().join();
            asked.completeOnTimeout(null, config.requestTimeout().toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            return store;
        } catch (CompletionException e) {
            StoreException why = store.reason(e);
            store.close();
            throw why;
        }
    }

    /** Why there is no connection, or what else went wrong when it was opened. */
    private StoreException reason(CompletionException failure) {
        try {
            calls.tryOnce(KVGrpc.getRangeMethod(), WireRequests.range(RangeRequest.of(NOTHING)))
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StoreException why) {
                return why;
            }
        }
        if (failure.getCause() instanceof StoreException first) {
            return first;
        }
        throw failure;
    }

    /** Whether its watches tell their progress reliably, as of now: endpoints may be replaced. */
    public EtcdProgress progress() {
        return members.progress();
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        var request = WireRequests.txn(txn);
        var answer = txn.isReadOnly()
                ? calls.read(KVGrpc.getTxnMethod(), request)
                : calls.write(KVGrpc.getTxnMethod(), request);
        return answer.thenApply(wire -> {
            heard(wire.getHeader());
            return WireResults.txn(wire);
        });
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        return calls.read(KVGrpc.getRangeMethod(), WireRequests.range(request)).thenApply(wire -> {
            heard(wire.getHeader());
            return WireResults.range(wire);
        });
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        return range(RangeRequest.of(NOTHING).limit(1)).thenApply(RangeResult::revision);
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        if (request.range().start().isEmpty()) {
            throw StoreException.of(StoreException.Code.EMPTY_KEY);
        }
        WatchLane lane =
                lanes.stream().min(Comparator.comparingInt(WatchLane::size)).orElseThrow();
        RemoteWatch watch = new RemoteWatch(
                watchable(request),
                listener,
                lane,
                revision::get,
                config.watchQueueBytesMax(),
                members.progress().trusted(),
                this::currentRevision);
        if (request.startRevision() < 0) {
            watch.end(StoreException.compacted(Math.max(0, compactRevision.get())));
        } else {
            lane.add(watch);
        }
        return watch;
    }

    /** etcd refuses to watch an empty range, which is no mistake here: it is watched without hearing anything. */
    private static WatchRequest watchable(WatchRequest request) {
        KeyRange range = request.range();
        if (range.isSingleKey() || range.isOpenEnded() || range.start().compareTo(range.end()) < 0) {
            return request;
        }
        return new WatchRequest(KeyRange.key(range.start()), request.startRevision(), false, true, true);
    }

    @Override
    public CompletableFuture<Long> compact(long at, boolean physical) {
        CompactionRequest request = CompactionRequest.newBuilder()
                .setRevision(at)
                .setPhysical(physical)
                .build();
        return calls.write(
                        KVGrpc.getCompactMethod(),
                        request,
                        physical ? PHYSICAL_COMPACTION_MAX : config.requestTimeout())
                .thenApply(wire -> {
                    heard(wire.getHeader());
                    compactRevision.accumulateAndGet(at, Math::max);
                    return wire.getHeader().getRevision();
                });
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttlSeconds) {
        LeaseGrantRequest request =
                LeaseGrantRequest.newBuilder().setID(id).setTTL(ttlSeconds).build();
        return calls.write(LeaseGrpc.getLeaseGrantMethod(), request).thenApply(wire -> {
            heard(wire.getHeader());
            return new Lease(wire.getID(), wire.getTTL(), wire.getTTL(), List.of());
        });
    }

    @Override
    public CompletableFuture<Long> leaseRevoke(long id) {
        LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(id).build();
        return calls.write(LeaseGrpc.getLeaseRevokeMethod(), request).thenApply(wire -> {
            heard(wire.getHeader());
            return wire.getHeader().getRevision();
        });
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        LeaseKeepAliveRequest request =
                LeaseKeepAliveRequest.newBuilder().setID(id).build();
        return calls.first(LeaseGrpc.getLeaseKeepAliveMethod(), request)
                .thenApply(wire -> new Lease(id, wire.getTTL(), wire.getTTL(), List.of()));
    }

    @Override
    public CompletableFuture<Lease> leaseTimeToLive(long id, boolean keys) {
        LeaseTimeToLiveRequest request =
                LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build();
        return calls.read(LeaseGrpc.getLeaseTimeToLiveMethod(), request).thenApply(WireResults::lease);
    }

    @Override
    public CompletableFuture<List<Long>> leases() {
        return calls.read(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance())
                .thenApply(wire ->
                        wire.getLeasesList().stream().map(LeaseStatus::getID).toList());
    }

    /** Of the member that answered last; sizes, leader and log of one that was asked within the check interval. */
    @Override
    public StoreStatus status() {
        ResponseHeader last = header;
        StatusResponse known = members.any();
        StatusResponse status = known == null ? StatusResponse.getDefaultInstance() : known;
        return new StoreStatus(
                last.getClusterId(),
                last.getMemberId(),
                status.getLeader(),
                last.getRaftTerm(),
                revision.get(),
                compactRevision.get(),
                status.getRaftIndex(),
                status.getRaftAppliedIndex(),
                status.getDbSize(),
                status.getDbSizeInUse(),
                status.getDbSizeQuota(),
                KEYS_UNKNOWN,
                status.getIsLearner());
    }

    private void heard(ResponseHeader fresh) {
        revision.accumulateAndGet(fresh.getRevision(), Math::max);
        long cluster = header.getClusterId();
        if (cluster != 0 && fresh.getClusterId() != 0 && cluster != fresh.getClusterId()) {
            LOG.log(
                    Level.ERROR,
                    "the endpoints {0} belong to different clusters, {1} and {2}: revisions cannot be compared",
                    config.endpoints(),
                    Long.toUnsignedString(cluster, 16),
                    Long.toUnsignedString(fresh.getClusterId(), 16));
        }
        if (fresh.getMemberId() != 0) {
            header = fresh;
        }
    }

    private void heard(WatchResponse response) {
        heard(response.getHeader());
        if (response.getCompactRevision() > 0) {
            compactRevision.accumulateAndGet(response.getCompactRevision(), Math::max);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        calls.close();
        lanes.forEach(WatchLane::close);
        members.close();
        timer.shutdownNow();
        channel.shutdownNow();
        channels.close();
    }
}
