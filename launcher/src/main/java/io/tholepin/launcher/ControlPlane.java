package io.tholepin.launcher;

import io.tholepin.apiserver.ApiHandler;
import io.tholepin.apiserver.ApiServer;
import io.tholepin.apiserver.Bodies;
import io.tholepin.apiserver.Bootstrap;
import io.tholepin.apiserver.ObjectWrites;
import io.tholepin.apiserver.Pki;
import io.tholepin.apiserver.ResourceTypes;
import io.tholepin.apiserver.ServerConfig;
import io.tholepin.apiserver.StoreBackend;
import io.tholepin.apiserver.UserInfo;
import io.tholepin.client.ApiClient;
import io.tholepin.client.ClusterAccess;
import io.tholepin.controllers.Controllers;
import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Store;
import io.tholepin.objects.BuiltInResources;
import io.tholepin.objects.SchemaPack;
import io.tholepin.replica.ReplicaConfig;
import io.tholepin.replica.ReplicaStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
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

    private final Path folder;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private @Nullable ClusterAccess access;

    /**
     * What to start.
     *
     * @param storage where its data is
     * @param port port on 127.0.0.1, 0 for any free one
     */
    public record Config(Storage storage, int port) {}

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
        Opened opened = openStore(config.storage);

        ResourceTypes types = new ResourceTypes(BuiltInResources.all());
        StoreBackend backend = new StoreBackend(opened.store, types, schemas.join(), Clock.systemUTC());
        parts.push(backend);
        CompletableFuture<Void> filled = backend.fill();
        SecureRandom random = new SecureRandom();
        Bodies bodies = new Bodies(schemas.join());
        ApiHandler handler = new ApiHandler(
                backend, new ObjectWrites(backend, bodies, schemas.join(), random, SERVICE_RANGE), bodies, random);
        Pki pki = joined(opened.certificates);
        ApiServer server = listen(config.port, pki, handler);
        parts.push(server);
        new Bootstrap(backend, random, SERVICE_RANGE, HOST, server.port()).run();
        filled.join();
        ApiClient client = new ApiClient(new InProcessTransport(handler, CONTROLLERS));
        parts.push(
                config.storage instanceof Storage.Member ? new ElectedControllers(client) : Controllers.start(client));
        access = new ClusterAccess(
                URI.create("https://" + HOST + ":" + server.port()),
                pki.ca().certificate(),
                pki.admin().certificate(),
                pki.admin().key());
    }

    /** A store that is open, and certificates that are on their way. */
    private record Opened(Store store, CompletableFuture<Pki> certificates) {}

    private Opened openStore(Storage storage) {
        switch (storage) {
            case Storage.Ephemeral _ -> {
                CompletableFuture<Pki> certificates = meanwhile("pki", () -> Pki.create(Instant.now()));
                LocalStore store = LocalStore.ephemeral();
                parts.push(store);
                return new Opened(store, certificates);
            }
            case Storage.Alone(Path dataDir) -> {
                Store store = openReplica(dataDir);
                return new Opened(store, meanwhile("pki", () -> openPki(dataDir)));
            }
            case Storage.Members(Path dataDir, int count) -> {
                Pki pki = openPki(dataDir);
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
                CompletableFuture<Pki> certificates = meanwhile("pki", () -> openPki(dataDir));
                return new Opened(member.readyStore(), certificates);
            }
        }
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

    private static Pki openPki(Path dataDir) {
        try {
            return Pki.open(dataDir.resolve("pki"), Instant.now());
        } catch (UncheckedIOException e) {
            throw new Refusal("cannot use the certificates in " + dataDir.resolve("pki") + ": " + e.getMessage(), e);
        }
    }

    private static ApiServer listen(int wanted, Pki pki, ApiHandler handler) {
        ServerConfig config = new ServerConfig(
                HOST,
                wanted,
                pki.server().certificate(),
                pki.server().key(),
                pki.ca().certificate());
        try {
            return ApiServer.start(config, handler);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof BindException) {
                throw new Refusal(
                        "cannot listen on " + HOST + " port " + wanted + ": "
                                + e.getCause().getMessage() + "; stop what uses it or choose another with --port",
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
