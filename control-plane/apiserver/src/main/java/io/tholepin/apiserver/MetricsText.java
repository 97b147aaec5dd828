package io.tholepin.apiserver;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.math.BigDecimal;
import java.util.List;

/**
 * Writes metrics in Prometheus' text format, version 0.0.4, under the names they were given: the library's own writer
 * adds {@code _total} to counters. Belongs to one scrape.
 */
final class MetricsText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder out = new StringBuilder(1 << 16);

    /** Appends what a registry told. */
    void append(MetricSnapshots snapshots) {
        for (MetricSnapshot snapshot : snapshots) {
            append(snapshot);
        }
    }

    private void append(MetricSnapshot snapshot) {
        if (snapshot.getDataPoints().isEmpty()) {
            return;
        }
        String name = snapshot.getMetadata().getOriginalName();
        String help = String.valueOf(snapshot.getMetadata().getHelp());
        switch (snapshot) {
            case CounterSnapshot counter -> {
                family(name, help, "counter");
                counter.getDataPoints().forEach(point -> sample(name, labels(point), point.getValue()));
            }
            case GaugeSnapshot gauge -> {
                family(name, help, "gauge");
                gauge.getDataPoints().forEach(point -> sample(name, labels(point), point.getValue()));
            }
            case HistogramSnapshot histogram -> {
                family(name, help, "histogram");
                histogram.getDataPoints().forEach(point -> histogram(name, point));
            }
            default -> throw new IllegalStateException("metric " + name + " of type " + snapshot.getClass());
        }
    }

    /** Begins a metric; its samples follow. */
    void family(String name, String help, String type) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    /**
     * One value.
     *
     * @param labels name, value, name, value
     */
    void sample(String name, List<String> labels, double value) {
        out.append(name);
        char before = '{';
        for (int i = 0; i < labels.size(); i += 2) {
            out.append(before).append(labels.get(i)).append("=\"");
            escape(labels.get(i + 1));
            out.append('"');
            before = ',';
        }
        if (!labels.isEmpty()) {
            out.append('}');
        }
        out.append(' ').append(number(value)).append('\n');
    }

    private void histogram(String name, HistogramSnapshot.HistogramDataPointSnapshot point) {
        List<String> labels = labels(point);
        ClassicHistogramBuckets buckets = point.getClassicBuckets();
        long seen = 0;
        for (int i = 0; i < buckets.size(); i++) {
            seen += buckets.getCount(i);
            List<String> bounded = new java.util.ArrayList<>(labels);
            bounded.add("le");
            bounded.add(number(buckets.getUpperBound(i)));
            sample(name + "_bucket", bounded, seen);
        }
        sample(name + "_sum", labels, point.getSum());
        sample(name + "_count", labels, seen);
    }

    private static List<String> labels(DataPointSnapshot point) {
        List<String> labels = new java.util.ArrayList<>();
        for (Label label : point.getLabels()) {
            labels.add(label.getName());
            labels.add(label.getValue());
        }
        return labels;
    }

    private void escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '"' -> out.append("\\\"");
                default -> out.append(c);
            }
        }
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        if (Double.isNaN(value)) {
            return "NaN";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
