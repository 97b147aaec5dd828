package io.tholepin.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * How to reach a cluster with a client certificate: its address, its CA, and a certificate with its key (PKCS#8), all
 * PEM. Never printed: {@link #toString} names the server only.
 */
public record ClusterAccess(URI server, String ca, String certificate, String key) {
    private static final Pattern PEM_ARMOUR = Pattern.compile("-----[A-Z ]+-----|\\s");

    /**
     * Reads a kubeconfig with one cluster and one user whose certificate and key are embedded, as {@code thole up}
     * writes it.
     *
     * @throws IOException when the file cannot be read or lacks one of them
     */
    public static ClusterAccess fromKubeconfig(Path file) throws IOException {
        String text = Files.readString(file);
        return new ClusterAccess(
                URI.create(field(file, text, "server")),
                decode(field(file, text, "certificate-authority-data")),
                decode(field(file, text, "client-certificate-data")),
                decode(field(file, text, "client-key-data")));
    }

    private static String field(Path file, String text, String name) throws IOException {
        Matcher line = Pattern.compile("(?m)^\\s+" + name + ": (\\S+)$").matcher(text);
        if (!line.find()) {
            throw new IOException(file + ": no " + name + " (expected: a kubeconfig with embedded certificates)");
        }
        return line.group(1);
    }

    private static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII);
    }

    /** TLS that trusts only this CA and shows this certificate. */
    public SSLContext tls() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", parse(ca));
            Certificate own = parse(certificate);
            KeyFactory keyReader = KeyFactory.getInstance(own.getPublicKey().getAlgorithm());
            byte[] pkcs8 = Base64.getDecoder().decode(PEM_ARMOUR.matcher(key).replaceAll(""));
            store.setKeyEntry(
                    "client",
                    keyReader.generatePrivate(new PKCS8EncodedKeySpec(pkcs8)),
                    new char[0],
                    new Certificate[] {own});
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("certificates for " + server + ": " + e.getMessage(), e);
        }
    }

    private static Certificate parse(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public String toString() {
        return "ClusterAccess[" + server + "]";
    }
}
