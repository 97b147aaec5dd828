package io.tholepin.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SamplePodsTest {
    @Test
    void aPodIsOnTheNodeAndInTheReplicaSetThatItsIndexNames() {
        SamplePods pods = SamplePods.onNodes(50);
        for (int i = 0; i < 500; i++) {
            Object pod = pods.pod(i);
            assertThat(Json.string(pod, "spec", "nodeName")).isEqualTo(SamplePods.nodeName(pods.node(i)));
            assertThat(pods.node(i)).isBetween(0, 49);
            assertThat(Json.string(pod, "metadata", "labels", "pod-template-hash"))
                    .isEqualTo(SamplePods.hash(i));
            assertThat(Json.string(pod, "metadata", "name")).isEqualTo(pods.name(i));
        }
    }

    @Test
    void markersAreCountedWithoutOverlap() {
        assertThat(Load.occurrences(bytes("aXbXXc"), bytes("X"))).isEqualTo(3);
        assertThat(Load.occurrences(bytes("aaaa"), bytes("aa"))).isEqualTo(2);
        assertThat(Load.occurrences(new byte[0], bytes("aa"))).isZero();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
