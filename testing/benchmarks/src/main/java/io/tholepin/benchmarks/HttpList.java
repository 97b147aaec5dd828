package io.tholepin.benchmarks;

import com.sun.management.ThreadMXBean;
import io.tholepin.client.ClusterAccess;
import io.tholepin.launcher.ControlPlane;
import io.tholepin.load.SamplePods;
import io.tholepin.objects.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * LIST of 10,000 pods of about 3 KB as JSON through HTTPS, consistent (no resourceVersion). The server runs in this JVM
 * so that the bytes it allocates can be counted; the client is curl, a process of its own on the same machine.
 */
public final class HttpList {
    private static final int PODS = Integer.getInteger("pods", 10_000);
    private static final int RUNS = Integer.getInteger("runs", 15);
    private static final int WARM_UP = 20;

    private HttpList() {}

    /** Runs it; {@code -Dpods=N} sets how many, {@code -Druns=N} how often. */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory(
                "thole-list", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (ControlPlane plane =
                ControlPlane.start(new ControlPlane.Config(new ControlPlane.Storage.Ephemeral(), 0))) {
            ClusterAccess access = plane.access();
            createPods(access);
            Path ca = Files.writeString(folder.resolve("ca.crt"), access.ca());
            Path certificate = Files.writeString(folder.resolve("client.crt"), access.certificate());
            Path key = Files.writeString(folder.resolve("client.key"), access.key());
            List<String> curl = List.of(
                    "curl",
                    "--silent",
                    "--fail",
                    "--http1.1",
                    "--output",
                    "/dev/null",
                    "--write-out",
                    "%{size_download} %{time_starttransfer} %{time_total}",
                    "--header",
                    "User-Agent: benchmark",
                    "--cacert",
                    ca.toString(),
                    "--cert",
                    certificate.toString(),
                    "--key",
                    key.toString(),
                    access.server() + "/api/v1/pods");
            for (int run = 0; run < WARM_UP; run++) {
                list(curl);
            }
            measure(curl);
        }
    }

    private static void measure(List<String> curl) throws IOException, InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] rates = new double[RUNS];
        double[] seconds = new double[RUNS];
        long bytes = 0;
        long allocated = threads.getTotalThreadAllocatedBytes();
        for (int run = 0; run < RUNS; run++) {
            String[] figures = list(curl).split(" ");
            bytes = Long.parseLong(figures[0]);
            seconds[run] = Double.parseDouble(figures[2]);
            rates[run] = bytes / 1e6 / seconds[run];
        }
        allocated = (threads.getTotalThreadAllocatedBytes() - allocated) / RUNS;
        Arrays.sort(rates);
        Arrays.sort(seconds);
        System.out.printf(
                Locale.ROOT,
                "LIST of %d pods, %.1f MB of JSON: median %.0f ms, %.0f MB/s (min %.0f, max %.0f);"
                        + " server allocated %.2f MB a list%n",
                PODS,
                bytes / 1e6,
                seconds[RUNS / 2] * 1e3,
                rates[RUNS / 2],
                rates[0],
                rates[RUNS - 1],
                allocated / 1e6);
    }

    private static String list(List<String> curl) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(curl)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
        if (process.waitFor() != 0) {
            throw new IOException("curl exited with " + process.exitValue());
        }
        return out;
    }

    private static void createPods(ClusterAccess access) throws Exception {
        SamplePods pods = new SamplePods(PODS);
        Set<String> namespaces = new TreeSet<>();
        for (int i = 0; i < PODS; i++) {
            namespaces.add(pods.namespace(i));
        }
        try (HttpClient client =
                        HttpClient.newBuilder().sslContext(access.tls()).build();
                ExecutorService threads = Executors.newFixedThreadPool(32)) {
            for (String namespace : namespaces) {
                String body =
                        "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"" + namespace + "\"}}";
                create(client, access.server().resolve("/api/v1/namespaces"), body);
            }
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < PODS; i++) {
                int index = i;
                running.add(threads.submit(() -> {
                    Map<String, Object> pod = pods.pod(index);
                    Map<String, Object> metadata = Json.child(pod, "metadata");
                    metadata.remove("resourceVersion");
                    URI collection = access.server().resolve("/api/v1/namespaces/" + pods.namespace(index) + "/pods");
                    create(client, collection, Json.text(pod));
                    return null;
                }));
            }
            for (Future<Void> one : running) {
                one.get();
            }
        }
    }

    private static void create(HttpClient client, URI collection, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(collection)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 201) {
            throw new IOException(response.statusCode() + " (expected: 201): " + response.body());
        }
    }
}
