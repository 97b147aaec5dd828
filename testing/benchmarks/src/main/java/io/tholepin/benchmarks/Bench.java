package io.tholepin.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What every scenario works with. */
record Bench(Settings settings, LoadClient client, Report report) {
    private static final int CONNECTIONS_MAX = 8;
    static final Duration LEAD_IN = Duration.ofMillis(300);

    /** Starts both systems with empty data. */
    Pair start(int members, String... options) throws IOException, InterruptedException {
        Members ours = start(settings.ours(), members, options);
        try {
            return new Pair(ours, start(settings.peer(), members, options));
        } catch (IOException | InterruptedException e) {
            ours.close();
            throw e;
        }
    }

    Members start(Members.Program program, int members, String... options) throws IOException, InterruptedException {
        return Members.start(program, members, emptyFolder(program), List.of(options), client);
    }

    /** Where that system's members keep their data and logs. */
    Path emptyFolder(Members.Program program) throws IOException {
        Path folder = settings.data().resolve(program.name().replace(' ', '-'));
        remove(folder);
        return folder;
    }

    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** One connection for one client, eight for more, in turn to the given addresses. */
    List<GrpcConnection> connect(int clients, List<InetSocketAddress> to) throws InterruptedException {
        List<GrpcConnection> connections = new ArrayList<>();
        for (int i = 0; i < Math.min(clients, CONNECTIONS_MAX); i++) {
            connections.add(client.connect(to.get(i % to.size())));
        }
        return connections;
    }

    /** A sample of unary calls to the leader. */
    LoadResult sample(Members members, int clients, ClosedLoop.Work work, Duration duration)
            throws IOException, InterruptedException {
        List<GrpcConnection> connections = connect(clients, List.of(members.address(members.leader())));
        try {
            return ClosedLoop.run(client, connections, clients, work, duration, members);
        } finally {
            connections.forEach(GrpcConnection::shut);
        }
    }

    /**
     * Mixed loads for the time that the settings give, half on each system, so that a JVM has compiled what it will.
     */
    void warmUp(Pair pair, List<ClosedLoop.Work> works) throws IOException, InterruptedException {
        List<Integer> clients = List.of(256, 16, 64, 1);
        Duration slice = settings.warmUp().dividedBy((long) clients.size() * works.size() * 2);
        for (ClosedLoop.Work work : works) {
            for (int count : clients) {
                pair.each(0, members -> sample(members, count, work, slice));
            }
        }
    }

    /** The metrics that every stretch of unary calls has. */
    static Map<String, Double> values(LoadResult result, Members members) throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("op/s", result.perSecond());
        values.put("p50 us", result.micros(50));
        values.put("p99 us", result.micros(99));
        values.put("server CPU us/op", result.serverMicrosPerOperation());
        values.put("server CPU s", result.serverCpuSeconds());
        values.put("client CPU us/op", result.clientMicrosPerOperation());
        values.put("resident MiB", members.residentMib());
        values.put("errors", (double) result.errors());
        values.put("CPU steal %", result.noise().steal() * 100);
        values.put("CPU of others %", result.noise().other() * 100);
        return values;
    }

    static String points(int clients) {
        return clients == 1 ? "1 client" : clients + " clients";
    }
}
