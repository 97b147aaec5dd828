package io.tholepin.replica;

import static io.tholepin.replica.ReplicaClusterTest.put;
import static io.tholepin.replica.ReplicaClusterTest.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTlsTest {
    @TempDir
    Path folder;

    @Test
    void membersTalkThroughTlsAndStrangersAreKeptOut() throws Exception {
        TestAuthority ours = new TestAuthority(folder, "ours");
        TestAuthority theirs = new TestAuthority(folder, "theirs");
        try (ReplicaCluster cluster = cluster()) {
            secure(cluster, "m0", ours.issue("m0"));
            secure(cluster, "m1", ours.issue("m1"));
            secure(cluster, "m2", theirs.issue("m2"));
            cluster.start("m0");
            cluster.start("m1");
            ReplicaStore leader = cluster.leader();
            put(leader, "k", "1");
            assertThat(value(cluster.follower(), "k")).isEqualTo("1");

            // Same URLs, same ids, another authority: neither side lets the other in.
            ReplicaStore stranger = cluster.start("m2");
            assertThat(stranger.ready()).failsWithin(java.time.Duration.ofSeconds(3));
            assertThat(stranger.leaderId()).isZero();
            assertThat(stranger.revision()).isEqualTo(1);
            put(leader, "k", "2");

            // The right certificate, written over the wrong one, is used without a restart.
            ReplicaConfig.PeerTls right = ours.issue("m2");
            ReplicaConfig.PeerTls wrong =
                    cluster.config("m2").peers().orElseThrow().tls();
            replace(wrong.certFile(), right.certFile());
            replace(wrong.keyFile(), right.keyFile());
            replace(wrong.caFile(), right.caFile());
            await().atMost(ReplicaCluster.PATIENCE).until(() -> stranger.revision() == 3);
            assertThat(value(stranger, "k")).isEqualTo("2");
        }
    }

    @Test
    void onlyTheCommonNameThatIsAllowedMayCall() throws Exception {
        TestAuthority ours = new TestAuthority(folder, "ours");
        try (ReplicaCluster cluster = cluster()) {
            for (String name : List.of("m0", "m1")) {
                secure(
                        cluster,
                        name,
                        allowing(ours.issue("peer-" + name), "peer-" + (name.equals("m0") ? "m1" : "m0")));
            }
            secure(cluster, "m2", allowing(ours.issue("else"), "else"));
            cluster.start("m0");
            cluster.start("m1");
            put(cluster.leader(), "k", "1");
            ReplicaStore other = cluster.start("m2");
            assertThat(other.ready()).failsWithin(java.time.Duration.ofSeconds(3));
            assertThat(other.revision()).isEqualTo(1);
        }
    }

    @Test
    void severalCommonNamesMayBeAllowed() throws Exception {
        TestAuthority ours = new TestAuthority(folder, "ours");
        ReplicaConfig.PeerTls.Callers both =
                new ReplicaConfig.PeerTls.Callers(List.of("m0", "m1"), List.of(), Optional.empty());
        assertThatCallersMeet(ours, both, ours.issue("m1"), ours.issue("m2"));
    }

    @Test
    void onlyWhoIsForAHostThatIsAllowedMayCall() throws Exception {
        TestAuthority ours = new TestAuthority(folder, "ours");
        ReplicaConfig.PeerTls.Callers two =
                new ReplicaConfig.PeerTls.Callers(List.of(), List.of("m0.test", "m1.test"), Optional.empty());
        assertThatCallersMeet(ours, two, ours.issue("m1"), ours.issue("m2"));
    }

    @Test
    void whoWasRevokedMayNotCall() throws Exception {
        TestAuthority ours = new TestAuthority(folder, "ours");
        ReplicaConfig.PeerTls good = ours.issue("m1");
        ReplicaConfig.PeerTls bad = ours.issue("m2");
        ReplicaConfig.PeerTls.Callers others =
                new ReplicaConfig.PeerTls.Callers(List.of(), List.of(), Optional.of(ours.revoke(bad)));
        assertThatCallersMeet(ours, others, good, bad);
    }

    @Test
    void aMemberMayCallWithAnotherCertificateThanItServesWith() throws Exception {
        TestAuthority ours = new TestAuthority(folder, "ours");
        ReplicaConfig.PeerTls caller = ours.issue("caller");
        ReplicaConfig.PeerTls.Callers callers =
                new ReplicaConfig.PeerTls.Callers(List.of("caller"), List.of(), Optional.empty());
        try (ReplicaCluster cluster = cluster()) {
            for (String name : List.of("m0", "m1", "m2")) {
                secure(
                        cluster,
                        name,
                        ours.issue(name)
                                .withCallers(callers)
                                .withCalling(Optional.of(new ReplicaConfig.PeerTls.Calling(
                                        caller.certFile().orElseThrow(),
                                        caller.keyFile().orElseThrow()))));
            }
            cluster.startAll();
            assertThat(put(cluster.follower(), "k", "1")).isEqualTo(2);
        }
    }

    @Test
    void membersAgreeOnTheVersionAndTheSuiteThatAreAllowed() throws Exception {
        TestAuthority ours = new TestAuthority(folder, "ours");
        ReplicaConfig.PeerTls.Strength old = new ReplicaConfig.PeerTls.Strength(
                List.of("TLSv1.2"), List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"));
        ReplicaConfig.PeerTls.Strength other = new ReplicaConfig.PeerTls.Strength(List.of("TLSv1.3"), List.of());
        try (ReplicaCluster cluster = cluster()) {
            secure(cluster, "m0", ours.issue("m0").withStrength(old));
            secure(cluster, "m1", ours.issue("m1").withStrength(old));
            secure(cluster, "m2", ours.issue("m2").withStrength(other));
            cluster.start("m0");
            cluster.start("m1");
            put(cluster.leader(), "k", "1");
            assertThat(cluster.start("m2").ready()).failsWithin(java.time.Duration.ofSeconds(3));
        }
    }

    /** Members that let only {@code callers} in: the good one is let in, and the bad one is not. */
    private void assertThatCallersMeet(
            TestAuthority ours,
            ReplicaConfig.PeerTls.Callers callers,
            ReplicaConfig.PeerTls good,
            ReplicaConfig.PeerTls bad)
            throws Exception {
        try (ReplicaCluster cluster = cluster()) {
            secure(cluster, "m0", ours.issue("m0").withCallers(callers));
            secure(cluster, "m1", good.withCallers(callers));
            secure(cluster, "m2", bad.withCallers(callers));
            cluster.start("m0");
            cluster.start("m1");
            put(cluster.leader(), "k", "1");
            ReplicaStore other = cluster.start("m2");
            // The others call it, and it may not call them.
            await().atMost(ReplicaCluster.PATIENCE).until(() -> other.revision() == 2);
            Set<Long> all = Set.of(cluster.member("m1").memberId(), other.memberId());
            await().atMost(ReplicaCluster.PATIENCE)
                    .until(() -> cluster.member("m0").cluster().connected().equals(all));
            assertThat(other.cluster().connected()).isEmpty();
        }
    }

    @Test
    void certificatesThatAreNotThereAreAClearError() throws Exception {
        TestAuthority ours = new TestAuthority(folder, "ours");
        ReplicaConfig.PeerTls tls = ours.issue("m0");
        Files.delete(tls.certFile().orElseThrow());
        try (ReplicaCluster cluster = cluster()) {
            secure(cluster, "m0", tls);
            assertThatThrownBy(() -> cluster.start("m0"))
                    .isInstanceOf(IOException.class)
                    .hasMessage("peer certificates cannot be used: there is no file "
                            + tls.certFile().orElseThrow());
        }
    }

    @Test
    void membersThatBelieveAnyCertificateTalkThroughTlsAllTheSame() throws Exception {
        try (ReplicaCluster cluster = cluster()) {
            for (String name : List.of("m0", "m1", "m2")) {
                ReplicaConfig.PeerTls own = new TestAuthority(folder, "of-" + name).issue("elsewhere");
                secure(
                        cluster,
                        name,
                        ReplicaConfig.PeerTls.selfSigned(
                                own.certFile().orElseThrow(), own.keyFile().orElseThrow()));
                cluster.start(name);
            }
            put(cluster.leader(), "k", "1");
            assertThat(value(cluster.follower(), "k")).isEqualTo("1");
        }
    }

    @Test
    void keysInOlderFormsAreRead() throws Exception {
        for (String algorithm : List.of("RSA", "EC")) {
            KeyPair keys = TestAuthority.keys(algorithm, algorithm.equals("RSA") ? 2_048 : 384);
            Path file = folder.resolve(algorithm);
            TestAuthority.write(file, algorithm + " PRIVATE KEY", TestAuthority.older(keys));
            assertThat(secret(PemFiles.key(file))).isEqualTo(secret(keys.getPrivate()));
            TestAuthority.write(file, "PRIVATE KEY", keys.getPrivate().getEncoded());
            assertThat(secret(PemFiles.key(file))).isEqualTo(secret(keys.getPrivate()));
        }
        Path none = folder.resolve("none");
        Files.writeString(none, "nothing");
        assertThatThrownBy(() -> PemFiles.key(none))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no private");
    }

    @Test
    void httpsWithoutACertificateIsAClearError() throws Exception {
        try (ReplicaCluster cluster = cluster()) {
            assertThatThrownBy(() -> cluster.start("m0"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("needs a certificate");
        }
    }

    private static BigInteger secret(PrivateKey key) {
        return key instanceof ECPrivateKey curve ? curve.getS() : ((RSAPrivateKey) key).getPrivateExponent();
    }

    private ReplicaCluster cluster() throws IOException {
        return new ReplicaCluster(folder.resolve("data"), 3, "https", config -> config);
    }

    private static void secure(ReplicaCluster cluster, String name, ReplicaConfig.PeerTls tls) {
        cluster.configure(
                name, config -> config.withPeers(config.peers().orElseThrow().withTls(tls)));
    }

    private static ReplicaConfig.PeerTls allowing(ReplicaConfig.PeerTls tls, String commonName) {
        return new ReplicaConfig.PeerTls(tls.certFile(), tls.keyFile(), tls.caFile(), true, Optional.of(commonName));
    }

    private static void replace(Optional<Path> file, Optional<Path> by) throws IOException {
        Files.write(file.orElseThrow(), Files.readAllBytes(by.orElseThrow()));
    }
}
