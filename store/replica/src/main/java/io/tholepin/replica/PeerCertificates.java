package io.tholepin.replica;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * TLS between members: the certificates as they are on disk at each new connection. Files that changed and cannot be
 * read any more are reported, and the ones before stay in use. Thread-safe; a new connection reads the times of
 * these files.
 */
final class PeerCertificates {
    private static final System.Logger LOG = System.getLogger(PeerCertificates.class.getName());
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private record Loaded(List<Object> versions, SslContext server, SslContext client, List<X509CRL> revoked) {}

    private final ReplicaConfig.PeerTls files;
    private @Nullable Loaded loaded;

    /**
     * Reads the files.
     *
     * @throws IOException one is missing or cannot be read; the message is one line
     */
    PeerCertificates(ReplicaConfig.PeerTls files) throws IOException {
        this.files = files;
        this.loaded = load();
    }

    /** For those who call here. */
    SslContext server() {
        return current().server();
    }

    /** For calling others. */
    SslContext client() {
        return current().client();
    }

    /** Why who called may not; null when it may. */
    @Nullable
    String refusal(SSLSession session) {
        ReplicaConfig.PeerTls.Callers callers = files.callers();
        if (callers.equals(ReplicaConfig.PeerTls.Callers.ANY)) {
            return null;
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            if (Stream.of(chain).anyMatch(this::isRevoked)) {
                return "the certificate was revoked";
            }
            if (!(chain[0] instanceof X509Certificate leaf)) {
                return "the certificate is of an unknown kind";
            }
            String name = commonName(leaf.getSubjectX500Principal().getName());
            if (!callers.commonNames().isEmpty()
                    && (name == null || !callers.commonNames().contains(name))) {
                return "the certificate has another common name than is allowed";
            }
            return callers.hostnames().isEmpty() || isFor(leaf, callers.hostnames())
                    ? null
                    : "the certificate is for another host than is allowed";
        } catch (SSLPeerUnverifiedException none) {
            return "no certificate";
        } catch (CertificateParsingException malformed) {
            return "the certificate cannot be read";
        }
    }

    private boolean isRevoked(Certificate certificate) {
        return current().revoked().stream().anyMatch(list -> list.isRevoked(certificate));
    }

    private static boolean isFor(X509Certificate leaf, List<String> hostnames) throws CertificateParsingException {
        Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
        return alternatives != null
                && alternatives.stream()
                        .filter(each ->
                                each.get(0).equals(DNS_NAME) || each.get(0).equals(IP_ADDRESS))
                        .anyMatch(each -> hostnames.contains(String.valueOf(each.get(1))));
    }

    private static @Nullable String commonName(String subject) {
        try {
            for (Rdn part : new LdapName(subject).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return String.valueOf(part.getValue());
                }
            }
            return null;
        } catch (InvalidNameException malformed) {
            return null;
        }
    }

    private synchronized Loaded current() {
        Loaded now = loaded;
        if (now == null) {
            throw new IllegalStateException("no certificates");
        }
        if (!now.versions().equals(versions())) {
            try {
                now = load();
                loaded = now;
                LOG.log(Level.INFO, "read the peer certificates again");
            } catch (IOException broken) {
                LOG.log(Level.WARNING, "the peer certificates changed and cannot be used: {0}", broken.getMessage());
            }
        }
        return now;
    }

    private Loaded load() throws IOException {
        List<Object> versions = versions();
        Path certFile = files.certFile().orElseThrow(() -> new IOException("https between peers needs a certificate"));
        Path keyFile = files.keyFile().orElseThrow(() -> new IOException("https between peers needs a key"));
        try {
            PrivateKey key = PemFiles.key(keyFile);
            X509Certificate[] chain = PemFiles.certificates(certFile).toArray(X509Certificate[]::new);
            SslContextBuilder server = SslContextBuilder.forServer(key, chain);
            SslContextBuilder client = calling(SslContextBuilder.forClient(), key, chain);
            if (files.caFile().isPresent()) {
                X509Certificate[] authorities =
                        PemFiles.certificates(files.caFile().get()).toArray(X509Certificate[]::new);
                server.trustManager(authorities);
                client.trustManager(authorities);
            }
            if (files.believing()) {
                client.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
            }
            boolean demanded = files.clientCertAuth() || files.caFile().isPresent();
            server.clientAuth(demanded ? ClientAuth.REQUIRE : ClientAuth.NONE);
            return new Loaded(versions, built(server), built(client), revoked());
        } catch (NoSuchFileException missing) {
            throw new IOException("peer certificates cannot be used: there is no file " + missing.getFile(), missing);
        } catch (GeneralSecurityException unreadable) {
            throw new IOException("peer certificates cannot be used: " + unreadable.getMessage(), unreadable);
        }
    }

    private SslContextBuilder calling(SslContextBuilder client, PrivateKey key, X509Certificate[] chain)
            throws IOException, GeneralSecurityException {
        if (files.calling().isEmpty()) {
            return client.keyManager(key, chain);
        }
        ReplicaConfig.PeerTls.Calling other = files.calling().get();
        return client.keyManager(
                PemFiles.key(other.keyFile()),
                PemFiles.certificates(other.certFile()).toArray(X509Certificate[]::new));
    }

    private List<X509CRL> revoked() throws IOException, GeneralSecurityException {
        return files.callers().crlFile().isEmpty()
                ? List.of()
                : PemFiles.revocations(files.callers().crlFile().get());
    }

    private SslContext built(SslContextBuilder builder) throws SSLException {
        ReplicaConfig.PeerTls.Strength strength = files.strength();
        if (!strength.cipherSuites().isEmpty()) {
            builder.ciphers(strength.cipherSuites());
        }
        return builder.sslProvider(SslProvider.JDK)
                .protocols(strength.protocols())
                .build();
    }

    /** What tells whether a file is another one: time and size of each. */
    private List<Object> versions() {
        return Stream.of(
                        files.certFile(),
                        files.keyFile(),
                        files.caFile(),
                        files.callers().crlFile(),
                        files.calling().map(ReplicaConfig.PeerTls.Calling::certFile),
                        files.calling().map(ReplicaConfig.PeerTls.Calling::keyFile))
                .flatMap(Optional::stream)
                .<Object>map(PeerCertificates::version)
                .toList();
    }

    private static Object version(Path file) {
        try {
            return List.of(Files.getLastModifiedTime(file), Files.size(file));
        } catch (IOException missing) {
            return "missing";
        }
    }
}
