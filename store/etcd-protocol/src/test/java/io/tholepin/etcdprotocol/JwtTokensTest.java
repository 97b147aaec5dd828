package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtTokensTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /** Two pairs for all tests: making one takes a second. */
    private static final List<KeyPair> RSA = List.of(rsa(), rsa());

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
    void aSignedTokenNamesItsUserAndRevision(String method) throws Exception {
        KeyPair pair = pair(method);
        Path open = pem("pub", "PUBLIC KEY", pair.getPublic().getEncoded());
        Path secret = pem("key", "PRIVATE KEY", pair.getPrivate().getEncoded());
        JwtTokens signing = tokens(JwtKeys.read(method, open, secret), NOW);
        String token = signing.issue("alice", 7).join();
        assertThat(signing.holder(token)).isEqualTo(new Tokens.Identity("alice", 7));

        JwtTokens privateOnly = tokens(JwtKeys.read(method, null, secret), NOW);
        assertThat(privateOnly.holder(token)).isEqualTo(new Tokens.Identity("alice", 7));

        JwtTokens verifying = tokens(JwtKeys.read(method, open, null), NOW);
        assertThat(verifying.holder(token)).isEqualTo(new Tokens.Identity("alice", 7));
        assertThatThrownBy(() -> verifying.issue("alice", 7).join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("auth: token signing attempted with verify-only key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "HS384", "HS512"})
    void aSecretOfBytesSignsAndChecks(String method) throws Exception {
        Path secret = Files.write(folder.resolve("secret"), "x".repeat(64).getBytes(StandardCharsets.US_ASCII));
        JwtTokens tokens = tokens(JwtKeys.read(method, null, secret), NOW);
        assertThat(tokens.holder(tokens.issue("bob", 3).join())).isEqualTo(new Tokens.Identity("bob", 3));
    }

    @Test
    void aTokenEndsWithItsTime() throws Exception {
        JwtKeys keys = hmac("x");
        String token = tokens(keys, NOW).issue("bob", 3).join();
        assertThat(tokens(keys, NOW.plusSeconds(59)).holder(token)).isNotNull();
        assertThat(tokens(keys, NOW.plusSeconds(60)).holder(token)).isNull();
    }

    @Test
    void aTokenOfAnotherKeyOrAlgorithmOrNoneStandsForNobody() throws Exception {
        JwtTokens tokens = tokens(hmac("x"), NOW);
        assertThat(tokens.holder(tokens(hmac("y"), NOW).issue("root", 3).join()))
                .isNull();
        KeyPair pair = pair("RS256");
        Path secret = pem("key", "PRIVATE KEY", pair.getPrivate().getEncoded());
        assertThat(tokens.holder(tokens(JwtKeys.read("RS256", null, secret), NOW)
                        .issue("root", 3)
                        .join()))
                .isNull();
        String unsigned = base64("{\"alg\":\"none\"}") + "." + base64("{\"username\":\"root\",\"revision\":3}") + ".";
        assertThat(tokens.holder(unsigned)).isNull();
        assertThat(tokens.holder("")).isNull();
        assertThat(tokens.holder("a.b.c")).isNull();
        assertThat(tokens.holder("x".repeat(JwtTokens.LENGTH_MAX + 1))).isNull();
    }

    /** A public key must never serve as the secret of another family. */
    @Test
    void aTokenSignedWithThePublicKeyAsSecretStandsForNobody() throws Exception {
        KeyPair pair = pair("RS256");
        Path open = pem("pub", "PUBLIC KEY", pair.getPublic().getEncoded());
        JwtTokens rsa = tokens(JwtKeys.read("RS256", open, null), NOW);
        String forged =
                tokens(JwtKeys.read("HS256", null, open), NOW).issue("root", 3).join();
        assertThat(rsa.holder(forged)).isNull();
    }

    @Test
    void keysThatDoNotFitAreRefusedWhenTheyAreRead() throws Exception {
        Path rsa = pem("rsa", "PRIVATE KEY", pair("RS256").getPrivate().getEncoded());
        Path other = pem("other", "PUBLIC KEY", RSA.getLast().getPublic().getEncoded());
        assertThatThrownBy(() -> JwtKeys.read("ES256", null, rsa)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> JwtKeys.read("RS256", other, rsa))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("do not belong together");
        Path p256 = pem("p256", "PRIVATE KEY", pair("ES256").getPrivate().getEncoded());
        assertThatThrownBy(() -> JwtKeys.read("ES512", null, p256)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> JwtKeys.read("XX256", null, rsa)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> JwtKeys.read("HS256", null, null)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> JwtKeys.read("RS256", null, null)).isInstanceOf(IOException.class);
        Path empty = Files.write(folder.resolve("empty"), new byte[0]);
        assertThatThrownBy(() -> JwtKeys.read("RS256", null, empty)).isInstanceOf(IOException.class);
    }

    @Test
    void optionsAreReadAsEtcdReadsThem() throws Exception {
        Path secret = Files.write(folder.resolve("hmac"), "x".repeat(32).getBytes(StandardCharsets.US_ASCII));
        AuthConfig config =
                new AuthConfig("jwt,priv-key=" + secret + ",sign-method=HS256,ttl=1h30m", Duration.ofSeconds(300), 10);
        assertThat(config.token()).startsWith("jwt,");
        assertThatThrownBy(() -> new AuthConfig("jwt,sign-method=HS256,ttl=10", Duration.ofSeconds(1), 10))
                .hasMessage("auth-token: ttl=10 (expected: a duration such as 10m)");
        assertThatThrownBy(() -> new AuthConfig("jwt,colour=red", Duration.ofSeconds(1), 10))
                .hasMessageContaining("auth-token: colour=red (expected: one of priv-key, pub-key, sign-method, ttl");
        assertThatThrownBy(() -> new AuthConfig("opaque", Duration.ofSeconds(1), 10))
                .hasMessageStartingWith("auth-token: opaque");
    }

    private JwtKeys hmac(String letter) throws IOException {
        Path secret =
                Files.write(folder.resolve("hmac-" + letter), letter.repeat(32).getBytes(StandardCharsets.US_ASCII));
        return JwtKeys.read("HS256", null, secret);
    }

    private static JwtTokens tokens(JwtKeys keys, Instant now) {
        return new JwtTokens(keys, Duration.ofMinutes(1), InstantSource.fixed(now));
    }

    private static KeyPair pair(String method) throws Exception {
        if (method.equals("EdDSA")) {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        }
        if (method.startsWith("ES")) {
            String curve = method.equals("ES512") ? "secp521r1" : "secp" + method.substring(2) + "r1";
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        }
        return RSA.getFirst();
    }

    private static KeyPair rsa() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private Path pem(String name, String type, byte[] encoded) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return Files.writeString(
                folder.resolve(name), "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
