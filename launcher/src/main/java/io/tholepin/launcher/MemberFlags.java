package io.tholepin.launcher;

import io.tholepin.etcdprotocol.AuthConfig;
import io.tholepin.etcdprotocol.EtcdServerConfig;
import io.tholepin.etcdprotocol.GoDuration;
import io.tholepin.etcdprotocol.HttpConfig;
import io.tholepin.etcdprotocol.ListenUrl;
import io.tholepin.etcdprotocol.SelfSigned;
import io.tholepin.etcdprotocol.ServerTls;
import io.tholepin.keyspace.TxnRules;
import io.tholepin.kv.StoreObserver;
import io.tholepin.replica.ReplicaConfig;
import io.tholepin.replica.ReplicaStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What etcd's flags mean for a member and for the server in front of it. Two of them need files in the member's folder,
 * which are made beforehand by {@link #discover} and {@link #keepOwnCertificates}. Source: contract 4.
 */
final class MemberFlags {
    private static final System.Logger LOG = System.getLogger(MemberFlags.class.getName());
    private static final int MILLIS_MAX = 50_000;

    /** Members have a port each. */
    private static final Set<String> PEER_FLAGS =
            Set.of("listen-peer-urls", "initial-advertise-peer-urls", "initial-cluster");

    private static final int YEARS_MAX = 1000;

    private final FlagValues flags;
    private final Path folder;

    /** A member whose folder is named by the flags. */
    MemberFlags(FlagValues flags) {
        this(
                flags,
                flags.text("data-dir").isEmpty()
                        ? Path.of(flags.text("name") + ".etcd")
                        : Path.of(flags.text("data-dir")));
    }

    /** A member in {@code folder}. */
    MemberFlags(FlagValues flags, Path folder) {
        this.flags = flags;
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** Folder of the member's data. */
    Path folder() {
        return folder;
    }

    /** Whether it serves clients at all. */
    boolean servesClients() {
        return !flags.text("listen-client-urls").isEmpty();
    }

    /**
     * How the member is set up.
     *
     * @throws Refusal when flags contradict each other
     */
    ReplicaConfig member(StoreObserver observer) {
        ReplicaConfig config = ReplicaConfig.in(folder)
                .withMember(new ReplicaConfig.Member(name(), advertisedClientUrls()))
                .withPeers(peers())
                .withTiming(timing())
                .withCompaction(compaction())
                .withUpkeep(upkeep())
                .withQuotaBytes(flags.number("quota-backend-bytes"))
                .withLimits(limits())
                .withSyncLog(!flags.isOn("unsafe-no-fsync"))
                .withForceNewCluster(flags.isOn("force-new-cluster"))
                .withObserver(observer);
        Path logFolder = flags.file("wal-dir");
        return logFolder == null
                ? config
                : config.withLogFolder(logFolder.toAbsolutePath().normalize());
    }

    /**
     * How it serves clients.
     *
     * @throws Refusal when flags contradict each other
     */
    EtcdServerConfig server() {
        try {
            return new EtcdServerConfig(
                    EtcdServerConfig.VERSION,
                    EtcdServerConfig.CLUSTER_VERSION,
                    listen("listen-client-urls"),
                    listen("listen-client-http-urls"),
                    listen("listen-metrics-urls"),
                    serverTls(),
                    limits().requestBytesMax(),
                    limits().txnOpsMax(),
                    Math.clamp(flags.number("max-concurrent-streams"), 1, Integer.MAX_VALUE),
                    flags.duration("grpc-keepalive-min-time"),
                    flags.duration("grpc-keepalive-interval"),
                    flags.duration("grpc-keepalive-timeout"),
                    flags.duration("watch-progress-notify-interval"),
                    Duration.ofMillis(timing().electionMillis()),
                    flags.duration("warning-unary-request-duration"));
        } catch (IllegalArgumentException e) {
            throw new Refusal("cannot serve as asked: " + e.getMessage(), e);
        }
    }

    /**
     * How clients' users prove who they are.
     *
     * @throws Refusal when flags contradict each other
     */
    AuthConfig auth() {
        try {
            return new AuthConfig(
                    flags.text("auth-token"),
                    Duration.ofSeconds(flags.number("auth-token-ttl")),
                    flags.number("bcrypt-cost", 4, 31));
        } catch (IllegalArgumentException e) {
            throw new Refusal("--" + e.getMessage(), e);
        }
    }

    /** What is served over HTTP/1.1. */
    HttpConfig http() {
        return new HttpConfig(
                flags.isOn("enable-grpc-gateway"),
                Set.copyOf(flags.texts("cors")),
                Set.copyOf(flags.texts("host-whitelist")),
                HttpConfig.DEFAULT.readTimeout(),
                Version.ours());
    }

    private TxnRules.Limits limits() {
        return new TxnRules.Limits(
                flags.number("max-request-bytes", 1, TxnRules.Limits.REQUEST_BYTES_MOST),
                flags.number("max-txn-ops", 1, Integer.MAX_VALUE));
    }

    private String name() {
        String name = flags.text("name");
        if (name.isEmpty()) {
            throw new Refusal("--name: empty (expected: a name)", null);
        }
        return name;
    }

    private List<String> advertisedClientUrls() {
        if (flags.isGiven("listen-client-urls") && !flags.isGiven("advertise-client-urls")) {
            throw new Refusal(
                    "--advertise-client-urls is required when --listen-client-urls is set: say where clients reach it",
                    null);
        }
        return urls("advertise-client-urls");
    }

    private ReplicaConfig.Peers peers() {
        List<String> advertised = urls("initial-advertise-peer-urls");
        Map<String, List<String>> cluster = initialCluster(advertised);
        List<String> own = cluster.get(name());
        if (own == null) {
            throw new Refusal(
                    "--initial-cluster: " + flags.text("initial-cluster") + " does not name \"" + name()
                            + "\" (expected: this member's --name)",
                    null);
        }
        if (!new HashSet<>(own).equals(new HashSet<>(advertised))) {
            throw new Refusal(
                    "--initial-cluster has " + name() + "=" + String.join(",", own)
                            + " but --initial-advertise-peer-urls is " + String.join(",", advertised)
                            + " (expected: the same URLs)",
                    null);
        }
        return new ReplicaConfig.Peers(
                urls("listen-peer-urls"),
                advertised,
                cluster,
                flags.text("initial-cluster-token"),
                joinsExisting(),
                peerTls(),
                flags.number("max-learners", 0, Integer.MAX_VALUE),
                flags.isOn("strict-reconfig-check"));
    }

    private boolean joinsExisting() {
        return switch (flags.text("initial-cluster-state")) {
            case "new" -> false;
            case "existing" -> true;
            default ->
                throw new Refusal(
                        "--initial-cluster-state: " + flags.text("initial-cluster-state")
                                + " (expected: new or existing)",
                        null);
        };
    }

    /** Peer URLs by member name: {@code a=http://1:2380,a=http://2:2380,b=...}. */
    private Map<String, List<String>> initialCluster(List<String> advertised) {
        if (isDiscovered()) {
            Map<String, List<String>> cluster = new LinkedHashMap<>(parseCluster(readDiscovered()));
            cluster.put(name(), advertised);
            return cluster;
        }
        return flags.text("initial-cluster").isEmpty()
                ? Map.of(name(), advertised)
                : parseCluster(flags.texts("initial-cluster"));
    }

    private static Map<String, List<String>> parseCluster(List<String> parts) {
        Map<String, List<String>> cluster = new LinkedHashMap<>();
        for (String one : parts) {
            int equals = one.indexOf('=');
            if (equals < 1) {
                throw new Refusal("--initial-cluster: " + one + " (expected: NAME=URL)", null);
            }
            cluster.computeIfAbsent(one.substring(0, equals), _ -> new ArrayList<>())
                    .add(url("initial-cluster", one.substring(equals + 1)));
        }
        return cluster;
    }

    private ReplicaConfig.Timing timing() {
        int heartbeat = flags.number("heartbeat-interval", 1, MILLIS_MAX);
        int election = flags.number("election-timeout", 1, MILLIS_MAX);
        if (election < 5L * heartbeat) {
            throw new Refusal(
                    "--election-timeout: " + election + " (expected: at least five times --heartbeat-interval, "
                            + 5L * heartbeat + ")",
                    null);
        }
        return new ReplicaConfig.Timing(heartbeat, election);
    }

    private ReplicaConfig.Compaction compaction() {
        String retention = flags.text("auto-compaction-retention");
        boolean digits = !retention.isEmpty() && retention.chars().allMatch(Character::isDigit);
        long number = 0;
        try {
            number = digits ? Long.parseLong(retention) : 0;
        } catch (NumberFormatException e) {
            throw retentionRefusal(retention, e);
        }
        switch (flags.text("auto-compaction-mode")) {
            case "revision" -> {
                if (!digits) {
                    throw retentionRefusal(retention, null);
                }
                return number == 0
                        ? new ReplicaConfig.Compaction.None()
                        : new ReplicaConfig.Compaction.Revisions(number);
            }
            case "periodic" -> {
                Duration duration = digits ? Duration.ofHours(number) : GoDuration.parse(retention);
                if (duration == null || duration.isNegative()) {
                    throw retentionRefusal(retention, null);
                }
                return duration.isZero()
                        ? new ReplicaConfig.Compaction.None()
                        : new ReplicaConfig.Compaction.Periodic(duration);
            }
            default ->
                throw new Refusal(
                        "--auto-compaction-mode: " + flags.text("auto-compaction-mode")
                                + " (expected: periodic or revision)",
                        null);
        }
    }

    private static Refusal retentionRefusal(String retention, @Nullable Throwable cause) {
        return new Refusal(
                "--auto-compaction-retention: " + retention + " (expected: hours, a duration, or revisions)", cause);
    }

    private ReplicaConfig.Upkeep upkeep() {
        return new ReplicaConfig.Upkeep(
                flags.number("snapshot-count", 1, Integer.MAX_VALUE),
                ReplicaConfig.Upkeep.LOG_BYTES_MAX,
                flags.duration("corrupt-check-time"),
                flags.isOn("compact-hash-check-enabled") || hasGate("CompactHashCheck")
                        ? flags.duration("compact-hash-check-time")
                        : Duration.ZERO);
    }

    /** Whether this member's data is compared with the others' before it serves. */
    boolean checksInitially() {
        return flags.isOn("initial-corrupt-check") || hasGate("InitialCorruptCheck");
    }

    /** Whether one of etcd 3.6's feature gates is switched on: {@code A=true,B=false}. */
    private boolean hasGate(String gate) {
        return flags.knows("feature-gates") && flags.texts("feature-gates").contains(gate + "=true");
    }

    private ReplicaConfig.PeerTls peerTls() {
        requireBoth("peer-cert-file", "peer-key-file");
        TlsFlags tls = TlsFlags.of(flags);
        ReplicaConfig.PeerTls.Strength strength =
                new ReplicaConfig.PeerTls.Strength(tls.protocols(), tls.cipherSuites());
        if (flags.isOn("peer-auto-tls") && !hasPeerCertificates()) {
            SelfSigned own = ownPeerCertificate();
            return ReplicaConfig.PeerTls.selfSigned(own.certFile(), own.keyFile())
                    .withStrength(strength);
        }
        return new ReplicaConfig.PeerTls(
                        Optional.ofNullable(flags.file("peer-cert-file")),
                        Optional.ofNullable(flags.file("peer-key-file")),
                        Optional.ofNullable(flags.file("peer-trusted-ca-file")),
                        flags.isOn("peer-client-cert-auth"),
                        Optional.empty())
                .withCallers(callers())
                .withCalling(calling())
                .withStrength(strength);
    }

    private ReplicaConfig.PeerTls.Callers callers() {
        List<String> commonNames = flags.texts("peer-cert-allowed-cn");
        List<String> hostnames = flags.texts("peer-cert-allowed-hostname");
        if (!commonNames.isEmpty() && !hostnames.isEmpty()) {
            throw new Refusal(
                    "--peer-cert-allowed-cn and --peer-cert-allowed-hostname are both set (expected: one of them)",
                    null);
        }
        return new ReplicaConfig.PeerTls.Callers(
                commonNames, hostnames, Optional.ofNullable(flags.file("peer-crl-file")));
    }

    private Optional<ReplicaConfig.PeerTls.Calling> calling() {
        requireBoth("peer-client-cert-file", "peer-client-key-file");
        Path cert = flags.file("peer-client-cert-file");
        Path key = flags.file("peer-client-key-file");
        return cert == null || key == null
                ? Optional.empty()
                : Optional.of(new ReplicaConfig.PeerTls.Calling(cert, key));
    }

    private Optional<ServerTls> serverTls() {
        requireBoth("cert-file", "key-file");
        boolean own = flags.isOn("auto-tls") && !hasClientCertificates();
        Path cert = own ? ownClientCertificate().certFile() : flags.file("cert-file");
        Path key = own ? ownClientCertificate().keyFile() : flags.file("key-file");
        TlsFlags strength = TlsFlags.of(flags);
        if (cert == null || key == null) {
            return Optional.empty();
        }
        return Optional.of(new ServerTls(
                cert,
                key,
                Optional.ofNullable(flags.file("trusted-ca-file")),
                flags.isOn("client-cert-auth"),
                Optional.ofNullable(flags.file("client-crl-file")),
                flags.texts("client-cert-allowed-hostname"),
                strength.protocols(),
                strength.cipherSuites()));
    }

    /**
     * Makes the certificates that the flags want made, where there are none yet. Files that the flags name are
     * preferred, as etcd does.
     *
     * @throws Refusal when they cannot be written
     */
    void keepOwnCertificates(Instant now) {
        if (flags.isOn("auto-tls") && !hasClientCertificates()) {
            keep(ownClientCertificate(), List.of("listen-client-urls", "listen-client-http-urls"), now);
        }
        if (flags.isOn("peer-auto-tls") && !hasPeerCertificates()) {
            keep(ownPeerCertificate(), List.of("listen-peer-urls"), now);
        }
    }

    private void keep(SelfSigned own, List<String> urlFlags, Instant now) {
        List<String> hosts = urlFlags.stream()
                .flatMap(flag -> listen(flag).stream())
                .map(ListenUrl::certifiedName)
                .toList();
        try {
            own.keep(hosts, flags.number("self-signed-cert-validity", 1, YEARS_MAX), now);
        } catch (IOException e) {
            throw new Refusal("a certificate of its own: " + e.getMessage(), e);
        }
    }

    private boolean hasClientCertificates() {
        return flags.file("cert-file") != null || flags.file("trusted-ca-file") != null;
    }

    private boolean hasPeerCertificates() {
        return flags.file("peer-cert-file") != null || flags.file("peer-trusted-ca-file") != null;
    }

    private SelfSigned ownClientCertificate() {
        return SelfSigned.in(folder.resolve("fixtures/client"));
    }

    private SelfSigned ownPeerCertificate() {
        return SelfSigned.in(folder.resolve("fixtures/peer"));
    }

    /**
     * Asks the DNS for the members, when the flags say so and the member is new, and keeps what it answered: who starts
     * again with the same folder belongs to the same cluster, whatever the DNS says then.
     *
     * @throws Refusal when the DNS names no members, or not this one
     */
    void discover(DnsMembers dns) {
        if (!isDiscovered() || ReplicaStore.hasData(folder) && Files.exists(discovered())) {
            return;
        }
        if (!flags.text("initial-cluster").isEmpty()) {
            throw new Refusal("--discovery-srv and --initial-cluster are both set (expected: one of them)", null);
        }
        Map<String, List<String>> members = dns.find(
                flags.text("discovery-srv"),
                flags.text("discovery-srv-name"),
                name(),
                urls("initial-advertise-peer-urls"));
        List<String> lines = members.entrySet().stream()
                .flatMap(member -> member.getValue().stream().map(url -> member.getKey() + "=" + url))
                .toList();
        LOG.log(System.Logger.Level.INFO, "the DNS names these members: {0}", String.join(",", lines));
        try {
            ReplicaStore.createFolder(folder);
            Files.write(discovered(), lines);
        } catch (IOException e) {
            throw new Refusal("cannot write " + discovered() + ": " + e.getMessage(), e);
        }
    }

    private boolean isDiscovered() {
        return !flags.text("discovery-srv").isEmpty();
    }

    private Path discovered() {
        return folder.resolve("initial-cluster");
    }

    private List<String> readDiscovered() {
        try {
            return Files.readAllLines(discovered());
        } catch (IOException e) {
            throw new Refusal("cannot read " + discovered() + ": " + e.getMessage(), e);
        }
    }

    private void requireBoth(String cert, String key) {
        if ((flags.file(cert) == null) != (flags.file(key) == null)) {
            throw new Refusal("--" + cert + " and --" + key + " (expected: both or neither)", null);
        }
    }

    private List<ListenUrl> listen(String flag) {
        return urls(flag).stream().map(ListenUrl::parse).toList();
    }

    private List<String> urls(String flag) {
        return flags.texts(flag).stream().map(text -> url(flag, text)).toList();
    }

    private static String url(String flag, String text) {
        boolean ofPeers = PEER_FLAGS.contains(flag);
        String expected = "http://HOST:PORT or https://HOST:PORT" + (ofPeers ? "" : ", or unix://PATH or unixs://PATH");
        try {
            if (ListenUrl.parse(text).isSocket() && ofPeers) {
                throw new IllegalArgumentException("a socket");
            }
            return text;
        } catch (IllegalArgumentException e) {
            throw new Refusal("--" + flag + ": " + text + " (expected: " + expected + ")", e);
        }
    }
}
