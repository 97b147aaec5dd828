package io.tholepin.launcher;

import static io.tholepin.launcher.EtcdFlag.duration;
import static io.tholepin.launcher.EtcdFlag.number;
import static io.tholepin.launcher.EtcdFlag.off;
import static io.tholepin.launcher.EtcdFlag.on;
import static io.tholepin.launcher.EtcdFlag.text;

import java.util.List;
import java.util.Set;

/** Every flag of etcd that {@code thole store} takes, in the order of {@code --help}. Source: contract 4. */
final class EtcdFlags {
    /** All of them. */
    static final List<EtcdFlag> ALL = List.of(
            // Who and where.
            text("name", "default", "Name of this member."),
            text("data-dir", "", "Folder of its data (default: NAME.etcd)."),
            text("wal-dir", "", "Folder of its Raft log, when that is to be elsewhere."),
            text("config-file", "", "YAML file with these flags as keys; all other flags and ETCD_* are then ignored."),
            text("listen-client-urls", "http://localhost:2379", "Where it serves clients."),
            text("advertise-client-urls", "http://localhost:2379", "Where clients reach it."),
            text("listen-client-http-urls", "", "Where it serves HTTP apart from gRPC, when not on the client URLs."),
            text("listen-peer-urls", "http://localhost:2380", "Where it serves other members."),
            text("initial-advertise-peer-urls", "http://localhost:2380", "Where other members reach it."),
            text("listen-metrics-urls", "", "Where it serves /metrics and health besides the client URLs."),
            text("initial-cluster", "", "NAME=URL,... of all members (default: NAME=its own peer URLs)."),
            text("initial-cluster-state", "new", "new, or existing when it joins a cluster that runs."),
            text("discovery-srv", "", "Domain whose SRV records in the DNS name all members."),
            text("discovery-srv-name", "", "What follows a hyphen in the name of the service there."),
            text("initial-cluster-token", "etcd-cluster", "Tells clusters apart that are set up alike."),
            // Consensus.
            number("heartbeat-interval", 100, "Milliseconds between a leader's heartbeats."),
            number("election-timeout", 1000, "Milliseconds without a heartbeat until an election."),
            number("snapshot-count", 10_000, "Log entries between two snapshots."),
            on("strict-reconfig-check", "Refuse changes of membership that could cost the quorum."),
            number("max-learners", 1, "Most learners in the cluster.").onceExperimental(),
            off("force-new-cluster", "Start from this member's data as a cluster of one."),
            off("unsafe-no-fsync", "Do not wait for the disk. For tests: a crash loses what was acknowledged."),
            on("initial-election-tick-advance", "").withoutEffect(),
            on("pre-vote", "Always on.").withoutEffect(),
            // Size and history.
            number("quota-backend-bytes", 0, "Most bytes of data in use; 0 for 2 GiB, negative for no limit."),
            text("auto-compaction-mode", "periodic", "periodic or revision."),
            text("auto-compaction-retention", "0", "Hours or a duration, or revisions, to keep; 0 for everything."),
            number("max-txn-ops", 128, "Most operations in each list of a transaction."),
            number("max-request-bytes", 1_572_864, "Most bytes of a request, up to 32 MiB."),
            // Serving.
            number("max-concurrent-streams", 0xFFFF_FFFFL, "Most streams on one connection."),
            duration("grpc-keepalive-min-time", "5s", "Shortest interval of a client's pings."),
            duration("grpc-keepalive-interval", "2h", "How long a connection is idle before it is pinged."),
            duration("grpc-keepalive-timeout", "20s", "How long a ping may take."),
            duration("watch-progress-notify-interval", "10m", "How often a quiet watch hears of progress.")
                    .onceExperimental(),
            on("enable-grpc-gateway", "Serve gRPC as JSON below /v3/."),
            text("cors", "*", "Origins that browsers may call from."),
            text("host-whitelist", "*", "Host headers taken where there is no TLS."),
            duration("warning-unary-request-duration", "300ms", "Requests above it are logged.")
                    .onceExperimental(),
            // TLS and users.
            text("cert-file", "", "Certificate for clients to see."),
            text("key-file", "", "Its key."),
            off("client-cert-auth", "Take the common names of clients' certificates for their users."),
            text("trusted-ca-file", "", "Authority of which clients must show a certificate."),
            text("client-crl-file", "", "Revoked certificates of clients."),
            text("client-cert-allowed-hostname", "", "Names of which clients' certificates must be for one."),
            off("auto-tls", "Serve clients with a certificate of its own making, in DATA-DIR/fixtures/client."),
            off("peer-auto-tls", "Encrypt between members with certificates of their own making, which prove nothing."),
            number("self-signed-cert-validity", 1, "Years that such a certificate is good for."),
            text("tls-min-version", "TLS1.2", "TLS1.2 or TLS1.3."),
            text("tls-max-version", "", "TLS1.2 or TLS1.3; empty for the newest."),
            text("cipher-suites", "", "Cipher suites of TLS 1.2 to take, by their standard names."),
            text("peer-cert-file", "", "Certificate for other members to see."),
            text("peer-key-file", "", "Its key."),
            off("peer-client-cert-auth", "Require certificates of other members."),
            text("peer-trusted-ca-file", "", "Authority of other members' certificates."),
            text("peer-crl-file", "", "Revoked certificates of other members."),
            text("peer-cert-allowed-cn", "", "Common names of which other members' certificates must have one."),
            text("peer-cert-allowed-hostname", "", "Names of which other members' certificates must be for one."),
            text("peer-client-cert-file", "", "Certificate to call other members with, when it is another."),
            text("peer-client-key-file", "", "Its key."),
            text("auth-token", "simple", "simple, or jwt,pub-key=...,priv-key=...,sign-method=...,ttl=..."),
            number("auth-token-ttl", 300, "Seconds a simple token lives unused."),
            number("bcrypt-cost", 10, "Cost of a password's hash, 4 to 31."),
            // Checks.
            duration("corrupt-check-time", "0s", "How often members' data is compared; 0 for never.")
                    .onceExperimental(),
            off("initial-corrupt-check", "Compare this member's data with the others' before serving clients.")
                    .onceExperimental(),
            off("compact-hash-check-enabled", "Compare members' data after compactions.")
                    .onceExperimental(),
            duration("compact-hash-check-time", "1m0s", "How often, at most.").onceExperimental(),
            text("feature-gates", "", "InitialCorruptCheck, CompactHashCheck; other gates of etcd have no effect."),
            // Logs.
            text("log-level", "info", "debug, info, warn, error, panic or fatal."),
            text("log-format", "json", "json or console."),
            text("log-outputs", "default", "stderr, stdout or files; several between commas. Default is stderr."),
            text("logger", "zap", "").withoutEffect(),
            off("enable-log-rotation", "").withoutEffect(),
            text("log-rotation-config-json", "", "").withoutEffect(),
            off("debug", "").withoutEffect(),
            // Things that only etcd's own storage and machinery have.
            text("metrics", "basic", "Everything is always exported.").withoutEffect(),
            off("enable-pprof", "Use JFR.").withoutEffect(),
            number("max-snapshots", 5, "").withoutEffect(),
            number("max-wals", 5, "").withoutEffect(),
            number("snapshot-catchup-entries", 5000, "").onceExperimental().withoutEffect(),
            number("compaction-batch-limit", 1000, "").onceExperimental().withoutEffect(),
            duration("compaction-sleep-interval", "10ms", "").onceExperimental().withoutEffect(),
            duration("warning-apply-duration", "100ms", "").onceExperimental().withoutEffect(),
            number("bootstrap-defrag-threshold-megabytes", 0, "")
                    .onceExperimental()
                    .withoutEffect(),
            duration("downgrade-check-time", "5s", "").onceExperimental().withoutEffect(),
            off("memory-mlock", "").onceExperimental().withoutEffect(),
            text("backend-bbolt-freelist-type", "map", "").withoutEffect(),
            duration("backend-batch-interval", "100ms", "").withoutEffect(),
            number("backend-batch-limit", 10_000, "").withoutEffect(),
            duration("raft-read-timeout", "5s", "").withoutEffect(),
            duration("raft-write-timeout", "5s", "").withoutEffect(),
            text("v2-deprecation", "", "").withoutEffect(),
            off("enable-v2", "").withoutEffect(),
            text("enable-v2v3", "", "").onceExperimental().withoutEffect(),
            on("enable-lease-checkpoint", "Always on.").onceExperimental().withoutEffect(),
            on("enable-lease-checkpoint-persist", "Always on.")
                    .onceExperimental()
                    .withoutEffect(),
            on("txn-mode-write-with-shared-buffer", "").onceExperimental().withoutEffect(),
            off("stop-grpc-service-on-defrag", "Nothing stops.")
                    .onceExperimental()
                    .withoutEffect(),
            off("peer-skip-client-san-verification", "").onceExperimental().withoutEffect(),
            text("client-cert-file", "", "").withoutEffect(),
            text("client-key-file", "", "").withoutEffect(),
            off("socket-reuse-address", "").withoutEffect(),
            off("enable-distributed-tracing", "").onceExperimental().withoutEffect(),
            text("distributed-tracing-address", "localhost:4317", "")
                    .onceExperimental()
                    .withoutEffect(),
            text("distributed-tracing-service-name", "etcd", "")
                    .onceExperimental()
                    .withoutEffect(),
            text("distributed-tracing-instance-id", "", "").onceExperimental().withoutEffect(),
            number("distributed-tracing-sampling-rate", 0, "")
                    .onceExperimental()
                    .withoutEffect(),
            text("discovery-fallback", "proxy", "").withoutEffect(),
            text("discovery-proxy", "", "").withoutEffect(),
            number("proxy-failure-wait", 5000, "").withoutEffect(),
            number("proxy-refresh-interval", 30_000, "").withoutEffect(),
            number("proxy-dial-timeout", 1000, "").withoutEffect(),
            number("proxy-write-timeout", 5000, "").withoutEffect(),
            number("proxy-read-timeout", 0, "").withoutEffect(),
            // Things of etcd's that would be missed.
            text("discovery", "", "name the members with --initial-cluster or --discovery-srv")
                    .absent(),
            text("discovery-token", "", "name the members with --initial-cluster or --discovery-srv")
                    .absent(),
            text("discovery-endpoints", "", "name the members with --initial-cluster or --discovery-srv")
                    .absent(),
            text("proxy", "off", "put etcd grpc-proxy in front, which works with this store")
                    .absent(),
            off("socket-reuse-port", "use a port of its own").absent());

    /** Flags that only make sense for a store by itself, or that mean something else to a control plane. */
    private static final Set<String> NOT_OF_UP =
            Set.of("data-dir", "config-file", "log-level", "log-format", "log-outputs", "feature-gates");

    /** What {@code thole up} takes, for a member that is one of several or serves etcd's API beside Kubernetes'. */
    static final List<EtcdFlag> OF_UP = ALL.stream()
            .filter(flag -> flag.use() == EtcdFlag.Use.USED && !NOT_OF_UP.contains(flag.name()))
            .map(flag -> switch (flag.name()) {
                case "listen-client-urls", "advertise-client-urls" -> flag.withFallback("");
                // A control plane keeps history for as long as kube-apiserver does; an etcd's owner decides.
                case "auto-compaction-retention" -> flag.withFallback("5m");
                default -> flag;
            })
            .toList();

    private EtcdFlags() {}
}
