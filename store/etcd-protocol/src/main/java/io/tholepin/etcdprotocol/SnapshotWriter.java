package io.tholepin.etcdprotocol;

import io.tholepin.kv.StoreImage;
import java.io.IOException;
import java.nio.file.Path;

/** Makes a snapshot file of an image. */
@FunctionalInterface
public interface SnapshotWriter {
    /** Refuses: for a server without snapshots. */
    SnapshotWriter NONE = _ -> {
        throw new IOException("this member makes no snapshots");
    };

    /**
     * Writes {@code image} to a new file wherever there is room for it, as a whole number of 512-byte blocks. Blocks.
     * The caller closes the image, and deletes the file when it has been sent. A file half written when this fails is
     * the writer's to delete.
     */
    Path write(StoreImage image) throws IOException;
}
