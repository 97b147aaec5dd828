package io.tholepin.load;

import io.tholepin.client.ApiClient;
import io.tholepin.client.ApiException;
import io.tholepin.objects.Json;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Fills a cluster through its API: namespaces, nodes, pods; or objects that no selector matches. */
final class Population {
    private static final int CREATORS = 64;
    private static final int PROGRESS_EVERY = 10_000;

    /** About what a running pod's status and managed fields add to one that was just created. */
    private static final String FILLER = "a1b2c3d4e5f6g7h8".repeat(40);

    private final Cluster cluster;
    private final PrintStream progress;

    Population(Cluster cluster, PrintStream progress) {
        this.cluster = cluster;
        this.progress = progress;
    }

    /** Creates {@code nodes} nodes and {@code count} pods on them. */
    void pods(SamplePods pods, int count, int nodes) throws InterruptedException {
        int namespaces = count == 0 ? 0 : index(pods.namespace(count - 1)) + 1;
        each("namespaces", namespaces, i -> create("/api/v1/namespaces", named("Namespace", pods.namespace(i * 200))));
        each("nodes", nodes, i -> create("/api/v1/nodes", node(i)));
        each("pods", count, i -> create("/api/v1/namespaces/" + pods.namespace(i) + "/pods", pod(pods, i)));
    }

    /** Creates config maps of about {@code bytes} bytes with a label that is never asked for. */
    void configMaps(int count, int bytes) throws InterruptedException {
        String data = "x".repeat(Math.max(1, bytes - 300));
        each("config maps", count, i -> {
            Map<String, Object> object = named("ConfigMap", "map-%06d".formatted(i));
            object.put("data", new LinkedHashMap<String, Object>(Map.of("content", data)));
            create("/api/v1/namespaces/default/configmaps", object);
        });
    }

    private static int index(String namespace) {
        return Integer.parseInt(namespace.substring(namespace.lastIndexOf('-') + 1));
    }

    private static Map<String, Object> pod(SamplePods pods, int index) {
        Map<String, Object> pod = pods.pod(index);
        Map<String, Object> metadata = Json.child(pod, "metadata");
        metadata.remove("uid");
        metadata.remove("creationTimestamp");
        metadata.put("annotations", new LinkedHashMap<String, Object>(Map.of("example.com/filler", FILLER)));
        pod.remove("status");
        return pod;
    }

    private static Map<String, Object> node(int number) {
        Map<String, Object> node = named("Node", SamplePods.nodeName(number));
        node.put(
                "spec",
                new LinkedHashMap<String, Object>(
                        Map.of("podCIDR", "10." + (number >> 8 & 255) + "." + (number & 255) + ".0/24")));
        return node;
    }

    private static Map<String, Object> named(String kind, String name) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("apiVersion", "v1");
        object.put("kind", kind);
        object.put("metadata", new LinkedHashMap<String, Object>(Map.of("name", name)));
        return object;
    }

    private void create(String path, Map<String, Object> object) {
        try {
            new ApiClient(cluster.connection()).create(path, object);
        } catch (ApiException refused) {
            if (!refused.isConflict()) {
                throw refused;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while filling", stopped);
        }
    }

    private void each(String what, int count, IntConsumer create) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> creators = new ArrayList<>();
            for (int i = 0; i < CREATORS; i++) {
                creators.add(threads.submit(() -> {
                    for (int index = next.getAndIncrement(); index < count; index = next.getAndIncrement()) {
                        create.accept(index);
                        if (index > 0 && index % PROGRESS_EVERY == 0) {
                            progress.println("  " + index + " of " + count + " " + what);
                        }
                    }
                }));
            }
            for (Future<?> creator : creators) {
                creator.get();
            }
        } catch (ExecutionException failed) {
            throw new IllegalStateException("creating " + what + ": " + failed.getCause(), failed);
        }
    }
}
