package io.tholepin.launcher;

import io.tholepin.apiserver.ApiHandler;
import io.tholepin.apiserver.ApiServer;
import io.tholepin.apiserver.Bodies;
import io.tholepin.apiserver.Bootstrap;
import io.tholepin.apiserver.CacheReads;
import io.tholepin.apiserver.ObjectWrites;
import io.tholepin.apiserver.Pki;
import io.tholepin.apiserver.ResourceTypes;
import io.tholepin.apiserver.ServerConfig;
import io.tholepin.apiserver.StoreBackend;
import io.tholepin.apiserver.UserInfo;
import io.tholepin.client.ApiClient;
import io.tholepin.client.ClusterAccess;
import io.tholepin.controllers.Controllers;
import io.tholepin.etcdprotocol.EtcdProgress;
import io.tholepin.etcdprotocol.EtcdStore;
import io.tholepin.etcdprotocol.EtcdStoreConfig;
import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.objects.BuiltInResources;
import io.tholepin.objects.SchemaPack;
import io.tholepin.replica.ReplicaConfig;
import io.tholepin.replica.ReplicaStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One control plane in this process: store, watch caches, API server, controllers, wired by constructors. Started and
 * closed by one thread; everything inside is thread-safe.
 *
 * <p>Closing goes against the order of starting: controllers, server, watches, store.
 */
