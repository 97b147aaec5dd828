package io.tholepin.etcdprotocol;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.math.BigDecimal;

/**
 * Writes metrics in Prometheus' text format, version 0.0.4. The library's own writer adds {@code _total} to counters
 * that etcd names without, and writes the bound 0.0001 as 1.0E-4, which is another label value.
 */
final class MetricsText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder out = new StringBuilder(1 << 16);

    private MetricsText() {}

    static String of(MetricSnapshots snapshots) {
        MetricsText text = new MetricsText();
        for (MetricSnapshot snapshot : snapshots) {
            text.write(snapshot);
        }
        return text.out.toString();
    }

    private void write(MetricSnapshot snapshot) {
        if (snapshot.getDataPoints().isEmpty()) {
            return;
        }
        String name = snapshot.getMetadata().getOriginalName();
        String help = snapshot.getMetadata().getHelp();
        if (help != null) {
            out.append("# HELP ").append(name).append(' ');
            escape(help, false);
            out.append('\n');
        }
        out.append("# TYPE ").append(name).append(' ');
        switch (snapshot) {
            case CounterSnapshot counter -> {
                out.append("counter\n");
                counter.getDataPoints().forEach(point -> sample(name, point, point.getValue()));
            }
            case GaugeSnapshot gauge -> {
                out.append("gauge\n");
                gauge.getDataPoints().forEach(point -> sample(name, point, point.getValue()));
            }
            case HistogramSnapshot histogram -> {
                out.append("histogram\n");
                histogram.getDataPoints().forEach(point -> histogram(name, point));
            }
            default -> throw new AssertionError("metric " + name + " of type " + snapshot.getClass());
        }
    }

    private void histogram(String name, HistogramSnapshot.HistogramDataPointSnapshot point) {
        ClassicHistogramBuckets buckets = point.getClassicBuckets();
        long seen = 0;
        for (int i = 0; i < buckets.size(); i++) {
            seen += buckets.getCount(i);
            out.append(name).append("_bucket");
            labels(point.getLabels(), number(buckets.getUpperBound(i)));
            out.append(' ').append(seen).append('\n');
        }
        out.append(name).append("_sum");
        labels(point.getLabels(), "");
        out.append(' ').append(number(point.getSum())).append('\n');
        out.append(name).append("_count");
        labels(point.getLabels(), "");
        out.append(' ').append(seen).append('\n');
    }

    private void sample(String name, DataPointSnapshot point, double value) {
        out.append(name);
        labels(point.getLabels(), "");
        out.append(' ').append(number(value)).append('\n');
    }

    /** The labels in braces; {@code bound} is the bucket's, empty for none. */
    private void labels(Labels labels, String bound) {
        if (labels.isEmpty() && bound.isEmpty()) {
            return;
        }
        char before = '{';
        for (Label label : labels) {
            out.append(before).append(label.getName()).append("=\"");
            escape(label.getValue(), true);
            out.append('"');
            before = ',';
        }
        if (!bound.isEmpty()) {
            out.append(before).append("le=\"").append(bound).append('"');
        }
        out.append('}');
    }

    private void escape(String text, boolean quotes) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '"' -> out.append(quotes ? "\\\"" : "\"");
                default -> out.append(c);
            }
        }
    }

    static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
