package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PkiTest {
    private final Instant now = Instant.parse("2026-11-22T00:00:00Z");

    @TempDir
    Path folder;

    @Test
    void theAdministratorIsAMasterSignedByTheCa() throws Exception {
        Pki pki = Pki.create(now);
        X509Certificate admin = certificate(pki.admin());
        admin.verify(certificate(pki.ca()).getPublicKey());
        assertThat(admin.getSubjectX500Principal().getName()).isEqualTo("CN=kubernetes-admin,O=system:masters");
    }

    @Test
    void theServingCertificateIsGoodForLoopback() throws Exception {
        assertThat(certificate(Pki.create(now).server()).getSubjectAlternativeNames())
                .anySatisfy(name -> assertThat(name.get(1)).isEqualTo("127.0.0.1"))
                .anySatisfy(name -> assertThat(name.get(1)).isEqualTo("localhost"));
    }

    @Test
    void aPeerCertificateIsGoodForBothEndsAndKept() throws Exception {
        Pki pki = Pki.open(folder, now, Set.of());
        pki.keepPeer(folder, now);
        String kept = Files.readString(folder.resolve("peer.crt"));
        pki.keepPeer(folder, now.plus(Duration.ofDays(300)));
        assertThat(Files.readString(folder.resolve("peer.crt"))).isEqualTo(kept);
        X509Certificate peer = certificate(new Pki.Pair(kept, ""));
        peer.verify(certificate(pki.ca()).getPublicKey());
        assertThat(peer.getExtendedKeyUsage()).containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("peer.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void openingAgainKeepsWhatIsThere() {
        Pki first = Pki.open(folder, now, Set.of());
        assertThat(Pki.open(folder, now.plus(Duration.ofDays(300)), Set.of())).isEqualTo(first);
    }

    @Test
    void aLeafAboutToExpireIsRenewedUnderTheSameCa() {
        Pki first = Pki.open(folder, now, Set.of());
        Pki renewed = Pki.open(folder, now.plus(Duration.ofDays(340)), Set.of());
        assertThat(renewed.ca()).isEqualTo(first.ca());
        assertThat(renewed.server()).isNotEqualTo(first.server());
        assertThat(renewed.admin()).isNotEqualTo(first.admin());
    }

    @Test
    void aServingCertificateIsMadeAnewForAnAddressItIsNotGoodFor() throws Exception {
        Pki first = Pki.open(folder, now, Set.of());
        Set<String> hosts = Set.of("10.1.2.3", "fd00:0:0:0:0:0:0:7", "api.example");
        Pki second = Pki.open(folder, now, hosts);
        assertThat(second.ca()).isEqualTo(first.ca());
        assertThat(second.admin()).isEqualTo(first.admin());
        assertThat(certificate(second.server()).getSubjectAlternativeNames())
                .extracting(name -> String.valueOf(name.get(1)))
                .containsAll(hosts)
                .contains("127.0.0.1");
        assertThat(Pki.open(folder, now, hosts)).isEqualTo(second);
        assertThat(Pki.open(folder, now, Set.of("127.0.0.1"))).isEqualTo(second);
    }

    @Test
    void everyFileIsReadableByItsOwnerOnly() throws Exception {
        Pki.open(folder, now, Set.of());
        try (var files = Files.list(folder)) {
            assertThat(files)
                    .hasSize(6)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void aKeyIsNeverPrinted() {
        assertThat(Pki.create(now).toString()).doesNotContain("PRIVATE");
    }

    private static X509Certificate certificate(Pki.Pair pair) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pair.certificate().getBytes(StandardCharsets.US_ASCII)));
    }
}
