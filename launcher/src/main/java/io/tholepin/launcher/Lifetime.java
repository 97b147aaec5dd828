package io.tholepin.launcher;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** How long a process runs: until a signal asks it to stop, or until its store can go on no longer. */
final class Lifetime {
    private Lifetime() {}

    /** From now on, SIGINT and SIGTERM close {@code running} and end the process with 0, or 1 when it was broken. */
    static void stopOnSignal(AutoCloseable running, CompletableFuture<Throwable> broken) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            try {
                running.close();
            } catch (Exception e) {
                System.getLogger(Lifetime.class.getName())
                        .log(System.Logger.Level.WARNING, "stopping: " + e.getMessage(), e);
            }
            // Stopped as asked is success; without this the JVM would report the signal instead.
            Runtime.getRuntime().halt(broken.isDone() ? 1 : 0);
        }));
    }

    /** Waits; returns only when the store broke. */
    static Refusal untilBroken(CompletableFuture<Throwable> broken) {
        Throwable cause = broken.join(); // until a signal ends the process
        String told = "the store stopped: " + cause.getMessage() + "; nothing acknowledged is lost, start again";
        return new Refusal(told, cause);
    }

    /** Seconds since the JVM started, such as {@code 0.9s}. */
    static String sinceJvmStart() {
        Duration took = ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()))
                .orElse(Duration.ZERO);
        return String.format(Locale.ROOT, "%.1fs", took.toMillis() / 1000.0);
    }
}
