package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** etcdctl through sockets in the file system, whose paths are short, as systems want them. */
class SocketsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    /** 3.4 says the whole path as the name of the server that it wants, which is no host name. */
    @Test
    void clientsOfBothVersionsComeThroughASocketWithTls() throws IOException {
        Path place = Files.createTempDirectory("thole");
        Path socket = place.resolve("c:1");
        String url = "unixs://" + socket;
        String peer = "http://127.0.0.1:" + MemberNetwork.loopback().freePort();
        List<String> command = new ArrayList<>(EtcdLike.thole().command());
        command.addAll(List.of(
                "--auto-tls",
                "--data-dir=" + folder.resolve("data"),
                "--listen-client-urls=" + url,
                "--advertise-client-urls=" + url,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer));
        try (EtcdMember member = new EtcdMember(
                "default", command, folder.resolve("data"), folder.resolve("log"), socket.toString(), peer)) {
            member.start();
            await().atMost(PATIENCE).until(() -> Files.exists(socket) || !member.isAlive());
            for (String version : List.of("3.5", "3.4")) {
                List<String> etcdctl = List.of(
                        EtcdLike.client("etcdctl-" + version),
                        "--insecure-transport=false",
                        "--insecure-skip-tls-verify",
                        "--endpoints=" + url);
                assertThat(EtcdLike.etcdctl(etcdctl, "put", "a", version)).startsWith("OK");
                assertThat(EtcdLike.etcdctl(etcdctl, "get", "a", "--print-value-only"))
                        .startsWith(version);
            }
        }
        Files.deleteIfExists(socket);
        Files.delete(place);
    }
}
