package io.tholepin.replica;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority; what it issues is good for 127.0.0.1, at both ends. */
final class TestAuthority {
    private final Path folder;
    private final String name;
    private final KeyPair keys;
    private final Path caFile;
    private long serial = 1;

    TestAuthority(Path folder, String name) throws Exception {
        this.folder = folder;
        this.name = name;
        this.keys = keys("EC", 256);
        this.caFile = folder.resolve(name + "-ca.pem");
        write(
                caFile,
                "CERTIFICATE",
                sign(new X500Principal("CN=" + name), keys, true).getEncoded());
    }

    /**
     * Files of a new certificate of {@code commonName}, for the host of that name in {@code .test} and for loopback; an
     * older one of that name is replaced.
     */
    ReplicaConfig.PeerTls issue(String commonName) throws Exception {
        KeyPair own = keys("EC", 256);
        Path cert = folder.resolve(name + "-" + commonName + ".pem");
        Path key = folder.resolve(name + "-" + commonName + "-key.pem");
        write(key, "EC PRIVATE KEY", older(own));
        write(
                cert,
                "CERTIFICATE",
                sign(new X500Principal("CN=" + commonName), own, false).getEncoded());
        return new ReplicaConfig.PeerTls(
                Optional.of(cert), Optional.of(key), Optional.of(caFile), true, Optional.empty());
    }

    /** A list of revoked certificates with this one. */
    Path revoke(ReplicaConfig.PeerTls issued) throws Exception {
        X509Certificate certificate =
                PemFiles.certificates(issued.certFile().orElseThrow()).getFirst();
        Instant now = Instant.now();
        JcaX509v2CRLBuilder builder = new JcaX509v2CRLBuilder(new X500Principal("CN=" + name), Date.from(now));
        builder.setNextUpdate(Date.from(now.plus(1, ChronoUnit.DAYS)));
        builder.addCRLEntry(certificate.getSerialNumber(), Date.from(now), CRLReason.keyCompromise);
        Path file = folder.resolve(name + "-revoked.pem");
        write(
                file,
                "X509 CRL",
                builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                        .getEncoded());
        return file;
    }

    static KeyPair keys(String algorithm, int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    /** A private key in the form of before PKCS #8. */
    static byte[] older(KeyPair keys) throws IOException {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded());
        if (keys.getPrivate() instanceof java.security.interfaces.ECPrivateKey key) {
            // With its curve, as everybody but the JDK writes it.
            return new ECPrivateKey(
                            key.getParams().getOrder().bitLength(),
                            key.getS(),
                            info.getPrivateKeyAlgorithm().getParameters())
                    .getEncoded();
        }
        return info.parsePrivateKey().toASN1Primitive().getEncoded();
    }

    static void write(Path file, String type, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
    }

    private X509Certificate sign(X500Principal subject, KeyPair own, boolean authority)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        Instant now = Instant.now();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Principal("CN=" + name),
                BigInteger.valueOf(serial++),
                Date.from(now.minus(1, ChronoUnit.HOURS)),
                Date.from(now.plus(1, ChronoUnit.DAYS)),
                subject,
                own.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
            new GeneralName(GeneralName.dNSName, subject.getName().substring("CN=".length()) + ".test")
        }));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }
}
