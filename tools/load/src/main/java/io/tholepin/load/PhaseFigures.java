package io.tholepin.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one phase measured.
 *
 * @param seconds how long the load lasted, waiting for its last answers included
 * @param apiServerCores CPU seconds of the API server's process for each second; with an embedded store that is both
 * @param storeCores the same of the store's process; negative when there is none
 * @param storeBytes bytes that the store sent to its clients; negative when nobody counts them
 * @param storeRanges range requests that the store answered; negative when nobody counts them
 * @param freshness how long reads waited for the cache, as the API server tells it
 * @param latencies of each kind of request
 */
record PhaseFigures(
        Phase phase,
        double seconds,
        double apiServerCores,
        double storeCores,
        double storeBytes,
        double storeRanges,
        Map<String, Object> freshness,
        List<LatencyFigures> latencies) {

    LatencyFigures latency(String kind) {
        return latencies.stream()
                .filter(one -> one.kind().equals(kind))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(phase.name() + " has no " + kind));
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("phase", phase.name());
        tree.put("cacheReads", phase.cacheReads());
        tree.put("seconds", seconds);
        tree.put("apiServerCores", apiServerCores);
        putCounted(tree, "storeCores", storeCores);
        putCounted(tree, "storeBytesSent", storeBytes);
        putCounted(tree, "storeRanges", storeRanges);
        tree.put("freshnessWait", freshness);
        List<Object> requests = new ArrayList<>();
        latencies.forEach(one -> requests.add(one.tree()));
        tree.put("requests", requests);
        return tree;
    }

    private static void putCounted(Map<String, Object> tree, String name, double value) {
        if (value >= 0) {
            tree.put(name, value);
        }
    }
}
