package io.tholepin.etcdprotocol;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the operating system says of this process, read from /proc at each scrape; where there is no /proc the metrics
 * are left out. Names are those of Prometheus' client libraries.
 */
final class ProcessMetrics {
    private static final Path SELF = Path.of("/proc/self");

    /** Linux tells times in hundredths of a second, whatever the kernel's own tick. */
    private static final double TICKS_PER_SECOND = 100;

    /** Fields of /proc/self/stat after the command's name, counted from there. Source: proc_pid_stat(5). */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;
    private static final int START_TICKS = 19;
    private static final int VIRTUAL_BYTES = 20;

    private final @Nullable Counter cpu;
    private final @Nullable Counter networkReceived;
    private final @Nullable Counter networkSent;

    ProcessMetrics(PrometheusRegistry registry) {
        if (!Files.isReadable(SELF.resolve("stat"))) {
            cpu = null;
            networkReceived = null;
            networkSent = null;
            return;
        }
        cpu = Counter.builder()
                .name("process_cpu_seconds_total")
                .help("Total user and system CPU time spent in seconds.")
                .register(registry);
        double start = bootSeconds() + stat(START_TICKS) / TICKS_PER_SECOND;
        gauge(registry, "process_start_time_seconds", "Start time since the Unix epoch in seconds.", () -> start);
        gauge(registry, "process_resident_memory_bytes", "Resident memory size in bytes.", ProcessMetrics::resident);
        gauge(registry, "process_virtual_memory_bytes", "Virtual memory size in bytes.", () -> stat(VIRTUAL_BYTES));
        gauge(
                registry,
                "process_virtual_memory_max_bytes",
                "Maximum amount of virtual memory available in bytes.",
                () -> limit("Max address space"));
        networkReceived = Counter.builder()
                .name("process_network_receive_bytes_total")
                .help("Number of bytes received by the process over the network.")
                .register(registry);
        networkSent = Counter.builder()
                .name("process_network_transmit_bytes_total")
                .help("Number of bytes sent by the process over the network.")
                .register(registry);
        gauge(registry, "process_open_fds", "Number of open file descriptors.", ProcessMetrics::openFiles);
        gauge(registry, "process_max_fds", "Maximum number of open file descriptors.", ProcessMetrics::filesMax);
        gauge(registry, "os_fd_used", "The number of used file descriptors.", ProcessMetrics::openFiles);
        gauge(registry, "os_fd_limit", "The file descriptor limit.", ProcessMetrics::filesMax);
    }

    /** Brings the counter up to date; one thread at a time. The library's counters with a callback lose their name. */
    void read() {
        if (cpu != null && networkReceived != null && networkSent != null) {
            raise(cpu, (stat(USER_TICKS) + stat(SYSTEM_TICKS)) / TICKS_PER_SECOND);
            raise(networkReceived, network("InOctets"));
            raise(networkSent, network("OutOctets"));
        }
    }

    private static void raise(Counter counter, double value) {
        counter.inc(Math.max(0, value - counter.get()));
    }

    private static void gauge(PrometheusRegistry registry, String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** A number of /proc/self/stat; what comes before the last parenthesis may contain anything. */
    private static double stat(int field) {
        String line = lines("stat").getFirst();
        return Double.parseDouble(line.substring(line.lastIndexOf(')') + 2).split(" ")[field]);
    }

    private static double resident() {
        for (String line : lines("status")) {
            if (line.startsWith("VmRSS:")) {
                return 1024 * Double.parseDouble(line.replaceAll("\\D", ""));
            }
        }
        return Double.NaN;
    }

    private static double openFiles() {
        try (Stream<Path> files = Files.list(SELF.resolve("fd"))) {
            return files.count();
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    private static double filesMax() {
        return limit("Max open files");
    }

    private static double limit(String name) {
        for (String line : lines("limits")) {
            if (line.startsWith(name)) {
                String soft = line.split(" {2,}")[1];
                return soft.equals("unlimited") ? Double.POSITIVE_INFINITY : Double.parseDouble(soft);
            }
        }
        return Double.NaN;
    }

    /**
     * A number of /proc/self/net/netstat, a line of names and a line of numbers under it: that of the network namespace
     * the process is in, as Prometheus' client libraries tell it.
     */
    private static double network(String name) {
        List<String> names = List.of();
        for (String line : lines("net/netstat")) {
            if (line.startsWith("IpExt:")) {
                List<String> columns = List.of(line.split(" "));
                int column = names.indexOf(name);
                if (column > 0) {
                    return Double.parseDouble(columns.get(column));
                }
                names = columns;
            }
        }
        return 0;
    }

    private static double bootSeconds() {
        for (String line : lines("../stat")) {
            if (line.startsWith("btime ")) {
                return Double.parseDouble(line.substring(6));
            }
        }
        return Double.NaN;
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(SELF.resolve(file));
        } catch (IOException e) {
            return List.of("");
        }
    }
}
