package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sockets in the file system; their paths are short, as systems want them. */
class SocketTest {
    private static final HttpHandler ECHO = exchange -> exchange.respond(
            200, Map.of(), (exchange.door() + " " + exchange.target()).getBytes(StandardCharsets.UTF_8));

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final Path folder = newFolder();
    private final Path socket = folder.resolve("s");

    private static Path newFolder() {
        try {
            return Files.createTempDirectory("thole");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void delete() throws IOException {
        Files.deleteIfExists(socket);
        Files.delete(folder);
    }

    private Served served() throws IOException {
        return new Served(
                config -> Served.listening(
                        config, List.of(config.listen().getFirst(), ListenUrl.parse("unix://" + socket))),
                ServerObserver.NONE,
                SnapshotWriter.NONE,
                ECHO);
    }

    @Test
    void bothProtocolsAreServedOnASocketBesideAPort() throws IOException {
        try (Served served = served()) {
            assertThat(served.server.ports()).hasSize(2).endsWith(-1);
            assertThat(served.put("a", "1")).isEqualTo(2);
            assertThat(ask("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("CLIENT /x");
            // A client of HTTP/2 is greeted with a frame of settings: type 4 after three bytes of length.
            byte[] settings = new byte[9];
            try (SocketChannel client = connect()) {
                client.write(ByteBuffer.wrap(PREFACE.getBytes(StandardCharsets.US_ASCII)));
                client.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}));
                Channels.newInputStream(client).readNBytes(settings, 0, settings.length);
            }
            assertThat(settings[3]).isEqualTo((byte) 4);
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void theSocketOfOneThatWasKilledIsTakenOver() throws IOException {
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        try (Served _ = served()) {
            assertThat(ask("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .endsWith("CLIENT /x");
        }
    }

    @Test
    void aFileInItsPlaceStaysAndIsTold() throws IOException {
        Files.writeString(socket, "precious");
        assertThatThrownBy(this::served)
                .isInstanceOf(IOException.class)
                .hasMessage("cannot listen on unix://" + socket + ": that is a file (expected: a socket, or nothing)");
        assertThat(socket).hasContent("precious");
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    private String ask(String request) throws IOException {
        try (SocketChannel client = connect()) {
            client.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
