package io.tholepin.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace for each member, joined by two bridges: one that clients use and one between the members, so that
 * peers can be cut off from each other while clients still reach all, or a member from everyone. A cut drops packets in
 * silence, as a pulled cable does. Needs root. One thread.
 */
final class NamespaceNetwork implements MemberNetwork {
    private static final Path IP = Path.of("/usr/sbin/ip");

    private final int id;
    private final int size;
    private final List<String> ways = new ArrayList<>();
    private int nextPort = 20_000;

    private NamespaceNetwork(int id, int size) {
        this.id = id;
        this.size = size;
    }

    /** Whether this machine and user can make one. */
    static boolean isPossible() {
        return Files.isExecutable(IP) && "root".equals(System.getProperty("user.name"));
    }

    /** Makes namespaces and bridges for {@code size} members. */
    static NamespaceNetwork create(int size) {
        NamespaceNetwork network = new NamespaceNetwork((int) (ProcessHandle.current().pid() % 250), size);
        network.close(); // what a killed run of the same id left
        Runtime.getRuntime().addShutdownHook(new Thread(network::close));
        for (char kind : new char[] {'c', 'p'}) {
            ip("link", "add", network.bridge(kind), "type", "bridge");
            ip("addr", "add", network.address(kind, -10) + "/24", "dev", network.bridge(kind));
            ip("link", "set", network.bridge(kind), "up");
        }
        for (int i = 0; i < size; i++) {
            ip("netns", "add", network.space(i));
            ip("-n", network.space(i), "link", "set", "lo", "up");
            network.connect(i, 'c');
            network.connect(i, 'p');
        }
        return network;
    }

    private void connect(int member, char kind) {
        String outside = port(member, kind);
        String inside = "eth" + kind;
        ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", space(member));
        ip("link", "set", outside, "master", bridge(kind), "up");
        ip("-n", space(member), "addr", "add", address(kind, member) + "/24", "dev", inside);
        ip("-n", space(member), "link", "set", inside, "up");
    }

    private String space(int member) {
        return "tp" + id + "m" + member;
    }

    private String bridge(char kind) {
        return "tp" + id + "b" + kind;
    }

    private String port(int member, char kind) {
        return "tp" + id + "v" + kind + member;
    }

    /** Member -10 is this side of the bridge. */
    private String address(char kind, int member) {
        return (kind == 'c' ? "10.211." : "10.212.") + id + "." + (11 + member);
    }

    /** Cuts a member off from the others. */
    void cutPeers(int member) {
        ip("link", "set", port(member, 'p'), "down");
    }

    /** Cuts a member off from clients. */
    void cutClients(int member) {
        ip("link", "set", port(member, 'c'), "down");
    }

    /** Drops what {@code from} sends to {@code to}, and not what comes back. */
    void cutOneWay(int from, int to) {
        ip("-n", space(from), "route", "add", "blackhole", address('p', to) + "/32");
        ways.add(from + " " + to);
    }

    /** Undoes every cut. */
    void heal() {
        for (int i = 0; i < size; i++) {
            ip("link", "set", port(i, 'p'), "up");
            ip("link", "set", port(i, 'c'), "up");
        }
        for (String way : ways) {
            String[] ends = way.split(" ");
            ip("-n", space(Integer.parseInt(ends[0])), "route", "del", "blackhole",
                    address('p', Integer.parseInt(ends[1])) + "/32");
        }
        ways.clear();
    }

    @Override
    public String clientHost(int index) {
        return address('c', index);
    }

    @Override
    public String peerHost(int index) {
        return address('p', index);
    }

    @Override
    public int freePort() {
        return nextPort++; // nobody else is in these namespaces
    }

    @Override
    public List<String> at(int index, List<String> command) {
        List<String> all = new ArrayList<>(List.of(IP.toString(), "netns", "exec", space(index)));
        all.addAll(command);
        return all;
    }

    private static void ip(String... words) {
        List<String> command = new ArrayList<>(List.of(IP.toString()));
        command.addAll(List.of(words));
        EtcdLike.shell(command.toArray(String[]::new));
    }

    @Override
    public void close() {
        for (int i = 0; i < size; i++) {
            quietly("netns", "del", space(i));
        }
        quietly("link", "del", bridge('c'));
        quietly("link", "del", bridge('p'));
    }

    private static void quietly(String... words) {
        try {
            ip(words);
        } catch (IllegalStateException absent) {
            return; // nothing to take away
        }
    }
}
