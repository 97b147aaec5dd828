package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing acknowledged is lost and nothing is half applied when the process is killed at any moment. The store is never
 * closed in between: each process opens what the kill before left.
 */
class KillTest {
    private static final int WRITERS = 8;

    /** Little, so that kills also hit snapshots and the cutting of the log. */
    private static final int LOG_BYTES_MAX = 100_000;

    private static final long SEED = 20261122;

    @TempDir
    Path temp;

    private final long[] acknowledged = new long[WRITERS];
    private long acknowledgedRevision = 1;

    /** Writes that were found although their answer did not get out before the kill. */
    private long unacknowledged;

    @Test
    void nothingAcknowledgedIsLostToAKill() throws Exception {
        int rounds = Boolean.getBoolean("tholepin.long") ? 100 : 4;
        Random random = new Random(SEED);
        long acks = 0;
        for (int round = 0; round < rounds; round++) {
            acks += runAndKill(random.nextInt(1_500), "round " + round + ", seed " + SEED);
        }
        assertThat(acks)
                .isGreaterThan(100L * rounds)
                .isEqualTo(Arrays.stream(acknowledged).sum() - unacknowledged);
    }

    /** Starts a process, checks what it finds, kills it a while after it became ready, and returns its acks. */
    private int runAndKill(int delayMillis, String round) throws Exception {
        Process victim = JavaProcess.start(
                temp, VictimProcess.class, temp.resolve("data").toString(), "" + WRITERS, "" + LOG_BYTES_MAX);
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
            checkFound(out, round);
            Thread killer = Thread.ofVirtual().start(() -> kill(victim, delayMillis));
            out.lines().forEach(lines::add);
            killer.join();
        } finally {
            victim.destroyForcibly();
        }
        assertThat(victim.waitFor(20, TimeUnit.SECONDS)).isTrue();
        for (String line : lines) {
            String[] words = line.split(" ");
            assertThat(words[0]).as("%s: %s", round, line).isEqualTo("ack");
            acknowledged[Integer.parseInt(words[1])] = Long.parseLong(words[2]);
            acknowledgedRevision = Math.max(acknowledgedRevision, Long.parseLong(words[3]));
        }
        return lines.size();
    }

    private void checkFound(BufferedReader out, String round) throws IOException {
        long writes = 0;
        for (int writer = 0; writer < WRITERS; writer++) {
            String line = String.valueOf(out.readLine());
            long[] found = numbers(line, "found " + writer + " ", round);
            assertThat(found[0])
                    .as("%s: %s (acknowledged: %d)", round, line, acknowledged[writer])
                    .isBetween(acknowledged[writer], acknowledged[writer] + 1);
            assertThat(found[1]).as("%s: %s: both keys", round, line).isEqualTo(found[0]);
            assertThat(found[2])
                    .as("%s: %s: entries without a gap", round, line)
                    .isEqualTo(found[0]);
            unacknowledged += found[0] - acknowledged[writer];
            acknowledged[writer] = found[0];
            writes += found[0];
        }
        long revision = numbers(String.valueOf(out.readLine()), "ready ", round)[0];
        assertThat(revision).as("%s: each write made one revision", round).isEqualTo(writes + 1);
        assertThat(revision).as("%s: acknowledged revision", round).isGreaterThanOrEqualTo(acknowledgedRevision);
    }

    private long[] numbers(String line, String start, String round) throws IOException {
        assertThat(line)
                .as("%s; stderr: %s", round, Files.readString(temp.resolve("stderr")))
                .startsWith(start);
        return Arrays.stream(line.substring(start.length()).split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
    }

    /** SIGKILL: no hook runs, nothing is flushed by the process. */
    private static void kill(Process victim, int delayMillis) {
        try {
            Thread.sleep(delayMillis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        // Not Process.destroyForcibly, which also throws away what the pipe still holds.
        victim.toHandle().destroyForcibly();
    }
}
