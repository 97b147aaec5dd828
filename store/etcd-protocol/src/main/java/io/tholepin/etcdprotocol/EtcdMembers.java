package io.tholepin.etcdprotocol;

import io.grpc.ManagedChannel;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.StatusRequest;
import io.tholepin.etcdwire.etcdserverpb.StatusResponse;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What each endpoint says of itself, asked one by one from time to time. An endpoint that has never answered counts as
 * one that cannot be relied on; one that stops answering counts as what it was. Thread-safe.
 */
final class EtcdMembers implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EtcdMembers.class.getName());
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

    /** How often they are asked until all have answered. */
    private static final Duration FIRST_INTERVAL = Duration.ofSeconds(1);

    private final Map<EtcdEndpoint, ManagedChannel> channels = new LinkedHashMap<>();
    private final Map<EtcdEndpoint, EtcdCalls> calls = new LinkedHashMap<>();
    private final Map<EtcdEndpoint, StatusResponse> answers = new LinkedHashMap<>();
    private final ScheduledExecutorService timer;
    private final Duration interval;
    private volatile EtcdProgress progress;
    private volatile boolean closed;

    /** Opens a connection to each of the config's endpoints when it is first asked. */
    EtcdMembers(EtcdStoreConfig config, EtcdChannels opener, ScheduledExecutorService timer) {
        this.timer = timer;
        this.interval = config.checkInterval();
        for (EtcdEndpoint endpoint : config.endpoints()) {
            ManagedChannel channel = opener.open(List.of(endpoint));
            channels.put(endpoint, channel);
            calls.put(endpoint, new EtcdCalls(channel, timer, ANSWER_MAX, () -> 0));
        }
        this.progress = judge();
    }

    /** Asks all of them now, and again later; completes when each has answered or failed to. */
    CompletableFuture<Void> ask() {
        channels.values().forEach(ManagedChannel::resetConnectBackoff);
        List<CompletableFuture<?>> asked = new ArrayList<>();
        calls.forEach((endpoint, one) ->
                asked.add(one.read(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance())
                        .handle((status, failure) -> {
                            if (failure == null) {
                                answered(endpoint, status);
                            } else {
                                LOG.log(Level.DEBUG, "etcd at {0} does not say how it is: {1}", endpoint, failure);
                            }
                            return endpoint;
                        })));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).whenComplete((all, never) -> {
            if (!closed) {
                Duration pause = complete() ? interval : FIRST_INTERVAL;
                timer.schedule(this::ask, pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
    }

    private synchronized boolean complete() {
        return answers.size() == calls.size();
    }

    private synchronized void answered(EtcdEndpoint endpoint, StatusResponse status) {
        answers.put(endpoint, status);
        EtcdProgress before = progress;
        EtcdProgress now = judge();
        progress = now;
        if (!before.equals(now) && complete()) {
            if (now.trusted()) {
                LOG.log(Level.DEBUG, "watch progress of etcd is relied on");
            } else {
                LOG.log(Level.WARNING, "watch progress of etcd is not relied on: {0}", now.why());
            }
        }
    }

    private synchronized EtcdProgress judge() {
        List<String> bad = new ArrayList<>();
        for (EtcdEndpoint endpoint : calls.keySet()) {
            StatusResponse status = answers.get(endpoint);
            if (status == null) {
                bad.add(endpoint + " has not said its version");
            } else if (!new EtcdVersion(status.getVersion()).progressIsTrustworthy()) {
                bad.add(endpoint + " is etcd " + status.getVersion() + " (expected: " + EtcdVersion.EXPECTED + ")");
            }
        }
        return new EtcdProgress(bad.isEmpty(), String.join(", ", bad));
    }

    /** What all of them together can do. */
    EtcdProgress progress() {
        return progress;
    }

    /** The last answer of one that has answered; of the first in the list. Null when none has. */
    synchronized @Nullable StatusResponse any() {
        return answers.isEmpty() ? null : answers.values().iterator().next();
    }

    @Override
    public void close() {
        closed = true;
        calls.values().forEach(EtcdCalls::close);
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}
