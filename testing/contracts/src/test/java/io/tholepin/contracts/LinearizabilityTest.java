package io.tholepin.contracts;

import static io.tholepin.contracts.RegisterOperation.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.contracts.Linearizability.Verdict;
import io.tholepin.contracts.RegisterOperation.Action;
import io.tholepin.contracts.RegisterOperation.Cas;
import io.tholepin.contracts.RegisterOperation.Get;
import io.tholepin.contracts.RegisterOperation.Put;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The judge is judged: histories with a known verdict, and every answer of a true register spoilt. */
class LinearizabilityTest {
    private static final int STEPS_MAX = 1_000_000;

    private static Verdict verdict(RegisterOperation... operations) {
        return Linearizability.check(List.of(operations), null, STEPS_MAX);
    }

    private static RegisterOperation op(long called, long answered, Action action) {
        return new RegisterOperation(0, called, answered, action);
    }

    @Test
    void aReadAfterAWriteSeesIt() {
        assertThat(verdict(op(0, 1, new Put("a")), op(2, 3, new Get("a")))).isEqualTo(Verdict.LINEARIZABLE);
        assertThat(verdict(op(0, 1, new Put("a")), op(2, 3, new Get(null)))).isEqualTo(Verdict.VIOLATED);
    }

    @Test
    void aReadBesideAWriteSeesEither() {
        assertThat(verdict(op(0, 5, new Put("a")), op(1, 2, new Get(null)))).isEqualTo(Verdict.LINEARIZABLE);
        assertThat(verdict(op(0, 5, new Put("a")), op(1, 2, new Get("a")))).isEqualTo(Verdict.LINEARIZABLE);
    }

    @Test
    void readsDoNotGoBack() {
        assertThat(verdict(op(0, 9, new Put("a")), op(1, 2, new Get("a")), op(3, 4, new Get(null))))
                .isEqualTo(Verdict.VIOLATED);
    }

    @Test
    void aWriteWithoutAnAnswerMayHappenLateOrNever() {
        assertThat(verdict(op(0, UNKNOWN, new Put("a")), op(5, 6, new Get(null)), op(7, 8, new Get("a"))))
                .isEqualTo(Verdict.LINEARIZABLE);
        assertThat(verdict(op(0, UNKNOWN, new Put("a")), op(5, 6, new Get(null))))
                .isEqualTo(Verdict.LINEARIZABLE);
        assertThat(verdict(op(0, UNKNOWN, new Put("a")), op(5, 6, new Get("a")), op(7, 8, new Get(null))))
                .isEqualTo(Verdict.VIOLATED);
        assertThat(verdict(op(0, 1, new Get("a")), op(2, UNKNOWN, new Put("a"))))
                .isEqualTo(Verdict.VIOLATED);
    }

    @Test
    void oneOfTwoConditionalWritesWins() {
        assertThat(verdict(op(0, 5, new Cas(null, "a", true)), op(0, 5, new Cas(null, "b", false))))
                .isEqualTo(Verdict.LINEARIZABLE);
        assertThat(verdict(op(0, 5, new Cas(null, "a", true)), op(0, 5, new Cas(null, "b", true))))
                .isEqualTo(Verdict.VIOLATED);
        assertThat(verdict(op(0, 5, new Cas("x", "a", true)))).isEqualTo(Verdict.VIOLATED);
        assertThat(verdict(op(0, UNKNOWN, new Cas(null, "a", null)), op(6, 7, new Get("a"))))
                .isEqualTo(Verdict.LINEARIZABLE);
    }

    @Test
    void anAcknowledgedDeleteIsNotForgotten() {
        assertThat(verdict(op(0, 1, new Put("a")), op(2, 3, new Put(null)), op(4, 5, new Get("a"))))
                .isEqualTo(Verdict.VIOLATED);
    }

    @Test
    void whatARegisterAnswersIsLinearizableAndWhatItDoesNotIsNot() {
        int violated = 0;
        for (int seed = 0; seed < 200; seed++) {
            List<RegisterOperation> history = history(new Random(seed), 120);
            assertThat(Linearizability.check(history, null, STEPS_MAX))
                    .as("seed %d", seed)
                    .isEqualTo(Verdict.LINEARIZABLE);
            List<RegisterOperation> spoilt = spoil(history, new Random(seed));
            violated += Linearizability.check(spoilt, null, STEPS_MAX) == Verdict.VIOLATED ? 1 : 0;
        }
        assertThat(violated).isGreaterThan(120);
    }

    @Test
    void aHundredWritesWithoutAnswersAreNoDisaster() {
        List<RegisterOperation> history = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            history.add(op(i, UNKNOWN, new Put("u" + i)));
        }
        for (int i = 0; i < 100; i++) {
            history.add(op(200 + 2 * i, 201 + 2 * i, new Get("u" + i)));
        }
        assertThat(Linearizability.check(history, null, STEPS_MAX)).isEqualTo(Verdict.LINEARIZABLE);
    }

    @Test
    void aHundredReadsAtOnceAreNoDisaster() {
        List<RegisterOperation> history = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            history.add(op(0, 1000, new Get(i % 2 == 0 ? "a" : "b")));
            history.add(op(0, 1000, new Cas("x", "y", false)));
        }
        history.add(op(0, 1000, new Put("b")));
        history.add(op(0, 1000, new Put("a")));
        assertThat(Linearizability.check(history, null, 1_000)).isEqualTo(Verdict.LINEARIZABLE);
        history.add(op(1001, 1002, new Get("c")));
        assertThat(Linearizability.check(history, null, 1_000)).isEqualTo(Verdict.VIOLATED);
    }

    /** Eight clients against a true register: each operation happens at an instant inside its interval. */
    private static List<RegisterOperation> history(Random random, int count) {
        List<RegisterOperation> history = new ArrayList<>();
        String state = null;
        for (int i = 0; i < count; i++) {
            long at = 10L * i;
            long called = at - random.nextInt(25);
            long answered = random.nextInt(10) == 0 ? UNKNOWN : at + random.nextInt(25);
            Action action = switch (random.nextInt(4)) {
                case 0 -> new Get(state);
                case 1 -> new Put(random.nextInt(5) == 0 ? null : "v" + i);
                default -> cas(random, state, "v" + i, answered == UNKNOWN);
            };
            state = action.after(state);
            history.add(new RegisterOperation(i % 8, called, answered, action));
        }
        return history;
    }

    private static Action cas(
            Random random, @org.jspecify.annotations.Nullable String state, String value, boolean unknown) {
        String expected = random.nextBoolean() ? state : "other";
        return new Cas(expected, value, unknown ? null : java.util.Objects.equals(expected, state));
    }

    /** One read that was answered saw what was never there after a later read. */
    private static List<RegisterOperation> spoil(List<RegisterOperation> history, Random random) {
        List<RegisterOperation> spoilt = new ArrayList<>(history);
        while (true) {
            int i = random.nextInt(spoilt.size());
            RegisterOperation operation = spoilt.get(i);
            if (operation.isKnown() && operation.action() instanceof Cas cas) {
                spoilt.set(
                        i,
                        new RegisterOperation(
                                operation.client(),
                                operation.called(),
                                operation.answered(),
                                new Cas(cas.expected(), cas.value(), !Boolean.TRUE.equals(cas.succeeded()))));
                return spoilt;
            }
        }
    }
}
