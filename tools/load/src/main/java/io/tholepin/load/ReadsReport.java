package io.tholepin.load;

import io.tholepin.objects.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@link ConsistentReads} found, as {@code report.json} and as a page with plots that needs no network. */
final class ReadsReport {
    /** What the founding document measured at 5,000 nodes, in its words: less CPU by so much, p99 in seconds. */
    private static final Map<String, Object> FOUNDING =
            Map.of("apiServerCpuPercent", -30L, "storeCpuPercent", -25L, "p99SecondsOff", 5.0, "p99SecondsOn", 1.5);

    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/";

    private final ConsistentReads.Options options;
    private final List<Object> runs = new ArrayList<>();

    ReadsReport(ConsistentReads.Options options) {
        this.options = options;
    }

    void add(Scenario scenario, Subject subject, Map<String, Object> conditions, List<PhaseFigures> figures) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("scenario", scenario.name());
        run.put("nodes", (long) scenario.nodes());
        run.put(scenario.nothingMatches() ? "objects" : "pods", (long) scenario.pods());
        run.put("subject", subject.title());
        run.put("conditions", conditions);
        run.put("comparison", comparison(figures.get(0), figures.get(1)));
        List<Object> phases = new ArrayList<>();
        figures.forEach(phase -> phases.add(phase.tree()));
        run.put("phases", phases);
        runs.add(run);
    }

    private static Map<String, Object> comparison(PhaseFigures off, PhaseFigures on) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("apiServerCpuPercent", change(off.apiServerCores(), on.apiServerCores()));
        if (off.storeCores() >= 0) {
            tree.put("storeCpuPercent", change(off.storeCores(), on.storeCores()));
        }
        tree.put("storeBytesPercent", change(off.storeBytes(), on.storeBytes()));
        for (String kind : List.of(Load.OWN_PODS, Load.BY_LABEL)) {
            if (off.latencies().stream().anyMatch(one -> one.kind().equals(kind))) {
                tree.put(kind + " p99 millis off", off.latency(kind).millis(99));
                tree.put(kind + " p99 millis on", on.latency(kind).millis(99));
            }
        }
        return tree;
    }

    private static double change(double off, double on) {
        return off <= 0 ? 0 : (on - off) / off * 100;
    }

    void write() throws IOException {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("experiment", "consistent reads from cache");
        tree.put("founding", FOUNDING);
        tree.put("processors", (long) Runtime.getRuntime().availableProcessors());
        tree.put("java", Runtime.version().toString());
        tree.put("phaseSeconds", options.phase().toSeconds());
        tree.put("warmUpSeconds", options.warmUp().toSeconds());
        tree.put("runs", runs);
        byte[] json = Json.write(tree);
        Files.write(options.out().resolve("report.json"), json);
        String page = resource("reads-report.html")
                .replace("/*STYLE*/", resource(UPLOT + "dist/uPlot.min.css"))
                .replace("/*PLOTTER*/", resource(UPLOT + "dist/uPlot.iife.min.js"))
                .replace("/*PAGE*/", resource("reads-report.js"))
                .replace("/*REPORT*/", new String(json, StandardCharsets.UTF_8).replace("</", "<\\/"));
        Files.writeString(page(), page);
    }

    Path page() {
        return options.out().resolve("report.html");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ReadsReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
