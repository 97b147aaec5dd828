package io.tholepin.interop;

import io.tholepin.contracts.RecordingListener.Call;
import io.tholepin.kv.KeyValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Three members, used by clients without pause while one fault after another is done to them; after each the members
 * must
 * be well again and everything that was seen must be right. The seed of a round decides what is done to whom, so that a
 * single round can be done again: {@code testing/interop/faults --rounds 1 --seed <seed of the round>}.
 */
final class Faults implements AutoCloseable {
    /** Log entries between two snapshots: few, so that members that were away need more than the log. */
    private static final String SNAPSHOT_COUNT = "200";

    private static final long MILLION = 1_000_000;

    private final Path folder;
    private final MemberDisks disks;
    private final EtcdCluster cluster;
    private final Map<FaultKind, Total> totals = new EnumMap<>(FaultKind.class);
    private final Set<String> strangers = new HashSet<>();
    private Map<String, KeyValue> state = new HashMap<>();
    private long end = 1;
    private int round;

    /** What rounds of one kind came to. */
    private static final class Total {
        private int rounds;
        private long done;
        private long unknown;
        private long refused;
        private long gapMillisMax;
    }

    private Faults(Path folder, MemberDisks disks, EtcdCluster cluster) {
        this.folder = folder;
        this.disks = disks;
        this.cluster = cluster;
    }

    /** Starts three members of a kind in network namespaces, each with a disk of its own in {@code folder}. */
    static Faults start(EtcdLike kind, Path folder) {
        MemberDisks disks = MemberDisks.mount(folder, 3);
        EtcdCluster cluster = EtcdCluster.prepare(
                kind.with("--snapshot-count", SNAPSHOT_COUNT), 3, folder, NamespaceNetwork.create(3), List.of());
        Faults faults = new Faults(folder, disks, cluster);
        cluster.startAll();
        return faults;
    }

    /** What a seed does when nothing is asked for by name. */
    static FaultKind kind(long seed) {
        FaultKind[] kinds = FaultKind.values();
        return kinds[(int) Math.floorMod(seed, (long) kinds.length)];
    }

    /** Does one round and returns what is wrong. */
    List<String> round(long seed, FaultKind kind) {
        round++;
        long began = System.nanoTime();
        FaultRound.Seen seen;
        try {
            seen = FaultRound.run(kind, cluster, disks, new Random(seed), round, end, state, strangers);
        } catch (AssertionError | RuntimeException broken) {
            broken.printStackTrace(System.out);
            String line = "round " + round + "  seed " + seed + "  " + kind.label() + "  BROKEN " + broken.getMessage();
            return List.of(line);
        }
        RoundRecord record = seen.record();
        RoundJudge.Verdict verdict = RoundJudge.judge(record);
        state = verdict.state();
        end = record.end();
        record.operations().stream()
                .filter(operation -> operation.outcome() == ClientOperation.Outcome.UNKNOWN)
                .map(RoundJudge::written)
                .filter(value -> value != null)
                .forEach(strangers::add);
        tell(seed, kind, seen, verdict, (System.nanoTime() - began) / MILLION);
        if (!verdict.violations().isEmpty()) {
            write(record, verdict, seed);
        }
        return verdict.violations();
    }

    private void tell(long seed, FaultKind kind, FaultRound.Seen seen, RoundJudge.Verdict verdict, long millis) {
        Map<ClientOperation.Outcome, Long> outcomes = seen.record().operations().stream()
                .collect(Collectors.groupingBy(ClientOperation::outcome, Collectors.counting()));
        Total total = totals.computeIfAbsent(kind, _ -> new Total());
        Gap longest = longestGap(seen.record().operations());
        long gap = longest.millis();
        total.rounds++;
        total.done += outcomes.getOrDefault(ClientOperation.Outcome.DONE, 0L);
        total.unknown += outcomes.getOrDefault(ClientOperation.Outcome.UNKNOWN, 0L);
        total.refused += outcomes.getOrDefault(ClientOperation.Outcome.REFUSED, 0L);
        total.gapMillisMax = Math.max(total.gapMillisMax, gap);
        System.out.printf(
                "%s round %d  seed %d  %s  ok %d unknown %d refused %d  gap %d ms from %.1f s on  %.1f s  %s  (%s)%n",
                LocalTime.now().truncatedTo(ChronoUnit.SECONDS),
                round,
                seed,
                kind.label(),
                outcomes.getOrDefault(ClientOperation.Outcome.DONE, 0L),
                outcomes.getOrDefault(ClientOperation.Outcome.UNKNOWN, 0L),
                outcomes.getOrDefault(ClientOperation.Outcome.REFUSED, 0L),
                gap,
                longest.fromMillis() / 1000.0,
                millis / 1000.0,
                verdict.violations().isEmpty() ? "right" : "WRONG",
                seen.done());
        verdict.violations().forEach(violation -> System.out.println("  " + violation));
    }

    private record Gap(long fromMillis, long millis) {}

