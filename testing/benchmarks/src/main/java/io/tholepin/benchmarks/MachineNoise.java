package io.tholepin.benchmarks;

import io.tholepin.load.ProcessCpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time that went elsewhere during a sample, as shares of all cores.
 *
 * @param steal taken by the hypervisor
 * @param other used by processes that belong neither to the system under test nor to the client
 */
record MachineNoise(double steal, double other) {
    private static final double TICKS_PER_SECOND = 100.0;
    private static final int STEAL = 7;
    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;

    /** The machine's counters at one moment, in seconds of CPU time. */
    record Counters(double busy, double steal, double all, double self) {
        static Counters now() throws IOException {
            String line;
            try (var lines = Files.newBufferedReader(Path.of("/proc/stat"))) {
                line = lines.readLine();
            }
            String[] fields = line.split(" +");
            double busy = 0;
            double all = 0;
            for (int i = 0; i <= STEAL; i++) {
                double seconds = Long.parseLong(fields[i + 1]) / TICKS_PER_SECOND;
                all += seconds;
                busy += i == IDLE || i == IO_WAIT || i == STEAL ? 0 : seconds;
            }
            double steal = Long.parseLong(fields[STEAL + 1]) / TICKS_PER_SECOND;
            return new Counters(
                    busy, steal, all, ProcessCpu.seconds(ProcessHandle.current().pid()));
        }
    }

    /** From {@code begin} until {@code end}, in which the system under test used {@code measuredSeconds}. */
    static MachineNoise between(Counters begin, Counters end, double measuredSeconds) {
        double all = Math.max(1 / TICKS_PER_SECOND, end.all - begin.all);
        double other = end.busy - begin.busy - (end.self - begin.self) - measuredSeconds;
        return new MachineNoise((end.steal - begin.steal) / all, Math.max(0, other / all));
    }
}
