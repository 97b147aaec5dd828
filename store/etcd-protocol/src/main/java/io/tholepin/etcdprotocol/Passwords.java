package io.tholepin.etcdprotocol;

import io.tholepin.kv.StoreException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * Hashes and checks passwords with bcrypt. That is meant to be slow, so it happens on a few threads of its own and
 * never on the caller's: half of the processors, at least one. What waits for them is bounded; beyond that a request is
 * refused with TOO_MANY_REQUESTS. Thread-safe; plain passwords are kept no longer than the work takes and never logged.
 *
 * <p>Hashes are etcd's: {@code $2a$}, the cost, 16 bytes of salt.
 */
final class Passwords implements AutoCloseable {
    /** Most passwords that wait for a thread. */
    static final int WAITING_MAX = 1024;

    /** What bcrypt looks at. Longer passwords are refused, as in etcd, rather than cut. */
    static final int BYTES_MAX = 72;

    static final int COST_MIN = 4;
    static final int COST_MAX = 31;

    private static final int SALT_BYTES = 16;

    private final int cost;
    private final SecureRandom chance = new SecureRandom();
    private final ThreadPoolExecutor threads;

    /** What a password for nobody is compared with, so that unknown names take as long as known ones. */
    private final CompletableFuture<String> decoy;

    Passwords(int cost) {
        if (cost < COST_MIN || cost > COST_MAX) {
            throw new IllegalArgumentException(
                    "bcrypt cost: " + cost + " (expected: " + COST_MIN + " to " + COST_MAX + ")");
        }
        this.cost = cost;
        int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        threads = new ThreadPoolExecutor(
                count,
                count,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING_MAX),
                Thread.ofPlatform().daemon().name("passwords-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
        decoy = new CompletableFuture<>();
    }

    /** The hash of {@code password}, which has at most {@link #BYTES_MAX} bytes, with a fresh salt. */
    CompletableFuture<String> hash(String password) {
        return submit(() -> hashNow(password));
    }

    /** Whether {@code hash} is that of {@code password}; false when it is no bcrypt hash at all. */
    CompletableFuture<Boolean> matches(String password, String hash) {
        return submit(() -> matchesNow(password, hash));
    }

    /** False, after as long as {@link #matches} would take. */
    CompletableFuture<Boolean> matchesNobody(String password) {
        return submit(() -> {
            if (!decoy.isDone()) {
                decoy.complete(hashNow(""));
            }
            matchesNow(password, decoy.join());
            return false;
        });
    }

    /** Whether {@code text} has the form of a bcrypt hash. */
    static boolean isHash(String text) {
        return text.matches("\\$2[aby]\\$(0[4-9]|[12][0-9]|3[01])\\$[./A-Za-z0-9]{53}");
    }

    static boolean isTooLong(String password) {
        return password.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX;
    }

    private String hashNow(String password) {
        byte[] salt = new byte[SALT_BYTES];
        chance.nextBytes(salt);
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        try {
            return OpenBSDBCrypt.generate("2a", bytes, salt, cost);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static boolean matchesNow(String password, String hash) {
        if (!isHash(hash) || isTooLong(password)) {
            return false;
        }
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        try {
            return OpenBSDBCrypt.checkPassword(hash, bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private <T> CompletableFuture<T> submit(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, threads);
        } catch (RejectedExecutionException full) {
            return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.TOO_MANY_REQUESTS));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
