package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LabelMapTest {
    @Test
    void behavesAsTheMapItWasMadeFrom() {
        Interner interner = new Interner(64);
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Map<String, String> plain = new HashMap<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                plain.put("key" + random.nextInt(20), "value" + random.nextInt(5));
            }
            Map<String, String> labels = LabelMap.of(plain, interner);
            assertThat(labels).isEqualTo(plain).hasSameHashCodeAs(plain).hasSize(plain.size());
            assertThat(plain).isEqualTo(labels);
            for (int i = 0; i < 20; i++) {
                assertThat(labels.get("key" + i)).isEqualTo(plain.get("key" + i));
                assertThat(labels.containsKey("key" + i)).isEqualTo(plain.containsKey("key" + i));
            }
        }
    }

    @Test
    void labelsThatAreCompactAlreadyStayTheSame() {
        Interner interner = new Interner(64);
        Map<String, String> labels = LabelMap.of(Map.of("a", "b"), interner);
        assertThat(LabelMap.of(labels, interner)).isSameAs(labels);
    }

    @Test
    void equalStringsBecomeTheSameString() {
        Interner interner = new Interner(64);
        String first = interner.intern(new String("kube-system"));
        assertThat(interner.intern(new String("kube-system"))).isSameAs(first);
    }

    @Test
    void manyStringsGoThroughASmallTable() {
        Interner interner = new Interner(8);
        for (int i = 0; i < 1000; i++) {
            assertThat(interner.intern("text" + i)).isEqualTo("text" + i);
        }
        assertThat(interner.intern("x".repeat(1000))).hasSize(1000);
        assertThat(interner.intern("")).isEmpty();
    }
}
