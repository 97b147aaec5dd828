package io.tholepin.launcher;

import io.tholepin.etcdprotocol.ClientTls;
import io.tholepin.etcdprotocol.EtcdEndpoint;
import io.tholepin.etcdprotocol.EtcdStoreConfig;
import io.tholepin.etcdprotocol.GoDuration;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code thole apiserver}: the API server over an etcd that is there already, under kube-apiserver's flags. Any number
 * of them, and kube-apiserver itself, may share the etcd. Source: contract 5.7 of kube-apiserver, 5.9 of etcd.
 */
@Command(
        name = "apiserver",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        description = {
            "Serve the Kubernetes API over a real etcd until SIGINT or SIGTERM.",
            "Keys and values in etcd are Kubernetes' own, so that several API servers can share it.",
            "Prints one line on stdout when it is ready, as thole up does."
        })
final class ApiServerCommand implements Callable<Integer> {
    private static final int PORT_MAX = 65_535;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--etcd-servers",
            paramLabel = "URL,...",
            required = true,
            split = ",",
            description = "Client URLs of etcd: http://host:port or https://host:port, members of one cluster.")
    private List<String> etcdServers;

    @Option(names = "--etcd-cafile", paramLabel = "FILE", description = "Authorities behind the certificates of etcd.")
    private @Nullable Path etcdCaFile;

    @Option(names = "--etcd-certfile", paramLabel = "FILE", description = "Certificate to show etcd.")
    private @Nullable Path etcdCertFile;

    @Option(names = "--etcd-keyfile", paramLabel = "FILE", description = "Its private key.")
    private @Nullable Path etcdKeyFile;

    @Option(
            names = "--etcd-prefix",
            paramLabel = "PREFIX",
            defaultValue = RootedStore.REGISTRY,
            description = "What every key in etcd begins with (default: ${DEFAULT-VALUE}).")
    private String etcdPrefix;

    @Option(
            names = "--etcd-compaction-interval",
            paramLabel = "DURATION",
            defaultValue = "5m0s",
            description = "How much history etcd keeps; 0 leaves compacting to others (default: ${DEFAULT-VALUE}).")
    private String compactionInterval;

    @Option(
            names = "--bind-address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to serve on (default: ${DEFAULT-VALUE}).")
    private String bindAddress;

    @Option(
            names = "--secure-port",
            paramLabel = "PORT",
            defaultValue = "6443",
            description = "Port to serve on; 0 lets the system choose (default: ${DEFAULT-VALUE}).")
    private int securePort;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Folder for certificates and admin.kubeconfig; made when missing (default: "
                    + "$XDG_DATA_HOME/tholepin or ~/.local/share/tholepin).")
    private @Nullable Path dataDir;

    @Option(
            names = "--controllers",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "true",
            paramLabel = "BOOL",
            description = "Stand for election to run the controllers that the API needs (default: ${DEFAULT-VALUE}).")
    private boolean controllers;

    @Option(
            names = "--feature-gates",
            paramLabel = "NAME=BOOL,...",
            defaultValue = "",
            description = "ConsistentListFromCache=false reads lists from etcd instead of the watch cache.")
    private String featureGates;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "Log on stderr as text or json (default: ${DEFAULT-VALUE}).")
    private Up.LogFormat logFormat;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "error, warn, info, debug or trace (default: ${DEFAULT-VALUE}).")
    private Up.LogLevel logLevel;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    ApiServerCommand() {}

    @Override
    public Integer call() {
        System.setProperty(LogSetup.FORMAT, logFormat.name());
        System.setProperty(LogSetup.LEVEL, logLevel.name());
        if (securePort < 0 || securePort > PORT_MAX) {
            throw new Refusal("--secure-port: " + securePort + " (expected: 0 to " + PORT_MAX + ")", null);
        }
        FeatureGates gates = FeatureGates.parse(featureGates);
        ControlPlane plane =
                ControlPlane.start(new ControlPlane.Config(storage(), bindAddress, securePort, gates.listsFromCache()));
        Lifetime.stopOnSignal(plane, plane.broken());
        Path file = plane.folder().resolve("admin.kubeconfig");
        Kubeconfig.write(file, Kubeconfig.text(plane.access()));
        PrintWriter out = spec.commandLine().getOut();
        out.println("ready api=" + plane.access().server() + " kubeconfig=" + file + " in " + Lifetime.sinceJvmStart());
        out.flush();
        throw Lifetime.untilBroken(plane.broken());
    }

    private ControlPlane.Storage.Etcd storage() {
        Duration interval = GoDuration.parse(compactionInterval);
        if (interval == null || interval.isNegative()) {
            throw new Refusal(
                    "--etcd-compaction-interval: " + compactionInterval + " (expected: a duration like 5m0s, or 0)",
                    null);
        }
        return new ControlPlane.Storage.Etcd(
                dataDir == null ? Up.defaultFolder() : dataDir.toAbsolutePath().normalize(),
                etcd(),
                etcdPrefix,
                interval,
                controllers);
    }

    private EtcdStoreConfig etcd() {
        try {
            ClientTls tls = new ClientTls(
                    Optional.ofNullable(etcdCaFile),
                    Optional.ofNullable(etcdCertFile),
                    Optional.ofNullable(etcdKeyFile));
            return EtcdStoreConfig.of(
                    etcdServers.stream().map(EtcdEndpoint::parse).toList(), tls);
        } catch (IllegalArgumentException e) {
            throw new Refusal("--etcd-servers, --etcd-certfile or --etcd-keyfile: " + e.getMessage(), e);
        }
    }
}
