package io.tholepin.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Time from starting the process to its ready line, and resident memory ten seconds later: ephemeral and durable, with
 * and without the AOT cache, first start (certificates and data made) and second start.
 */
public final class StartAndMemory {
    private static final int RUNS = Integer.getInteger("runs", 7);
    private static final long IDLE_MILLIS = 10_000;

    private StartAndMemory() {}

    /** Runs it; {@code -Druns=N} sets the number of starts for each figure. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path app = ServerProcess.root().resolve("launcher/target/thole");
        String java = System.getProperty("java.home") + "/bin/java";
        List<String> cold = List.of(
                java,
                "@" + app.resolve("jvm.options"),
                "-cp",
                app + "/lib/*",
                "io.tholepin.launcher.Main",
                "up",
                "--port",
                "0");
        System.out.printf(Locale.ROOT, "%-34s %8s %8s %8s%n", "seconds to ready", "min", "median", "max");
        print("ephemeral, AOT cache", () -> ServerProcess.start("--ephemeral"));
        print("ephemeral, no AOT cache", () -> ServerProcess.start(with(cold, "--ephemeral")));
        Path folder = Files.createTempDirectory("thole-start");
        try {
            int[] count = {0};
            print(
                    "durable, first start, AOT cache",
                    () -> ServerProcess.start(
                            "--data-dir", folder.resolve("fresh" + count[0]++).toString()));
            String again = folder.resolve("again").toString();
            ServerProcess.start("--data-dir", again).close();
            print("durable, second start, AOT cache", () -> ServerProcess.start("--data-dir", again));
            print("durable, second start, no AOT cache", () -> ServerProcess.start(with(cold, "--data-dir", again)));
            memory("ephemeral", "--ephemeral");
            memory("durable", "--data-dir", again);
        } finally {
            deleteAll(folder);
        }
    }

    private interface Start {
        ServerProcess run() throws IOException;
    }

    private static List<String> with(List<String> command, String... more) {
        return Stream.concat(command.stream(), Arrays.stream(more)).toList();
    }

    private static void print(String name, Start start) throws IOException {
        double[] seconds = new double[RUNS];
        for (int run = 0; run < RUNS; run++) {
            try (ServerProcess server = start.run()) {
                seconds[run] = server.startSeconds();
            }
        }
        Arrays.sort(seconds);
        System.out.printf(
                Locale.ROOT, "%-34s %8.2f %8.2f %8.2f%n", name, seconds[0], seconds[RUNS / 2], seconds[RUNS - 1]);
    }

    private static void memory(String name, String... options) throws IOException, InterruptedException {
        try (ServerProcess server = ServerProcess.start(options)) {
            Thread.sleep(IDLE_MILLIS);
            System.out.printf(
                    Locale.ROOT,
                    "resident memory idle, %s: %.0f MiB; CPU so far %.2f s%n",
                    name,
                    server.residentMib(),
                    server.cpuSeconds());
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
