package io.tholepin.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The command line of {@link StoreSideBySide}. */
final class SideBySideOptions {
    static final List<String> SCENARIOS = List.of(
            "puts-1", "puts-3", "ranges-1", "ranges-3", "fan-out", "fan-out-10000", "failover", "database", "resync");

    private static final List<String> QUICK_SCENARIOS =
            List.of("puts-1", "puts-3", "ranges-1", "fan-out", "failover", "database");

    static final String USAGE = """
            usage: testing/benchmarks/run StoreSideBySide --out DIR [options]
              --scenarios LIST     of %s (default: all)
              --quick              most scenarios in less than four minutes, with fewer and shorter samples
              --rounds N           samples of each point and system (default 5)
              --sample-seconds S   length of each (default 2)
              --warmup-seconds S   load before the first sample (default 80)
              --clients LIST       default 1,16,64,256,1000
              --database-mib N     size of the big database (default 1024)
              --kills N            leaders killed (default 5)
              --data DIR           where the members keep their data (default: data below --out)
              --our-binary FILE    takes etcd's flags (default: ./thole store)
              --peer-binary FILE   takes etcd's flags (default: etcd-3.5 of testing/interop/install-clients)
            """.formatted(String.join(",", SCENARIOS));

    private static final List<String> NAMES = List.of(
            "--scenarios",
            "--rounds",
            "--sample-seconds",
            "--warmup-seconds",
            "--clients",
            "--database-mib",
            "--kills",
            "--data",
            "--our-binary",
            "--peer-binary",
            "--out");

    private final Map<String, String> given = new HashMap<>();
    private boolean quick;

    private SideBySideOptions() {}

    /** Refuses with {@link IllegalArgumentException} what it does not know. */
    static Settings parse(String[] args) {
        SideBySideOptions options = new SideBySideOptions();
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--quick")) {
                options.quick = true;
            } else if (NAMES.contains(args[i]) && i + 1 < args.length) {
                options.given.put(args[i], args[++i]);
            } else {
                throw new IllegalArgumentException("option: " + args[i] + " (expected: one of those below)");
            }
        }
        return options.settings();
    }

    private Settings settings() {
        if (!given.containsKey("--out")) {
            throw new IllegalArgumentException("--out is missing");
        }
        Path out = Path.of(text("--out", "")).toAbsolutePath();
        List<String> scenarios = list("--scenarios", String.join(",", quick ? QUICK_SCENARIOS : SCENARIOS));
        if (!SCENARIOS.containsAll(scenarios)) {
            throw new IllegalArgumentException("--scenarios: " + scenarios + " (expected: some of " + SCENARIOS + ")");
        }
        return new Settings(
                ours(),
                peer(),
                out,
                Path.of(text("--data", out.resolve("data").toString())).toAbsolutePath(),
                scenarios,
                number("--rounds", quick ? 2 : 5),
                seconds("--sample-seconds", quick ? "1" : "2"),
                seconds("--warmup-seconds", quick ? "16" : "80"),
                list("--clients", quick ? "1,64" : "1,16,64,256,1000").stream()
                        .map(Integer::valueOf)
                        .toList(),
                number("--database-mib", quick ? 128 : 1024),
                number("--kills", quick ? 1 : 5));
    }

    private Members.Program ours() {
        String binary = text("--our-binary", "");
        return binary.isEmpty()
                ? new Members.Program(
                        "thole store",
                        List.of(ServerProcess.root().resolve("thole").toString(), "store"))
                : new Members.Program("ours", List.of(executable(binary)));
    }

    private Members.Program peer() {
        String binary = text("--peer-binary", "");
        return new Members.Program(
                "etcd",
                List.of(executable(
                        binary.isEmpty()
                                ? ServerProcess.root()
                                        .resolve("testing/interop/target/clients/etcd-3.5")
                                        .toString()
                                : binary)));
    }

    private static String executable(String file) {
        if (!Files.isExecutable(Path.of(file))) {
            throw new IllegalArgumentException(file + " is not an executable file");
        }
        return Path.of(file).toAbsolutePath().toString();
    }

    private String text(String name, String otherwise) {
        return given.getOrDefault(name, otherwise);
    }

    private List<String> list(String name, String otherwise) {
        return Arrays.asList(text(name, otherwise).split(","));
    }

    private int number(String name, int otherwise) {
        int number = Integer.parseInt(text(name, Integer.toString(otherwise)));
        if (number < 1) {
            throw new IllegalArgumentException(name + ": " + number + " (expected: >= 1)");
        }
        return number;
    }

    private Duration seconds(String name, String otherwise) {
        return Duration.ofMillis(Math.round(Double.parseDouble(text(name, otherwise)) * 1000));
    }
}
