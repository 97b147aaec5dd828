package io.tholepin.apiserver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of one control plane: its own CA, the API server's serving certificate, and the administrator's
 * client certificate (user {@code kubernetes-admin}, group {@code system:masters}). Immutable.
 *
 * <p>Keys are P-256 but for clients: those are RSA, because Java clients read an RSA key without further libraries and
 * an elliptic one only with BouncyCastle on their class path.
 *
 * <p>The certificate of the CA is valid for ten years, the others for one; {@link #open} renews those that have less
 * than thirty days left, so a restart is enough.
 */
public record Pki(Pair ca, Pair server, Pair admin) {
    private static final Duration CA_VALIDITY = Duration.ofDays(3650);
    private static final Duration LEAF_VALIDITY = Duration.ofDays(365);
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);
    private static final int RSA_BITS = 2048;
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Names and addresses the serving certificate is good for. 10.96.0.1 is the Service {@code default/kubernetes}. */
    private static final List<GeneralName> SERVER_NAMES = List.of(
            new GeneralName(GeneralName.dNSName, "localhost"),
            new GeneralName(GeneralName.dNSName, "kubernetes"),
            new GeneralName(GeneralName.dNSName, "kubernetes.default"),
            new GeneralName(GeneralName.dNSName, "kubernetes.default.svc"),
            new GeneralName(GeneralName.dNSName, "kubernetes.default.svc.cluster.local"),
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
            new GeneralName(GeneralName.iPAddress, "::1"),
            new GeneralName(GeneralName.iPAddress, "10.96.0.1"));

    /**
     * A certificate and its private key, both PEM (the key PKCS#8).
     */
    public record Pair(String certificate, String key) {
        /** Never shows the key. */
        @Override
        public String toString() {
            return "Pair[certificate, key withheld]";
        }
    }

    /** Makes a fresh one, kept nowhere. */
    public static Pki create(Instant now) {
        return create(now, Set.of());
    }

    /** Makes a fresh one, kept nowhere, whose server is also reached at {@code hosts}. */
    public static Pki create(Instant now, Set<String> hosts) {
        try {
            Pair ca = issue(name("tholepin-ca", ""), null, Usage.CA, now, Set.of());
            return new Pki(ca, issueServer(ca, now, hosts), issueAdmin(ca, now));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("making certificates: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the one kept in {@code folder} ({@code ca.crt}, {@code ca.key}, {@code apiserver.crt} ...), making what is
     * missing or about to expire. Files are 0600, the folder 0700.
     *
     * @param hosts addresses and names at which clients reach the server, besides this machine's own: a serving
     *     certificate that is not good for each of them is made anew
     * @throws UncheckedIOException when a file cannot be read or written
     */
    public static Pki open(Path folder, Instant now, Set<String> hosts) {
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Pair ca = read(folder, "ca", now);
            if (ca == null) {
                Pki fresh = create(now, hosts);
                write(folder, "ca", fresh.ca);
                write(folder, "apiserver", fresh.server);
                write(folder, "admin", fresh.admin);
                return fresh;
            }
            Pair server = read(folder, "apiserver", now);
            if (server == null || !names(server).containsAll(hosts)) {
                server = issueServer(ca, now, hosts);
                write(folder, "apiserver", server);
            }
            Pair admin = read(folder, "admin", now);
            if (admin == null) {
                admin = issueAdmin(ca, now);
                write(folder, "admin", admin);
            }
            return new Pki(ca, server, admin);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("making certificates in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** A client certificate signed by this CA: {@code user} becomes the common name, {@code group} the organization. */
    public Pair clientCertificate(String user, String group, Instant now) {
        try {
            return issue(name(user, group), ca, Usage.CLIENT, now, Set.of());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("making a certificate for " + user + ": " + e.getMessage(), e);
        }
    }

    /**
     * Keeps a certificate for members of a store on this machine in {@code folder} too ({@code peer.crt},
     * {@code peer.key}), made when it is missing or about to expire: good for both ends of a connection.
     *
     * @throws UncheckedIOException when a file cannot be read or written
     */
    public void keepPeer(Path folder, Instant now) {
        try {
            if (read(folder, "peer", now) == null) {
                write(folder, "peer", issue(name("tholepin-peer", ""), ca, Usage.PEER, now, Set.of()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("making certificates in " + folder + ": " + e.getMessage(), e);
        }
    }

    private static Pair issueServer(Pair ca, Instant now, Set<String> hosts)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        return issue(name("kube-apiserver", ""), ca, Usage.SERVER, now, hosts);
    }

    private static Pair issueAdmin(Pair ca, Instant now)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        return issue(name("kubernetes-admin", "system:masters"), ca, Usage.CLIENT, now, Set.of());
    }

    private enum Usage {
        CA,
        SERVER(KeyPurposeId.id_kp_serverAuth),
        CLIENT(KeyPurposeId.id_kp_clientAuth),
        PEER(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);

        private final KeyPurposeId[] purposes;

        Usage(KeyPurposeId... purposes) {
            this.purposes = purposes;
        }
    }

    private static X500Name name(String commonName, String organization) {
        X500NameBuilder builder = new X500NameBuilder(BCStyle.INSTANCE);
        if (!organization.isEmpty()) {
            builder.addRDN(BCStyle.O, organization);
        }
        return builder.addRDN(BCStyle.CN, commonName).build();
    }

    private static Pair issue(X500Name subject, @Nullable Pair ca, Usage usage, Instant now, Set<String> hosts)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        KeyPair keys = newKeys(usage);
        X509CertificateHolder issuer = ca == null ? null : certificate(ca.certificate());
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer == null ? subject : issuer.getSubject(),
                new BigInteger(127, RANDOM),
                Date.from(now.minus(CLOCK_SKEW)),
                Date.from(now.plus(usage == Usage.CA ? CA_VALIDITY : LEAF_VALIDITY)),
                subject,
                keys.getPublic());
        JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
        if (issuer != null) {
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(issuer));
        }
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(usage == Usage.CA));
        if (usage == Usage.CA) {
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.digitalSignature));
        } else {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usage.purposes));
        }
        if (usage == Usage.SERVER || usage == Usage.PEER) {
            Stream<GeneralName> names =
                    Stream.concat(SERVER_NAMES.stream(), hosts.stream().map(Pki::generalName));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(names.distinct().toArray(GeneralName[]::new)));
        }
        java.security.PrivateKey signing = ca == null ? keys.getPrivate() : privateKey(ca.key());
        X509CertificateHolder signed = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signing));
        return new Pair(pem(signed), pem(keys.getPrivate()));
    }

    private static GeneralName generalName(String host) {
        int kind = IPAddress.isValid(host) ? GeneralName.iPAddress : GeneralName.dNSName;
        return new GeneralName(kind, host);
    }

    private static KeyPair newKeys(Usage usage) throws GeneralSecurityException {
        if (usage == Usage.CLIENT) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(RSA_BITS);
            return generator.generateKeyPair();
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(
                    object instanceof java.security.PrivateKey key
                            ? new org.bouncycastle.util.io.pem.PemObject("PRIVATE KEY", key.getEncoded())
                            : object);
        }
        return text.toString();
    }

    private static X509CertificateHolder certificate(String pem) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            if (parser.readObject() instanceof X509CertificateHolder holder) {
                return holder;
            }
            throw new IOException("no certificate in PEM (expected: BEGIN CERTIFICATE)");
        }
    }

    private static java.security.PrivateKey privateKey(String pem) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            if (parser.readObject() instanceof PrivateKeyInfo info) {
                return new JcaPEMKeyConverter().getPrivateKey(info);
            }
            throw new IOException("no private key in PEM (expected: BEGIN PRIVATE KEY)");
        }
    }

    private static @Nullable Pair read(Path folder, String name, Instant now) throws IOException {
        Path certificate = folder.resolve(name + ".crt");
        Path key = folder.resolve(name + ".key");
        if (!Files.exists(certificate) || !Files.exists(key)) {
            return null;
        }
        Pair pair = new Pair(Files.readString(certificate), Files.readString(key));
        boolean expiring = expiry(pair).isBefore(now.plus(RENEW_BEFORE));
        return expiring ? null : pair;
    }

    private static Instant expiry(Pair pair) throws IOException {
        return x509(pair).getNotAfter().toInstant();
    }

    /** Names and addresses that a certificate is good for, as the JDK writes them. */
    private static Set<String> names(Pair pair) throws IOException {
        try {
            Collection<List<?>> names = x509(pair).getSubjectAlternativeNames();
            return names == null
                    ? Set.of()
                    : names.stream().map(name -> String.valueOf(name.get(1))).collect(Collectors.toSet());
        } catch (CertificateException e) {
            throw new IOException("a certificate's names do not parse: " + e.getMessage(), e);
        }
    }

    /** Read with the JDK alone: a restart that renews nothing need not load BouncyCastle. */
    private static X509Certificate x509(Pair pair) throws IOException {
        byte[] pem = pair.certificate().getBytes(StandardCharsets.US_ASCII);
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
        } catch (CertificateException e) {
            throw new IOException("a certificate does not parse: " + e.getMessage(), e);
        }
    }

    private static void write(Path folder, String name, Pair pair) throws IOException {
        // The key first: a certificate without its key is made again, never used.
        writePrivately(folder.resolve(name + ".key"), pair.key());
        writePrivately(folder.resolve(name + ".crt"), pair.certificate());
    }

    /** Writes a file that only its owner may read, replacing an old one atomically. */
    public static void writePrivately(Path file, String text) throws IOException {
        Path fresh = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                file.getFileName().toString(),
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(fresh, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