public final class ControlPlane implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ControlPlane.class.getName());
    private static final String HOST = "127.0.0.1";
    private static final String SERVICE_RANGE = "10.96.0.0/16";
    private static final UserInfo CONTROLLERS =
            UserInfo.authenticated("system:kube-controller-manager", List.of(UserInfo.MASTERS));

    private static final EtcdProgress PUSHED = new EtcdProgress(true, "");

    private final Path folder;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private @Nullable ClusterAccess access;

    /**
     * What to start.
     *
     * @param storage where its data is
     * @param host address to serve the API on
     * @param port port there, 0 for any free one
     * @param listsFromCache whether lists of the most recent state come from the watch caches, where the store allows
     *     it
     */
    public record Config(Storage storage, String host, int port, boolean listsFromCache) {
        /** On 127.0.0.1, with everything that makes it fast. */
        public Config(Storage storage, int port) {
            this(storage, HOST, port, true);
        }
    }

    /** Where a control plane keeps its data; folders are made when missing and hold its certificates too. */
    public sealed interface Storage {
        /** In memory. */
        record Ephemeral() implements Storage {}

        /** In a store of one member. */
        record Alone(Path folder) implements Storage {}

        /** In a store of {@code count} members in this process. */
        record Members(Path folder, int count) implements Storage {}

        /** In one member of a store whose others are elsewhere; it may also serve etcd's API. */
        record Member(Path folder, FlagValues flags) implements Storage {}

        /**
         * In an etcd, which other API servers may share.
         *
         * @param folder for certificates alone
         * @param prefix what its keys begin with, {@code /registry} for all who share it
         * @param compactionInterval how much history to keep, and how often to forget what is older; zero for never
         * @param controllers whether this one stands for election to run the controllers
         */
        record Etcd(Path folder, EtcdStoreConfig etcd, String prefix, Duration compactionInterval, boolean controllers)
                implements Storage {}
    }

    private ControlPlane(Path folder) {
        this.folder = folder;
    }

    /**
     * Starts one and returns when it answers.
     *
     * @throws RuntimeException with a message for the user when the folder or the port cannot be used
     */
    public static ControlPlane start(Config config) {
        ControlPlane plane = new ControlPlane(
                switch (config.storage) {
                    case Storage.Ephemeral _ -> temporaryFolder();
                    case Storage.Alone alone -> alone.folder();
                    case Storage.Members members -> members.folder();
                    case Storage.Member member -> member.folder();
                    case Storage.Etcd etcd -> etcd.folder();
                });
        boolean started = false;
        try {
            plane.open(config);
            started = true;
            return plane;
        } finally {
            if (!started) {
                plane.close();
            }
        }
    }

    private void open(Config config) {
        if (config.storage instanceof Storage.Ephemeral) {
            parts.push(() -> deleteFolder(folder));
        }
        // The schema loads while the store recovers, the certificates are made while everything else starts: beside the
        // store when they are kept nowhere, after it has locked the folder when they are.
        CompletableFuture<SchemaPack> schemas = meanwhile("schema", SchemaPack::builtIn);
        Opened opened = openStore(config.storage, hosts(config.host));

        ResourceTypes types = new ResourceTypes(BuiltInResources.all());
        StoreBackend backend = new StoreBackend(
                opened.store, types, schemas.join(), Clock.systemUTC(), cacheReads(config, opened.progress));
        parts.push(backend);
        CompletableFuture<Void> filled = backend.fill();
        SecureRandom random = new SecureRandom();
        Bodies bodies = new Bodies(schemas.join());
        ObjectWrites writes = new ObjectWrites(backend, bodies, schemas.join(), random, SERVICE_RANGE);
        ApiHandler handler = new ApiHandler(backend, writes, bodies, random);
        Pki pki = joined(opened.certificates);
        ApiServer server = listen(config, pki, handler);
        parts.push(server);
        String host = reachable(config.host);
        new Bootstrap(backend, random, SERVICE_RANGE, host, server.port()).run();
        filled.join();
        parts.push(writes.settleDefinitions(backend));
        ApiClient client = new ApiClient(new InProcessTransport(handler, CONTROLLERS));
        startControllers(config.storage, client);
        access = new ClusterAccess(
                URI.create("https://" + host + ":" + server.port()),
                pki.ca().certificate(),
                pki.admin().certificate(),
                pki.admin().key());
    }

    private void startControllers(Storage storage, ApiClient client) {
        switch (storage) {
            case Storage.Ephemeral _, Storage.Alone _, Storage.Members _ -> parts.push(Controllers.start(client));
            case Storage.Member _ -> parts.push(new ElectedControllers(client));
            case Storage.Etcd etcd -> {
                if (etcd.controllers) {
                    parts.push(new ElectedControllers(client));
                }
            }
        }
    }

    /** Where clients on this machine reach what listens on {@code host}. */
    private static String reachable(String host) {
        return isWildcard(host) ? HOST : host;
    }

    private static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    /** Where clients may reach what listens on {@code host}: every address of this machine, or that one. */
    private static Set<String> hosts(String host) {
        try {
            Stream<InetAddress> addresses = isWildcard(host)
                    ? NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                    : Stream.of(InetAddress.getByName(host));
            // A certificate names no zones: fe80::1%eth0 is fe80::1.
            Set<String> hosts = addresses
                    .map(address -> address.getHostAddress().replaceFirst("%.*", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
            if (!isWildcard(host) && !hosts.contains(host) && !host.contains(":")) {
                hosts.add(host); // a name
            }
            return hosts;
        } catch (IOException e) {
            throw new Refusal("cannot serve on " + host + ": " + e, e);
        }
    }

    /** Which reads the caches may answer: what was asked for, and what the store is able to. */
    private static Supplier<CacheReads> cacheReads(Config config, Supplier<EtcdProgress> progress) {
        CacheReads off = CacheReads.switchedOff(FeatureGates.CONSISTENT_LIST_FROM_CACHE + "=false");
        return () -> {
            EtcdProgress now = progress.get();
            if (!now.trusted()) {
                return CacheReads.withoutProgress(now.why());
            }
            return config.listsFromCache ? CacheReads.ALL : off;
        };
    }

    /**
     * A store that is open, and certificates that are on their way.
     *
     * @param progress whether its watches tell how far they are, as of now
     */
    private record Opened(Store store, CompletableFuture<Pki> certificates, Supplier<EtcdProgress> progress) {
        /** One of ours: its watches always tell. */
        Opened(Store store, CompletableFuture<Pki> certificates) {
            this(store, certificates, () -> PUSHED);
        }
    }

    private Opened openStore(Storage storage, Set<String> hosts) {
        switch (storage) {
            case Storage.Ephemeral _ -> {
                CompletableFuture<Pki> certificates = meanwhile("pki", () -> Pki.create(Instant.now(), hosts));
                LocalStore store = LocalStore.ephemeral();
                parts.push(store);
                return new Opened(store, certificates);
            }
            case Storage.Alone(Path dataDir) -> {
                Store store = openReplica(dataDir);
                return new Opened(store, meanwhile("pki", () -> openPki(dataDir, hosts)));
            }
            case Storage.Members(Path dataDir, int count) -> {
                Pki pki = openPki(dataDir, hosts);
                Path certificates = dataDir.resolve("pki");
                pki.keepPeer(certificates, Instant.now());
                LocalMembers members = LocalMembers.open(
                        dataDir,
                        count,
                        new ReplicaConfig.PeerTls(
                                Optional.of(certificates.resolve("peer.crt")),
                                Optional.of(certificates.resolve("peer.key")),
                                Optional.of(certificates.resolve("ca.crt")),
                                true,
                                Optional.of("tholepin-peer")));
                parts.push(members);
                members.broken().thenAccept(broken::complete);
                return new Opened(members.first(), CompletableFuture.completedFuture(pki));
            }
            case Storage.Member(Path dataDir, FlagValues flags) -> {
                MemberProcess member = MemberProcess.start(new MemberFlags(flags, dataDir.resolve("store")));
                parts.push(member);
                member.broken().thenAccept(broken::complete);
                // Before there is a quorum: whoever starts the first member copies its certificates to the others.
                CompletableFuture<Pki> certificates = meanwhile("pki", () -> openPki(dataDir, hosts));
                return new Opened(member.readyStore(), certificates);
            }
            case Storage.Etcd etcd -> {
                CompletableFuture<Pki> certificates = meanwhile("pki", () -> openPki(etcd.folder(), hosts));
                return openEtcd(etcd, certificates);
            }
        }
    }

    private Opened openEtcd(Storage.Etcd wanted, CompletableFuture<Pki> certificates) {
        EtcdStore etcd;
        try {
            etcd = EtcdStore.open(wanted.etcd);
        } catch (IOException e) {
            throw new Refusal(String.valueOf(e.getMessage()), e);
        } catch (StoreException e) {
            throw new Refusal("no etcd answers at " + wanted.etcd.endpoints() + ": " + e.getMessage(), e);
        }
        parts.push(etcd);
        if (!etcd.progress().trusted()) {
            LOG.log(
                    Level.WARNING,
                    "lists are read directly from etcd, not from the watch cache: {0}",
                    etcd.progress().why());
        }
        if (!wanted.compactionInterval.isZero()) {
            parts.push(SharedCompaction.start(etcd, wanted.compactionInterval));
        }
        return new Opened(RootedStore.of(etcd, wanted.prefix), certificates, etcd::progress);
    }

    private Store openReplica(Path dataDir) {
        try {
            ReplicaStore store = ReplicaStore.open(ReplicaConfig.in(dataDir.resolve("store")));
            parts.push(store);
            store.broken().thenAccept(broken::complete);
            return store;
        } catch (IOException e) {
            throw new Refusal(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private static Pki openPki(Path dataDir, Set<String> hosts) {
        try {
            return Pki.open(dataDir.resolve("pki"), Instant.now(), hosts);
        } catch (UncheckedIOException e) {
            throw new Refusal("cannot use the certificates in " + dataDir.resolve("pki") + ": " + e.getMessage(), e);
        }
    }

    private static ApiServer listen(Config wanted, Pki pki, ApiHandler handler) {
        ServerConfig config = new ServerConfig(
                wanted.host,
                wanted.port,
                pki.server().certificate(),
                pki.server().key(),
                pki.ca().certificate());
        try {
            return ApiServer.start(config, handler);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof BindException) {
                throw new Refusal(
                        "cannot listen on " + wanted.host + " port " + wanted.port + ": "
                                + e.getCause().getMessage() + "; stop what uses it or choose another port",
                        e);
            }
            throw e;
        }
    }

    /** What was made meanwhile, or the refusal it ended in. */
    private static <T> T joined(CompletableFuture<T> made) {
        try {
            return made.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static <T> CompletableFuture<T> meanwhile(String name, Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("start-" + name).start(() -> {
            try {
                result.complete(task.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("thole-"); // 0700
        } catch (IOException e) {
            throw new Refusal("cannot make a temporary folder: " + e, e);
        }
    }

    /** The administrator's access. */
    public ClusterAccess access() {
        return java.util.Objects.requireNonNull(access, "not started");
    }

    /** Completes when the store has stopped because it can no longer keep what it acknowledges: end the process. */
    public CompletableFuture<Throwable> broken() {
        return broken;
    }

    /** Folder for files that go with it: the data folder, or a temporary one that closing deletes. */
    public Path folder() {
        return folder;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "stopping: " + e.getMessage(), e);
            }
        }
    }

    static void deleteFolder(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
