package io.tholepin.interop;

import static org.awaitility.Awaitility.await;

import io.tholepin.client.ClusterAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Several {@code thole up --initial-cluster}: members of one store, each with an API server. Not thread-safe. */
final class ControlPlanes implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final EtcdCluster cluster;
    private final List<URI> servers;

    private ControlPlanes(EtcdCluster cluster, List<URI> servers) {
        this.cluster = cluster;
        this.servers = servers;
    }

    /** Starts them and waits until all are ready. */
    static ControlPlanes start(int size, Path folder, MemberNetwork network) {
        List<URI> servers = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            servers.add(URI.create("https://" + network.clientHost(i) + ":" + network.freePort()));
        }
        EtcdLike kind =
                new EtcdLike("thole up", List.of(Thole.ROOT.resolve("thole").toString(), "up"), List.of());
        ControlPlanes planes = new ControlPlanes(
                EtcdCluster.prepare(kind, size, folder, network, index -> flags(servers.get(index))), servers);
        try {
            planes.startAll();
        } catch (RuntimeException | Error e) {
            System.out.println(planes.cluster.logs(25));
            planes.close();
            throw e;
        }
        return planes;
    }

    private static List<String> flags(URI server) {
        return List.of("--bind-address", server.getHost(), "--port", Integer.toString(server.getPort()));
    }

    private void startAll() {
        cluster.member(0).start();
        Path first = pki(0);
        await().atMost(PATIENCE).until(() -> Files.exists(first.resolve("admin.crt"))); // the last that is written
        for (int i = 1; i < servers.size(); i++) {
            copy(first, pki(i));
            cluster.member(i).start();
        }
        for (int i = 0; i < servers.size(); i++) {
            awaitReady(i);
        }
    }

    private Path pki(int index) {
        return cluster.member(index).data().resolve("pki");
    }

    /** Copies a folder of certificates. */
    static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until an API server says that it is ready. */
    void awaitReady(int index) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> isReady(index));
    }

    private boolean isReady(int index) throws InterruptedException {
        if (!cluster.member(index).isAlive()) {
            throw new AssertionError(cluster.logs(25));
        }
        if (!Files.exists(kubeconfig(index))) {
            return false;
        }
        try (HttpClient http = HttpClient.newBuilder()
                .sslContext(ClusterAccess.fromKubeconfig(kubeconfig(index)).tls())
                .build()) {
            HttpRequest ready = HttpRequest.newBuilder(servers.get(index).resolve("/readyz"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private Path kubeconfig(int index) {
        return cluster.member(index).data().resolve("admin.kubeconfig");
    }

    /** An administrator's, for all of them but for the address. */
    Path kubeconfig() {
        return kubeconfig(0);
    }

    List<URI> servers() {
        return List.copyOf(servers);
    }

    /** The processes, which also serve etcd's API. */
    EtcdCluster cluster() {
        return cluster;
    }

    @Override
    public void close() {
        cluster.close();
    }
}
