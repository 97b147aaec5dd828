package io.tholepin.etcdprotocol;

import java.nio.file.Path;
import java.util.Optional;

/**
 * With what a client of etcd proves who it is and knows whom it talks to; PEM files, read once.
 *
 * @param caFile authorities that the servers' certificates must come from; without one, the platform's own
 * @param certFile the client's certificate and the intermediate ones
 * @param keyFile its private key, PKCS#8 or PKCS#1
 */
public record ClientTls(Optional<Path> caFile, Optional<Path> certFile, Optional<Path> keyFile) {
    /** The platform's authorities, and no certificate. */
    public static final ClientTls NONE = new ClientTls(Optional.empty(), Optional.empty(), Optional.empty());

    public ClientTls {
        if (certFile.isPresent() != keyFile.isPresent()) {
            throw new IllegalArgumentException("of certificate and key there is "
                    + (certFile.isPresent() ? "no key" : "no certificate") + " (expected: both or none)");
        }
    }
}
