package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfSignedTest {
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");

    @TempDir
    Path folder;

    private X509Certificate read(SelfSigned own) throws Exception {
        try (InputStream in = Files.newInputStream(own.certFile())) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    @Test
    void itIsMadeForTheHostsAndKeptForItsOwnerAlone() throws Exception {
        SelfSigned own = SelfSigned.in(folder.resolve("a/b"));
        own.keep(List.of("localhost", "127.0.0.1", "::1", "localhost"), 2, NOW);
        X509Certificate made = read(own);
        assertThat(made.getSubjectAlternativeNames())
                .containsExactly(List.of(2, "localhost"), List.of(7, "127.0.0.1"), List.of(7, "0:0:0:0:0:0:0:1"));
        made.verify(made.getPublicKey());
        assertThat(made.getNotAfter()).isEqualTo(Instant.parse("2028-02-03T04:05:06Z"));
        assertThat(made.getNotBefore()).isBefore(NOW);
        for (Path file : List.of(own.keyFile(), own.certFile())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a/b"))))
                .isEqualTo("rwx------");
    }

    @Test
    void itStaysUntilItIsNoLongerGoodOrItsKeyIsGone() throws Exception {
        SelfSigned own = SelfSigned.in(folder);
        own.keep(List.of("localhost"), 1, NOW);
        X509Certificate first = read(own);
        own.keep(List.of("localhost"), 1, NOW.plus(Duration.ofDays(364)));
        assertThat(read(own)).isEqualTo(first);
        own.keep(List.of("localhost"), 1, NOW.plus(Duration.ofDays(366)));
        X509Certificate second = read(own);
        assertThat(second).isNotEqualTo(first);
        Files.delete(own.keyFile());
        own.keep(List.of("localhost"), 1, NOW.plus(Duration.ofDays(366)));
        assertThat(read(own)).isNotEqualTo(second);
    }

    @Test
    void aClientWithACopyOfItTrustsTheServer() throws Exception {
        SelfSigned own = SelfSigned.in(folder);
        own.keep(List.of("127.0.0.1"), 1, Instant.now());
        ServerTls tls = ServerTls.of(own.certFile(), own.keyFile());
        try (Served served = Served.with(
                config -> Served.listening(config, List.of(new ListenUrl(true, "127.0.0.1", 0)), Optional.of(tls)))) {
            ManagedChannel client = NettyChannelBuilder.forAddress("127.0.0.1", served.port())
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(own.certFile().toFile())
                            .build())
                    .build();
            assertThat(KVGrpc.newBlockingStub(client)
                            .withDeadlineAfter(20, TimeUnit.SECONDS)
                            .put(Served.putRequest("a", "1"))
                            .getHeader()
                            .getRevision())
                    .isEqualTo(2);
            client.shutdownNow();
        }
    }
}
