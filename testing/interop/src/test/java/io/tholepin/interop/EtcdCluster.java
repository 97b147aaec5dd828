package io.tholepin.interop;

import static io.tholepin.etcdwire.etcdserverpb.RangeRequest.newBuilder;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.tholepin.etcdwire.etcdserverpb.AlarmRequest;
import io.tholepin.etcdwire.etcdserverpb.AlarmType;
import io.tholepin.etcdwire.etcdserverpb.ClusterGrpc;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeRequest;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.MemberListRequest;
import io.tholepin.etcdwire.etcdserverpb.StatusRequest;
import io.tholepin.etcdwire.etcdserverpb.StatusResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** The members of one cluster, each a process with a folder, a log and a channel. Not thread-safe. */
final class EtcdCluster implements AutoCloseable {
    /** How long a member may take from its start until it serves a linearizable read. */
    static final Duration HEALTHY_MAX = Duration.ofSeconds(180);

    private final EtcdLike kind;
    private final MemberNetwork network;
    private final Path folder;
    private final IntFunction<List<String>> flags;
    private final List<EtcdMember> members = new ArrayList<>();
    private final List<EtcdChannel> channels = new ArrayList<>();

    private EtcdCluster(EtcdLike kind, MemberNetwork network, Path folder, IntFunction<List<String>> flags) {
        this.kind = kind;
        this.network = network;
        this.folder = folder;
        this.flags = flags;
    }

    /** Starts {@code size} members on loopback and waits until each serves and has said its name. */
    static EtcdCluster start(EtcdLike kind, int size, Path folder) {
        EtcdCluster cluster = prepare(kind, size, folder, MemberNetwork.loopback(), List.of());
        cluster.startAll();
        while (!cluster.allNamed()) {
            pause(50);
        }
        return cluster;
    }

    private boolean allNamed() {
        return ClusterGrpc.newBlockingStub(channels.getFirst().open())
                .withDeadlineAfter(Duration.ofSeconds(30))
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList()
                .stream()
                .noneMatch(member -> member.getName().isEmpty());
    }

    /**
     * Members that are not started yet.
     *
     * @param advertised for each member, what peers shall call instead of where it listens; empty for that itself
     */
    static EtcdCluster prepare(EtcdLike kind, int size, Path folder, MemberNetwork network, List<String> advertised) {
        EtcdCluster cluster = new EtcdCluster(kind, network, folder, index -> List.of());
        cluster.addAll(size, advertised);
        return cluster;
    }

    /** Members that are not started yet, each with flags of its own too. */
    static EtcdCluster prepare(
            EtcdLike kind, int size, Path folder, MemberNetwork network, IntFunction<List<String>> flags) {
        EtcdCluster cluster = new EtcdCluster(kind, network, folder, flags);
        cluster.addAll(size, List.of());
        return cluster;
    }

