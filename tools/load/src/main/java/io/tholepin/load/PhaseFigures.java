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
 * @param storeBytes bytes that left the store: sent to its clients, or read by the API server around it
 * @param storeRanges range requests that the store answered
 * @param freshness how long reads waited for the cache, as the API server tells it
 * @param lists how long the API server was at lists, as it tells it
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
        Map<String, Object> lists,
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
        if (storeCores >= 0) {
            tree.put("storeCores", storeCores);
        }
        tree.put("storeBytesRead", storeBytes);
        tree.put("storeRanges", storeRanges);
        tree.put("freshnessWait", freshness);
        tree.put("listsAsServed", lists);
        List<Object> requests = new ArrayList<>();
        latencies.forEach(one -> requests.add(one.tree()));
        tree.put("requests", requests);
        return tree;
    }
}
