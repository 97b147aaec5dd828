package io.tholepin.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** {@code --feature-gates} in kube-apiserver's form. */
class FeatureGatesTest {
    @Test
    void listsComeFromTheCacheUnlessSwitchedOff() {
        assertThat(FeatureGates.parse("").listsFromCache()).isTrue();
        assertThat(FeatureGates.parse("ConsistentListFromCache=true").listsFromCache())
                .isTrue();
        assertThat(FeatureGates.parse("WatchList=true,ConsistentListFromCache=false")
                        .listsFromCache())
                .isFalse();
    }

    @Test
    void anotherFormIsRefused() {
        assertThatThrownBy(() -> FeatureGates.parse("ConsistentListFromCache=off"))
                .isInstanceOf(Refusal.class)
                .hasMessage("--feature-gates: ConsistentListFromCache=off (expected: NAME=true or NAME=false)");
    }
}
