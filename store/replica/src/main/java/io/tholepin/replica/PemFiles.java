package io.tholepin.replica;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys and certificates from PEM files. The JDK reads keys in PKCS #8 only; keys in the older forms of RSA (RFC 8017)
 * and EC (RFC 5915), which kubeadm and openssl write, are wrapped into it here.
 */
final class PemFiles {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----", Pattern.MULTILINE);

    private static final byte[] VERSION_0 = {2, 1, 0};

    /** AlgorithmIdentifier of rsaEncryption, 1.2.840.113549.1.1.1, with NULL. */
    private static final byte[] RSA = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };

    /** Object identifier of id-ecPublicKey, 1.2.840.10045.2.1. */
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xa0;

    private PemFiles() {}

    /** The private key of a file. */
    static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        Matcher blocks = BLOCK.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        while (blocks.find()) {
            byte[] der = Base64.getMimeDecoder().decode(blocks.group(2));
            switch (blocks.group(1)) {
                case "PRIVATE KEY" -> {
                    return parse(der, file);
                }
                case "RSA PRIVATE KEY" -> {
                    return parse(der(SEQUENCE, VERSION_0, RSA, der(OCTETS, der)), file);
                }
                case "EC PRIVATE KEY" -> {
                    byte[] algorithm = der(SEQUENCE, EC, curve(der, file));
                    return parse(der(SEQUENCE, VERSION_0, algorithm, der(OCTETS, der)), file);
                }
                default -> {
                    // Parameters or certificates may come before the key.
                }
            }
        }
        throw new IOException("no private key in " + file + " (expected: PEM, not encrypted)");
    }

    /** The certificates of a file, in order; at least one. */
    static List<X509Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        List<X509Certificate> found =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                        .stream()
                        .map(X509Certificate.class::cast)
                        .toList();
        if (found.isEmpty()) {
            throw new IOException("no certificate in " + file);
        }
        return found;
    }

    /** The lists of revoked certificates of a file. */
    static List<X509CRL> revocations(Path file) throws IOException, GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCRLs(new ByteArrayInputStream(Files.readAllBytes(file)))
                .stream()
                .map(X509CRL.class::cast)
                .toList();
    }

    private static PrivateKey parse(byte[] pkcs8, Path file) throws IOException {
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException other) {
                // Tried with the next algorithm; which one it is stands inside the structure that was refused.
            }
        }
        throw new IOException("a private key of an unknown kind in " + file + " (expected: RSA, EC or Ed25519)");
    }

    /** The curve of an EC key in its older form: content of the element [0]. */
    private static byte[] curve(byte[] der, Path file) throws IOException {
        int[] at = {0};
        int end = enter(der, at);
        while (at[0] < end) {
            int tag = der[at[0]] & 0xff;
            int next = enter(der, at);
            if (tag == PARAMETERS) {
                return Arrays.copyOfRange(der, at[0], next);
            }
            at[0] = next;
        }
        throw new IOException("an EC key that does not name its curve in " + file);
    }

    /** Moves behind tag and length and returns where the content ends. */
    private static int enter(byte[] der, int[] at) throws IOException {
        int position = at[0] + 1;
        int length = der[position++] & 0xff;
        if (length > 0x80) {
            int bytes = length & 0x7f;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | der[position++] & 0xff;
            }
        }
        if (length < 0 || position + length > der.length) {
            throw new IOException("damaged key");
        }
        at[0] = position;
        return position + length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length >= 0x80) {
            int bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(length >> 8 * i);
            }
        } else {
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
