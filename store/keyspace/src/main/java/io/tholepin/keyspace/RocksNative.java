package io.tholepin.keyspace;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * Loads RocksDB's native library from a folder of ours. RocksDB's own loader unpacks it to the shared temporary folder
 * at each start, where it stays behind after a kill, or to a fixed name that processes take away from each other. Here
 * it is unpacked once and found again at the next start.
 */
public final class RocksNative {
    private static final System.Logger LOG = System.getLogger(RocksNative.class.getName());

    private RocksNative() {}

    /**
     * Loads the library, unpacking it to {@code folder} if it is not there yet. Does nothing when this process has it
     * already. Falls back to RocksDB's own way when the folder cannot hold it (full, or mounted without exec).
     *
     * @param folder for this process alone; made if missing
     */
    public static synchronized void load(Path folder) {
        if (RocksDB.rocksdbVersion() != null) {
            return;
        }
        try {
            unpack(folder);
            RocksDB.loadLibrary(List.of(folder.toString()));
        } catch (IOException | UnsatisfiedLinkError e) {
            LOG.log(Level.WARNING, "RocksDB's library cannot be loaded from " + folder + "; using a temporary file", e);
            RocksDB.loadLibrary();
        }
    }

    private static void unpack(Path folder) throws IOException {
        String name = Environment.getJniLibraryFileName("rocksdb");
        URL resource = RocksDB.class.getClassLoader().getResource(name);
        if (resource == null) {
            throw new IOException("not on the class path: " + name);
        }
        URLConnection connection = resource.openConnection();
        // The name under which RocksDB looks for it.
        Path library = folder.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
        if (Files.exists(library) && Files.size(library) == connection.getContentLengthLong()) {
            return;
        }
        Files.createDirectories(folder);
        Path unfinished = Files.createTempFile(folder, name, ".part");
        try (InputStream in = connection.getInputStream()) {
            Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
            Files.move(unfinished, library, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
