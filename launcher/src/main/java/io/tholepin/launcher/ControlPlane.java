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
     * @param dataDir folder for data and certificates, made when missing; null to keep everything in memory
     * @param port port on 127.0.0.1, 0 for any free one
     */
    public record Config(@Nullable Path dataDir, int port) {}

    private ControlPlane(Path folder) {
        this.folder = folder;
    }

    /**
     * Starts one and returns when it answers.
     *
     * @throws RuntimeException with a message for the user when the folder or the port cannot be used
     */
    public static ControlPlane start(Config config) {
        Path dataDir = config.dataDir;
        ControlPlane plane = new ControlPlane(dataDir == null ? temporaryFolder() : dataDir);
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
        Path dataDir = config.dataDir;
        if (dataDir == null) {
            parts.push(() -> deleteFolder(folder));
        }
        // The schema loads while the store recovers, the certificates are made while everything else starts: beside the
        // store when they are kept nowhere, after it has locked the folder when they are.
        CompletableFuture<SchemaPack> schemas = meanwhile("schema", SchemaPack::builtIn);
        CompletableFuture<Pki> certificates;
        Store store;
        if (dataDir == null) {
            certificates = meanwhile("pki", () -> Pki.create(Instant.now()));
            store = LocalStore.ephemeral();
        } else {
            store = openReplica(dataDir);
            certificates = meanwhile("pki", () -> openPki(dataDir));
        }
        parts.push(store);

        ResourceTypes types = new ResourceTypes(BuiltInResources.all());
        StoreBackend backend = new StoreBackend(store, types, schemas.join(), Clock.systemUTC());
        parts.push(backend);
        CompletableFuture<Void> filled = backend.fill();
        SecureRandom random = new SecureRandom();
        Bodies bodies = new Bodies(schemas.join());
        ApiHandler handler = new ApiHandler(
                backend, new ObjectWrites(backend, bodies, schemas.join(), random, SERVICE_RANGE), bodies, random);
        Pki pki = joined(certificates);
        ApiServer server = listen(config.port, pki, handler);
        parts.push(server);
        new Bootstrap(backend, random, SERVICE_RANGE, HOST, server.port()).run();
        filled.join();
        parts.push(Controllers.start(new ApiClient(new InProcessTransport(handler, CONTROLLERS))));
        access = new ClusterAccess(
                URI.create("https://" + HOST + ":" + server.port()),
                pki.ca().certificate(),
                pki.admin().certificate(),
                pki.admin().key());
    }

    private Store openReplica(Path dataDir) {
        try {
            ReplicaStore store = ReplicaStore.open(ReplicaConfig.in(dataDir.resolve("store")));
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
