package io.tholepin.etcdprotocol;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Certificates of a server, PEM files that are read again when they change.
 *
 * @param certFile the server's certificate and the intermediate ones
 * @param keyFile its private key, PKCS#8 or PKCS#1
 * @param trustedCaFile authorities of which every client must show a certificate, whatever {@code clientCertAuth} says,
 *     as etcd has it; without one no client is asked for its own
 * @param clientCertAuth whether the common name of a client's certificate is its user when it shows no token
 * @param crlFile revoked client certificates
 * @param allowedHostnames when not empty, a client's certificate must be for one of these names
 * @param protocols TLS versions in JSSE's spelling, never below 1.2; empty for 1.2 and 1.3
 * @param cipherSuites in JSSE's spelling; empty for the platform's own choice
 */
public record ServerTls(
        Path certFile,
        Path keyFile,
        Optional<Path> trustedCaFile,
        boolean clientCertAuth,
        Optional<Path> crlFile,
        List<String> allowedHostnames,
        List<String> protocols,
        List<String> cipherSuites) {
    public ServerTls {
        allowedHostnames = List.copyOf(allowedHostnames);
        protocols = protocols.isEmpty() ? List.of("TLSv1.3", "TLSv1.2") : List.copyOf(protocols);
        cipherSuites = List.copyOf(cipherSuites);
        if (clientCertAuth && trustedCaFile.isEmpty()) {
            throw new IllegalArgumentException("client certificates are required, but no authority is trusted");
        }
        for (String protocol : protocols) {
            if (!protocol.equals("TLSv1.2") && !protocol.equals("TLSv1.3")) {
                throw new IllegalArgumentException("TLS version: " + protocol + " (expected: TLSv1.2 or TLSv1.3)");
            }
        }
    }

    /** A server certificate alone; clients need none. */
    public static ServerTls of(Path certFile, Path keyFile) {
        return new ServerTls(
                certFile, keyFile, Optional.empty(), false, Optional.empty(), List.of(), List.of(), List.of());
    }

    /** The same, and every client must show a certificate of {@code trustedCaFile}. */
    public ServerTls mutual(Path trustedCaFile) {
        return new ServerTls(
                certFile,
                keyFile,
                Optional.of(trustedCaFile),
                true,
                crlFile,
                allowedHostnames,
                protocols,
                cipherSuites);
    }
}
