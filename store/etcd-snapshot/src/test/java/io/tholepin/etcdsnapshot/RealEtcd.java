package io.tholepin.etcdsnapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tholepin.contracts.FreePorts;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyValue;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * One etcd process with a data folder of its own, asked over its JSON gateway and by etcdctl. The binaries are those
 * that the interop tests unpack.
 */
final class RealEtcd implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Path BINARIES = Path.of("../../testing/interop/target/clients");

    private final String line;
    private final Process process;
    private final int clientPort;
    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable String token;
    private List<String> login = List.of();

    private RealEtcd(String line, Process process, int clientPort) {
        this.line = line;
        this.process = process;
        this.clientPort = clientPort;
    }

    /** Skips the test when etcd of this line, 3.4 or 3.5, is not there. */
    static void assumePresent(String line) {
        for (String tool : line.equals("3.4") ? List.of("etcd", "etcdctl") : List.of("etcd", "etcdctl", "etcdutl")) {
            assumeThat(Files.isExecutable(binary(tool, line)))
                    .as("%s of etcd %s is unpacked (testing/interop/install-clients)", tool, line)
                    .isTrue();
        }
    }

    private static Path binary(String tool, String line) {
        return BINARIES.resolve(tool + "-" + line).toAbsolutePath().normalize();
    }

    /** Starts one over {@code data}, restored or empty, and waits until it answers. */
    static RealEtcd start(String line, Path data, int peerPort, String... flags) throws Exception {
        int clientPort = FreePorts.next();
        List<String> command = new ArrayList<>(List.of(
                binary("etcd", line).toString(),
                "--name=one",
                "--data-dir=" + data,
                "--listen-client-urls=http://127.0.0.1:" + clientPort,
                "--advertise-client-urls=http://127.0.0.1:" + clientPort,
                "--listen-peer-urls=http://127.0.0.1:" + peerPort,
                "--initial-advertise-peer-urls=http://127.0.0.1:" + peerPort,
                "--initial-cluster=one=http://127.0.0.1:" + peerPort,
                "--bcrypt-cost=4",
                // It is alone: its election need not wait a second.
                "--heartbeat-interval=20",
                "--election-timeout=200"));
        command.addAll(List.of(flags));
        Path log = data.resolveSibling(data.getFileName() + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        RealEtcd etcd = new RealEtcd(line, process, clientPort);
        for (int i = 0; i < 600; i++) {
            assertThat(process.isAlive()).as("etcd runs: see %s", log).isTrue();
            if (Files.readString(log).contains("ready to serve client requests")) {
                return etcd;
            }
            Thread.sleep(50);
        }
        etcd.close();
        throw new AssertionError("etcd is not ready: " + Files.readString(log));
    }

    /** Asks the JSON gateway: {@code path} without {@code /v3}. */
    JsonNode ask(String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + clientPort + "/v3" + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", token);
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode())
                .as("%s %s: %s", path, body, answer.body())
                .isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    /** From now on asks as this user. */
    void login(String user, String password) throws Exception {
        login = List.of("--user=" + user + ":" + password);
        token = text(
                ask("/auth/authenticate", "{\"name\":\"" + user + "\",\"password\":\"" + password + "\"}"), "token");
    }

    /** Runs etcdctl against this one and returns what it printed. */
    String ctl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(binary("etcdctl", line).toString());
        command.add("--command-timeout=60s");
        command.add("--endpoints=http://127.0.0.1:" + clientPort);
        command.addAll(login);
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Runs what works on files: etcdctl in 3.4, etcdutl since. */
    static String utl(String line, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(binary(line.equals("3.4") ? "etcdctl" : "etcdutl", line).toString());
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Turns a snapshot file into a data folder. */
    static void restore(String line, Path file, Path data, int peerPort) throws Exception {
        utl(
                line,
                "snapshot",
                "restore",
                file.toString(),
                "--name=one",
                "--data-dir=" + data,
                "--initial-cluster=one=http://127.0.0.1:" + peerPort,
                "--initial-advertise-peer-urls=http://127.0.0.1:" + peerPort);
    }

    private static String run(List<String> command) throws Exception {
        Path errors = Files.createTempFile("etcd", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            builder.environment().put("ETCDCTL_API", "3");
            Process process = builder.start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            assertThat(status)
                    .as("status of %s: %s %s", command, out, Files.readString(errors))
                    .isZero();
            return out;
        } finally {
            Files.delete(errors);
        }
    }

    /** HashKV at a revision, 0 for the current one. */
    JsonNode hashKv(long revision) throws Exception {
        String out = ctl("endpoint", "hashkv", "--rev=" + revision, "--write-out=json");
        return JSON.readTree(out).path(0).path("HashKV");
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes; the gateway leaves empty ones out. */
    static Bytes bytes(JsonNode from, String name) {
        return Bytes.wrap(Base64.getDecoder().decode(text(from, name)));
    }

    /** Puts a pair and returns the revision of that. */
    long put(String key, String value, long lease) throws Exception {
        String body =
                String.format("{\"key\":\"%s\",\"value\":\"%s\",\"lease\":\"%d\"}", base64(key), base64(value), lease);
        return number(ask("/kv/put", body).path("header"), "revision");
    }

    /** The live pairs as of a revision. */
    List<KeyValue> range(long revision) throws Exception {
        List<KeyValue> pairs = new ArrayList<>();
        String body = String.format("{\"key\":\"AA==\",\"range_end\":\"AA==\",\"revision\":\"%d\"}", revision);
        for (JsonNode kv : ask("/kv/range", body).path("kvs")) {
            pairs.add(new KeyValue(
                    bytes(kv, "key"),
                    bytes(kv, "value"),
                    number(kv, "create_revision"),
                    number(kv, "mod_revision"),
                    number(kv, "version"),
                    number(kv, "lease")));
        }
        return pairs;
    }

    static String text(JsonNode from, String name) {
        return from.path(name).asString("");
    }

    /** A number; the gateway writes long ones as strings and leaves out zeros. */
    static long number(JsonNode from, String name) {
        JsonNode value = from.path(name);
        return value.isString() ? Long.parseLong(value.stringValue()) : value.asLong(0);
    }

    @Override
    public void close() {
        http.close();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
