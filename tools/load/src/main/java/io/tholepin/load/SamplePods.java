package io.tholepin.load;

import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Pods as a cluster of web services has them, about 3 KB of JSON each: 200 to a namespace, 10 to a replica set, spread
 * over nodes. The pod of an index is always the same, and a higher index has a higher registry key.
 */
public final class SamplePods {
    private static final int PODS_IN_NAMESPACE = 200;
    private static final int PODS_IN_REPLICA_SET = 10;
    private static final int PODS_ON_NODE = 30;
    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private final String template;
    private final int nodes;

    /** Pods for a cluster of {@code count} pods, 30 to a node. */
    public SamplePods(int count) {
        this.nodes = Math.max(1, count / PODS_ON_NODE);
        try (var in = SamplePods.class.getResourceAsStream("sample-pod.json")) {
            if (in == null) {
                throw new IllegalStateException("sample-pod.json is missing");
            }
            this.template = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (java.io.IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    /** Pods for a cluster of so many nodes, however many pods there are. */
    public static SamplePods onNodes(int nodes) {
        return new SamplePods(Math.multiplyExact(nodes, PODS_ON_NODE));
    }

    /** Namespace of a pod. */
    public String namespace(int index) {
        return "team-%04d".formatted(index / PODS_IN_NAMESPACE);
    }

    /** Name of a pod. */
    public String name(int index) {
        int inNamespace = index % PODS_IN_NAMESPACE;
        RandomGenerator random = random(index);
        return "%s-%d%s".formatted(replicaSet(index), inNamespace % PODS_IN_REPLICA_SET, letters(random, 4));
    }

    /** Number of the node that a pod is on. */
    public int node(int index) {
        return random(index).nextInt(nodes);
    }

    /** Name of the node of a number. */
    public static String nodeName(int node) {
        return "node-%05d".formatted(node);
    }

    private static String app(int index) {
        return "service-%02d".formatted(index % PODS_IN_NAMESPACE / PODS_IN_REPLICA_SET);
    }

    private static String replicaSet(int index) {
        return app(index) + "-" + hash(index);
    }

    /** The {@code pod-template-hash} that a pod shares with the others of its replica set. */
    public static String hash(int index) {
        return letters(random(-1 - index / PODS_IN_REPLICA_SET), 9);
    }

    /** The whole object; the caller's own. */
    public Map<String, Object> pod(int index) {
        RandomGenerator random = random(index);
        int node = random.nextInt(nodes); // the first draw, as in node()
        String pod = template.replace("$NAMESPACE", namespace(index))
                .replace("$NAME", name(index))
                .replace("$APP", app(index))
                .replace("$HASH", hash(index))
                .replace("$NODE", nodeName(node))
                .replace("$HOST_IP", "10.%d.%d.4".formatted(node >> 8, node & 255))
                .replace("$POD_IP", "10.%d.%d.%d".formatted(64 + (index >> 16), index >> 8 & 255, index & 255))
                .replace(
                        "$TIME",
                        "2026-11-%02dT%02d:%02d:07Z"
                                .formatted(1 + random.nextInt(28), random.nextInt(24), random.nextInt(60)))
                .replace("$TOKEN", letters(random, 5))
                .replace("$UID", new UUID(random.nextLong(), random.nextLong()).toString())
                .replace("$OWNER", new UUID(random.nextLong(), random.nextLong()).toString())
                .replace("$CONTAINER", Long.toHexString(random.nextLong()).repeat(4));
        return Json.parseObject(pod.getBytes(StandardCharsets.UTF_8));
    }

    /** The registry keys below the prefix, {@code namespace/name}, of all pods up to {@code count}, in order. */
    public List<String> keys(int count) {
        List<String> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(namespace(i) + "/" + name(i));
        }
        return keys;
    }

    private static RandomGenerator random(int seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    private static String letters(RandomGenerator random, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }
}
