package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.RangeRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that writes is killed again and again; what it leaves must be the state right after some log entry. */
class RocksCrashTest {
    private static final int KILLS = 6;
    private static final long SEED = 42;

    @TempDir
    Path folder;

    @Test
    void whatAKillLeavesIsTheStateAfterTheAppliedIndexItNames() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        long reached = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            long acknowledged = writeAndKill(400 + random.nextInt(2_000));
            try (Keyspace found = new Keyspace(RocksEngine.open(folder, CrashWriter.WRITE_BUFFER_BYTES))) {
                assertThat(found.appliedIndex()).isBetween(reached, acknowledged + 100);
                reached = found.appliedIndex();
                assertSameAs(expected(reached), found);
            }
        }
        assertThat(folder.resolve("native").toFile().list())
                .as("the native library, unpacked once and used by every process")
                .hasSize(1);
        assertThat(reached).as("something survived, or nothing was shown").isPositive();
    }

    @Test
    void whatWasFlushedSurvives() throws Exception {
        Keyspace twin = new Keyspace(new HeapEngine());
        CrashWriter.Commands commands = new CrashWriter.Commands(SEED, twin);
        Path copy = folder.resolve("copy");
        try (Keyspace keyspace = new Keyspace(RocksEngine.open(folder.resolve("original")))) {
            for (int i = 0; i < 300; i++) {
                Command command = commands.next();
                twin.apply(commands.index(), command);
                twin.commit();
                keyspace.apply(commands.index(), command);
            }
            keyspace.commit();
            keyspace.save(copy);
            keyspace.apply(301, commands.next());
            keyspace.commit();
        }
        try (Keyspace other = new Keyspace(RocksEngine.open(folder.resolve("other")))) {
            other.load(copy);
            assertThat(other.appliedIndex()).isEqualTo(300);
            assertSameAs(twin, other);
        }
    }

    /** Runs the writer until it has said so many lines, kills it, and returns the last index it said. */
    private long writeAndKill(int lines) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashWriter.class.getName(),
                        folder.toString(),
                        Long.toString(SEED))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long last = 0;
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < lines; i++) {
                String line = said.readLine();
                assertThat(line).as("the writer ended by itself").isNotNull();
                last = Long.parseLong(line.substring("at ".length()));
            }
            // Unlike Process.destroyForcibly this leaves the pipe open, with what was said before.
            writer.toHandle().destroyForcibly();
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                last = line.matches("at \\d+") ? Math.max(last, Long.parseLong(line.substring(3))) : last;
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        return last;
    }

    private static Keyspace expected(long index) {
        Keyspace twin = new Keyspace(new HeapEngine());
        new CrashWriter.Commands(SEED, twin).applyUpTo(index);
        return twin;
    }

    private static void assertSameAs(Keyspace expected, Keyspace found) {
        assertThat(found.revision()).isEqualTo(expected.revision());
        assertThat(found.compactRevision()).isEqualTo(expected.compactRevision());
        long oldest = Math.max(1, expected.compactRevision());
        for (long revision = oldest; revision <= expected.revision(); revision++) {
            RangeRequest all = RangeRequest.of(KeyRange.all()).at(revision);
            assertThat(found.range(all)).isEqualTo(expected.range(all));
        }
        assertThat(history(found, oldest + 1)).isEqualTo(history(expected, oldest + 1));
        assertThat(found.leaseTtls()).isEqualTo(expected.leaseTtls());
        for (long lease : expected.leaseTtls().keySet()) {
            assertThat(found.lease(lease, true)).isEqualTo(expected.lease(lease, true));
        }
    }

    private static List<Event> history(Keyspace keyspace, long from) {
        List<Event> events = new ArrayList<>();
        keyspace.history(from, keyspace.revision(), events::add);
        return events;
    }
}
