package io.tholepin.load;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Durations as the API server tells them in its histograms (contract 1.11), between two looks: its own share of what a
 * client waits for, without the client's and the network's.
 */
final class ServerTimes {
    private static final double PERCENT = 100;

    private final MetricsPage before;
    private final MetricsPage after;

    ServerTimes(MetricsPage before, MetricsPage after) {
        this.before = before;
        this.after = after;
    }

    /** How long consistent reads waited for the watch cache. */
    Map<String, Object> freshnessWaits() {
        return figures("apiserver_watch_cache_read_wait_seconds");
    }

    /** How long lists took, from the request's arrival until its answer was handed over. */
    Map<String, Object> lists() {
        return figures("apiserver_request_duration_seconds", "verb=\"LIST\"");
    }

    /**
     * Number and mean, for some percentiles the bound of the bucket that they fall in, in seconds, and how many percent
     * took no longer than each bound. Empty when nothing was counted.
     */
    private Map<String, Object> figures(String histogram, String... labels) {
        Map<String, Object> told = new LinkedHashMap<>();
        double count = after.sum(histogram + "_count", labels) - before.sum(histogram + "_count", labels);
        if (count <= 0) {
            return told;
        }
        told.put("count", count);
        double sum = after.sum(histogram + "_sum", labels) - before.sum(histogram + "_sum", labels);
        told.put("meanSeconds", sum / count);
        Map<Double, Double> earlier = before.buckets(histogram, labels);
        Map<Double, Double> within = new LinkedHashMap<>();
        after.buckets(histogram, labels)
                .forEach((bound, total) -> within.put(bound, total - earlier.getOrDefault(bound, 0.0)));
        for (double percentile : new double[] {50, 99, 99.9}) {
            for (Map.Entry<Double, Double> bucket : within.entrySet()) {
                if (bucket.getValue() >= count * percentile / PERCENT) {
                    told.put("p" + percentile + "SecondsAtMost", bound(bucket.getKey()));
                    break;
                }
            }
        }
        Map<String, Object> shares = new LinkedHashMap<>();
        within.forEach((bound, number) -> shares.put(String.valueOf(bound(bound)), number / count * PERCENT));
        told.put("percentWithinSeconds", shares);
        return told;
    }

    private static Object bound(double seconds) {
        return Double.isInfinite(seconds) ? "unbounded" : (Object) seconds;
    }
}
