package io.tholepin.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Removes what an experiment wrote. */
final class Folders {
    private Folders() {}

    /** Removes a folder with all in it, if it is there. */
    static void delete(Path folder) throws IOException {
        remove(folder, List.of());
    }

    /** Removes all in a folder but the logs directly in it. */
    static void deleteAllButLogs(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> all = Files.list(folder)) {
                remove(
                        folder,
                        all.filter(file -> file.toString().endsWith(".log")).toList());
            }
        }
    }

    private static void remove(Path folder, List<Path> kept) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.sorted(Comparator.reverseOrder())
                    .filter(file -> !kept.contains(file) && (kept.isEmpty() || !file.equals(folder)))
                    .toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
