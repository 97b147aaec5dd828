package io.tholepin.etcdsnapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory that reading and writing need does not grow with the file. */
class LargeImageTest {
    private static final int HEAP_MIB = 16;
    private static final int VERSIONS = Boolean.getBoolean("tholepin.long") ? 1_000_000 : 120_000;

    @TempDir
    Path folder;

    @Test
    void aFileManyTimesTheHeapIsWrittenAndRead() throws Exception {
        Path file = folder.resolve("large.db");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP_MIB + "m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeImage.class.getName(),
                        file.toString(),
                        Integer.toString(VERSIONS))
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        assertThat(out).startsWith(VERSIONS + " versions, " + (VERSIONS + 5) + " keys");
        assertThat(Files.size(file)).isGreaterThan(8L * HEAP_MIB << 20);
    }
}
