package io.tholepin.etcdprotocol;

import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.tholepin.kv.StoreMember;
import java.util.ArrayList;
import java.util.List;

/**
 * Every gRPC service of a member, apart from the ports it is served on: also for a gateway in the same process. Shared
 * by all ports. Thread-safe.
 */
public final class EtcdServices implements AutoCloseable {
    private final List<ServerServiceDefinition> definitions = new ArrayList<>();
    private final LiveCalls liveCalls;
    private final CallGate gate;
    private final CallMeter meter;
    private final Ticker ticker;

    /** The services over {@code member}, which stays its owner's to close. */
    public EtcdServices(
            StoreMember member, EtcdServerConfig config, ServerObserver observer, SnapshotWriter snapshots) {
        this.ticker = new Ticker();
        this.liveCalls = new LiveCalls(member);
        this.gate = new CallGate(member, liveCalls);
        this.meter = new CallMeter(observer);
        Access access = new Access(member);
        Headers headers = new Headers(member);
        add(new ClusterService(access, headers));
        ticker.every(config.electionTimeout(), liveCalls::checkLeader);
        ticker.every(CallGate.LEARNER_CHECK, gate::checkLearner);
    }

    /** The services, to be put on a server together with {@link #gate} and {@link #meter}. */
    List<ServerServiceDefinition> definitions() {
        return definitions;
    }

    ServerInterceptor gate() {
        return gate;
    }

    ServerStreamTracer.Factory meter() {
        return meter;
    }

    LiveCalls liveCalls() {
        return liveCalls;
    }

    private void add(BindableService service) {
        ServerServiceDefinition definition = service.bindService();
        definitions.add(definition);
        meter.learn(definition.getServiceDescriptor());
    }

    /** Stops the services' own threads; calls under way are the ports' business. */
    @Override
    public void close() {
        ticker.close();
    }
}
