package io.tholepin.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the project wants of one metric.
 *
 * @param scenarios the start of the scenario's name
 * @param point which point, or empty for every one
 * @param metric of which metric
 * @param against whether the ratio to the peer is meant, or our value itself
 * @param atLeast whether more is better
 * @param bound inclusive
 */
record Goal(String scenarios, String point, String metric, Against against, boolean atLeast, double bound) {
    /** What the bound is compared with. */
    enum Against {
        PEER,
        NOTHING
    }

    private static final String ONE = "puts, 1 member";
    private static final String THREE = "puts, 3 members";

    private static final List<Goal> ALL = List.of(
            atLeast(ONE, "1 client", "op/s", 1.3),
            atLeast(ONE, "16 clients", "op/s", 2.0),
            atLeast(ONE, "64 clients", "op/s", 2.5),
            atLeast(ONE, "256 clients", "op/s", 2.5),
            atLeast(ONE, "1000 clients", "op/s", 2.5),
            atLeast(THREE, "1 client", "op/s", 1.0),
            atLeast(THREE, "16 clients", "op/s", 1.2),
            atLeast(THREE, "64 clients", "op/s", 2.0),
            atLeast(THREE, "256 clients", "op/s", 2.0),
            atLeast(THREE, "1000 clients", "op/s", 2.0),
            atMost("puts", "", "p99 us", 1.0),
            atMost("puts", "", "server CPU us/op", 0.45),
            atLeast("linearizable", "", "op/s", 1.5),
            atMost("linearizable", "", "p99 us", 1.0),
            atMost("serializable", "", "p99 us", 1.0),
            atLeast("watch fan-out", "", "deliveries/s", 3.0),
            atMost("watch fan-out", "", "p99 us", 1.0),
            atMost("failover", "", "until the first success ms", 1.0),
            new Goal("database", "defragmentation", "worst read ms", Against.NOTHING, false, 10),
            new Goal("database", "defragmentation", "worst write ms", Against.NOTHING, false, 10),
            new Goal("resync", "", "moved/changed", Against.NOTHING, false, 1.2));

    private static Goal atLeast(String scenarios, String point, String metric, double ratio) {
        return new Goal(scenarios, point, metric, Against.PEER, true, ratio);
    }

    private static Goal atMost(String scenarios, String point, String metric, double ratio) {
        return new Goal(scenarios, point, metric, Against.PEER, false, ratio);
    }

    static Optional<Goal> of(String scenario, String point, String metric) {
        return ALL.stream()
                .filter(goal -> scenario.startsWith(goal.scenarios)
                        && (goal.point.isEmpty() || goal.point.equals(point))
                        && goal.metric.equals(metric))
                .findFirst();
    }

    /** Whether it is reached, given the ratio to the peer and our own value. */
    boolean isReached(double ratio, double value) {
        double measured = against == Against.PEER ? ratio : value;
        return atLeast ? measured >= bound : measured <= bound;
    }

    @Override
    public String toString() {
        return (atLeast ? ">= " : "<= ")
                + String.format(Locale.ROOT, "%.2f", bound)
                + (against == Against.NOTHING ? " (value)" : "");
    }
}
