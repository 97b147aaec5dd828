package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which versions' watch progress can be relied on: kube-apiserver's line. */
class EtcdVersionTest {
    @ParameterizedTest
    @ValueSource(strings = {"3.4.31", "3.4.40", "3.5.13", "3.5.30", "3.6.0", "3.7.1", "3.10.0", "4.0.0", "3.6.0-rc.1"})
    void theseAreReliedOn(String version) {
        assertThat(new EtcdVersion(version).progressIsTrustworthy()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3.4.30",
                "3.4.23",
                "3.5.0",
                "3.5.12",
                "3.3.27",
                "2.3.8",
                "3.5.13-rc.0",
                "3.4.31-alpha",
                "",
                "3.5",
                "x"
            })
    void theseAreNot(String version) {
        assertThat(new EtcdVersion(version).progressIsTrustworthy()).isFalse();
    }
}
