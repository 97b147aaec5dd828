package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same random requests to a real etcd 3.5 and to the server under test: every answer, event and hash is the same. A
 * build plays one run that never changes, so that it fails by what was changed; {@code -Plong} searches with a new seed
 * each time. {@code -Dtholepin.seed} repeats a run, {@code -Dtholepin.steps} makes it longer.
 */
class DifferentialTest {
    private static final boolean LONG = Boolean.getBoolean("tholepin.long");
    private static final int ROUNDS = LONG ? 20 : 1;
    private static final int STEPS = Integer.getInteger("tholepin.steps", LONG ? 3000 : 600);
    private static final long SEED = Long.getLong("tholepin.seed", LONG ? System.nanoTime() : 11472317873534L);

    /** How often a shorter trace is tried on fresh servers before the difference is reported. */
    private static final int SHRINKS_MAX = Integer.getInteger("tholepin.shrinks", 24);

    @TempDir
    Path folder;

    private int servers;

    @Test
    void randomRequestsAreAnsweredAsEtcdAnswersThem() {
        EtcdLike subject = EtcdLike.underTest();
        subject.assumePresent();
        for (int round = 0; round < ROUNDS; round++) {
            sameAsEtcd(subject, SEED + round);
        }
    }

    /** The test of the test: a second etcd makes no difference. */
    @Test
    void twoEtcdsDoNotDiffer() {
        sameAsEtcd(EtcdLike.etcd35(), SEED);
    }

    /** And a server with any small defect does. */
    @ParameterizedTest
    @MethodSource("defects")
    void aSmallDefectIsFound(Defect defect) {
        EtcdLike etcd = EtcdLike.etcd35();
        etcd.assumePresent();
        Random random = new Random(7);
        try (Pair pair = new Pair(etcd, defect)) {
            RandomSteps steps = new RandomSteps(random);
            for (int i = 0; i < 1500; i++) {
                Optional<String> difference = pair.run.run(steps.next(pair.run));
                if (difference.isPresent()) {
                    System.out.println(defect + ": " + difference.get());
                    return;
                }
            }
            fail("no step showed that " + defect);
        }
    }

    static Stream<Defect> defects() {
        return LONG
                ? Stream.of(Defect.values())
                : Stream.of(Defect.VERSION_IS_OFF_BY_ONE, Defect.HASH_HAS_A_WRONG_BIT, Defect.PROGRESS_IS_AHEAD);
    }

    private void sameAsEtcd(EtcdLike subject, long seed) {
        EtcdLike.etcd35().assumePresent();
        System.out.println("DifferentialTest seed " + seed + " (repeat with -Dtholepin.seed=" + seed + ")");
        try (Pair pair = new Pair(subject, null)) {
            RandomSteps steps = new RandomSteps(new Random(seed));
            for (int i = 0; i < STEPS; i++) {
                Optional<String> difference = pair.run.run(steps.next(pair.run));
                if (difference.isPresent()) {
                    report(subject, seed, pair.run.trace(), difference.get());
                }
            }
            Optional<String> difference = pair.run.run(new Step.Settle());
            if (difference.isPresent()) {
                report(subject, seed, pair.run.trace(), difference.get());
            }
            assertThat(pair.run.revision()).isGreaterThan(STEPS / 20);
        }
    }

    private void report(EtcdLike subject, long seed, List<Step> trace, String difference) {
        List<Step> shortest = trace;
        String shown = difference;
        int tries = 0;
        for (int chunk = trace.size() / 2; chunk > 0 && tries < SHRINKS_MAX; chunk /= 2) {
            for (int end = shortest.size() - 1; end > 0 && tries < SHRINKS_MAX; end -= chunk) {
                List<Step> fewer = new ArrayList<>(shortest.subList(0, Math.max(0, end - chunk)));
                fewer.addAll(shortest.subList(end, shortest.size()));
                tries++;
                Replay replay = replay(subject, fewer);
                if (replay.difference.isPresent()) {
                    shortest = replay.steps;
                    shown = replay.difference.get();
                    end = Math.min(end, shortest.size());
                }
            }
        }
        StringBuilder text = new StringBuilder("seed " + seed + ": " + subject.name() + " differs from etcd-3.5\n");
        List<Step> last = shortest.subList(Math.max(0, shortest.size() - 40), shortest.size());
        text.append(shortest.size())
                .append(" steps, the last ")
                .append(last.size())
                .append(":\n");
        last.forEach(step -> text.append("  ").append(step).append('\n'));
        fail(text + shown);
    }

    private record Replay(List<Step> steps, Optional<String> difference) {}

    private Replay replay(EtcdLike subject, List<Step> steps) {
        try (Pair pair = new Pair(subject, null)) {
            for (int i = 0; i < steps.size(); i++) {
                Optional<String> difference = pair.run.run(steps.get(i));
                if (difference.isPresent()) {
                    return new Replay(steps.subList(0, i + 1), difference);
                }
            }
            return new Replay(steps, Optional.empty());
        }
    }

    /** An etcd and a server beside it, both empty. */
    private final class Pair implements AutoCloseable {
        private final EtcdCluster oracle;
        private final EtcdCluster subject;
        private final Differential run;

        Pair(EtcdLike kind, @org.jspecify.annotations.Nullable Defect defect) {
            Path place = folder.resolve("pair" + servers++);
            oracle = EtcdCluster.prepare(
                    EtcdLike.etcd35().with("--bcrypt-cost", "4"),
                    1,
                    place.resolve("oracle"),
                    MemberNetwork.loopback(),
                    List.of());
            subject = EtcdCluster.prepare(
                    kind.with("--bcrypt-cost", "4"), 1, place.resolve("subject"), MemberNetwork.loopback(), List.of());
            oracle.member(0).start();
            subject.member(0).start();
            oracle.awaitHealthy();
            subject.awaitHealthy();
            Channel right = subject.channel(0).open();
            run = new Differential(
                    new DifferentialSide("etcd-3.5", oracle.channel(0).open()),
                    new DifferentialSide(
                            kind.name(), defect == null ? right : ClientInterceptors.intercept(right, defect)));
        }

        @Override
        public void close() {
            run.close();
            oracle.close();
            subject.close();
        }
    }
}
