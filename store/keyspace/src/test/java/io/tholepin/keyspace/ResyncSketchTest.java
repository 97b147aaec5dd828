package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResyncSketchTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 100, 1_000, 20_000})
    void theDifferenceIsReadOffWhateverTheSetsAre(int difference) {
        Random random = new Random(difference);
        int failures = 0;
        for (int round = 0; round < 10; round++) {
            ResyncSketch more = new ResyncSketch(ResyncSketch.cellsFor(difference));
            ResyncSketch fewer = new ResyncSketch(ResyncSketch.cellsFor(difference));
            Set<Long> surplus = new HashSet<>();
            for (int i = 0; i < 50_000; i++) {
                long number = random.nextLong();
                more.add(number);
                fewer.add(number);
            }
            while (surplus.size() < difference) {
                long number = random.nextLong();
                surplus.add(number);
                more.add(number);
            }
            more.subtract(ResyncSketch.decode(fewer.encode()));
            Set<Long> found = more.surplus();
            if (found == null) {
                failures++;
            } else {
                assertThat(found).isEqualTo(surplus);
            }
        }
        assertThat(failures).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 5_000})
    void aDifferenceThatIsTooLargeIsNotMisread(int cells) {
        Random random = new Random(cells);
        ResyncSketch sketch = new ResyncSketch(cells / 3 * 3 + 3);
        for (int i = 0; i < 10 * cells; i++) {
            sketch.add(random.nextLong());
        }
        assertThat(sketch.surplus()).isNull();
    }
}
