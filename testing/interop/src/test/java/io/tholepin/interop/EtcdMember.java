package io.tholepin.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One member's process: started, killed, stopped for a while, started again on the same folder. It ends no process but
 * its own. Not thread-safe.
 */
final class EtcdMember implements AutoCloseable {
    private static final long STOP_SECONDS_MAX = 60;

    private final String name;
    private final List<String> command;
    private final Path data;
    private final Path log;
    private final String client;
    private final String peer;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private @Nullable Process process;
    private volatile int starts;
    private volatile boolean paused;

    /**
     * Not started yet.
     *
     * @param command program and every flag
     * @param data the folder in {@code --data-dir}
     * @param log where output goes, appended
     * @param client host:port for clients
     * @param peer host:port for peers
     */
    EtcdMember(String name, List<String> command, Path data, Path log, String client, String peer) {
        this.name = name;
        this.command = List.copyOf(command);
        this.data = data;
        this.log = log;
        this.client = client;
        this.peer = peer;
    }

    String name() {
        return name;
    }

    /** host:port for clients. */
    String client() {
        return client;
    }

    /** host:port for peers. */
    String peer() {
        return peer;
    }

    Path data() {
        return data;
    }

    /** Variables for the next start. */
    Map<String, String> environment() {
        return environment;
    }

    /** Starts the process; does not wait until it serves. */
    void start() {
        if (isAlive()) {
            throw new IllegalStateException(name + " runs already");
        }
        try {
            Files.createDirectories(log.getParent());
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            Process started = builder.start();
            process = started;
            starts++;
            Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
            paused = false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How often it was started. */
    int starts() {
        return starts;
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Whether it was stopped with SIGSTOP and not continued. */
    boolean isPaused() {
        return paused;
    }

    /** SIGKILL, and waits until it is gone. */
    void kill() {
        if (process != null) {
            process.destroyForcibly();
            await();
        }
    }

    /** SIGTERM, and waits until it is gone. */
    void stop() {
        if (process != null) {
            resume();
            process.destroy();
            await();
        }
    }

    /** SIGSTOP. */
    void pause() {
        signal("STOP");
        paused = true;
    }

    /** SIGCONT. */
    void resume() {
        if (paused && isAlive()) {
            signal("CONT");
        }
        paused = false;
    }

    private void signal(String signal) {
        EtcdLike.shell("kill", "-" + signal, Long.toString(process().pid()));
    }

    private Process process() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process;
    }

    private void await() {
        try {
            if (!process().waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                process().destroyForcibly().waitFor();
                throw new IllegalStateException(name + " did not stop within " + STOP_SECONDS_MAX + " s");
            }
            paused = false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The last lines of its output. */
    List<String> logTail(int lines) {
        try {
            List<String> all = Files.exists(log)
                    ? Files.readAllLines(log, java.nio.charset.StandardCharsets.ISO_8859_1)
                    : List.of();
            return new ArrayList<>(all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
