package io.tholepin.etcdprotocol;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;

/**
 * What signs and checks web tokens: one algorithm and its keys, read once from files. A key that does not fit the
 * algorithm, or a pair that does not belong together, is refused when it is read.
 *
 * @param signer null when there is no private key: then tokens can only be checked
 */
record JwtKeys(JWSAlgorithm algorithm, @Nullable JWSSigner signer, JWSVerifier verifier) {
    private static final Set<JWSAlgorithm> RSA = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512);
    private static final Set<JWSAlgorithm> EC = Set.of(JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512);
    private static final Set<JWSAlgorithm> HMAC = Set.of(JWSAlgorithm.HS256, JWSAlgorithm.HS384, JWSAlgorithm.HS512);

    /**
     * Reads keys as etcd does: PEM files, but for the HMAC family the private key file's bytes themselves are the
     * secret. The public key may be left out when there is a private one, and the other way round.
     *
     * @throws IOException when a file cannot be read or does not hold a fitting key; names the file
     */
    static JwtKeys read(String method, @Nullable Path publicFile, @Nullable Path privateFile) throws IOException {
        JWSAlgorithm algorithm = JWSAlgorithm.parse(method);
        try {
            JwtKeys keys;
            if (HMAC.contains(algorithm)) {
                if (privateFile == null) {
                    throw new IOException("auth-token: jwt with sign-method " + method + " needs priv-key");
                }
                byte[] secret = Files.readAllBytes(privateFile);
                keys = new JwtKeys(algorithm, new MACSigner(secret), new MACVerifier(secret));
            } else {
                PrivateKeyInfo secret = privateFile == null ? null : privateKey(privateFile);
                keys = of(algorithm, publicKey(publicFile, secret), secret);
            }
            keys.prove();
            return keys;
        } catch (JOSEException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("auth-token: jwt keys do not fit sign-method " + method + ": " + e.getMessage(), e);
        }
    }

    private static JwtKeys of(JWSAlgorithm algorithm, PublicKey open, @Nullable PrivateKeyInfo secretInfo)
            throws JOSEException, GeneralSecurityException, IOException {
        PrivateKey secret = secretInfo == null ? null : new JcaPEMKeyConverter().getPrivateKey(secretInfo);
        if (RSA.contains(algorithm) && open instanceof RSAPublicKey rsa) {
            return new JwtKeys(algorithm, secret == null ? null : new RSASSASigner(secret), new RSASSAVerifier(rsa));
        }
        if (EC.contains(algorithm) && open instanceof ECPublicKey ec) {
            JWSSigner signer = secret == null ? null : new ECDSASigner((ECPrivateKey) secret);
            return new JwtKeys(algorithm, signer, new ECDSAVerifier(ec));
        }
        if (algorithm.equals(JWSAlgorithm.EdDSA) && open.getAlgorithm().equals("EdDSA")) {
            return new JwtKeys(algorithm, secret == null ? null : new EdSigner(secret), new EdVerifier(open));
        }
        throw new IllegalArgumentException("a key of type " + open.getAlgorithm());
    }

    /** Signs something and checks it: a pair that does not belong together shows now and not at the first login. */
    private void prove() throws JOSEException {
        if (!verifier.supportedJWSAlgorithms().contains(algorithm)) {
            throw new JOSEException("the key is for " + verifier.supportedJWSAlgorithms());
        }
        if (signer == null) {
            return;
        }
        JWSHeader header = new JWSHeader(algorithm);
        byte[] probe = "probe".getBytes(StandardCharsets.UTF_8);
        if (!verifier.verify(header, probe, signer.sign(header, probe))) {
            throw new JOSEException("public and private key do not belong together");
        }
    }

    private static PublicKey publicKey(@Nullable Path file, @Nullable PrivateKeyInfo secret) throws IOException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        if (file == null) {
            if (secret == null) {
                throw new IOException("auth-token: jwt needs pub-key or priv-key");
            }
            return converter.getPublicKey(publicOf(secret));
        }
        return switch (pem(file)) {
            case SubjectPublicKeyInfo info -> converter.getPublicKey(info);
            case X509CertificateHolder certificate -> converter.getPublicKey(certificate.getSubjectPublicKeyInfo());
            case PEMKeyPair pair -> converter.getPublicKey(pair.getPublicKeyInfo());
            default -> throw new IOException(file + ": no public key (expected: PEM)");
        };
    }

    private static PrivateKeyInfo privateKey(Path file) throws IOException {
        return switch (pem(file)) {
            case PrivateKeyInfo info -> info;
            case PEMKeyPair pair -> pair.getPrivateKeyInfo();
            default -> throw new IOException(file + ": no private key (expected: PEM, not encrypted)");
        };
    }

    private static Object pem(Path file) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            Object found = parser.readObject();
            while (found instanceof org.bouncycastle.asn1.ASN1ObjectIdentifier) {
                found = parser.readObject();
            }
            if (found == null) {
                throw new IOException(file + ": nothing in it (expected: PEM)");
            }
            return found;
        }
    }

    private static SubjectPublicKeyInfo publicOf(PrivateKeyInfo secret) throws IOException {
        AsymmetricKeyParameter open = switch (PrivateKeyFactory.createKey(secret)) {
            case RSAPrivateCrtKeyParameters rsa ->
                new RSAKeyParameters(false, rsa.getModulus(), rsa.getPublicExponent());
            case ECPrivateKeyParameters ec ->
                new ECPublicKeyParameters(
                        ec.getParameters().getG().multiply(ec.getD()).normalize(), ec.getParameters());
            case Ed25519PrivateKeyParameters ed -> ed.generatePublicKey();
            default -> throw new IOException("auth-token: jwt priv-key of an unknown type");
        };
        return SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(open);
    }

    /** Ed25519 by the JDK; the library's own needs another library. */
    private static final class EdSigner extends BaseJWSProvider implements JWSSigner {
        private final PrivateKey key;

        EdSigner(PrivateKey key) {
            super(Set.of(JWSAlgorithm.EdDSA));
            this.key = key;
        }

        @Override
        public Base64URL sign(JWSHeader header, byte[] input) throws JOSEException {
            try {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initSign(key);
                signature.update(input);
                return Base64URL.encode(signature.sign());
            } catch (GeneralSecurityException e) {
                throw new JOSEException(e.getMessage(), e);
            }
        }
    }

    private static final class EdVerifier extends BaseJWSProvider implements JWSVerifier {
        private final PublicKey key;

        EdVerifier(PublicKey key) {
            super(Set.of(JWSAlgorithm.EdDSA));
            this.key = key;
        }

        @Override
        public boolean verify(JWSHeader header, byte[] input, Base64URL given) throws JOSEException {
            try {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initVerify(key);
                signature.update(input);
                return signature.verify(given.decode());
            } catch (java.security.SignatureException malformed) {
                return false;
            } catch (GeneralSecurityException e) {
                throw new JOSEException(e.getMessage(), e);
            }
        }
    }
}
