package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One round of each kind of fault with {@code ./build -Plong verify}; {@code testing/interop/faults} does as many as
 * are
 * wanted. Nothing acknowledged is lost, and everything that clients and watches saw is right.
 */
class FaultsTest {
    @TempDir
    Path folder;

    @Test
    void everyFaultIsSurvivedAndNothingIsLost() {
        assumeThat(Boolean.getBoolean("tholepin.long")).as("-Plong").isTrue();
        assumeThat(NamespaceNetwork.isPossible())
                .as("network namespaces, as root")
                .isTrue();
        EtcdLike kind = EtcdLike.underTest();
        kind.assumePresent();
        long seed = Long.getLong("tholepin.seed", System.nanoTime() % 1_000_000);
        assertThat(Faults.run(kind, folder, FaultKind.values().length, seed, Optional.empty()))
                .isEmpty();
    }
}
