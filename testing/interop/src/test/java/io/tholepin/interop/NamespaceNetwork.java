package io.tholepin.interop;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Each member in a network namespace of its own, all on one bridge, with the clients at the bridge. Packets can be
 * dropped between members, one direction at a time, or squeezed through a narrow queue. Linux, as root. Not
 * thread-safe.
 *
 * <p>A direction is silenced by giving the sender a hardware address for the receiver that nobody has: the frames go
 * out
 * and nobody takes them, as behind a broken switch. No packet filter is needed, and clients are not touched.
 */
final class NamespaceNetwork implements MemberNetwork {
    private static final String NOBODY = "02:00:00:00:00:fe";
    private static final int PORT_FIRST = 12379;

    private record Direction(int from, int to) {}

    private final int size;
    private final String name;
    private final String subnet;
    private final Set<Direction> silent = new HashSet<>();
    private final Set<Integer> slow = new HashSet<>();
    private final Set<Integer> unplugged = new HashSet<>();
    private int port = PORT_FIRST;
    private boolean closed;

    private NamespaceNetwork(int size, long number) {
        this.size = size;
        this.name = "tf" + number;
        this.subnet = "10." + (64 + number / 250 % 60) + "." + number % 250 + ".";
    }

    /** Whether such networks can be made here. */
    static boolean isPossible() {
        if (!Files.isExecutable(Path.of("/usr/sbin/ip"))) {
            return false;
        }
        String probe = "tp" + ProcessHandle.current().pid();
        try {
            // root may not do it in a container
            ip("netns", "add", probe);
            ip("netns", "delete", probe);
            ip("link", "add", probe, "type", "bridge");
            ip("link", "delete", probe);
            return true;
        } catch (IllegalStateException | UncheckedIOException e) {
            return false;
        }
    }

    /** A network for {@code size} members; {@link #close} removes it. */
    static NamespaceNetwork create(int size) {
        NamespaceNetwork network =
                new NamespaceNetwork(size, ProcessHandle.current().pid());
        Runtime.getRuntime().addShutdownHook(new Thread(network::close));
        network.build();
        return network;
    }

    private void build() {
        ip("link", "add", name, "type", "bridge");
        ip("addr", "add", subnet + "254/24", "dev", name);
        ip("link", "set", name, "up");
        for (int i = 0; i < size; i++) {
            ip("netns", "add", namespace(i));
            ip("link", "add", port(i), "type", "veth", "peer", "name", "eth0", "netns", namespace(i));
            ip("link", "set", port(i), "master", name, "up");
            ip("-n", namespace(i), "addr", "add", clientHost(i) + "/24", "dev", "eth0");
            ip("-n", namespace(i), "link", "set", "eth0", "up");
            ip("-n", namespace(i), "link", "set", "lo", "up");
        }
    }

    private String namespace(int index) {
        return name + "n" + index;
    }

    private String port(int index) {
        return name + "v" + index;
    }

    @Override
    public String clientHost(int index) {
        return subnet + (index + 1);
    }

    @Override
    public String peerHost(int index) {
        return clientHost(index);
    }

    @Override
    public int freePort() {
        return port++;
    }

    @Override
    public List<String> at(int index, List<String> command) {
        List<String> there = new ArrayList<>(List.of("ip", "netns", "exec", namespace(index)));
        there.addAll(command);
        return there;
    }

    /** Drops what {@code from} sends to {@code to}; the other direction goes on. */
    void silence(int from, int to) {
        if (silent.add(new Direction(from, to))) {
            ip(
                    "-n",
                    namespace(from),
                    "neigh",
                    "replace",
                    clientHost(to),
                    "lladdr",
                    NOBODY,
                    "nud",
                    "permanent",
                    "dev",
                    "eth0");
        }
    }

    /** Drops everything between a member and its peers; clients still reach it. */
    void cut(int index) {
        for (int other = 0; other < size; other++) {
            if (other != index) {
                silence(index, other);
                silence(other, index);
            }
        }
    }

    /** Cuts a member off from peers and clients. */
    void unplug(int index) {
        if (unplugged.add(index)) {
            ip("link", "set", port(index), "down");
        }
    }

    /**
     * What a member sends waits in a queue of 8 kB that drains at {@code kilobits} a second; what does not fit is
     * lost.
     */
    void slow(int index, int kilobits) {
        if (slow.add(index)) {
            EtcdLike.shell(
                    "tc",
                    "-n",
                    namespace(index),
                    "qdisc",
                    "replace",
                    "dev",
                    "eth0",
                    "root",
                    "tbf",
                    "rate",
                    kilobits + "kbit",
                    "burst",
                    "2000",
                    "limit",
                    "8000");
        }
    }

    /** Everything as in the beginning. */
    void heal() {
        for (Direction direction : silent) {
            ip("-n", namespace(direction.from()), "neigh", "del", clientHost(direction.to()), "dev", "eth0");
        }
        silent.clear();
        for (int index : slow) {
            EtcdLike.shell("tc", "-n", namespace(index), "qdisc", "del", "dev", "eth0", "root");
        }
        slow.clear();
        for (int index : unplugged) {
            ip("link", "set", port(index), "up");
        }
        unplugged.clear();
    }

    private static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        EtcdLike.shell(command.toArray(String[]::new));
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            for (int i = 0; i < size; i++) {
                attempt("ip", "netns", "del", namespace(i));
            }
            attempt("ip", "link", "del", name);
        }
    }

    private static void attempt(String... command) {
        try {
            EtcdLike.shell(command);
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage()); // may never have been made
        }
    }
}
