package io.tholepin.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What the requests of one kind met with in one phase.
 *
 * @param offeredPerSecond rate at which they were due
 * @param perSecond rate at which they were sent
 * @param errors answers that were errors, or not what was asked for
 * @param missed not sent, because {@link Arrivals#IN_FLIGHT_MAX} were under way
 * @param unfinished without an answer when the phase gave up; their latency so far is counted
 * @param bytes of all answers
 * @param firstErrors texts of the first three errors
 * @param micros latencies in microseconds, from the moment a request was due
 */
record LatencyFigures(
        String kind,
        double offeredPerSecond,
        double perSecond,
        long errors,
        long missed,
        long unfinished,
        long bytes,
        List<String> firstErrors,
        Histogram micros) {
    /** Percentiles that a plot shows. */
    private static final double[] CURVE = {0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100};

    double millis(double percentile) {
        return micros.getTotalCount() == 0 ? 0 : micros.getValueAtPercentile(percentile) / 1e3;
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", kind);
        tree.put("offeredPerSecond", offeredPerSecond);
        tree.put("sentPerSecond", perSecond);
        tree.put("count", micros.getTotalCount());
        tree.put("errors", errors);
        tree.put("missed", missed);
        tree.put("unfinished", unfinished);
        tree.put("answerBytes", bytes);
        tree.put("p50Millis", millis(50));
        tree.put("p90Millis", millis(90));
        tree.put("p99Millis", millis(99));
        tree.put("maxMillis", millis(100));
        List<Object> curve = new ArrayList<>();
        for (double percentile : CURVE) {
            curve.add(List.of(percentile, millis(percentile)));
        }
        tree.put("percentiles", curve);
        if (!firstErrors.isEmpty()) {
            tree.put("firstErrors", new ArrayList<Object>(firstErrors));
        }
        return tree;
    }
}
