package io.tholepin.launcher;

import io.tholepin.kv.StoreMember;
import io.tholepin.replica.ReplicaConfig;
import io.tholepin.replica.ReplicaStore;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Several members of a store in this process, each with a folder of its own, that reach each other over loopback with
 * mutual TLS. Survives the loss of a folder's disk, not of the process; for trying out and testing what happens to a
 * control plane whose store fails over.
 *
 * <p>The ports are chosen at the first start and kept in the file {@code members}, because a member is named by them.
 */
final class LocalMembers implements AutoCloseable {
    /** Most members; more cost more than they give. Source: etcd's FAQ. */
    static final int COUNT_MAX = 7;

    private static final String HOST = "127.0.0.1";

    private static final int PORT_MIN = 15_000;
    private static final int PORT_MAX = 32_000;
    private static final int TRIES_MAX = 1_000;

    private final List<ReplicaStore> stores;
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();

    private LocalMembers(List<ReplicaStore> stores) {
        this.stores = stores;
        // One that breaks is a fault the others are there for; the first serves the API.
        stores.getFirst().broken().thenAccept(broken::complete);
    }

    /**
     * Opens {@code count} members below {@code dataDir} and returns when the first one takes requests.
     *
     * @param tls with which they reach each other
     * @throws Refusal when the folder holds another number of members, or a member cannot be opened
     */
    static LocalMembers open(Path dataDir, int count, ReplicaConfig.PeerTls tls) {
        List<Integer> ports = ports(dataDir, count);
        Map<String, List<String>> cluster = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            cluster.put(name(i), List.of("https://" + HOST + ":" + ports.get(i)));
        }
        List<CompletableFuture<ReplicaStore>> opening = new ArrayList<>();
        cluster.forEach((name, urls) -> {
            ReplicaConfig config = ReplicaConfig.in(dataDir.resolve(name))
                    .withMember(new ReplicaConfig.Member(name, List.of()))
                    .withPeers(ReplicaConfig.Peers.of(urls, urls, cluster).withTls(tls));
            opening.add(opening(config));
        });
        List<ReplicaStore> stores = new ArrayList<>();
        CompletionException failure = null;
        for (CompletableFuture<ReplicaStore> one : opening) {
            try {
                stores.add(one.join());
            } catch (CompletionException e) {
                failure = e;
            }
        }
        if (failure != null) {
            stores.forEach(ReplicaStore::close);
            throw new Refusal(why(failure), failure);
        }
        MemberProcess.awaitLeader(stores.getFirst());
        return new LocalMembers(stores);
    }

    /** The member that the API server uses. */
    StoreMember first() {
        return stores.getFirst();
    }

    /** Completes when the first member has stopped for good. */
    CompletableFuture<Throwable> broken() {
        return broken;
    }

    @Override
    public void close() {
        stores.forEach(ReplicaStore::close);
    }

    /** Each waits for a quorum of the others, so all open at once. */
    private static CompletableFuture<ReplicaStore> opening(ReplicaConfig config) {
        CompletableFuture<ReplicaStore> opened = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("open-" + config.member().name()).start(() -> {
            try {
                opened.complete(ReplicaStore.open(config));
            } catch (IOException | RuntimeException e) {
                opened.completeExceptionally(e);
            }
        });
        return opened;
    }

    private static String why(CompletionException failure) {
        Throwable cause = failure.getCause();
        return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    }

    private static String name(int index) {
        return "store-" + (index + 1);
    }

    private static List<Integer> ports(Path dataDir, int count) {
        Path file = dataDir.resolve("members");
        try {
            if (Files.exists(dataDir.resolve("store"))) {
                throw new Refusal(
                        "data folder " + dataDir + " holds a store of one member: leave out --members or use another"
                                + " --data-dir",
                        null);
            }
            if (!Files.exists(file)) {
                Files.createDirectories(dataDir);
                Files.write(file, freePorts(count).stream().map(String::valueOf).toList());
            }
            List<Integer> ports =
                    Files.readAllLines(file).stream().map(Integer::valueOf).toList();
            if (ports.size() != count) {
                throw new Refusal(
                        "data folder " + dataDir + " holds a store of " + ports.size() + " members (asked for: " + count
                                + ")",
                        null);
            }
            return ports;
        } catch (IOException | NumberFormatException e) {
            throw new Refusal("cannot use " + file + ": " + e, e);
        }
    }

    /** For ever: so none that the system may give to a client while a member is down. */
    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int tries = 1; sockets.size() < count; tries++) {
                int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
                try {
                    sockets.add(new ServerSocket(port, 1, InetAddress.getByName(HOST)));
                } catch (BindException taken) {
                    if (tries == TRIES_MAX) {
                        throw taken;
                    }
                }
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }
}
