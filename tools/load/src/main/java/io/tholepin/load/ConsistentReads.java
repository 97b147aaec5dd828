package io.tholepin.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The founding experiment: lists by node and by label in a big cluster while pods change, with cache reads off and on,
 * over our store and over a real etcd. Leaves {@code report.json} and {@code report.html}. Sources: "Kubernetes v1.31:
 * Consistent reads from cache", KEP-2340.
 *
 * <p>Every subject gets the same data through its API and the same load at the same rates. The load runs on the same
 * machine; its own CPU stands beside the servers'.
 */
public final class ConsistentReads {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MAP_BYTES = 1024;

    /**
     * What to run.
     *
     * @param nodes sizes of cluster, one experiment each
     * @param pods pods of the cluster; 0 is 30 to a node
     * @param worstCase objects in KEP-2340's worst case; 0 leaves it out
     * @param subjects what is measured
     * @param phase how long each phase lasts
     * @param warmUp load of the same kind before it that is not counted
     * @param out folder for the report, the data and the logs
     */
    public record Options(
            List<Integer> nodes,
            int pods,
            int worstCase,
            List<Subject> subjects,
            Duration phase,
            Duration warmUp,
            Path out) {}

    private final Options options;
    private final Programs programs;
    private final PrintStream progress;
    private final ReadsReport report;

    /**
     * An experiment that has not begun.
     *
     * @param progress told in lines how far it is
     */
    public ConsistentReads(Options options, Programs programs, PrintStream progress) {
        this.options = options;
        this.programs = programs;
        this.progress = progress;
        this.report = new ReadsReport(options);
    }

    /**
     * Runs it; the report is written again after each subject, so that a run cut short leaves what it had.
     *
     * @return the page to look at
     * @throws IOException when a server does not start or the report cannot be written
     */
    public Path run() throws IOException, InterruptedException {
        Files.createDirectories(options.out());
        for (Scenario scenario : scenarios()) {
            for (Subject subject : options.subjects()) {
                progress.println(scenario.name() + " on " + subject.title());
                Path folder = options.out()
                        .resolve("data")
                        .resolve(scenario.name().replace(' ', '-') + "-"
                                + subject.name().toLowerCase(Locale.ROOT));
                Folders.delete(folder);
                try {
                    run(scenario, subject, folder);
                } finally {
                    Folders.deleteAllButLogs(folder);
                }
                report.write();
            }
        }
        return report.page();
    }

    private List<Scenario> scenarios() {
        List<Scenario> all = new ArrayList<>();
        for (int nodes : options.nodes()) {
            int pods = options.pods() == 0 ? Math.multiplyExact(30, nodes) : options.pods();
            all.add(Scenario.founding(nodes, pods, options.phase()));
        }
        if (options.worstCase() > 0) {
            all.add(Scenario.nothingMatches(options.worstCase(), options.phase()));
        }
        return all;
    }

    private void run(Scenario scenario, Subject subject, Path folder) throws IOException, InterruptedException {
        Map<String, Object> conditions = new LinkedHashMap<>();
        long begin = System.nanoTime();
        try (Cluster cluster = Cluster.start(subject, programs, folder, true)) {
            Population population = new Population(cluster, progress);
            if (scenario.nothingMatches()) {
                population.configMaps(scenario.pods(), MAP_BYTES);
            } else {
                population.pods(SamplePods.onNodes(scenario.nodes()), scenario.pods(), scenario.nodes());
            }
            conditions.put("fillSeconds", seconds(begin));
            progress.printf(Locale.ROOT, "  filled in %.0f s%n", seconds(begin));
        }
        List<PhaseFigures> figures = new ArrayList<>();
        int done = 0;
        while (done < scenario.phases().size()) {
            boolean cacheReads = scenario.phases().get(done).cacheReads();
            long start = System.nanoTime();
            try (Cluster cluster = Cluster.start(subject, programs, folder, cacheReads)) {
                Load load = new Load(cluster, scenario);
                load.check();
                conditions.put(cacheReads ? "startSecondsOn" : "startSecondsOff", seconds(start));
                while (done < scenario.phases().size()
                        && scenario.phases().get(done).cacheReads() == cacheReads) {
                    figures.add(measure(cluster, load, scenario.phases().get(done)));
                    done++;
                }
                conditions.put("apiServerMib", cluster.apiServerMib());
            }
        }
        report.add(scenario, subject, conditions, figures);
    }

    private PhaseFigures measure(Cluster cluster, Load load, Phase phase) throws IOException, InterruptedException {
        runAll(load.arrivals(phase), options.warmUp(), PATIENCE);
        StoreCounters.Look before = StoreCounters.Look.at(cluster);
        double apiCpu = cluster.apiServerCpu();
        double storeCpu = cluster.storeCpu();
        long begin = System.nanoTime();
        List<LatencyFigures> latencies = runAll(load.arrivals(phase), phase.length(), PATIENCE);
        double seconds = seconds(begin);
        apiCpu = cluster.apiServerCpu() - apiCpu;
        storeCpu = storeCpu < 0 ? -1 : cluster.storeCpu() - storeCpu;
        StoreCounters.Look after = StoreCounters.Look.at(cluster);
        StoreCounters read = new StoreCounters(before, after);
        ServerTimes served = new ServerTimes(before.apiServer(), after.apiServer());
        PhaseFigures figures = new PhaseFigures(
                phase,
                seconds,
                apiCpu / seconds,
                storeCpu < 0 ? -1 : storeCpu / seconds,
                read.bytesRead(),
                read.ranges(),
                served.freshnessWaits(),
                served.lists(),
                latencies);
        tell(figures);
        return figures;
    }

    private void tell(PhaseFigures figures) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "  %s: API server %.2f cores, store %.2f cores",
                figures.phase().name(),
                figures.apiServerCores(),
                Math.max(0, figures.storeCores())));
        for (LatencyFigures one : figures.latencies()) {
            line.append(String.format(
                    Locale.ROOT,
                    "; %s %.1f/s p50 %.1f p99 %.1f ms",
                    one.kind(),
                    one.perSecond(),
                    one.millis(50),
                    one.millis(99)));
            if (one.errors() + one.missed() + one.unfinished() > 0) {
                line.append(", " + one.errors() + " errors, " + one.missed() + " missed, " + one.unfinished()
                        + " unfinished " + one.firstErrors());
            }
        }
        if (figures.lists().get("percentWithinSeconds") instanceof Map<?, ?> shares
                && shares.get("0.005") instanceof Double share) {
            line.append(String.format(Locale.ROOT, "; %.2f %% of lists served within 5 ms", share));
        }
        progress.println(line);
    }

    private static List<LatencyFigures> runAll(List<Arrivals> kinds, Duration length, Duration patience)
            throws InterruptedException {
        try (ExecutorService pacers = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("pacer-", 0).factory())) {
            List<Callable<LatencyFigures>> runs = new ArrayList<>();
            kinds.forEach(kind -> runs.add(() -> kind.run(length, patience)));
            List<LatencyFigures> figures = new ArrayList<>();
            for (Future<LatencyFigures> run : pacers.invokeAll(runs)) {
                figures.add(run.get());
            }
            return figures;
        } catch (ExecutionException failed) {
            throw new IllegalStateException("load: " + failed.getCause(), failed);
        }
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
