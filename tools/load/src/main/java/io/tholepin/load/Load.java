package io.tholepin.load;

import io.tholepin.client.ApiException;
import io.tholepin.client.Transport;
import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The requests of a scenario. Each list's answer is checked for what it must hold. */
final class Load {
    static final String OWN_PODS = "LIST own pods";
    static final String BY_LABEL = "LIST by label";
    static final String CHANGES = "PATCH pod";

    private static final String JSON = "application/json";

    private final Cluster cluster;
    private final Scenario scenario;
    private final SamplePods pods;
    private final int[] podsOnNode;

    Load(Cluster cluster, Scenario scenario) {
        this.cluster = cluster;
        this.scenario = scenario;
        this.pods = SamplePods.onNodes(Math.max(1, scenario.nodes()));
        this.podsOnNode = new int[Math.max(1, scenario.nodes())];
        if (!scenario.nothingMatches()) {
            for (int i = 0; i < scenario.pods(); i++) {
                podsOnNode[pods.node(i)]++;
            }
        }
    }

    /** The kinds of requests that a phase asks for. */
    List<Arrivals> arrivals(Phase phase) {
        List<Arrivals> kinds = new ArrayList<>();
        if (phase.ownPodsPerSecond() > 0) {
            kinds.add(new Arrivals(OWN_PODS, phase.ownPodsPerSecond(), number -> ownPods()));
        }
        if (phase.byLabelPerSecond() > 0) {
            kinds.add(new Arrivals(
                    BY_LABEL,
                    phase.byLabelPerSecond(),
                    scenario.nothingMatches() ? number -> noConfigMaps() : number -> replicaSet()));
        }
        if (phase.changesPerSecond() > 0) {
            kinds.add(new Arrivals(CHANGES, phase.changesPerSecond(), this::change));
        }
        return kinds;
    }

    /** One list of each kind, as a check that the cluster holds what it should. */
    void check() throws InterruptedException {
        if (scenario.nothingMatches()) {
            noConfigMaps().check().run();
        } else {
            ownPods().check().run();
            replicaSet().check().run();
        }
    }

    private Arrivals.Answer ownPods() throws InterruptedException {
        int node = Arrivals.any(podsOnNode.length);
        String name = SamplePods.nodeName(node);
        return list(
                "/api/v1/pods",
                "fieldSelector",
                "spec.nodeName=" + name,
                "\"nodeName\":\"" + name + "\"",
                podsOnNode[node]);
    }

    private Arrivals.Answer replicaSet() throws InterruptedException {
        int pod = Arrivals.any(scenario.pods());
        int first = pod - pod % 10;
        String hash = SamplePods.hash(pod);
        return list(
                "/api/v1/pods",
                "labelSelector",
                "pod-template-hash=" + hash,
                "\"pod-template-hash\":\"" + hash + "\"",
                Math.min(10, scenario.pods() - first));
    }

    private Arrivals.Answer noConfigMaps() throws InterruptedException {
        return list("/api/v1/configmaps", "labelSelector", "nobody=has-it", "\"content\"", 0);
    }

    private Arrivals.Answer list(String path, String selector, String value, String mark, int expected)
            throws InterruptedException {
        byte[] body = send(new Transport.Call("GET", path, Map.of(selector, value), JSON, "", new byte[0]), 200);
        return new Arrivals.Answer(body.length, () -> check(body, path + "?" + selector + "=" + value, mark, expected));
    }

    private static void check(byte[] body, String list, String mark, int expected) {
        int found = occurrences(body, mark.getBytes(StandardCharsets.UTF_8));
        if (found != expected) {
            throw new WrongAnswer(list + ": " + found + " objects (expected: " + expected + ")");
        }
    }

    private Arrivals.Answer change(long number) throws InterruptedException {
        int pod = Arrivals.any(scenario.pods());
        Map<String, Object> annotations = new LinkedHashMap<>(Map.of("example.com/change", Long.toString(number)));
        Map<String, Object> patch = new LinkedHashMap<>(
                Map.of("metadata", new LinkedHashMap<String, Object>(Map.of("annotations", annotations))));
        byte[] body = send(
                new Transport.Call(
                        "PATCH",
                        "/api/v1/namespaces/" + pods.namespace(pod) + "/pods/" + pods.name(pod),
                        Map.of(),
                        JSON,
                        "application/merge-patch+json",
                        Json.write(patch)),
                200);
        return new Arrivals.Answer(body.length, () -> {});
    }

    private byte[] send(Transport.Call call, int code) throws InterruptedException {
        Transport.Reply reply = cluster.connection().send(call);
        if (reply.code() != code) {
            String text = new String(reply.body(), StandardCharsets.UTF_8);
            throw new ApiException(
                    reply.code(), "", call.method() + " " + call.path() + ": " + reply.code() + " " + text, null);
        }
        return reply.body();
    }

    static int occurrences(byte[] body, byte[] mark) {
        int found = 0;
        for (int i = 0; i <= body.length - mark.length; i++) {
            int k = 0;
            while (k < mark.length && body[i + k] == mark[k]) {
                k++;
            }
            if (k == mark.length) {
                found++;
                i += k - 1;
            }
        }
        return found;
    }
}
