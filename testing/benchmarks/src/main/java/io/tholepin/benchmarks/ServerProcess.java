package io.tholepin.benchmarks;

import io.tholepin.load.ProcessCpu;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One {@code thole up} process under measurement. */
final class ServerProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready api=(\\S+) kubeconfig=(\\S+) in .*");

    private final Process process;
    private final String api;
    private final Path kubeconfig;
    private final double startSeconds;

    private ServerProcess(Process process, String api, Path kubeconfig, double startSeconds) {
        this.process = process;
        this.api = api;
        this.kubeconfig = kubeconfig;
        this.startSeconds = startSeconds;
    }

    /** Starts {@code ./thole up --port 0} and waits for its ready line. */
    static ServerProcess start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(root().resolve("thole").toString(), "up", "--port", "0"));
        command.addAll(List.of(options));
        return start(command);
    }

    /** Starts any command line that ends in a ready line. */
    static ServerProcess start(List<String> command) throws IOException {
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        double seconds = (System.nanoTime() - begin) / 1e9;
        Matcher ready = READY.matcher(line == null ? "" : line);
        if (!ready.matches()) {
            process.destroyForcibly();
            throw new IOException("thole said: " + line + " (expected: the ready line)");
        }
        return new ServerProcess(process, ready.group(1), Path.of(ready.group(2)), seconds);
    }

    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.exists(here.resolve("thole"))) {
            here = here.getParent();
        }
        return Objects.requireNonNull(here, "run inside the project");
    }

    String api() {
        return api;
    }

    Path kubeconfig() {
        return kubeconfig;
    }

    /** Wall time from starting the process to its ready line. */
    double startSeconds() {
        return startSeconds;
    }

    /** Resident memory now, in MiB. */
    double residentMib() throws IOException {
        return ProcessCpu.residentMib(process.pid());
    }

    /** User and system time so far, in seconds. */
    double cpuSeconds() throws IOException {
        return ProcessCpu.seconds(process.pid());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
