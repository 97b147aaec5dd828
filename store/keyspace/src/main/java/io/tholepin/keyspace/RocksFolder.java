package io.tholepin.keyspace;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The folder of a RocksDB engine and how a database in it is replaced by another so that a crash leaves one of the two:
 * the new one is completed as {@code db.incoming}, the old one becomes {@code db.outgoing}, the new one {@code db}.
 */
final class RocksFolder {
    private RocksFolder() {}

    static Path database(Path folder) {
        return folder.resolve("db");
    }

    /** Ends a replacement that was interrupted. */
    static void recover(Path folder) throws IOException {
        Path outgoing = folder.resolve("db.outgoing");
        if (!Files.exists(database(folder)) && Files.exists(outgoing)) {
            Files.move(outgoing, database(folder), StandardCopyOption.ATOMIC_MOVE);
        }
        delete(outgoing);
        delete(folder.resolve("db.incoming"));
    }

    /** Replaces the closed database by a copy of {@code source}. */
    static void replace(Path folder, Path source) throws IOException {
        Path incoming = folder.resolve("db.incoming");
        Path outgoing = folder.resolve("db.outgoing");
        delete(incoming);
        Files.createDirectory(incoming);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(source)) {
            for (Path file : files) {
                Path copy = incoming.resolve(file.getFileName());
                Files.copy(file, copy);
                sync(copy);
            }
        }
        sync(incoming);
        if (Files.exists(database(folder))) {
            Files.move(database(folder), outgoing, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(incoming, database(folder), StandardCopyOption.ATOMIC_MOVE);
        sync(folder);
        delete(outgoing);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Deletes a folder of files, if it is there. */
    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }
}
