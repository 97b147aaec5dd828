package io.tholepin.load;

import java.util.Map;
import java.util.TreeMap;

/** Samples of a Prometheus text page, by what stands before the value: name and labels. */
final class MetricsPage {
    private final Map<String, Double> samples = new TreeMap<>();

    MetricsPage(String text) {
        text.lines().filter(line -> !line.isEmpty() && line.charAt(0) != '#').forEach(this::sample);
    }

    private void sample(String line) {
        int labels = line.lastIndexOf('}');
        int space = line.indexOf(' ', labels < 0 ? 0 : labels);
        if (space > 0) {
            samples.put(
                    line.substring(0, space),
                    value(line.substring(space + 1).trim().split(" ", -1)[0]));
        }
    }

    private static double value(String text) {
        return switch (text) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** Sum of a metric's samples whose labels hold every given text, such as {@code resource="pods"}; 0 without any. */
    double sum(String name, String... labels) {
        return samples.entrySet().stream()
                .filter(sample -> isOf(name, sample.getKey()) && hasAll(sample.getKey(), labels))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** Whether the page has the metric at all. */
    boolean has(String name) {
        return samples.keySet().stream().anyMatch(key -> isOf(name, key));
    }

    /** Cumulative counts of a histogram by upper bound, summed over all other labels; empty without it. */
    Map<Double, Double> buckets(String name, String... labels) {
        Map<Double, Double> buckets = new TreeMap<>();
        samples.forEach((key, count) -> {
            int bound = key.indexOf("le=\"");
            if (isOf(name + "_bucket", key) && bound > 0 && hasAll(key, labels)) {
                String text = key.substring(bound + 4, key.indexOf('"', bound + 4));
                buckets.merge(value(text), count, Double::sum);
            }
        });
        return buckets;
    }

    private static boolean isOf(String name, String key) {
        return key.startsWith(name) && (key.length() == name.length() || key.charAt(name.length()) == '{');
    }

    private static boolean hasAll(String key, String... labels) {
        for (String label : labels) {
            if (!key.contains(label)) {
                return false;
            }
        }
        return true;
    }
}
