package io.tholepin.replica;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A member's folder, held exclusively until closed: who the member is, in which format its data is, and where it lies.
 *
 * <pre>
 * LOCK        locked while a process uses the folder; holds its process id
 * FORMAT      "format 2", "cluster 1f..", "member 2e..", "joined" if it was added to a running cluster, one a line;
 *             written once, before any data
 * raft/       the engine's log, vote and snapshot marks
 * keyspace/   the state
 * staged      what makes it that of another member; while it is there, it is carried out before anything else
 * </pre>
 *
 * What else lies in the folder is its owner's.
 *
 * Folders are made with mode 0700, the log's and this class's files with 0600. RocksDB makes its own 0644; the folders
 * around them keep others out.
 */
final class DataFolder implements AutoCloseable {
    /** Newest format this version reads, and the one it writes. */
    static final int FORMAT = 2;

    /** The oldest it reads: before that the log was of another kind. */
    private static final int FORMAT_MIN = 2;

    private static final Set<PosixFilePermission> FOLDER_MODE = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE_MODE = PosixFilePermissions.fromString("rw-------");

    private final Path folder;
    private final Path raft;
    private final FileChannel lock;
    private final Identity identity;

    private DataFolder(Path folder, Path raft, FileChannel lock, Identity identity) {
        this.folder = folder;
        this.raft = raft;
        this.lock = lock;
        this.identity = identity;
    }