    /** The longest time in which no linearizable request of any client was answered. */
    private static Gap longestGap(List<ClientOperation> operations) {
        List<Long> answers = operations.stream()
                .filter(operation -> operation.isDone() && operation.linearizable())
                .map(ClientOperation::answered)
                .sorted()
                .toList();
        Gap longest = new Gap(0, 0);
        for (int i = 1; i < answers.size(); i++) {
            long millis = (answers.get(i) - answers.get(i - 1)) / MILLION;
            if (millis > longest.millis()) {
                longest = new Gap((answers.get(i - 1) - answers.getFirst()) / MILLION, millis);
            }
        }
        return longest;
    }

    /**
     * After all rounds: each member has every pair that was ever written and not deleted, and no lease lives for
     * ever.
     */
    List<String> lastLook() {
        List<String> wrong = new ArrayList<>();
        FaultRound.await(
                "leases to expire",
                () -> FaultRound.pairs(cluster, 0, FaultLoad.ROOT, 0).stream().noneMatch(pair -> pair.lease() != 0));
        Map<String, KeyValue> expected = new HashMap<>(state);
        expected.values().removeIf(pair -> pair.lease() != 0);
        for (int i = 0; i < cluster.size(); i++) {
            Map<String, KeyValue> found = FaultRound.pairs(cluster, i, FaultLoad.ROOT, end).stream()
                    .filter(pair -> pair.lease() == 0)
                    .collect(Collectors.toMap(
                            pair -> new String(pair.key().array(), java.nio.charset.StandardCharsets.UTF_8),
                            pair -> pair));
            if (!found.equals(expected)) {
                Set<String> lost = new HashSet<>(expected.keySet());
                lost.removeAll(found.keySet());
                wrong.add("m" + i + " has " + found.size() + " pairs (expected: " + expected.size() + "), lost "
                        + lost.stream().limit(10).toList());
            }
        }
        System.out.println("last look: " + expected.size() + " pairs at revision " + end + " on each member: "
                + (wrong.isEmpty() ? "all there" : wrong));
        return wrong;
    }

    private void tellTotals() {
        System.out.println("| fault | rounds | answered | unknown | refused | longest without an answer, ms |");
        System.out.println("|---|---|---|---|---|---|");
        totals.forEach((kind, total) -> System.out.printf(
                "| %s | %d | %d | %d | %d | %d |%n",
                kind.label(), total.rounds, total.done, total.unknown, total.refused, total.gapMillisMax));
    }

    /** Everything seen in a round that was wrong, next to the members' logs and data. */
    private void write(RoundRecord record, RoundJudge.Verdict verdict, long seed) {
        List<String> lines = new ArrayList<>(verdict.violations());
        record.operations().stream()
                .sorted(Comparator.comparingLong(ClientOperation::called))
                .forEach(operation -> lines.add(operation.toString()));
        for (ResumingWatch.Stretch stretch : record.watches()) {
            lines.add("watch of " + stretch.watch() + " from " + stretch.firstRevision());
            for (Call call : stretch.calls()) {
                lines.add(call.toString());
            }
        }
        try {
            Files.write(folder.resolve("round-" + seed + ".txt"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the members and keeps what they have on disk. */
    void keep() {
        cluster.members().forEach(EtcdMember::kill);
        disks.keep();
        System.out.println("kept: " + folder);
    }

    @Override
    public void close() {
        cluster.close();
        disks.close();
    }

    /** {@code [--rounds N] [--seed S] [--fault LABEL] [--server thole|etcd-3.5] [--folder PATH]}. */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        int rounds = Integer.parseInt(options.getOrDefault("--rounds", "20"));
        long seed = Long.parseLong(options.getOrDefault("--seed", Long.toString(System.nanoTime() % MILLION)));
        Optional<FaultKind> only = Optional.ofNullable(options.get("--fault")).map(FaultKind::named);
        String server = options.getOrDefault("--server", "thole");
        EtcdLike kind = EtcdLike.named(server.equals("etcd") ? "etcd-3.5" : server);
        Path folder = options.containsKey("--folder")
                ? Files.createDirectories(Path.of(options.get("--folder")))
                : Files.createTempDirectory("faults");
        System.exit(run(kind, folder, rounds, seed, only).isEmpty() ? 0 : 1);
    }

    /** Runs rounds until one is wrong; returns what is. */
    static List<String> run(EtcdLike kind, Path folder, int rounds, long seed, Optional<FaultKind> only) {
        System.out.println("faults on " + kind.name() + ", " + rounds + " rounds from seed " + seed + ", in " + folder);
        try (Faults faults = start(kind, folder)) {
            List<String> wrong = List.of();
            for (int i = 0; i < rounds && wrong.isEmpty(); i++) {
                wrong = faults.round(seed + i, only.orElse(kind(seed + i)));
            }
            if (wrong.isEmpty()) {
                wrong = faults.lastLook();
            }
            faults.tellTotals();
            if (!wrong.isEmpty()) {
                wrong.forEach(System.out::println);
                faults.keep();
            }
            return wrong;
        }
    }
}
