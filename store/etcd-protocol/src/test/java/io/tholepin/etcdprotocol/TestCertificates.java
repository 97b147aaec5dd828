package io.tholepin.etcdprotocol;

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
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority for tests; what it issues goes into PEM files of a folder. */
final class TestCertificates {
    private static final String ALGORITHM = "SHA256withECDSA";

    private final Path folder;
    private final KeyPair keys = newKeys();
    private final X509Certificate authority;
    private long serial = 1;

    /** A certificate and the files that hold it and its key. */
    record Issued(X509Certificate certificate, Path certFile, Path keyFile) {}

    TestCertificates(Path folder, String name) throws Exception {
        this.folder = folder;
        this.authority = sign(new X500Principal("CN=" + name), keys, true, "");
    }

    /** The file with the authority's own certificate. */
    Path caFile() throws Exception {
        return write("ca-" + serial++, "CERTIFICATE", authority.getEncoded());
    }

    X509Certificate authority() {
        return authority;
    }

    /** A certificate for {@code commonName} that is good for 127.0.0.1 and {@code hostname}, at both ends. */
    Issued issue(String commonName, String hostname) throws Exception {
        KeyPair own = newKeys();
        X509Certificate certificate = sign(new X500Principal("CN=" + commonName), own, false, hostname);
        String name = commonName + "-" + certificate.getSerialNumber();
        return new Issued(
                certificate,
                write(name, "CERTIFICATE", certificate.getEncoded()),
                write(name + "-key", "PRIVATE KEY", own.getPrivate().getEncoded()));
    }

    /** A file that revokes {@code revoked}. */
    Path revoke(X509Certificate revoked) throws Exception {
        JcaX509v2CRLBuilder list = new JcaX509v2CRLBuilder(authority.getSubjectX500Principal(), new Date());
        list.setNextUpdate(Date.from(Instant.now().plus(1, ChronoUnit.DAYS)));
        list.addCRLEntry(revoked.getSerialNumber(), new Date(), 0);
        return write(
                "crl-" + serial++,
                "X509 CRL",
                new JcaX509CRLConverter().getCRL(list.build(signer())).getEncoded());
    }

    private X509Certificate sign(X500Principal subject, KeyPair own, boolean ca, String hostname) throws Exception {
        X500Principal issuer = ca ? subject : authority.getSubjectX500Principal();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.valueOf(serial++),
                Date.from(Instant.now().minus(1, ChronoUnit.HOURS)),
                Date.from(Instant.now().plus(1, ChronoUnit.DAYS)),
                subject,
                own.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        if (!ca) {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"), new GeneralName(GeneralName.dNSName, hostname)
            }));
        }
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer()));
    }

    private ContentSigner signer() throws OperatorCreationException {
        return new JcaContentSignerBuilder(ALGORITHM).build(keys.getPrivate());
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private Path write(String name, String label, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                folder.resolve(name + ".pem"),
                "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }
}
