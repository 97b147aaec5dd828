package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code thole bench} as its user runs it, on a cluster so small that figures mean nothing and the report is whole. */
class BenchTest {
    @TempDir
    Path folder;

    @Test
    void consistentReadsComparesOffWithOnOverAnEtcdAndLeavesAPageWithPlots() throws Exception {
        Path etcd = EtcdLike.CLIENTS.resolve("etcd-3.5");
        assumeTrue(Files.isExecutable(etcd), "no etcd 3.5 in " + EtcdLike.CLIENTS);
        bench(
                "--nodes",
                "4",
                "--pods",
                "1000",
                "--seconds",
                "2",
                "--warm-up",
                "0",
                "--on",
                "embedded,etcd",
                "--etcd",
                etcd.toString());

        JsonNode runs = new ObjectMapper()
                .readTree(Files.readString(folder.resolve("report.json")))
                .get("runs");
        assertThat(runs).hasSize(2);
        for (JsonNode run : runs) {
            assertThat(run.get("phases")).hasSize(3);
            for (JsonNode phase : run.get("phases")) {
                for (JsonNode request : phase.get("requests")) {
                    assertThat(request.get("errors").asInt())
                            .as(run.get("subject") + " " + phase.get("phase") + " " + request)
                            .isZero();
                    assertThat(request.get("count").asInt()).isPositive();
                }
            }
            assertThat(run.at("/phases/0/storeBytesRead").asDouble())
                    .as("bytes from the store when each list reads 1,000 pods of it: " + run.get("subject"))
                    .isGreaterThan(run.at("/phases/1/storeBytesRead").asDouble());
        }
        assertThat(folder.resolve("report.html"))
                .content()
                .contains("uPlot", "\"experiment\"")
                .doesNotContain("/*PAGE*/");
        try (Stream<Path> data = Files.walk(folder.resolve("data"))) {
            assertThat(data.filter(Files::isRegularFile))
                    .allMatch(file -> file.toString().endsWith(".log"));
        }
    }

    private void bench(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Thole.ROOT.resolve("thole").toString(), "bench", "consistent-reads", "--out", folder.toString()));
        command.addAll(List.of(options));
        Path log = folder.resolve("bench.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }
}
