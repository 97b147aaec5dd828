package io.tholepin.benchmarks;

import io.tholepin.load.ProcessCpu;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One process that takes etcd's flags, on ports of its own; it may be stopped and started again on its data. */
final class Member implements AutoCloseable {
    private static final long STOP_SECONDS_MAX = 30;

    private final String name;
    private final List<String> command;
    private final String host;
    private final int clientPort;
    private final int peerPort;
    private final Path folder;
    private @Nullable Process process;
    private double cpuSecondsOfEnded;

    /**
     * @param command what comes before etcd's flags
     * @param host where it listens, an address of this machine or of a network namespace
     */
    Member(String name, List<String> command, String host, Path folder) throws IOException {
        this.name = name;
        this.command = List.copyOf(command);
        this.host = host;
        this.folder = folder;
        try (ServerSocket client = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            clientPort = client.getLocalPort();
            peerPort = peer.getLocalPort();
        }
    }

    /** What it is called in {@code --initial-cluster}. */
    String entry() {
        return name + "=http://" + host + ":" + peerPort;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, clientPort);
    }

    Path dataFolder() {
        return folder.resolve(name);
    }

    void start(String initialCluster, List<String> options) throws IOException {
        List<String> words = new ArrayList<>(command);
        String client = "http://" + host + ":" + clientPort;
        String peer = "http://" + host + ":" + peerPort;
        words.addAll(List.of("--name", name, "--data-dir", dataFolder().toString()));
        words.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
        words.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
        words.addAll(List.of("--initial-cluster", initialCluster, "--initial-cluster-token", "side-by-side"));
        words.addAll(options);
        File log = folder.resolve(name + ".log").toFile();
        process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Kills it with signal 9 and waits until it is gone. */
    void kill() throws IOException, InterruptedException {
        end(true);
    }

    /** Asks it to end, and waits. */
    void stop() throws IOException, InterruptedException {
        end(false);
    }

    private void end(boolean force) throws IOException, InterruptedException {
        Process running = process;
        if (running == null || !running.isAlive()) {
            return;
        }
        cpuSecondsOfEnded += ProcessCpu.seconds(running.pid());
        if (force) {
            running.destroyForcibly();
        } else {
            running.destroy();
        }
        if (!running.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
            running.destroyForcibly().waitFor();
        }
    }

    /** User and system time of all its processes so far, in seconds. */
    double cpuSeconds() throws IOException {
        Process running = process;
        return cpuSecondsOfEnded + (running != null && running.isAlive() ? ProcessCpu.seconds(running.pid()) : 0);
    }

    double residentMib() throws IOException {
        Process running = process;
        return running != null && running.isAlive() ? ProcessCpu.residentMib(running.pid()) : 0;
    }

    @Override
    public void close() throws IOException {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
