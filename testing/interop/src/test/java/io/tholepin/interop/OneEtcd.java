package io.tholepin.interop;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.tholepin.etcdprotocol.ClientTls;
import io.tholepin.etcdprotocol.EtcdEndpoint;
import io.tholepin.etcdprotocol.EtcdStore;
import io.tholepin.etcdprotocol.EtcdStoreConfig;
import io.tholepin.kv.StoreException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A real etcd of one member that a test starts, stops and starts again, with or without mutual TLS. */
final class OneEtcd implements AutoCloseable {
    private static final long READY_NANOS_MAX = 60_000_000_000L;

    private final EtcdMember member;
    private final EtcdEndpoint endpoint;
    private final ClientTls tls;

    private OneEtcd(EtcdMember member, EtcdEndpoint endpoint, ClientTls tls) {
        this.member = member;
        this.endpoint = endpoint;
        this.tls = tls;
    }

    /** Starts one without TLS, its data below {@code folder}; skips the test when the program is not there. */
    static OneEtcd start(EtcdLike kind, Path folder) {
        return start(kind, folder, ClientTls.NONE, List.of());
    }

    /** Starts one that takes only clients with a certificate. */
    static OneEtcd startWithTls(EtcdLike kind, Path folder) throws IOException {
        kind.assumePresent();
        Path ca = folder.resolve("etcd-ca.crt");
        Path cert = folder.resolve("etcd.crt");
        Path key = folder.resolve("etcd.key");
        makeCertificates(folder);
        ClientTls tls = new ClientTls(Optional.of(ca), Optional.of(cert), Optional.of(key));
        return start(
                kind,
                folder,
                tls,
                List.of("--client-cert-auth", "--trusted-ca-file=" + ca, "--cert-file=" + cert, "--key-file=" + key));
    }

    private static OneEtcd start(EtcdLike kind, Path folder, ClientTls tls, List<String> more) {
        kind.assumePresent();
        boolean secure = tls.caFile().isPresent();
        MemberNetwork network = MemberNetwork.loopback();
        EtcdEndpoint endpoint = new EtcdEndpoint(secure, "127.0.0.1", network.freePort());
        String peer = "http://127.0.0.1:" + network.freePort();
        Path data = folder.resolve("etcd");
        List<String> command = new ArrayList<>(kind.command());
        command.addAll(kind.extra());
        command.addAll(more);
        // It is alone: its election need not wait a second.
        command.addAll(List.of("--heartbeat-interval=20", "--election-timeout=200"));
        command.addAll(List.of(
                "--data-dir=" + data,
                "--listen-client-urls=" + endpoint,
                "--advertise-client-urls=" + endpoint,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer));
        EtcdMember member = new EtcdMember(
                "default", command, data, folder.resolve("etcd.log"), endpoint.host() + ":" + endpoint.port(), peer);
        OneEtcd etcd = new OneEtcd(member, endpoint, tls);
        etcd.start();
        return etcd;
    }

    private static void makeCertificates(Path folder) throws IOException {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/openssl")))
                .as("no openssl to make certificates with")
                .isTrue();
        String days = "2";
        EtcdLike.shell(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                days,
                "-subj",
                "/CN=etcd-ca",
                "-keyout",
                folder.resolve("etcd-ca.key").toString(),
                "-out",
                folder.resolve("etcd-ca.crt").toString());
        EtcdLike.shell(
                "openssl",
                "req",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=etcd",
                "-keyout",
                folder.resolve("etcd.key").toString(),
                "-out",
                folder.resolve("etcd.csr").toString());
        Path names = folder.resolve("etcd.ext");
        Files.writeString(names, "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
        EtcdLike.shell(
                "openssl",
                "x509",
                "-req",
                "-days",
                days,
                "-in",
                folder.resolve("etcd.csr").toString(),
                "-CA",
                folder.resolve("etcd-ca.crt").toString(),
                "-CAkey",
                folder.resolve("etcd-ca.key").toString(),
                "-CAcreateserial",
                "-extfile",
                names.toString(),
                "-out",
                folder.resolve("etcd.crt").toString());
    }

    /** Starts its process and waits until it answers. */
    void start() {
        member.start();
        long deadline = System.nanoTime() + READY_NANOS_MAX;
        // A connection that is refused is tried again after a second; so the port is awaited first.
        while (!isListening() && member.isAlive() && System.nanoTime() < deadline) {
            EtcdCluster.pause(5);
        }
        while (true) {
            try {
                connect().close();
                return;
            } catch (StoreException e) {
                if (System.nanoTime() > deadline || !member.isAlive()) {
                    throw new AssertionError("etcd does not answer: " + String.join("\n", member.logTail(25)), e);
                }
            }
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket(endpoint.host(), endpoint.port())) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** SIGTERM, and waits until it is gone. */
    void stop() {
        member.stop();
    }

    /** SIGSTOP. */
    void pause() {
        member.pause();
    }

    /** SIGKILL. */
    void kill() {
        member.kill();
    }

    /** A client of its own. */
    EtcdStore connect() {
        try {
            return EtcdStore.open(EtcdStoreConfig.of(List.of(endpoint), tls));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    EtcdEndpoint endpoint() {
        return endpoint;
    }

    /** What {@code thole apiserver} needs to use it. */
    String[] options(Path dataDir) {
        List<String> options =
                new ArrayList<>(List.of("--etcd-servers", endpoint.toString(), "--data-dir", dataDir.toString()));
        tls.caFile().ifPresent(file -> options.addAll(List.of("--etcd-cafile", file.toString())));
        tls.certFile().ifPresent(file -> options.addAll(List.of("--etcd-certfile", file.toString())));
        tls.keyFile().ifPresent(file -> options.addAll(List.of("--etcd-keyfile", file.toString())));
        return options.toArray(String[]::new);
    }

    /** Runs etcdctl against it and returns what it printed. */
    String etcdctl(String... arguments) {
        return EtcdLike.etcdctl(etcdctl(), arguments);
    }

    /** Compacts up to the newest revision. */
    void compact() {
        EtcdLike.compact(etcdctl());
    }

    private List<String> etcdctl() {
        List<String> command =
                new ArrayList<>(List.of(EtcdLike.client("etcdctl-3.5"), "--endpoints", endpoint.toString()));
        tls.caFile().ifPresent(file -> command.addAll(List.of("--cacert", file.toString())));
        tls.certFile().ifPresent(file -> command.addAll(List.of("--cert", file.toString())));
        tls.keyFile().ifPresent(file -> command.addAll(List.of("--key", file.toString())));
        return command;
    }

    @Override
    public void close() {
        member.close();
    }
}
