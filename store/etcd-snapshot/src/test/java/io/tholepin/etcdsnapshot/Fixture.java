package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Snapshot files of real etcds, made by the script {@code make-fixture} beside them. */
final class Fixture {
    private Fixture() {}

    /** Unpacks the file that etcd {@code version} made into {@code folder}. */
    static Path unpack(String version, Path folder) throws IOException {
        Path file = folder.resolve("etcd-" + version + ".db");
        try (InputStream packed = Fixture.class.getResourceAsStream("etcd-" + version + ".db.gz");
                InputStream in = new GZIPInputStream(packed)) {
            Files.copy(in, file);
        }
        return file;
    }
}
