package io.tholepin.interop;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A small ext4 file system for each member, in a file in memory, so that one member's disk can be full while the
 * others'
 * are not, and rounds do not wait for the machine's disk. Linux, as root. Not thread-safe.
 */
final class MemberDisks implements AutoCloseable {
    private static final long DISK_BYTES = 768L << 20;
    private static final int BLOCK_BYTES = 4096;

    private final Path folder;
    private final int size;
    private boolean closed;

    private MemberDisks(Path folder, int size) {
        this.folder = folder;
        this.size = size;
    }

    /** Mounts one at {@code folder/m<index>} for each member. */
    static MemberDisks mount(Path folder, int size) {
        MemberDisks disks = new MemberDisks(folder, size);
        Runtime.getRuntime().addShutdownHook(new Thread(disks::close));
        try {
            Path memory = Files.createDirectories(disks.memory());
            EtcdLike.shell("mount", "-t", "tmpfs", "-o", "size=" + size * DISK_BYTES, "faults", memory.toString());
            for (int i = 0; i < size; i++) {
                Path image = memory.resolve("m" + i + ".img");
                try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                    file.setLength(DISK_BYTES); // sparse
                }
                Files.createDirectories(disks.root(i));
                EtcdLike.shell("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
                EtcdLike.shell(
                        "mount", "-o", "loop", image.toString(), disks.root(i).toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return disks;
    }

    private Path memory() {
        return folder.resolve("memory");
    }

    /** Where a member's disk is mounted. */
    Path root(int index) {
        return folder.resolve("m" + index);
    }

    /** Takes every free byte of a member's disk. */
    void fill(int index) {
        Path ballast = ballast(index);
        try {
            long free = Files.getFileStore(root(index)).getUsableSpace();
            if (free > 64 * BLOCK_BYTES) {
                EtcdLike.shell("fallocate", "-l", Long.toString(free - 64 * BLOCK_BYTES), ballast.toString());
            }
            try (FileChannel channel =
                    FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (channel.write(ByteBuffer.allocate(BLOCK_BYTES)) > 0) {
                    // until it is full
                }
            }
        } catch (IOException full) {
            // as wanted: "No space left on device"
        }
    }

    /** Gives the room back. */
    void free(int index) {
        try {
            Files.deleteIfExists(ballast(index));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path ballast(int index) {
        return root(index).resolve("ballast");
    }

    /** Copies what is on them to {@code folder/kept}, for whoever looks into a failure. */
    void keep() {
        for (int i = 0; i < size; i++) {
            Path kept = folder.resolve("kept");
            EtcdLike.shell("mkdir", "-p", kept.toString());
            EtcdLike.shell("cp", "-a", root(i).toString(), kept.toString());
        }
    }

    /** Unmounts them; no member may run any more. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            for (int i = 0; i < size; i++) {
                unmount(root(i));
            }
            unmount(memory());
        }
    }

    private static void unmount(Path mounted) {
        try {
            EtcdLike.shell("umount", "-l", mounted.toString());
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage()); // may never have been mounted
        }
    }
}
