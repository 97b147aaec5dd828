package io.tholepin.launcher;

import io.tholepin.etcdprotocol.EtcdServer;
import io.tholepin.etcdprotocol.EtcdServerConfig;
import io.tholepin.etcdprotocol.EtcdServices;
import io.tholepin.etcdprotocol.HttpRoutes;
import io.tholepin.etcdprotocol.ListenUrl;
import io.tholepin.etcdprotocol.Metrics;
import io.tholepin.kv.StoreMember;
import io.tholepin.replica.ReplicaStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A member of the store that other processes use: it listens to its peers and, when asked to, to etcd's clients. */
final class MemberProcess implements AutoCloseable {
    /** Others may have to be started by hand. */
    private static final long LEADER_SECONDS_MAX = 300;

    private static final System.Logger LOG = System.getLogger(MemberProcess.class.getName());

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final ReplicaStore store;
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();

    private List<Integer> clientPorts = List.of();

    private MemberProcess(ReplicaStore store) {
        this.store = store;
        parts.push(store);
        store.broken().thenAccept(broken::complete);
    }

    /**
     * Starts one and returns when it serves.
     *
     * @throws Refusal when the folder or a port cannot be used
     */
    static MemberProcess start(MemberFlags flags) {
        Metrics metrics = new Metrics();
        flags.discover(new DnsMembers(DnsMembers.SYSTEM));
        flags.keepOwnCertificates(Instant.now());
        MemberProcess process;
        try {
            process = new MemberProcess(ReplicaStore.open(flags.member(metrics)));
        } catch (IOException e) {
            throw new Refusal(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
        if (flags.servesClients()) {
            boolean serving = false;
            try {
                process.serve(flags, metrics);
                serving = true;
            } catch (IOException e) {
                throw new Refusal(e.getMessage() == null ? e.toString() : e.getMessage(), e);
            } finally {
                if (!serving) {
                    process.close();
                }
            }
        }
        return process;
    }

    private void serve(MemberFlags flags, Metrics metrics) throws IOException {
        EtcdServerConfig config = flags.server();
        if (flags.checksInitially()) {
            requireSameData();
        }
        EtcdServices services =
                new EtcdServices(store, config, flags.auth(), metrics, new SnapshotFiles(flags.folder())::write);
        HttpRoutes http = new HttpRoutes(store, services, config, flags.http(), metrics);
        parts.push(http);
        EtcdServer server = new EtcdServer(config, services, http);
        parts.push(server);
        clientPorts = server.ports();
        store.ready()
                .thenRun(() -> served(config.listen(), clientPorts)
                        .forEach(url ->
                                LOG.log(System.Logger.Level.INFO, "ready to serve client requests on {0}", url)));
    }

    /** The URLs with the ports that the system chose. */
    private static List<ListenUrl> served(List<ListenUrl> urls, List<Integer> ports) {
        return IntStream.range(0, urls.size())
                .mapToObj(i -> {
                    ListenUrl url = urls.get(i);
                    return url.isSocket() ? url : new ListenUrl(url.secure(), url.host(), ports.get(i));
                })
                .toList();
    }

    /** etcd's initial corruption check. */
    private void requireSameData() {
        List<String> differing =
                store.differingMembers().join().stream().map(Long::toHexString).toList();
        if (!differing.isEmpty()) {
            throw new Refusal(
                    "initial-corrupt-check: the data of this member differs from that of "
                            + String.join(", ", differing)
                            + " (expected: the same keys at the same revision); remove the member, empty its folder and"
                            + " add it again",
                    null);
        }
    }

    /**
     * Returns when the store knows a leader for the first time.
     *
     * @throws Refusal when that takes too long: too few of the others run or can be reached
     */
    static void awaitLeader(ReplicaStore store) {
        try {
            store.ready().orTimeout(LEADER_SECONDS_MAX, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new Refusal(
                    "the members of the store have elected no leader in " + LEADER_SECONDS_MAX
                            + " s: start the others, or look whether they reach each other",
                    e);
        }
    }

    /** The store once it takes requests; blocks until then. */
    StoreMember readyStore() {
        awaitLeader(store);
        return store;
    }

    /** The ports of the client URLs, in their order. */
    List<Integer> clientPorts() {
        return clientPorts;
    }

    /** Completes when the store can no longer keep what it acknowledges: end the process. */
    CompletableFuture<Throwable> broken() {
        return broken;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "stopping: " + e.getMessage(), e);
            }
        }
    }
}
