package io.tholepin.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** Linearizable and serializable ranges of one key and of 100 keys, over 100,000 keys of 256 bytes. */
final class RangeScenario {
    private static final long SEED = 3_735_928_559L;
    private static final int KEYS_IN_TXN = 100;
    private static final int ROUNDS_MAX = 3;

    private RangeScenario() {}

    static void run(Bench bench, int members) throws IOException, InterruptedException {
        Map<String, ClosedLoop.Work> works = works();
        try (Pair pair = bench.start(members)) {
            pair.each(0, one -> fill(bench, one));
            bench.warmUp(pair, new ArrayList<>(works.values()));
            for (int round = 0; round < Math.min(bench.settings().rounds(), ROUNDS_MAX); round++) {
                int number = round;
                for (Map.Entry<String, ClosedLoop.Work> work : works.entrySet()) {
                    for (int clients : bench.settings().clients()) {
                        pair.each(
                                round,
                                one -> measure(bench, one, work.getKey(), clients, number, work.getValue(), members));
                    }
                }
            }
        }
    }

    private static Map<String, ClosedLoop.Work> works() {
        int one = PutScenario.VALUE_BYTES;
        int page = 100 * one;
        int keys = PutScenario.KEYS;
        Map<String, ClosedLoop.Work> works = new LinkedHashMap<>();
        works.put("linearizable ranges of 1 key", range(EtcdFrames.gets(keys, false, SEED), one));
        works.put("serializable ranges of 1 key", range(EtcdFrames.gets(keys, true, SEED), one));
        works.put("linearizable ranges of 100 keys", range(EtcdFrames.pages(keys, false, SEED), page));
        works.put("serializable ranges of 100 keys", range(EtcdFrames.pages(keys, true, SEED), page));
        return works;
    }

    private static ClosedLoop.Work range(EtcdFrames frames, int responseBytesMin) {
        return new ClosedLoop.Work(GrpcMethod.RANGE, frames, responseBytesMin);
    }

    private static void fill(Bench bench, Members members) throws IOException, InterruptedException {
        Fill.run(bench, members, new Fill(0, PutScenario.KEYS, PutScenario.VALUE_BYTES, KEYS_IN_TXN, SEED));
    }

    private static void measure(
            Bench bench, Members members, String what, int clients, int round, ClosedLoop.Work work, int size)
            throws IOException, InterruptedException {
        LoadResult result =
                bench.sample(members, clients, work, bench.settings().sample());
        bench.report()
                .add(new Measurement(
                        what + ", " + size + (size == 1 ? " member" : " members"),
                        Bench.points(clients),
                        round,
                        members.name(),
                        Bench.values(result, members),
                        result.firstError()));
    }
}
