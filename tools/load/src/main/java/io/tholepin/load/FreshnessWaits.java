package io.tholepin.load;

import java.util.LinkedHashMap;
import java.util.Map;

/** How long consistent reads waited for the watch cache, from the API server's histogram (contract 1.11). */
final class FreshnessWaits {
    private static final String WAITS = "apiserver_watch_cache_read_wait_seconds";

    private FreshnessWaits() {}

    /**
     * Waits between two looks: their number, their mean, and for some percentiles the bound of the bucket that they
     * fall in, in seconds. Empty when nothing was counted.
     */
    static Map<String, Object> between(MetricsPage before, MetricsPage after) {
        Map<String, Object> told = new LinkedHashMap<>();
        double count = after.sum(WAITS + "_count") - before.sum(WAITS + "_count");
        if (count <= 0) {
            return told;
        }
        told.put("count", count);
        told.put("meanSeconds", (after.sum(WAITS + "_sum") - before.sum(WAITS + "_sum")) / count);
        Map<Double, Double> earlier = before.buckets(WAITS);
        for (double percentile : new double[] {50, 99, 99.9}) {
            for (Map.Entry<Double, Double> bucket : after.buckets(WAITS).entrySet()) {
                double within = bucket.getValue() - earlier.getOrDefault(bucket.getKey(), 0.0);
                if (within >= count * percentile / 100) {
                    told.put("p" + percentile + "SecondsAtMost", bound(bucket.getKey()));
                    break;
                }
            }
        }
        return told;
    }

    private static Object bound(double seconds) {
        return Double.isInfinite(seconds) ? "unbounded" : (Object) seconds;
    }
}
