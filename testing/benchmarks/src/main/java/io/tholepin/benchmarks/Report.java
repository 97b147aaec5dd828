package io.tholepin.benchmarks;

import io.tholepin.objects.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Every measurement of a run; written again after each scenario, so that a run cut short leaves what it had. */
final class Report {
    private static final String CPU_SECONDS = "server CPU s";

    /** What is told of a scenario as a whole, and not compared. */
    private static final List<String> CONDITIONS =
            List.of(CPU_SECONDS, "client CPU us/op", "errors", "CPU steal %", "CPU of others %");

    private final Path folder;
    private final String ours;
    private final String peer;
    private final Map<String, Object> conditions;
    private final PrintStream progress;
    private final List<Measurement> measurements = new ArrayList<>();

    /**
     * A report with nothing in it yet.
     *
     * @param folder where {@code report.json} and {@code report.md} go
     * @param ours what a ratio has above the line
     * @param peer what it has below
     * @param conditions what the run was made on and with
     */
    Report(Path folder, String ours, String peer, Map<String, Object> conditions, PrintStream progress) {
        this.folder = folder;
        this.ours = ours;
        this.peer = peer;
        this.conditions = conditions;
        this.progress = progress;
    }

    void add(Measurement measurement) {
        measurements.add(measurement);
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%s | %s | round %d | %s:",
                measurement.scenario(),
                measurement.point(),
                measurement.round(),
                measurement.system()));
        measurement
                .values()
                .forEach((metric, value) ->
                        line.append(' ').append(metric).append('=').append(number(value)));
        progress.println(measurement.note().isEmpty() ? line : line + " (" + measurement.note() + ")");
    }

    void write() throws IOException {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("conditions", conditions);
        tree.put("comparisons", rows().stream().map(Row::tree).toList());
        tree.put("measurements", measurements.stream().map(Report::tree).toList());
        Files.write(folder.resolve("report.json"), Json.write(tree));
        Files.writeString(folder.resolve("report.md"), markdown());
    }

    private static Map<String, Object> tree(Measurement measurement) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("scenario", measurement.scenario());
        tree.put("point", measurement.point());
        tree.put("round", measurement.round());
        tree.put("system", measurement.system());
        tree.put("values", new LinkedHashMap<>(finite(measurement.values())));
        tree.put("note", measurement.note());
        return tree;
    }

    private static Map<String, Object> finite(Map<String, Double> values) {
        Map<String, Object> kept = new LinkedHashMap<>();
        values.forEach((metric, value) -> kept.put(metric, Double.isFinite(value) ? value : value.toString()));
        return kept;
    }

    /** One metric of one point: both systems, and the ratio of each round. */
    private record Row(String scenario, String point, String metric, Spread ours, Spread peer, Spread ratio) {
        Optional<Goal> goal() {
            return Goal.of(scenario, point, metric);
        }

        String verdict() {
            return goal().map(goal -> Double.isNaN(goal.against() == Goal.Against.PEER ? ratio.median() : ours.median())
                            ? goal + ": not measured"
                            : goal + (goal.isReached(ratio.median(), ours.median()) ? ": reached" : ": **missed**"))
                    .orElse("");
        }

        Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("scenario", scenario);
            tree.put("point", point);
            tree.put("metric", metric);
            tree.put("ours", ours.toString());
            tree.put("peer", peer.toString());
            tree.put("ratio", ratio.toString());
            goal().ifPresent(goal -> tree.put("goal", verdict()));
            return tree;
        }
    }

    private List<Row> rows() {
        Set<List<String>> keys = new LinkedHashSet<>();
        for (Measurement measurement : measurements) {
            for (String metric : measurement.values().keySet()) {
                keys.add(List.of(measurement.scenario(), measurement.point(), metric));
            }
        }
        return keys.stream()
                .map(key -> {
                    Map<Integer, Double> our = byRound(key, ours);
                    Map<Integer, Double> their = byRound(key, peer);
                    List<Double> ratios = our.keySet().stream()
                            .filter(their::containsKey)
                            .map(round -> value(our, round) / value(their, round))
                            .toList();
                    return new Row(
                            key.get(0),
                            key.get(1),
                            key.get(2),
                            Spread.of(our.values()),
                            Spread.of(their.values()),
                            Spread.of(ratios));
                })
                .toList();
    }

    private Map<Integer, Double> byRound(List<String> key, String system) {
        Map<Integer, Double> found = new TreeMap<>();
        for (Measurement measurement : measurements) {
            Double value = measurement.values().get(key.get(2));
            if (value != null
                    && measurement.system().equals(system)
                    && measurement.scenario().equals(key.get(0))
                    && measurement.point().equals(key.get(1))) {
                found.put(measurement.round(), value);
            }
        }
        return found;
    }

    private static double value(Map<Integer, Double> byRound, int round) {
        return Objects.requireNonNull(byRound.get(round));
    }

    private String markdown() {
        StringBuilder text = new StringBuilder("# ")
                .append(ours)
                .append(" beside ")
                .append(peer)
                .append("\n\n");
        conditions.forEach((name, value) ->
                text.append("- ").append(name).append(": ").append(value).append('\n'));
        text.append("- median over rounds; a ratio is ")
                .append(ours)
                .append(" / ")
                .append(peer);
        text.append(" within one round: median [least..greatest]; CPU s: of all members, in one sample\n");
        List<Row> rows = rows();
        rows.stream().map(Row::scenario).distinct().forEach(scenario -> {
            section(
                    text,
                    scenario,
                    rows.stream().filter(row -> row.scenario().equals(scenario)).toList());
            noise(text, scenario);
        });
        return text.toString();
    }

    private void section(StringBuilder text, String scenario, List<Row> rows) {
        text.append("\n## ").append(scenario).append("\n\n| point | metric | ").append(ours);
        text.append(" | ").append(peer).append(" | ratio | CPU s | goal |\n|---|---|---|---|---|---|---|\n");
        for (Row row : rows) {
            if (CONDITIONS.contains(row.metric())) {
                continue;
            }
            String cpu = rows.stream()
                    .filter(other ->
                            other.point().equals(row.point()) && other.metric().equals(CPU_SECONDS))
                    .findFirst()
                    .map(other -> String.format(
                            Locale.ROOT,
                            "%.2f / %.2f",
                            other.ours().median(),
                            other.peer().median()))
                    .orElse("");
            text.append("| ").append(row.point()).append(" | ").append(row.metric());
            text.append(" | ").append(number(row.ours().median()));
            text.append(" | ").append(number(row.peer().median()));
            text.append(" | ").append(row.ratio()).append(" | ").append(cpu);
            text.append(" | ").append(row.verdict()).append(" |\n");
        }
    }

    /** What the samples of a scenario were disturbed by, and what went wrong: nothing is dropped silently. */
    private void noise(StringBuilder text, String scenario) {
        List<Measurement> all = measurements.stream()
                .filter(one -> one.scenario().equals(scenario))
                .toList();
        text.append('\n');
        for (String metric : CONDITIONS) {
            Spread spread = Spread.of(all.stream()
                    .map(one -> one.values().getOrDefault(metric, Double.NaN))
                    .toList());
            if (!metric.equals(CPU_SECONDS) && !Double.isNaN(spread.median())) {
                text.append(metric).append(": ").append(spread).append(". ");
            }
        }
        text.append('\n');
        all.stream()
                .filter(one -> !one.note().isEmpty())
                .forEach(one -> text.append("- ")
                        .append(String.join(", ", one.point(), "round " + one.round(), one.system()))
                        .append(": ")
                        .append(one.note())
                        .append('\n'));
    }

    private static String number(double value) {
        return String.format(
                Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : Math.abs(value) >= 10 ? "%.1f" : "%.3f", value);
    }

    /** The text of a file, for conditions; empty when there is none. */
    static String firstLineOf(Path file) throws IOException {
        return Files.exists(file)
                ? Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                        .findFirst()
                        .orElse("")
                : "";
    }
}
