package io.tholepin.etcdprotocol;

import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.tholepin.kv.StoreMember;
import java.io.IOException;
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
    private final Tokens tokens;
    private final Passwords passwords;
    private final ServerInterceptor tokenWait;

    /** The services over {@code member} with etcd's defaults for auth. */
    public EtcdServices(StoreMember member, EtcdServerConfig config, ServerObserver observer, SnapshotWriter snapshots)
            throws IOException {
        this(member, config, AuthConfig.DEFAULT, observer, snapshots);
    }

    /**
     * The services over {@code member}, which stays its owner's to close.
     *
     * @throws IOException when a key for tokens cannot be read
     */
    public EtcdServices(
            StoreMember member,
            EtcdServerConfig config,
            AuthConfig auth,
            ServerObserver observer,
            SnapshotWriter snapshots)
            throws IOException {
        this.ticker = new Ticker();
        this.liveCalls = new LiveCalls(member);
        this.gate = new CallGate(member, liveCalls);
        this.meter = new CallMeter(observer, new SlowCalls(config.slowRequest()));
        this.tokens = auth.tokens(member);
        this.passwords = new Passwords(auth.bcryptCost());
        boolean certificates = config.tls().map(ServerTls::clientCertAuth).orElse(false);
        Access access = new Access(member, tokens, certificates);
        this.tokenWait = new TokenWait(access);
        Headers headers = new Headers(member);
        add(new KvService(config, access, gate, headers));
        add(new LeaseService(access, headers));
        WatchService watches = new WatchService(member, access, headers, config, observer);
        add(watches);
        add(new ClusterService(access, headers));
        Snapshots sender = new Snapshots(snapshots, config.clusterVersion(), observer);
        add(new MaintenanceService(config, access, headers, sender, observer));
        add(new HealthService());
        add(new AuthService(member, access, tokens, passwords));
        WaitingCalls waiting = new WaitingCalls();
        add(new LockService(access, headers, waiting));
        add(new ElectionService(access, headers, waiting));
        ticker.every(config.electionTimeout(), liveCalls::checkLeader);
        ticker.every(WatchService.PROGRESS_CHECK, watches::tellProgress);
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
        ServerServiceDefinition definition = ServerInterceptors.intercept(service.bindService(), tokenWait);
        definitions.add(definition);
        meter.learn(definition.getServiceDescriptor());
    }

    /** Stops the services' own threads; calls under way are the ports' business. */
    @Override
    public void close() {
        ticker.close();
        passwords.close();
        tokens.close();
    }
}
