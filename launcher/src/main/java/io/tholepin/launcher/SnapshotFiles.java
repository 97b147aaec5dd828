package io.tholepin.launcher;

import io.tholepin.etcdsnapshot.EtcdSnapshot;
import io.tholepin.kv.StoreImage;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Files that hold a snapshot while it is sent to a client: in the member's folder, where there is room for its data.
 */
final class SnapshotFiles {
    private static final String PREFIX = "snapshot-";
    private static final String SUFFIX = ".sending";

    private final Path folder;

    /** In {@code folder}, whose process has it locked; what a process that died has left there is deleted. */
    SnapshotFiles(Path folder) throws IOException {
        this.folder = folder;
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
    }

    /** Writes one; whoever gets it deletes it. */
    Path write(StoreImage image) throws IOException {
        Path file = folder.resolve(PREFIX + UUID.randomUUID() + SUFFIX);
        boolean written = false;
        try {
            EtcdSnapshot.writeDatabase(image, file);
            written = true;
            return file;
        } finally {
            if (!written) {
                Files.deleteIfExists(file);
            }
        }
    }
}
