package io.tholepin.interop;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.tholepin.etcdprotocol.EtcdEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A real kube-apiserver over one store, as {@code build-kube-apiserver} makes it from Debian's source: an unmodified
 * binary with its own certificate, one administrator who has a token, and leases for its own endpoint. No controllers
 * run, and pods need no service account.
 */
final class KubeApiserver implements AutoCloseable {
    private static final Path PROGRAM = EtcdLike.CLIENTS.resolve("kube-apiserver");
    private static final long READY_NANOS_MAX = 90_000_000_000L;
    private static final int KEY_BITS = 2048;

    /** Told to others and called by nobody: of the addresses that documentation may use. */
    static final String ADVERTISED = "192.0.2.1";

    private final EtcdMember process;
    private final Kubectl kubectl;

    private KubeApiserver(EtcdMember process, Kubectl kubectl) {
        this.process = process;
        this.kubectl = kubectl;
    }

    /** Skips the test, by name, when the program is not there. */
    static void assumePresent() {
        assumeThat(Files.isExecutable(PROGRAM))
                .as("%s is not there: testing/interop/build-kube-apiserver builds it from Debian's source", PROGRAM)
                .isTrue();
    }

    /** Starts one with files below {@code folder} and waits until it is ready. */
    static KubeApiserver start(EtcdEndpoint etcd, Path folder, String... more)
            throws IOException, GeneralSecurityException {
        assumePresent();
        Files.createDirectories(folder);
        String address = "127.0.0.1:" + MemberNetwork.loopback().freePort();
        Path key = writeKey(folder.resolve("service-accounts.key"));
        Path tokens = Files.writeString(folder.resolve("tokens.csv"), "secret,admin,1,system:masters\n");
        List<String> command = new ArrayList<>(List.of(
                PROGRAM.toString(),
                "--etcd-servers=" + etcd,
                "--bind-address=127.0.0.1",
                "--secure-port=" + address.substring(address.indexOf(':') + 1),
                "--advertise-address=" + ADVERTISED,
                "--cert-dir=" + folder.resolve("certificates"),
                "--token-auth-file=" + tokens,
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-signing-key-file=" + key,
                "--service-account-key-file=" + key,
                "--disable-admission-plugins=ServiceAccount"));
        command.addAll(List.of(more));
        EtcdMember process =
                new EtcdMember("kube-apiserver", command, folder, folder.resolve("kube-apiserver.log"), address, "");
        Kubectl kubectl = new Kubectl(writeKubeconfig(folder, address), folder);
        process.start();
        KubeApiserver started = new KubeApiserver(process, kubectl);
        started.awaitReady();
        return started;
    }

    private static Path writeKey(Path file) throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        KeyPair pair = generator.generateKeyPair();
        String body = Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded());
        return Files.writeString(
                file, "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n"); // PKCS #8
    }

    /** Its certificate is its own, and says so once it has started. */
    private static Path writeKubeconfig(Path folder, String address) throws IOException {
        return Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: test
                clusters:
                - name: test
                  cluster: {server: "https://%s", certificate-authority: certificates/apiserver.crt}
                users: [{name: admin, user: {token: secret}}]
                contexts: [{name: test, context: {cluster: test, user: admin, namespace: default}}]
                """.formatted(address));
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + READY_NANOS_MAX;
        while (kubectl.run(Map.of(), "get", "--raw", "/readyz").code() != 0) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                close();
                throw new AssertionError("kube-apiserver is not ready: " + String.join("\n", process.logTail(25)));
            }
            EtcdCluster.pause(200);
        }
    }

    /** kubectl as its administrator. */
    Kubectl kubectl() {
        return kubectl;
    }

    /** The end of what it logged. */
    String log() {
        return String.join("\n", process.logTail(40));
    }

    @Override
    public void close() {
        process.close();
    }
}
