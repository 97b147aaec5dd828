package io.tholepin.etcdprotocol;

import io.tholepin.kv.StoreImage;
import java.io.IOException;
import java.nio.file.Path;

/** Makes a snapshot file of an image. */
@FunctionalInterface
public interface SnapshotWriter {
    /** Refuses: for a server without snapshots. */
    SnapshotWriter NONE = (_, _) -> {
        throw new IOException("no snapshots here");
    };

    /**
     * Writes {@code image} to {@code file}, which does not exist yet, as a whole number of 512-byte blocks. Blocks; the
     * caller closes the image and deletes the file.
     */
    void write(StoreImage image, Path file) throws IOException;
}
