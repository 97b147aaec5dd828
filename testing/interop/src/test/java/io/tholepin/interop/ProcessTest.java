package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code thole up} starts, stops, and refuses to start. */
class ProcessTest {
    @TempDir
    Path folder;

    private record Ended(int code, List<String> err) {}

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(Thole.ROOT.resolve("thole").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), err);
    }

    @Test
    void dataSurvivesAKillAndARestart() {
        try (Thole first = Thole.up("--data-dir", folder.toString())) {
            assertThat(create(first, "before").statusCode()).isEqualTo(201);
            first.kill();
        }
        try (Thole second = Thole.up("--data-dir", folder.toString())) {
            assertThat(second.get("/api/v1/namespaces/default/configmaps/before")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(create(second, "after").statusCode()).isEqualTo(201);
        }
        try (Thole third = Thole.up("--data-dir", folder.toString())) {
            assertThat(third.get("/api/v1/namespaces/default/configmaps/after").statusCode())
                    .isEqualTo(200);
        }
    }

    private static java.net.http.HttpResponse<String> create(Thole thole, String name) {
        return thole.post(
                "/api/v1/namespaces/default/configmaps",
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name + "\"}}");
    }

    @Test
    void metricsTellOfClientsOutsideAndInside() {
        try (Thole thole = Thole.up("--ephemeral")) {
            assertThat(create(thole, "one").statusCode()).isEqualTo(201);
            assertThat(thole.get("/metrics").body())
                    .contains("apiserver_flowcontrol_dispatched_requests_total{flow_schema=\"system-masters\","
                            + "priority_level=\"mutating\"} 1")
                    .contains("apiserver_admission_controller_admission_duration_seconds_count{"
                            + "name=\"NamespaceLifecycle\",operation=\"CREATE\",rejected=\"false\",type=\"admit\"} ")
                    .containsPattern(
                            "rest_client_requests_total\\{code=\"200\",host=\"in-process\",method=\"GET\"} [1-9]");
        }
    }

    @Test
    void sigtermIsAGracefulStopWithExitCode0() {
        try (Thole thole = Thole.up("--ephemeral")) {
            assertThat(thole.stop()).isZero();
        }
    }

    @Test
    void sigintIsAGracefulStopWithExitCode0() throws Exception {
        try (Thole thole = Thole.up("--ephemeral")) {
            new ProcessBuilder("kill", "-INT", Long.toString(thole.process().pid()))
                    .start()
                    .waitFor();
            assertThat(thole.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(thole.process().exitValue()).isZero();
        }
    }

    @Test
    void anEphemeralOneLeavesNothingBehind() {
        Path kubeconfig;
        try (Thole thole = Thole.up("--ephemeral")) {
            kubeconfig = thole.kubeconfig();
            assertThat(kubeconfig).exists();
        }
        assertThat(kubeconfig.getParent()).doesNotExist();
    }

    @Test
    void secretsAreReadableByTheirOwnerOnly() throws IOException {
        Path copy = folder.resolve("copy/admin.conf");
        Path data = folder.resolve("data");
        try (Thole thole = Thole.up("--data-dir", data.toString(), "--kubeconfig", copy.toString())) {
            assertThat(Files.readString(copy)).isEqualTo(Files.readString(thole.kubeconfig()));
            try (Stream<Path> files = Files.walk(data)) {
                assertThat(Stream.concat(files.filter(Files::isRegularFile), Stream.of(copy)))
                        .isNotEmpty()
                        .allSatisfy(
                                file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                        .as("%s", file)
                                        .endsWith("------"));
            }
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void aPortInUseIsOneLineAndExitCode1() throws Exception {
        try (Thole thole = Thole.up("--ephemeral")) {
            Ended second = run(
                    "up", "--ephemeral", "--port", Integer.toString(thole.api().getPort()));
            assertThat(second.code).isEqualTo(1);
            assertThat(second.err)
                    .singleElement()
                    .asString()
                    .contains("port " + thole.api().getPort());
        }
    }

    @Test
    void aFolderInUseIsOneLineAndExitCode1() throws Exception {
        try (Thole thole = Thole.up("--data-dir", folder.toString())) {
            Ended second = run("up", "--data-dir", folder.toString(), "--port", "0");
            assertThat(second.code).isEqualTo(1);
            assertThat(second.err)
                    .singleElement()
                    .asString()
                    .contains(folder.toString())
                    .contains("another");
            assertThat(thole.get("/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsOneLineAndExitCode1() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Ended ended =
                run("up", "--port", "0", "--data-dir", file.resolve("data").toString());
        assertThat(ended.code).isEqualTo(1);
        assertThat(ended.err).singleElement().asString().contains(file.toString());
    }

    @Test
    void dataOfANewerFormatIsOneLineAndExitCode1() throws Exception {
        try (Thole thole = Thole.up("--data-dir", folder.toString())) {
            assertThat(thole.stop()).isZero();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            Path format = files.filter(file -> file.getFileName().toString().equals("FORMAT"))
                    .findFirst()
                    .orElseThrow();
            Files.writeString(format, Files.readString(format).replace("format 2\n", "format 999\n"));
        }
        Ended ended = run("up", "--port", "0", "--data-dir", folder.toString());
        assertThat(ended.code).isEqualTo(1);
        assertThat(ended.err).singleElement().asString().contains("999").contains("newer");
    }

    @Test
    void anUnknownOptionIsExitCode2() throws Exception {
        assertThat(run("up", "--nope").code).isEqualTo(2);
    }

    @Test
    void helpVersionAndCompletionExist() throws Exception {
        assertThat(run("up", "--help").code).isZero();
        assertThat(run("--version").code).isZero();
        assertThat(run("generate-completion").code).isZero();
    }
}
