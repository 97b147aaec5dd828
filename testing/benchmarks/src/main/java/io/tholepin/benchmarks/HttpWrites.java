package io.tholepin.benchmarks;

import io.tholepin.client.ClusterAccess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/**
 * Writes per second through HTTPS: N clients in a closed loop create config maps of about 1 KB on one {@code thole up}
 * process with its data on disk. The client shares the machine; the server's CPU seconds stand beside each figure.
 */
public final class HttpWrites {
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("warmup", 15));
    private static final Duration COUNTED = Duration.ofSeconds(Integer.getInteger("seconds", 10));
    private static final int CONNECTIONS = 8;
    private static final String DATA = "x".repeat(700);

    private final List<HttpClient> clients = new ArrayList<>();
    private final URI collection;
    private final AtomicInteger names = new AtomicInteger();

    private HttpWrites(ClusterAccess access) {
        collection = access.server().resolve("/api/v1/namespaces/default/configmaps");
        for (int i = 0; i < CONNECTIONS; i++) {
            clients.add(HttpClient.newBuilder().sslContext(access.tls()).build());
        }
    }

    /** Runs it; {@code -Dseconds=N} sets the time for each number of clients. */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("thole-writes");
        try (ServerProcess server = ServerProcess.start("--data-dir", folder.toString())) {
            HttpWrites writes = new HttpWrites(ClusterAccess.fromKubeconfig(server.kubeconfig()));
            writes.run(16, WARM_UP);
            System.out.printf(
                    Locale.ROOT,
                    "%8s %10s %10s %10s %14s%n",
                    "clients",
                    "writes/s",
                    "p50 ms",
                    "p99 ms",
                    "server us/write");
            for (int clients : new int[] {1, 16, 64, 256}) {
                double cpu = server.cpuSeconds();
                Histogram latency = writes.run(clients, COUNTED);
                cpu = server.cpuSeconds() - cpu;
                System.out.printf(
                        Locale.ROOT,
                        "%8d %10.0f %10.2f %10.2f %14.0f%n",
                        clients,
                        latency.getTotalCount() / (double) COUNTED.toSeconds(),
                        latency.getValueAtPercentile(50) / 1e3,
                        latency.getValueAtPercentile(99) / 1e3,
                        cpu * 1e6 / latency.getTotalCount());
            }
            System.out.printf(Locale.ROOT, "resident memory at the end: %.0f MiB%n", server.residentMib());
        }
    }

    /** Latencies in microseconds. */
    private Histogram run(int count, Duration duration) throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + duration.toNanos();
        Histogram all = new Histogram(3);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Histogram>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                HttpClient client = clients.get(i % clients.size());
                running.add(threads.submit(() -> loop(client, end)));
            }
            for (Future<Histogram> one : running) {
                all.add(one.get());
            }
        }
        return all;
    }

    private Histogram loop(HttpClient client, long end) throws IOException, InterruptedException {
        Histogram latency = new Histogram(3);
        while (System.nanoTime() < end) {
            String body =
                    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"w" + names.incrementAndGet()
                            + "\",\"labels\":{\"app\":\"bench\"}},\"data\":{\"key\":\"" + DATA + "\"}}";
            HttpRequest request = HttpRequest.newBuilder(collection)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            long begin = System.nanoTime();
            HttpResponse<Void> response = client.send(request, HttpResponse.BodyHandlers.discarding());
            if (response.statusCode() != 201) {
                throw new IOException("create: " + response.statusCode() + " (expected: 201)");
            }
            latency.recordValue(Math.max(1, (System.nanoTime() - begin) / 1000));
        }
        return latency;
    }
}
