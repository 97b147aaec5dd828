package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.LocalStore;
import org.junit.jupiter.api.Test;

/** {@link ListWatchWorld} over our own store. Its long run has ten times as many seeds. */
class ListWatchModelTest {
    private static final int STEPS = 300;
    private static final int SEEDS = Boolean.getBoolean("tholepin.long") ? 400 : 24;
    private static final long FIRST = Long.getLong("tholepin.seed", 0);

    @Test
    void whatIsReadListedAndWatchedIsWhatTheModelSays() throws InterruptedException {
        ListWatchWorld.Counts counts = ListWatchWorld.Counts.NONE;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            try (ListWatchWorld world = new ListWatchWorld(LocalStore.ephemeral(), seed)) {
                counts = counts.plus(world.live(STEPS));
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
        System.out.println("ListWatchModelTest: " + counts);
        assertThat(counts.lists()).isGreaterThan(1000);
        assertThat(counts.pages()).isGreaterThan(500);
        assertThat(counts.watches()).isGreaterThan(500);
        assertThat(counts.events()).isGreaterThan(1000);
        assertThat(counts.refused()).isGreaterThan(300);
    }
}
