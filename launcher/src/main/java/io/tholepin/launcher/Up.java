package io.tholepin.launcher;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code thole up}: one control plane in this process, until SIGINT or SIGTERM. When it is ready it prints one line on
 * stdout whose form is stable: {@code ready api=https://127.0.0.1:6443 kubeconfig=/path/admin.kubeconfig in 0.9s}.
 */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Start a Kubernetes control plane and keep it running until SIGINT or SIGTERM.",
            "Prints one line on stdout when it is ready:",
            "  ready api=https://127.0.0.1:6443 kubeconfig=PATH in 0.9s"
        })
final class Up implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ArgGroup
    private @Nullable Where where;

    /** Where the data lives; one or the other. */
    static final class Where {
        @Option(
                names = "--data-dir",
                paramLabel = "DIR",
                description = "Folder for data, certificates and admin.kubeconfig (default: "
                        + "$XDG_DATA_HOME/tholepin or ~/.local/share/tholepin). Made when missing.")
        private @Nullable Path dataDir;

        @Option(names = "--ephemeral", description = "Keep everything in memory; nothing is left when it stops.")
        private boolean ephemeral;
    }

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "6443",
            description = "Port on 127.0.0.1; 0 lets the system choose (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Write the administrator's kubeconfig to this file too (mode 0600).")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "Log on stderr as text or json (default: ${DEFAULT-VALUE}).")
    private LogFormat logFormat;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "error, warn, info, debug or trace (default: ${DEFAULT-VALUE}).")
    private LogLevel logLevel;

    /** Form of the log. */
    enum LogFormat {
        text,
        json
    }

    /** Least severity that is logged. */
    enum LogLevel {
        error,
        warn,
        info,
        debug,
        trace
    }

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    Up() {}

    @Override
    public Integer call() {
        System.setProperty(LogSetup.FORMAT, logFormat.name());
        System.setProperty(LogSetup.LEVEL, logLevel.name());
        if (port < 0 || port > 65535) {
            throw new Refusal("--port: " + port + " (expected: 0 to 65535)", null);
        }
        ControlPlane plane = ControlPlane.start(new ControlPlane.Config(dataDir(), port));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            plane.close();
            // Stopped as asked is success; without this the JVM would report the signal instead.
            Runtime.getRuntime().halt(plane.broken().isDone() ? 1 : 0);
        }));
        String admin = Kubeconfig.text(plane.access());
        Path file = plane.folder().resolve("admin.kubeconfig");
        Kubeconfig.write(file, admin);
        if (kubeconfig != null) {
            Kubeconfig.write(kubeconfig, admin);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("ready api=" + plane.access().server() + " kubeconfig=" + file + " in " + sinceJvmStart());
        out.flush();
        Throwable cause = plane.broken().join(); // until a signal ends the process
        String told = "the store stopped: " + cause.getMessage() + "; nothing acknowledged is lost, start again";
        throw new Refusal(told, cause);
    }

    private static String sinceJvmStart() {
        Duration took = ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()))
                .orElse(Duration.ZERO);
        return String.format(Locale.ROOT, "%.1fs", took.toMillis() / 1000.0);
    }

    /** The folder named, or the default one; null for ephemeral. */
    private @Nullable Path dataDir() {
        if (where != null && where.ephemeral) {
            return null;
        }
        if (where != null && where.dataDir != null) {
            return where.dataDir.toAbsolutePath().normalize();
        }
        String dataHome = System.getenv("XDG_DATA_HOME");
        return dataHome == null || dataHome.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".local", "share", "tholepin")
                : Path.of(dataHome, "tholepin");
    }
}
