package io.tholepin.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code thole store} beside etcd 3.5, in one run on one machine: the same load on both, in turn, with the CPU seconds
 * of the servers beside each figure. {@code --help} lists the options.
 */
public final class StoreSideBySide {
    private StoreSideBySide() {}

    /** Measures what the options say and writes {@code report.json} and {@code report.md} below {@code --out}. */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Settings settings;
        try {
            settings = SideBySideOptions.parse(args);
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            out.println(SideBySideOptions.USAGE);
            System.exit(2);
            return;
        }
        Files.createDirectories(settings.out());
        Report report = new Report(
                settings.out(), settings.ours().name(), settings.peer().name(), conditions(settings), out);
        try (LoadClient client = new LoadClient()) {
            Bench bench = new Bench(settings, client, report);
            for (String scenario : settings.scenarios()) {
                run(scenario, bench);
                report.write();
                Bench.remove(settings.data());
            }
        }
        out.print(Files.readString(settings.out().resolve("report.md")));
    }

    private static void run(String scenario, Bench bench) throws IOException, InterruptedException {
        switch (scenario) {
            case "puts-1" -> PutScenario.run(bench, 1);
            case "puts-3" -> PutScenario.run(bench, 3);
            case "ranges-1" -> RangeScenario.run(bench, 1);
            case "ranges-3" -> RangeScenario.run(bench, 3);
            case "fan-out" -> FanOutScenario.run(bench, 1_000);
            case "fan-out-10000" -> FanOutScenario.run(bench, 10_000);
            case "database" -> DatabaseScenario.run(bench);
            case "resync" -> ResyncScenario.run(bench);
            case "failover" -> FailoverScenario.run(bench);
            default -> throw new IllegalArgumentException("scenario: " + scenario);
        }
    }

    private static Map<String, Object> conditions(Settings settings) throws IOException {
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("begun", Instant.now().toString());
        found.put("processors", Runtime.getRuntime().availableProcessors());
        found.put("kernel", Report.firstLineOf(Path.of("/proc/sys/kernel/osrelease")));
        found.put("client JVM", Runtime.version().toString());
        found.put("ours", String.join(" ", settings.ours().command()));
        found.put("peer", String.join(" ", settings.peer().command()));
        found.put("data", settings.data() + " on " + Files.getFileStore(settings.out()));
        found.put("rounds", settings.rounds());
        found.put("sample", settings.sample().toString());
        found.put("warm-up", settings.warmUp().toString());
        return found;
    }
}