    private void addAll(int size, List<String> advertised) {
        List<String> peers = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            peers.add(network.peerHost(i) + ":" + network.freePort());
        }
        List<String> called = advertised.isEmpty() ? peers : advertised;
        StringBuilder initial = new StringBuilder();
        for (int i = 0; i < size; i++) {
            initial.append(i == 0 ? "" : ",")
                    .append("m")
                    .append(i)
                    .append("=http://")
                    .append(called.get(i));
        }
        for (int i = 0; i < size; i++) {
            add(peers.get(i), called.get(i), initial.toString(), "new");
        }
    }

    /** One more member, not started; the cluster must know its peer address already. */
    EtcdMember join(String peer) {
        String initial = members.stream()
                .map(member -> member.name() + "=http://" + member.peer())
                .collect(Collectors.joining(","));
        return add(peer, peer, initial + ",m" + members.size() + "=http://" + peer, "existing");
    }

    private EtcdMember add(String peer, String called, String initial, String state) {
        int index = members.size();
        String name = "m" + index;
        String client = network.clientHost(index) + ":" + network.freePort();
        Path data = folder.resolve(name).resolve("data");
        List<String> command = new ArrayList<>(kind.command());
        command.addAll(List.of("--name", name, "--data-dir", data.toString()));
        command.addAll(List.of("--listen-client-urls", "http://" + client));
        command.addAll(List.of("--advertise-client-urls", "http://" + client));
        command.addAll(List.of("--listen-peer-urls", "http://" + peer));
        command.addAll(List.of("--initial-advertise-peer-urls", "http://" + called));
        command.addAll(List.of("--initial-cluster", initial, "--initial-cluster-state", state));
        command.addAll(List.of("--initial-cluster-token", "proof"));
        command.addAll(kind.extra());
        command.addAll(flags.apply(index));
        EtcdMember member =
                new EtcdMember(name, network.at(index, command), data, folder.resolve(name + ".log"), client, called);
        members.add(member);
        channels.add(new EtcdChannel(client));
        return member;
    }

    /** Starts every member that does not run and waits until all serve. */
    void startAll() {
        members.stream().filter(member -> !member.isAlive()).forEach(EtcdMember::start);
        awaitHealthy();
    }

    EtcdLike kind() {
        return kind;
    }

    MemberNetwork network() {
        return network;
    }

    Path folder() {
        return folder;
    }

    List<EtcdMember> members() {
        return List.copyOf(members);
    }

    EtcdMember member(int index) {
        return members.get(index);
    }

    int size() {
        return members.size();
    }

    /** A channel to one member and no other. */
    EtcdChannel channel(int index) {
        return channels.get(index);
    }

    /** Every member's client address, with commas. */
    String endpoints() {
        return members.stream().map(member -> "http://" + member.client()).collect(Collectors.joining(","));
    }

    /** Waits until every member answers a linearizable read. */
    void awaitHealthy() {
        for (int i = 0; i < members.size(); i++) {
            awaitHealthy(i);
        }
    }

    /** Waits until a member answers a linearizable read. */
    void awaitHealthy(int index) {
        long deadline = System.nanoTime() + HEALTHY_MAX.toNanos();
        while (true) {
            try {
                KVGrpc.newBlockingStub(channels.get(index).open())
                        .withDeadlineAfter(Duration.ofSeconds(2))
                        .range(newBuilder()
                                .setKey(ByteString.copyFromUtf8("health"))
                                .setLimit(1)
                                .build());
                return;
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getDescription() != null
                        && e.getStatus().getDescription().contains("user name is empty")) {
                    return; // serves, and asks who is there
                }
                if (System.nanoTime() > deadline || !members.get(index).isAlive()) {
                    throw new AssertionError(
                            kind.name() + " " + members.get(index).name() + " is not healthy: " + e.getStatus() + "\n"
                                    + String.join("\n", members.get(index).logTail(25)),
                            e);
                }
                channels.get(index).hurry();
                pause(50);
            }
        }
    }

    /** Deletes every key there is; makes no revision when there is none. */
    void deleteAll() {
        KVGrpc.newBlockingStub(channels.getFirst().open())
                .withDeadlineAfter(Duration.ofSeconds(30))
                .deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(ByteString.copyFrom(new byte[1]))
                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                        .build());
    }

    /** As if the first member had no space left. */
    void raiseNoSpace() {
        MaintenanceGrpc.MaintenanceBlockingStub member =
                MaintenanceGrpc.newBlockingStub(channels.getFirst().open()).withDeadlineAfter(Duration.ofSeconds(30));
        long id = member.status(StatusRequest.getDefaultInstance()).getHeader().getMemberId();
        member.alarm(AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                .setMemberID(id)
                .setAlarm(AlarmType.NOSPACE)
                .build());
    }

    /** The index of the member that leads, by its own word and the others'; waits for one. */
    int leader() {
        long deadline = System.nanoTime() + HEALTHY_MAX.toNanos();
        while (System.nanoTime() < deadline) {
            for (int i = 0; i < members.size(); i++) {
                if (members.get(i).isAlive() && !members.get(i).isPaused()) {
                    try {
                        StatusResponse status = MaintenanceGrpc.newBlockingStub(
                                        channels.get(i).open())
                                .withDeadlineAfter(Duration.ofSeconds(2))
                                .status(StatusRequest.getDefaultInstance());
                        if (status.getLeader() != 0
                                && status.getLeader() == status.getHeader().getMemberId()) {
                            return i;
                        }
                    } catch (StatusRuntimeException e) {
                        channels.get(i).hurry(); // not this one
                    }
                }
            }
            pause(50);
        }
        throw new AssertionError("no member of " + kind.name() + " says that it leads");
    }

    /** The end of every member's log, for a report. */
    String logs(int lines) {
        return members.stream()
                .map(member -> "--- " + member.name() + "\n" + String.join("\n", member.logTail(lines)))
                .collect(Collectors.joining("\n"));
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        channels.forEach(EtcdChannel::close);
        members.forEach(EtcdMember::close);
        network.close();
    }
}
