package io.tholepin.etcdprotocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** The sockets that a server has in the file system: gone when it is, also those of one that was killed. */
final class SocketFiles implements AutoCloseable {
    private final List<Path> files = new ArrayList<>();

    /**
     * Makes room for a socket at {@code url}; nothing to do for a port.
     *
     * @throws IOException when something else is there
     */
    void claim(ListenUrl url) throws IOException {
        if (!url.isSocket()) {
            return;
        }
        Path file = url.socketFile();
        if (Files.exists(file)) {
            if (!Files.readAttributes(file, BasicFileAttributes.class).isOther()) {
                throw new IOException("cannot listen on " + url + ": that is a file (expected: a socket, or nothing)");
            }
            Files.delete(file);
        }
        files.add(file);
    }

    @Override
    public void close() {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        files.clear();
    }
}
