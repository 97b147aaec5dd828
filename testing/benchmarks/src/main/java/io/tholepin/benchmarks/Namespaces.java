package io.tholepin.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces on a bridge of this machine, one for each member: whatever reaches a member passes its link, whose
 * counters then say how many bytes it was sent, over however many connections. Needs root and {@code ip}.
 */
final class Namespaces implements AutoCloseable {
    private static final int TAG_MAX = 100_000;

    private final String tag;
    private final String network;
    private final int size;

    private Namespaces(String tag, String network, int size) {
        this.tag = tag;
        this.network = network;
        this.size = size;
    }

    /** {@code subnet} is the third number of a private network that nothing else here uses. */
    static Namespaces create(int size, int subnet) throws IOException, InterruptedException {
        String tag = "tb" + ProcessHandle.current().pid() % TAG_MAX + "x" + subnet;
        Namespaces made = new Namespaces(tag, "10.213." + subnet + ".", size);
        try {
            made.build();
            return made;
        } catch (IOException | InterruptedException e) {
            made.close();
            throw e;
        }
    }

    private void build() throws IOException, InterruptedException {
        ip("link add " + tag + " type bridge");
        ip("addr add " + network + "1/24 dev " + tag);
        ip("link set " + tag + " up");
        for (int i = 0; i < size; i++) {
            ip("netns add " + tag + i);
            ip("link add " + link(i) + " type veth peer name eth0 netns " + tag + i);
            ip("link set " + link(i) + " master " + tag + " up");
            ip("-n " + tag + i + " addr add " + host(i) + "/24 dev eth0");
            ip("-n " + tag + i + " link set eth0 up");
            ip("-n " + tag + i + " link set lo up");
        }
    }

    int size() {
        return size;
    }

    String host(int index) {
        return network + (index + 2);
    }

    /** What to put before a command so that it runs in that namespace. */
    List<String> prefix(int index) {
        return List.of("ip", "netns", "exec", tag + index);
    }

    private String link(int index) {
        return tag + "v" + index;
    }

    /** Bytes sent into the namespace so far, headers included. */
    long bytesInto(int index) throws IOException {
        return counter(index, "tx_bytes");
    }

    /** Bytes that came out of the namespace so far, headers included. */
    long bytesOutOf(int index) throws IOException {
        return counter(index, "rx_bytes");
    }

    private long counter(int index, String name) throws IOException {
        return Long.parseLong(Files.readString(Path.of("/sys/class/net", link(index), "statistics", name))
                .trim());
    }

    private static void ip(String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments.split(" ")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("ip " + arguments + ": " + said.trim());
        }
    }

    @Override
    public void close() throws IOException {
        try {
            for (int i = 0; i < size; i++) {
                quietly("netns del " + tag + i);
            }
            quietly("link del " + tag);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void quietly(String arguments) throws InterruptedException {
        try {
            ip(arguments);
        } catch (IOException e) {
            // It was not made, or is gone: what close is for.
        }
    }
}
