package io.tholepin.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** Puts of 256 bytes over 100,000 keys; the acknowledged ones are counted again by the store's revision. */
final class PutScenario {
    static final int KEYS = 100_000;
    static final int VALUE_BYTES = 256;
    private static final int SPREAD = 64;
    private static final int RESPONSE_BYTES_MIN = 10;
    private static final long SEED = 3_405_691_582L;

    private PutScenario() {}

    static ClosedLoop.Work puts() {
        return new ClosedLoop.Work(GrpcMethod.PUT, EtcdFrames.puts(KEYS, VALUE_BYTES, SEED), RESPONSE_BYTES_MIN);
    }

    static void run(Bench bench, int members) throws IOException, InterruptedException {
        ClosedLoop.Work puts = puts();
        try (Pair pair = bench.start(members)) {
            bench.warmUp(pair, List.of(puts));
            for (int round = 0; round < bench.settings().rounds(); round++) {
                int number = round;
                for (int clients : bench.settings().clients()) {
                    pair.each(round, one -> {
                        List<InetSocketAddress> leader = List.of(one.address(one.leader()));
                        measure(bench, one, Bench.points(clients), leader, clients, number, puts);
                    });
                }
                if (members > 1) {
                    pair.each(round, one -> {
                        List<InetSocketAddress> follower = List.of(one.address((one.leader() + 1) % members));
                        measure(bench, one, "1 client of a follower", follower, 1, number, puts);
                        measure(bench, one, SPREAD + " clients of all members", one.addresses(), SPREAD, number, puts);
                    });
                }
            }
        }
    }

    private static void measure(
            Bench bench,
            Members members,
            String point,
            List<InetSocketAddress> to,
            int clients,
            int round,
            ClosedLoop.Work puts)
            throws IOException, InterruptedException {
        List<GrpcConnection> connections = bench.connect(clients, to);
        try {
            LoadResult leadIn = ClosedLoop.run(bench.client(), connections, clients, puts, Bench.LEAD_IN, members);
            long before = members.revision(0);
            LoadResult result = ClosedLoop.run(
                    bench.client(), connections, clients, puts, bench.settings().sample(), members);
            long written = members.revision(0) - before;
            String note = written == result.acknowledged()
                    ? result.firstError() + leadIn.firstError()
                    : "the revision grew by " + written + ", acknowledged were " + result.acknowledged() + "; "
                            + result.firstError();
            bench.report()
                    .add(new Measurement(
                            "puts, " + members.size() + (members.size() == 1 ? " member" : " members"),
                            point,
                            round,
                            members.name(),
                            Bench.values(result, members),
                            note));
        } finally {
            connections.forEach(GrpcConnection::shut);
        }
    }
}
