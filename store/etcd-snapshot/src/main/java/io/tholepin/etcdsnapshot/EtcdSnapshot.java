package io.tholepin.etcdsnapshot;

import io.tholepin.kv.StoreImage;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Files that {@code etcdctl snapshot save} makes and {@code etcdutl snapshot restore} takes. Reading maps the file,
 * writing streams: neither needs memory for the versions. Calls block; each thread may work on a file of its own.
 * Source: contract 2.14, etcd etcdutl/snapshot.
 */
public final class EtcdSnapshot {
    private static final int DIGEST_BYTES = 32;
    /** What a database's length is a multiple of, so that the rest tells whether a digest follows. */
    private static final int SECTOR_BYTES = 512;

    private static final int BUFFER_BYTES = 1 << 20;

    private EtcdSnapshot() {}

    /**
     * What {@code etcdutl snapshot status} prints.
     *
     * @param hash unsigned 32 bits, CRC-32C of all names, keys and values
     * @param revision of the last version
     * @param totalKeys entries in all buckets
     * @param totalSizeBytes pages in use
     */
    public record Status(int hash, long revision, long totalKeys, long totalSizeBytes) {}

    /**
     * Opens a snapshot file. The file must stay as it is until the image is closed.
     *
     * @param verifyHash whether the file must end with the SHA-256 of the rest; false for a copy of a member's
     *     {@code db} file, and then a digest that is there is passed over
     * @throws IOException when the file cannot be read, is not whole, or is not one of etcd's; says where and what was
     *     expected. Damage among the versions shows later, as an {@link java.io.UncheckedIOException} of
     *     {@link StoreImage#changes}
     */
    public static StoreImage read(Path file, boolean verifyHash) throws IOException {
        if (verifyHash) {
            verifyHash(file);
        }
        BoltFile database = BoltFile.open(file, databaseBytes(file));
        try {
            return new SnapshotImage(database);
        } catch (IOException | RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * Writes a snapshot file, readable by its owner only: first beside {@code target}, then renamed, replacing what
     * was there. One pass over the image, which stays open. On failure {@code target} is as it was. The last 32 bytes
     * are the digest that ends a Maintenance.Snapshot stream; those before are a multiple of 4096.
     *
     * @throws IllegalArgumentException when the image contradicts itself
     */
    public static void write(StoreImage image, Path target) throws IOException {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            Files.deleteIfExists(part);
            try (FileChannel channel = create(part)) {
                ImageWriter.write(image, channel);
                long length = channel.size();
                channel.write(ByteBuffer.wrap(digest(channel, length)), length);
                channel.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /**
     * Writes the database of a snapshot file without the digest that ends it, for whoever sends that himself. Not
     * forced to disk; readable by its owner only.
     *
     * @param target must not exist
     */
    public static void writeDatabase(StoreImage image, Path target) throws IOException {
        try (FileChannel channel = create(target)) {
            ImageWriter.write(image, channel);
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /** Reads a whole file, with or without a digest at its end, which is not verified. */
    public static Status status(Path file) throws IOException {
        try (BoltFile database = BoltFile.open(file, databaseBytes(file))) {
            CRC32C hash = new CRC32C();
            long revision = 0;
            long keys = 0;
            BoltCursor names = database.root().cursor();
            while (names.next()) {
                String name = new String(names.key().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
                if (!names.isBucket()) {
                    throw BoltFormat.corrupt("entry " + name, "kind", "a value", "a bucket");
                }
                update(hash, names.key());
                BoltCursor entries =
                        BoltBucket.of(database, name, names.value()).cursor();
                for (; entries.next(); keys++) {
                    update(hash, entries.key());
                    if (!entries.isBucket()) {
                        update(hash, entries.value());
                    }
                    if (name.equals(Schema.KEY)) {
                        revision = RevisionKey.read("bucket key", entries.key()).main();
                    }
                }
            }
            return new Status((int) hash.getValue(), revision, keys, database.size());
        }
    }

    private static void update(CRC32C hash, MemorySegment bytes) throws IOException {
        if (bytes.byteSize() > ProtoReader.VALUE_BYTES_MAX) {
            throw BoltFormat.corrupt("entry", "bytes", bytes.byteSize(), "<= " + ProtoReader.VALUE_BYTES_MAX);
        }
        hash.update(bytes.asByteBuffer());
    }

    private static boolean hasDigest(long length) {
        return length % SECTOR_BYTES == DIGEST_BYTES;
    }

    private static long databaseBytes(Path file) throws IOException {
        long length = Files.size(file);
        return hasDigest(length) ? length - DIGEST_BYTES : length;
    }

    private static void verifyHash(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long length = channel.size();
            if (!hasDigest(length)) {
                throw new IOException("snapshot missing hash but --skip-hash-check=false: length " + length
                        + " (expected: a multiple of " + SECTOR_BYTES + " and " + DIGEST_BYTES + ")");
            }
            ByteBuffer expected = ByteBuffer.allocate(DIGEST_BYTES);
            readFully(channel, expected, length - DIGEST_BYTES);
            byte[] found = digest(channel, length - DIGEST_BYTES);
            if (!Arrays.equals(expected.array(), found)) {
                throw new IOException("expected sha256 " + HexFormat.of().formatHex(expected.array()) + ", got "
                        + HexFormat.of().formatHex(found));
            }
        }
    }

    /** SHA-256 of the first {@code length} bytes. */
    private static byte[] digest(FileChannel channel, long length) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long position = 0; position < length; position += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, length - position));
            readFully(channel, buffer, position);
            digest.update(buffer.flip());
        }
        return digest.digest();
    }

    private static void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, at);
            if (read < 0) {
                throw new EOFException("the file became shorter: ends at " + at);
            }
            at += read;
        }
    }
}
