package io.tholepin.load;

import io.tholepin.client.ClusterAccess;
import io.tholepin.client.HttpsTransport;
import io.tholepin.client.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Subject} that runs, with data that outlives it: processes of ours on loopback, stopped by {@link #close}.
 * Thread-safe.
 */
final class Cluster implements AutoCloseable {
    private static final Duration ANSWER_MAX = Duration.ofMinutes(5);
    private static final Duration START_MAX = Duration.ofMinutes(3);
    private static final long STORE_QUOTA_BYTES = 8L << 30;

    private final @Nullable ChildProcess store;
    private final ChildProcess apiServer;
    private final @Nullable URI storeMetrics;
    private final List<HttpsTransport> connections = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    private Cluster(
            @Nullable ChildProcess store, ChildProcess apiServer, @Nullable URI storeMetrics, ClusterAccess access) {
        this.store = store;
        this.apiServer = apiServer;
        this.storeMetrics = storeMetrics;
        for (int i = 0; i < 8; i++) {
            connections.add(new HttpsTransport(access, ANSWER_MAX));
        }
    }

    /**
     * Starts it and waits until it serves.
     *
     * @param folder where its data and logs are, from an earlier start perhaps
     * @param cacheReads whether lists are answered from the watch cache
     */
    static Cluster start(Subject subject, Programs programs, Path folder, boolean cacheReads)
            throws IOException, InterruptedException {
        String switches = "--feature-gates=ConsistentListFromCache=" + cacheReads;
        Path data = folder.resolve("control-plane");
        if (subject == Subject.EMBEDDED) {
            return serving(
                    null,
                    ChildProcess.start(
                            folder,
                            "thole-up",
                            programs.thole("up", "--port", "0", "--data-dir", data.toString(), switches)),
                    null);
        }
        String url = "http://127.0.0.1:" + freePort();
        List<String> flags = List.of(
                "--data-dir",
                folder.resolve("store").toString(),
                "--listen-client-urls",
                url,
                "--advertise-client-urls",
                url,
                "--listen-peer-urls",
                "http://127.0.0.1:" + freePort(),
                "--quota-backend-bytes",
                Long.toString(STORE_QUOTA_BYTES));
        ChildProcess store = subject == Subject.ETCD
                ? ChildProcess.start(folder, "etcd", programs.etcd(flags))
                : ChildProcess.start(folder, "thole-store", programs.thole("store", flags.toArray(String[]::new)));
        try {
            awaitHealth(store, URI.create(url + "/health"));
            return serving(
                    store,
                    ChildProcess.start(
                            folder,
                            "thole-apiserver",
                            programs.thole(
                                    "apiserver",
                                    "--etcd-servers=" + url,
                                    "--secure-port=0",
                                    "--data-dir",
                                    data.toString(),
                                    switches)),
                    URI.create(url + "/metrics"));
        } catch (IOException | InterruptedException | RuntimeException failed) {
            store.close();
            throw failed;
        }
    }

    private static Cluster serving(@Nullable ChildProcess store, ChildProcess apiServer, @Nullable URI storeMetrics)
            throws IOException {
        try {
            Path kubeconfig = apiServer.awaitReady();
            return new Cluster(store, apiServer, storeMetrics, ClusterAccess.fromKubeconfig(kubeconfig));
        } catch (IOException | RuntimeException failed) {
            apiServer.close();
            throw failed;
        }
    }

    private static void awaitHealth(ChildProcess store, URI health) throws IOException, InterruptedException {
        long end = System.nanoTime() + START_MAX.toNanos();
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (!healthy(http, health)) {
                if (!store.isAlive() || System.nanoTime() > end) {
                    throw new IOException(store + " is not healthy at " + health + "; its log says why");
                }
                Thread.sleep(50);
            }
        }
    }

    private static boolean healthy(HttpClient http, URI health) throws InterruptedException {
        try {
            return http.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** One of its connections, each in its turn. */
    Transport connection() {
        return connections.get(Math.floorMod(next.getAndIncrement(), connections.size()));
    }

    /** CPU seconds of the API server's process so far. */
    double apiServerCpu() throws IOException {
        return ProcessCpu.seconds(apiServer.pid());
    }

    /** CPU seconds of the store's process so far; negative when it has none of its own. */
    double storeCpu() throws IOException {
        return store == null ? -1 : ProcessCpu.seconds(store.pid());
    }

    /** Resident memory of the API server's process, in MiB. */
    double apiServerMib() throws IOException {
        return ProcessCpu.residentMib(apiServer.pid());
    }

    /** What the store counts; nothing when it has no process of its own. */
    MetricsPage storeMetrics() throws IOException, InterruptedException {
        if (storeMetrics == null) {
            return new MetricsPage("");
        }
        try (HttpClient http = HttpClient.newHttpClient()) {
            return new MetricsPage(
                    http.send(HttpRequest.newBuilder(storeMetrics).build(), HttpResponse.BodyHandlers.ofString())
                            .body());
        }
    }

    /** What the API server counts; nothing when it does not tell. */
    MetricsPage apiServerMetrics() throws InterruptedException {
        Transport.Reply reply =
                connection().send(new Transport.Call("GET", "/metrics", Map.of(), "text/plain", "", new byte[0]));
        return new MetricsPage(
                reply.code() == 200 ? new String(reply.body(), java.nio.charset.StandardCharsets.UTF_8) : "");
    }

    @Override
    public void close() {
        connections.forEach(HttpsTransport::close);
        apiServer.close();
        if (store != null) {
            store.close();
        }
    }
}
