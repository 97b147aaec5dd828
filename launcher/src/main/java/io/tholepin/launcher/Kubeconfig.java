package io.tholepin.launcher;

import io.tholepin.apiserver.Pki;
import io.tholepin.client.ClusterAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** The administrator's kubeconfig: one cluster, one user with embedded certificate and key, one context. */
final class Kubeconfig {
    private Kubeconfig() {}

    static String text(ClusterAccess access) {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: tholepin
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                users:
                - name: kubernetes-admin
                  user:
                    client-certificate-data: %s
                    client-key-data: %s
                contexts:
                - name: tholepin
                  context:
                    cluster: tholepin
                    user: kubernetes-admin
                current-context: tholepin
                """.formatted(access.server(), base64(access.ca()), base64(access.certificate()), base64(access.key()));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Writes it with mode 0600, making parent folders. */
    static void write(Path file, String text) {
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Pki.writePrivately(file, text);
        } catch (IOException e) {
            throw new Refusal(
                    "cannot write the kubeconfig " + file + ": " + e + "; name another file with --kubeconfig", e);
        }
    }
}
