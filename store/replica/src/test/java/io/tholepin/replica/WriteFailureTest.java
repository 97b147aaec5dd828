package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that takes no more stops the member with a clear word, and what it acknowledged before is there afterwards. A
 * limit on the size of files stands in for the full disk: both fail the write of the log.
 */
@EnabledOnOs(OS.LINUX)
class WriteFailureTest {
    private static final String UNLIMITED = "1000000000";
    private static final String LOG_BYTES_MAX = "1000000000";

    @TempDir
    Path temp;

    @Test
    void aMemberThatCannotWriteItsLogStopsAndLosesNothing() throws Exception {
        Process first = start(UNLIMITED);
        List<String> ready = linesUntil(first, "ack ");
        first.destroyForcibly().waitFor();
        assertThat(ready).last().asString().startsWith("ack 0 ");

        Process limited = start("300");
        List<String> lines = linesUntil(limited, "broken ");
        assertThat(lines).last().asString().startsWith("broken ").contains("MiB free");
        assertThat(limited.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(limited.exitValue()).isEqualTo(3);
        long acknowledged =
                lines.stream().filter(line -> line.startsWith("ack ")).count();
        assertThat(acknowledged).isPositive();

        Process last = start(UNLIMITED);
        List<String> found = linesUntil(last, "ready ");
        last.destroyForcibly().waitFor();
        String lastAck = lines.stream()
                .filter(line -> line.startsWith("ack "))
                .reduce((_, later) -> later)
                .orElseThrow();
        long number = Long.parseLong(lastAck.split(" ")[2]);
        long present = Long.parseLong(found.getFirst().split(" ")[2]);
        assertThat(present).isBetween(number, number + 1);
        assertThat(found.getLast()).isEqualTo("ready " + (present + 1));
    }

    /** @param kibibytesMax largest file the process may write */
    private Process start(String kibibytesMax) throws IOException {
        return JavaProcess.start(
                List.of("bash", "-c", "ulimit -f " + kibibytesMax + "; exec \"$@\"", "limited"),
                temp,
                VictimProcess.class,
                temp.resolve("data").toString(),
                "1",
                LOG_BYTES_MAX);
    }

    /** Everything the process says until it begins a line so, or ends. */
    private List<String> linesUntil(Process process, String start) throws IOException {
        List<String> lines = new ArrayList<>();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            lines.add(line);
            if (line.startsWith(start)) {
                return lines;
            }
        }
        throw new AssertionError(
                "no line \"" + start + "\" in ..." + lines.subList(Math.max(0, lines.size() - 5), lines.size())
                        + "; stderr: " + Files.readString(temp.resolve("stderr")));
    }
}
