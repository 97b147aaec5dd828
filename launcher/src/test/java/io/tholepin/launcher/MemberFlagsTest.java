package io.tholepin.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.etcdprotocol.EtcdServerConfig;
import io.tholepin.etcdprotocol.ListenUrl;
import io.tholepin.kv.StoreObserver;
import io.tholepin.replica.ReplicaConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemberFlagsTest {
    private static MemberFlags flags(String... namesAndValues) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            given.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new MemberFlags(FlagValues.of(EtcdFlags.ALL, given, Map.of()));
    }

    private static ReplicaConfig member(String... namesAndValues) {
        return flags(namesAndValues).member(StoreObserver.NONE);
    }

    @Test
    void withoutFlagsAMemberIsTheOnlyOneOfItsClusterOnEtcdsPorts() {
        ReplicaConfig config = member();
        ReplicaConfig.Peers peers = config.peers().orElseThrow();
        assertThat(config.folder()).isEqualTo(Path.of("default.etcd").toAbsolutePath());
        assertThat(config.member().clientUrls()).containsExactly("http://localhost:2379");
        assertThat(peers.initialCluster()).containsExactly(Map.entry("default", List.of("http://localhost:2380")));
        assertThat(peers.existing()).isFalse();
        assertThat(config.compaction()).isEqualTo(new ReplicaConfig.Compaction.None());
        assertThat(config.timing()).isEqualTo(new ReplicaConfig.Timing(100, 1000));
        EtcdServerConfig server = flags().server();
        assertThat(server.listen()).hasSize(1);
        assertThat(server.tls()).isEmpty();
    }

    @Test
    void theInitialClusterNamesEveryMemberAndItsUrls() {
        ReplicaConfig.Peers peers = member(
                        "name", "b",
                        "initial-cluster", "a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,b=http://10.0.1.2:2380",
                        "initial-advertise-peer-urls", "http://10.0.1.2:2380,http://10.0.0.2:2380",
                        "initial-cluster-state", "existing")
                .peers()
                .orElseThrow();
        assertThat(peers.initialCluster())
                .containsOnly(
                        Map.entry("a", List.of("http://10.0.0.1:2380")),
                        Map.entry("b", List.of("http://10.0.0.2:2380", "http://10.0.1.2:2380")));
        assertThat(peers.existing()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "initial-cluster, a=http://h:1, '--initial-cluster: a=http://h:1 does not name \"default\"'",
        "initial-cluster, default=http://h:1, '--initial-cluster has default=http://h:1 but'",
        "initial-cluster, http://h:1, '--initial-cluster: http://h:1 (expected: NAME=URL)'",
        "initial-cluster-state, old, '--initial-cluster-state: old (expected: new or existing)'",
        "listen-peer-urls, h:1, '--listen-peer-urls: h:1 (expected: http://HOST:PORT or https://HOST:PORT)'",
        "listen-client-urls, http://h:1, --advertise-client-urls is required",
        "election-timeout, 400, '--election-timeout: 400 (expected: at least five times'",
        "auto-compaction-mode, sometimes, '--auto-compaction-mode: sometimes (expected: periodic or revision)'",
        "auto-compaction-retention, x, '--auto-compaction-retention: x (expected: hours, a duration, or revisions)'",
        "peer-cert-file, c.pem, '--peer-cert-file and --peer-key-file (expected: both or neither)'",
    })
    void whatCannotBeIsRefusedWithWhatWasExpected(String flag, String value, String message) {
        assertThatThrownBy(() -> member(flag, value))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aMemberMakesItsOwnCertificatesUnlessItIsGivenOthers(@TempDir Path folder) {
        MemberFlags own = flags(
                "data-dir", folder.toString(),
                "auto-tls", "true",
                "peer-auto-tls", "true",
                "listen-client-urls", "https://127.0.0.1:1,unixs://s",
                "advertise-client-urls", "https://127.0.0.1:1");
        own.keepOwnCertificates(Instant.now());
        assertThat(own.server().tls().orElseThrow().certFile()).isEqualTo(folder.resolve("fixtures/client/cert.pem"));
        ReplicaConfig.PeerTls peers =
                own.member(StoreObserver.NONE).peers().orElseThrow().tls();
        assertThat(peers.believing()).isTrue();
        assertThat(peers.keyFile()).contains(folder.resolve("fixtures/peer/key.pem"));
        assertThat(folder.resolve("fixtures/client/key.pem")).exists();
        assertThat(folder.resolve("fixtures/peer/key.pem")).exists();
        MemberFlags given = flags("auto-tls", "true", "cert-file", "c.pem", "key-file", "k.pem");
        assertThat(given.server().tls().orElseThrow().certFile()).isEqualTo(Path.of("c.pem"));
    }

    @Test
    void clientsMayUseSocketsAndPeersMayNot() {
        MemberFlags flags =
                flags("listen-client-urls", "unix:///run/etcd.sock", "advertise-client-urls", "unix:///run/etcd.sock");
        assertThat(flags.server().listen()).containsExactly(ListenUrl.parse("unix:///run/etcd.sock"));
        assertThat(flags.member(StoreObserver.NONE).member().clientUrls()).containsExactly("unix:///run/etcd.sock");
        assertThatThrownBy(() -> member("listen-peer-urls", "unix:///run/peer.sock"))
                .isInstanceOf(Refusal.class)
                .hasMessage("--listen-peer-urls: unix:///run/peer.sock"
                        + " (expected: http://HOST:PORT or https://HOST:PORT)");
    }

    @Test
    void aRetentionIsHoursOrADurationOrRevisions() {
        assertThat(member("auto-compaction-retention", "5").compaction())
                .isEqualTo(new ReplicaConfig.Compaction.Periodic(Duration.ofHours(5)));
        assertThat(member("auto-compaction-retention", "90s").compaction())
                .isEqualTo(new ReplicaConfig.Compaction.Periodic(Duration.ofSeconds(90)));
        assertThat(member("auto-compaction-mode", "revision", "auto-compaction-retention", "1000")
                        .compaction())
                .isEqualTo(new ReplicaConfig.Compaction.Revisions(1000));
        assertThat(member("auto-compaction-mode", "revision").compaction())
                .isEqualTo(new ReplicaConfig.Compaction.None());
    }

    @Test
    void tlsVersionsAreThoseBetweenTheBounds() {
        String[] certificate = {"cert-file", "c.pem", "key-file", "k.pem"};
        assertThat(flags(certificate).server().tls().orElseThrow().protocols()).containsExactly("TLSv1.3", "TLSv1.2");
        MemberFlags newest = flags("cert-file", "c.pem", "key-file", "k.pem", "tls-min-version", "TLS1.3");
        assertThat(newest.server().tls().orElseThrow().protocols()).containsExactly("TLSv1.3");
        assertThatThrownBy(() -> flags(
                                "cert-file",
                                "c.pem",
                                "key-file",
                                "k.pem",
                                "tls-min-version",
                                "TLS1.3",
                                "tls-max-version",
                                "TLS1.2")
                        .server())
                .isInstanceOf(Refusal.class);
    }

    @Test
    void versionsAndCipherSuitesAreThoseOfPeersToo() {
        String[] given = {
            "cert-file", "c.pem",
            "key-file", "k.pem",
            "tls-max-version", "TLS1.2",
            "cipher-suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
            "peer-cert-allowed-cn", "a,b",
            "peer-crl-file", "crl.pem"
        };
        ReplicaConfig.PeerTls peers = member(given).peers().orElseThrow().tls();
        assertThat(peers.strength().protocols()).containsExactly("TLSv1.2");
        assertThat(peers.strength().cipherSuites())
                .containsExactly("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
                .isEqualTo(flags(given).server().tls().orElseThrow().cipherSuites());
        assertThat(peers.callers().commonNames()).containsExactly("a", "b");
        assertThat(peers.callers().crlFile()).contains(Path.of("crl.pem"));
    }

    /** As in Go, where the suites of TLS 1.3 are not chosen. */
    @Test
    void theSuitesOfTheNewestVersionAreAlwaysThere() {
        assertThat(TlsFlags.of(FlagValues.of(
                                EtcdFlags.ALL,
                                Map.of("cipher-suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
                                Map.of()))
                        .cipherSuites())
                .startsWith("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
                .contains("TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256");
    }

    @ParameterizedTest
    @CsvSource({
        "cipher-suites, NONE, '--cipher-suites: NONE (expected: suites such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)'",
        "tls-min-version, SSL3, '--tls-min-version: SSL3 (expected: TLS1.2 or TLS1.3)'"
    })
    void anUnknownSuiteOrVersionIsRefusedThoughNobodyUsesTls(String flag, String value, String message) {
        assertThatThrownBy(() -> flags(flag, value).server())
                .isInstanceOf(Refusal.class)
                .hasMessage(message);
    }
}