    /**
     * Locks {@code folder}, creating it when it is missing.
     *
     * @param log where the engine's log is when not in the folder
     * @param fresh tells who the member is when the folder is new
     * @throws IOException in use, not writable, damaged, or written by a newer version; the message is one line for the
     *     user
     */
    static DataFolder open(Path folder, Optional<Path> log, Naming fresh) throws IOException {
        FileChannel lock = null;
        try {
            create(folder);
            lock = lock(folder);
            Identity identity = identity(folder, fresh);
            makePrivate(log.orElse(folder.resolve("raft")));
            makePrivate(folder.resolve("keyspace"));
            DataFolder opened = new DataFolder(folder, log.orElse(folder.resolve("raft")), lock, identity);
            lock = null;
            return opened;
        } catch (AccessDeniedException denied) {
            throw new IOException("cannot write to data folder " + folder + ": permission denied", denied);
        } catch (FileAlreadyExistsException file) {
            throw new IOException("data folder " + folder + " is not a folder", file);
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }

    /** Creates {@code folder} when it is missing. */
    static void create(Path folder) throws IOException {
        Files.createDirectories(folder, attribute(folder, FOLDER_MODE));
    }

    /** Opens {@code file}; when that creates it, only its owner may read it. */
    static FileChannel openPrivate(Path file, Set<StandardOpenOption> how) throws IOException {
        return FileChannel.open(file, how, attribute(file, FILE_MODE));
    }

    /** Whether a member has been set up in {@code folder}. */
    static boolean exists(Path folder) {
        return Files.exists(folder.resolve("FORMAT"));
    }

    /** Stable identity of the cluster, not 0. */
    long clusterId() {
        return identity.cluster();
    }

    /** Stable identity of the member, not 0. */
    long memberId() {
        return identity.member();
    }

    /** Whether the member was added to a running cluster: it starts with what the others send, not as a voter. */
    boolean hasJoined() {
        return identity.joined();
    }

    /** Takes another identity: that of a cluster of this member alone. */
    DataFolder renamed(Identity other) throws IOException {
        write(folder, other);
        return new DataFolder(folder, raft, lock, other);
    }

    /** Where the engine keeps its log. */
    Path raft() {
        return raft;
    }

    /** Where a state that was fetched is kept until it is carried out. */
    Path staged() {
        return folder;
    }

    /** Where the state is kept. */
    Path keyspace() {
        return folder.resolve("keyspace");
    }

    /** Free space around the folder in MiB, -1 when it cannot be told. */
    long freeMebibytes() {
        try {
            return Files.getFileStore(folder).getUsableSpace() >> 20;
        } catch (IOException unknown) {
            return -1;
        }
    }

    /** Lets other processes in. */
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static FileChannel lock(Path folder) throws IOException {
        Path file = folder.resolve("LOCK");
        FileChannel channel =
                openPrivate(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException sameProcess) {
            // Reported below like any other holder.
        }
        if (!locked) {
            String holder = Files.readString(file).strip();
            channel.close();
            throw new IOException("data folder " + folder + " is in use by another process"
                    + (holder.isEmpty() ? "" : " (pid " + holder + ")"));
        }
        channel.truncate(0);
        channel.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"));
        return channel;
    }

    private static Identity identity(Path folder, Naming naming) throws IOException {
        Path file = folder.resolve("FORMAT");
        if (Files.exists(file)) {
            return Identity.parse(folder, Files.readString(file));
        }
        if (Files.exists(folder.resolve("raft"))) {
            throw new FileNotFoundException("data folder " + folder + " has data but no file FORMAT");
        }
        Identity fresh = naming.name();
        write(folder, fresh);
        return fresh;
    }

    private static void write(Path folder, Identity identity) throws IOException {
        Path draft = folder.resolve("FORMAT.new");
        Files.deleteIfExists(draft);
        try (FileChannel channel =
                openPrivate(draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            ByteBuffer text = StandardCharsets.US_ASCII.encode(identity.text());
            while (text.hasRemaining()) {
                channel.write(text);
            }
            channel.force(true);
        }
        Files.move(draft, folder.resolve("FORMAT"), StandardCopyOption.ATOMIC_MOVE);
        sync(folder);
    }

    /** Makes what was done to the names in {@code folder} durable. */
    static void sync(Path folder) throws IOException {
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static void makePrivate(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, attribute(folder, FOLDER_MODE));
        } else if (isPosix(folder)) {
            Files.setPosixFilePermissions(folder, FOLDER_MODE);
        }
    }

    private static FileAttribute<?>[] attribute(Path folder, Set<PosixFilePermission> mode) {
        return isPosix(folder)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path folder) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Finds out who a new member is; may ask others. */
    @FunctionalInterface
    interface Naming {
        /** The identity, to be kept for ever. */
        Identity name() throws IOException;
    }

    /**
     * Who a member is.
     *
     * @param joined whether it was added to a running cluster
     */
    record Identity(long cluster, long member, boolean joined) {
        static Identity random() {
            SecureRandom random = new SecureRandom();
            return new Identity(random.nextLong(1, Long.MAX_VALUE), random.nextLong(1, Long.MAX_VALUE), false);
        }

        static Identity parse(Path folder, String text) throws IOException {
            try {
                int format = Integer.parseInt(line(text, "format "));
                if (format > FORMAT) {
                    throw new FileSystemException("data format " + format + " in " + folder + " (expected: <= " + FORMAT
                            + "): written by a newer version; upgrade thole or use another --data-dir");
                }
                if (format < FORMAT_MIN) {
                    throw new FileSystemException("data format " + format + " in " + folder + " (expected: >= "
                            + FORMAT_MIN + "): written by an older version; export it with that one"
                            + " (thole store export) and restore the file here (thole store restore)");
                }
                return new Identity(
                        Long.parseUnsignedLong(line(text, "cluster "), 16),
                        Long.parseUnsignedLong(line(text, "member "), 16),
                        text.lines().anyMatch("joined"::equals));
            } catch (NumberFormatException damaged) {
                throw new IOException("damaged file FORMAT in data folder " + folder, damaged);
            }
        }

        private static @Nullable String line(String text, String start) {
            return text.lines()
                    .filter(line -> line.startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .findFirst()
                    .orElse(null);
        }

        String text() {
            return "format " + FORMAT + "\ncluster " + Long.toHexString(cluster) + "\nmember "
                    + Long.toHexString(member) + "\n" + (joined ? "joined\n" : "");
        }
    }
}
