package io.tholepin.replica;

import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.Restore;
import io.tholepin.keyspace.RocksEngine;
import io.tholepin.kv.StoreImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The data of a member that does not run: made from an image, and made into one. Calls block. */
public final class StoppedMember implements AutoCloseable {
    /** Index of the log at which a restored state stands. */
    private static final long FIRST_INDEX = 1;

    private final DataFolder folder;
    private final Keyspace keyspace;

    private StoppedMember(DataFolder folder, Keyspace keyspace) {
        this.folder = folder;
        this.keyspace = keyspace;
    }

    /**
     * Makes the folder of a new cluster's member, holding what {@code image} holds. Every member of that cluster has to
     * be made from the same image with the same options.
     *
     * @param config names the member and its cluster; its folder must be empty or missing
     * @param revisionBump added to the image's revision, at least 0
     * @param markCompacted whether all of the image's revisions count as compacted
     * @return the revision the store will have
     * @throws IOException when the folder holds data or cannot be written; then it holds nothing that starts
     */
    public static long restore(ReplicaConfig config, StoreImage image, long revisionBump, boolean markCompacted)
            throws IOException {
        requireEmpty(config.folder());
        Identification identification = new Identification(config);
        try (DataFolder folder = identification.open();
                RocksEngine engine = RocksEngine.open(folder.keyspace())) {
            // The log of the new cluster goes on from here: a member that joins it later must not replay it on nothing.
            new Restore(revisionBump, markCompacted, Optional.of(identification.initialMembers(folder)), FIRST_INDEX)
                    .into(engine, image);
            JRaftEngine.begin(folder.raft(), FIRST_INDEX, identification.initialGroup(folder));
            return engine.marks().revision();
        }
    }

    /**
     * Opens the folder of a member that does not run, and holds it until closed.
     *
     * @throws IOException when the folder is in use or holds no member's data
     */
    public static StoppedMember open(Path folder) throws IOException {
        DataFolder opened = DataFolder.open(folder, Optional.empty(), () -> {
            throw new IOException("folder " + folder + " holds no member's data");
        });
        try {
            return new StoppedMember(opened, new Keyspace(RocksEngine.open(opened.keyspace())));
        } catch (RuntimeException failure) {
            opened.close();
            throw new IOException("the data in " + folder + " cannot be read: " + failure.getMessage(), failure);
        }
    }

    /**
     * What the member had flushed when it stopped: everything, if it stopped as asked; after a crash what came last may
     * only be in the log, and a start brings it back first.
     */
    public StoreImage image() {
        return keyspace.image(0);
    }

    @Override
    public void close() throws IOException {
        keyspace.close();
        folder.close();
    }

    private static void requireEmpty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new IOException("data folder " + folder + " is not empty (expected: empty or missing)");
            }
        }
    }
}
