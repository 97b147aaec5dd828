package io.tholepin.etcdprotocol;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate that a server has made for itself, and its key, kept in files: encrypts, and proves nothing to those
 * who have not got a copy of it.
 *
 * @param certFile the certificate
 * @param keyFile its key, for its owner to read alone
 */
public record SelfSigned(Path certFile, Path keyFile) {
    private static final X500Name SUBJECT = new X500Name("O=tholepin");
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);
    private static final int SERIAL_BITS = 120;
    private static final String PRIVATE_FILE = "rw-------";
    private static final String PRIVATE_FOLDER = "rwx------";

    /** Where it is, or will be, in {@code folder}. */
    public static SelfSigned in(Path folder) {
        return new SelfSigned(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    }

    /**
     * Makes certificate and key, unless both are there and the certificate is good at {@code now}.
     *
     * @param hosts names and addresses that it is for
     * @param years how long it is good
     * @throws IOException when the files cannot be read or written
     */
    public void keep(List<String> hosts, int years, Instant now) throws IOException {
        try {
            if (!isGood(now)) {
                make(hosts, years, now);
            }
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("no certificate of its own in " + certFile + ": " + e.getMessage(), e);
        }
    }

    private boolean isGood(Instant now) throws IOException, GeneralSecurityException {
        if (!Files.exists(certFile) || !Files.exists(keyFile)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(certFile)) {
            X509Certificate found =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            return now.isBefore(found.getNotAfter().toInstant());
        }
    }

    private void make(List<String> hosts, int years, Instant now)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                SUBJECT,
                new BigInteger(SERIAL_BITS, new SecureRandom()),
                Date.from(now.minus(CLOCK_SKEW)),
                Date.from(now.atOffset(ZoneOffset.UTC).plusYears(years).toInstant()),
                SUBJECT,
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
            KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
        }));
        GeneralName[] names = hosts.stream().distinct().map(SelfSigned::name).toArray(GeneralName[]::new);
        if (names.length > 0) {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        }
        byte[] certificate = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
        // The key first: without its certificate both are made again.
        write(keyFile, "PRIVATE KEY", keys.getPrivate().getEncoded());
        write(certFile, "CERTIFICATE", certificate);
    }

    private static GeneralName name(String host) {
        boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, address ? plain(host) : host);
    }

    /** An address as certificates have it; it is one already, so nobody is asked. */
    private static String plain(String address) {
        try {
            return InetAddress.getByName(address).getHostAddress();
        } catch (java.net.UnknownHostException malformed) {
            throw new IllegalArgumentException("address: " + address, malformed);
        }
    }

    private static void write(Path file, String label, byte[] der) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder, mode(PRIVATE_FOLDER));
        Path fresh = Files.createTempFile(folder, ".fresh", ".pem", mode(PRIVATE_FILE));
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(fresh, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static FileAttribute<?>[] mode(String mode) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[] {};
    }
}
