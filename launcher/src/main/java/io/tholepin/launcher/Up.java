package io.tholepin.launcher;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
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
        abbreviateSynopsis = true,
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
            description = "Port to serve on; 0 lets the system choose (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--bind-address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to serve on, 0.0.0.0 for all of this machine (default: ${DEFAULT-VALUE}).")
    private String bindAddress;

    @Option(
            names = "--members",
            paramLabel = "N",
            defaultValue = "1",
            description = "Members of the store in this process, each with a folder of its own: 1 to "
                    + LocalMembers.COUNT_MAX + " (default: ${DEFAULT-VALUE}). For members on several machines use"
                    + " --initial-cluster instead.")
    private int members;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Write the administrator's kubeconfig to this file too (mode 0600).")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--feature-gates",
            paramLabel = "NAME=BOOL,...",
            defaultValue = "",
            description = "ConsistentListFromCache=false reads lists from the store instead of the watch cache.")
    private String featureGates;

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
        FeatureGates gates = FeatureGates.parse(featureGates);
        ControlPlane plane =
                ControlPlane.start(new ControlPlane.Config(storage(), bindAddress, port, gates.listsFromCache()));
        Lifetime.stopOnSignal(plane, plane.broken());
        String admin = Kubeconfig.text(plane.access());
        Path file = plane.folder().resolve("admin.kubeconfig");
        Kubeconfig.write(file, admin);
        if (kubeconfig != null) {
            Kubeconfig.write(kubeconfig, admin);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("ready api=" + plane.access().server() + " kubeconfig=" + file + " in " + Lifetime.sinceJvmStart());
        out.flush();
        throw Lifetime.untilBroken(plane.broken());
    }

    private ControlPlane.Storage storage() {
        Map<String, String> given = StoreFlags.given(spec.commandLine().getParseResult(), EtcdFlags.OF_UP);
        if (where != null && where.ephemeral) {
            if (members != 1 || !given.isEmpty()) {
                throw new Refusal("--ephemeral keeps no members: leave out --members and the store's flags", null);
            }
            return new ControlPlane.Storage.Ephemeral();
        }
        Path folder = where != null && where.dataDir != null
                ? where.dataDir.toAbsolutePath().normalize()
                : defaultFolder();
        if (!given.isEmpty()) {
            if (members != 1) {
                throw new Refusal(
                        "--members: " + members + " beside --"
                                + given.keySet().iterator().next() + " (expected: one of them)",
                        null);
            }
            return new ControlPlane.Storage.Member(folder, FlagValues.of(EtcdFlags.OF_UP, given, Map.of()));
        }
        if (members < 1 || members > LocalMembers.COUNT_MAX) {
            throw new Refusal("--members: " + members + " (expected: 1 to " + LocalMembers.COUNT_MAX + ")", null);
        }
        return members == 1
                ? new ControlPlane.Storage.Alone(folder)
                : new ControlPlane.Storage.Members(folder, members);
    }

    static Path defaultFolder() {
        String dataHome = System.getenv("XDG_DATA_HOME");
        return dataHome == null || dataHome.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".local", "share", "tholepin")
                : Path.of(dataHome, "tholepin");
    }
}
