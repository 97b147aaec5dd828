package io.tholepin.benchmarks;

import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.StatusRequest;
import io.tholepin.etcdwire.etcdserverpb.StatusResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The members of one system under measurement, all started together, and what they cost. */
final class Members implements AutoCloseable {
    private static final long READY_SECONDS_MAX = 180;
    private static final long CALL_MILLIS_MAX = 5_000;
    private static final long POLL_MILLIS = 5;
    private static final String LOOPBACK = "127.0.0.1";

    private final Program program;
    private final List<Member> members = new ArrayList<>();
    private final List<String> options;
    private final LoadClient client;

    /**
     * A program that takes etcd's flags.
     *
     * @param name how the report calls it
     * @param command what comes before the flags
     */
    record Program(String name, List<String> command) {}

    private Members(Program program, List<String> options, LoadClient client) {
        this.program = program;
        this.options = List.copyOf(options);
        this.client = client;
    }

    /** Starts {@code count} members on loopback with empty data below {@code folder}, and waits until they serve. */
    static Members start(Program program, int count, Path folder, List<String> options, LoadClient client)
            throws IOException, InterruptedException {
        Members all = new Members(program, options, client);
        for (int i = 0; i < count; i++) {
            all.members.add(new Member("m" + (i + 1), program.command(), LOOPBACK, Files.createDirectories(folder)));
        }
        return all.begin();
    }

    /** The same, each member in a network namespace of its own. */
    static Members start(Program program, Namespaces places, Path folder, List<String> options, LoadClient client)
            throws IOException, InterruptedException {
        Members all = new Members(program, options, client);
        for (int i = 0; i < places.size(); i++) {
            List<String> command = new ArrayList<>(places.prefix(i));
            command.addAll(program.command());
            all.members.add(new Member("m" + (i + 1), command, places.host(i), Files.createDirectories(folder)));
        }
        return all.begin();
    }

    private Members begin() throws IOException, InterruptedException {
        try {
            for (Member member : members) {
                member.start(initialCluster(), options);
            }
            for (int i = 0; i < members.size(); i++) {
                awaitReady(i);
            }
            return this;
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
    }

    private String initialCluster() {
        return members.stream().map(Member::entry).collect(Collectors.joining(","));
    }

    String name() {
        return program.name();
    }

    int size() {
        return members.size();
    }

    Member member(int index) {
        return members.get(index);
    }

    InetSocketAddress address(int index) {
        return members.get(index).address();
    }

    List<InetSocketAddress> addresses() {
        return members.stream().map(Member::address).toList();
    }

    /** Starts a member that was stopped, on its data; returns the seconds until it served a linearizable read. */
    double restart(int index) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        members.get(index).start(initialCluster(), options);
        awaitReady(index);
        return (System.nanoTime() - begin) / 1e9;
    }

    /** Waits until the member serves a linearizable read. */
    void awaitReady(int index) throws IOException, InterruptedException {
        long until = System.nanoTime() + READY_SECONDS_MAX * 1_000_000_000L;
        while (true) {
            try {
                revision(index);
                return;
            } catch (IOException e) {
                if (!members.get(index).isAlive() || System.nanoTime() > until) {
                    throw new IOException(
                            name() + " m" + (index + 1) + " does not serve; its log is beside "
                                    + members.get(index).dataFolder(),
                            e);
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    /** The store's revision by a linearizable read through that member. */
    long revision(int index) throws IOException, InterruptedException {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(EtcdFrames.key(0))
                .setCountOnly(true)
                .build();
        GrpcConnection connection = connect(index);
        try {
            return client.call(connection, GrpcMethod.RANGE, request, RangeResponse.parser(), CALL_MILLIS_MAX)
                    .getHeader()
                    .getRevision();
        } finally {
            connection.shut();
        }
    }

    StatusResponse status(int index) throws IOException, InterruptedException {
        GrpcConnection connection = connect(index);
        try {
            return client.call(
                    connection,
                    GrpcMethod.STATUS,
                    StatusRequest.getDefaultInstance(),
                    StatusResponse.parser(),
                    CALL_MILLIS_MAX);
        } finally {
            connection.shut();
        }
    }

    private GrpcConnection connect(int index) throws IOException, InterruptedException {
        try {
            return client.connect(address(index));
        } catch (RuntimeException e) {
            throw new IOException("no connection to " + address(index), e);
        } catch (Exception e) {
            // Netty throws what the connection attempt failed with, declared or not.
            if (e instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            throw new IOException("no connection to " + address(index), e);
        }
    }

    /** Which member says that it leads; the others are asked too, so a stopped one does not matter. */
    int leader() throws IOException, InterruptedException {
        long until = System.nanoTime() + READY_SECONDS_MAX * 1_000_000_000L;
        while (System.nanoTime() < until) {
            for (int i = 0; i < members.size(); i++) {
                if (members.get(i).isAlive() && leads(i)) {
                    return i;
                }
            }
            Thread.sleep(POLL_MILLIS);
        }
        throw new IOException(name() + ": no leader in " + READY_SECONDS_MAX + " s");
    }

    private boolean leads(int index) throws InterruptedException {
        try {
            StatusResponse status = status(index);
            return status.getLeader() != 0
                    && status.getLeader() == status.getHeader().getMemberId();
        } catch (IOException e) {
            return false; // not ready, or cut off: another member may lead
        }
    }

    /** User and system time of all members so far, in seconds. */
    double cpuSeconds() throws IOException {
        double sum = 0;
        for (Member member : members) {
            sum += member.cpuSeconds();
        }
        return sum;
    }

    /** Resident memory of all members, in MiB. */
    double residentMib() throws IOException {
        double sum = 0;
        for (Member member : members) {
            sum += member.residentMib();
        }
        return sum;
    }

    @Override
    public void close() throws IOException {
        for (Member member : members) {
            member.close();
        }
    }
}
