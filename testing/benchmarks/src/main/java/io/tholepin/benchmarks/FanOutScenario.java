package io.tholepin.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** One writer, many watchers of the same key on 20 streams over 4 connections. */
final class FanOutScenario {
    private static final int CONNECTIONS = 4;
    private static final int STREAMS = 20;
    private static final int WINDOW_PUTS = 16;

    private FanOutScenario() {}

    /** With {@code watchers} watchers, a multiple of the streams. */
    static void run(Bench bench, int watchers) throws IOException, InterruptedException {
        try (Pair pair = bench.start(1)) {
            FanOut ours = open(bench, pair.ours(), watchers);
            FanOut peer = open(bench, pair.peer(), watchers);
            Duration slice = bench.settings().warmUp().dividedBy(4);
            for (int window : new int[] {WINDOW_PUTS, 1}) {
                ours.run(window, slice);
                peer.run(window, slice);
            }
            for (int round = 0; round < bench.settings().rounds(); round++) {
                int number = round;
                for (int window : new int[] {1, WINDOW_PUTS}) {
                    pair.each(round, one -> measure(bench, one, one.equals(pair.ours()) ? ours : peer, window, number));
                }
            }
            ours.shut();
            peer.shut();
        }
    }

    private static FanOut open(Bench bench, Members members, int watchers) throws IOException, InterruptedException {
        return FanOut.open(bench.client(), members, CONNECTIONS, STREAMS, watchers / STREAMS);
    }

    private static void measure(Bench bench, Members members, FanOut fanOut, int window, int round)
            throws IOException, InterruptedException {
        fanOut.run(window, Bench.LEAD_IN);
        LoadResult result = fanOut.run(window, bench.settings().sample());
        Map<String, Double> values = new LinkedHashMap<>();
        Bench.values(result, members)
                .forEach((metric, value) -> values.put(
                        switch (metric) {
                            case "op/s" -> "deliveries/s";
                            case "server CPU us/op" -> "server CPU us/delivery";
                            default -> metric;
                        },
                        value));
        bench.report()
                .add(new Measurement(
                        "watch fan-out, 1 writer, " + fanOut.watchers() + " watchers",
                        window == 1 ? "each put waits for all watchers" : window + " puts on their way",
                        round,
                        members.name(),
                        values,
                        result.firstError()));
    }
}
