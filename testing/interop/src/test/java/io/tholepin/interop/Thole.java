package io.tholepin.interop;

import io.tholepin.client.ClusterAccess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One {@code ./thole up} or {@code ./thole apiserver} process, as a user starts it, and an HTTPS client with the
 * administrator's certificate.
 */
final class Thole implements AutoCloseable {
    static final Path ROOT = root();
    private static final Pattern READY =
            Pattern.compile("ready api=(https://127\\.0\\.0\\.1:\\d+) kubeconfig=(\\S+) in \\d+\\.\\ds");

    private final Process process;
    private final URI api;
    private final Path kubeconfig;
    private final HttpClient http;

    private Thole(Process process, URI api, Path kubeconfig) {
        this.process = process;
        this.api = api;
        this.kubeconfig = kubeconfig;
        this.http = client(kubeconfig);
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.exists(here.resolve("thole"))) {
            here = here.getParent();
        }
        return Objects.requireNonNull(here, "run inside the project");
    }

    /** Starts {@code ./thole up --port 0} with more options and waits for its ready line. */
    static Thole up(String... options) {
        return start(List.of("up", "--port", "0"), options);
    }

    /** The same on a port that is known already, as after a kill. */
    static Thole upAt(int port, String... options) {
        return start(List.of("up", "--port", Integer.toString(port)), options);
    }

    /** {@link #apiserver} on a port that is known already, as after a kill. */
    static Thole apiserverAt(int port, String... options) {
        return start(List.of("apiserver", "--secure-port", Integer.toString(port)), options);
    }

    /** Starts {@code ./thole apiserver --secure-port 0} with more options and waits for its ready line. */
    static Thole apiserver(String... options) {
        return start(List.of("apiserver", "--secure-port", "0"), options);
    }

    private static Thole start(List<String> first, String... options) {
        List<String> command = new ArrayList<>(first);
        command.addAll(List.of(options));
        Process process = run(command.toArray(String[]::new));
        try {
            BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
            String line = out.readLine();
            Matcher ready = READY.matcher(line == null ? "" : line);
            if (!ready.matches()) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException("thole said: " + line + " (expected: the ready line)");
            }
            return new Thole(process, URI.create(ready.group(1)), Path.of(ready.group(2)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts {@code ./thole} with arguments; stderr goes to this test's stderr unless the caller reads it. */
    static Process run(String... arguments) {
        List<String> command = new ArrayList<>();
        if (Files.exists(Path.of("/proc/self"))) {
            // A build in the background of a shell ignores SIGINT, and so would what it starts.
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.add(ROOT.resolve("thole").toString());
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI api() {
        return api;
    }

    Path kubeconfig() {
        return kubeconfig;
    }

    Process process() {
        return process;
    }

    HttpClient http() {
        return http;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(api.resolve(path)).timeout(Duration.ofSeconds(60));
    }

    HttpResponse<String> get(String path) {
        return send(request(path).header("Accept", "application/json").GET());
    }

    HttpResponse<String> post(String path, String body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** SIGKILL, and wait until it is gone. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** SIGTERM, and its exit code. */
    int stop() {
        process.destroy();
        return await();
    }

    private int await() {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("thole did not stop within 30 s");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        if (process.isAlive()) {
            stop();
        }
    }

    private static HttpClient client(Path kubeconfig) {
        try {
            return HttpClient.newBuilder()
                    .sslContext(ClusterAccess.fromKubeconfig(kubeconfig).tls())
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
