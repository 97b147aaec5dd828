package io.tholepin.keyspace;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A file with what makes an engine's state another one's, and how it is carried out; see {@link Resync}.
 *
 * <p>The file is chunks, each with its length and a CRC-32C before it; the last one, of length 0, is followed by the
 * marks. It has its name only once it is whole and on the disk.
 */
final class StagedState {
    private static final String NAME = "staged";
    private static final String DRAFT = "staged.new";

    /** Bytes of changes that are committed together. */
    private static final int COMMIT_BYTES = 4 << 20;

    private static final int CHUNK_BYTES_MAX = 1 << 30;

    private StagedState() {}

    /** Whether there is one below {@code folder}. */
    static boolean exists(Path folder) {
        return Files.exists(folder.resolve(NAME));
    }

    /** The compacted revision of the state in the file. */
    static long compactRevision(Path folder) throws IOException {
        try (FileChannel file = FileChannel.open(folder.resolve(NAME), StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(2 * Long.BYTES);
            while (last.hasRemaining() && file.read(last, file.size() - 2 * Long.BYTES + last.position()) >= 0) {
                // Until it is all there.
            }
            return last.getLong(0);
        }
    }

    /**
     * Carries the file below {@code folder} out, and removes it when the result is on the disk.
     *
     * @throws IOException it is damaged or cannot be read; the engine must not be used
     */
    static void carryOut(Path folder, Engine engine) throws IOException {
        Path file = folder.resolve(NAME);
        Engine.Marks before = engine.marks();
        clearTables(engine);
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
            int bytes = 0;
            for (byte[] chunk = chunk(in); chunk.length > 0; chunk = chunk(in)) {
                carryOut(chunk, engine);
                bytes += chunk.length;
                if (bytes >= COMMIT_BYTES) {
                    // The marks stay what they were: if this is as far as it gets, it begins anew.
                    engine.commit(before);
                    bytes = 0;
                }
            }
            engine.commit(marks(in));
        }
        engine.flush();
        Files.delete(file);
        sync(folder);
    }

    private static void carryOut(byte[] chunk, Engine engine) {
        Decoder in = new Decoder(chunk);
        while (!in.isAtEnd()) {
            switch (in.takeByte()) {
                case Resync.VERSION -> engine.put(Resync.takeVersion(in));
                case Resync.REMOVAL -> engine.remove(Resync.takeRemoval(in));
                case Resync.LEASE -> engine.putLease(Resync.takeLease(in));
                case Resync.RECORD ->
                    engine.putRecord(
                            (byte) in.takeByte(),
                            in.takeBytes().array(),
                            in.takeBytes().array());
                default -> throw Decoder.corrupt("an unknown item in a staged state");
            }
        }
    }

    private static void clearTables(Engine engine) {
        List<Long> leases = new ArrayList<>();
        engine.leases(lease -> leases.add(lease.id()));
        leases.forEach(engine::removeLease);
        for (byte table : ClusterBook.TABLES) {
            List<byte[]> keys = new ArrayList<>();
            engine.records(table, (key, _) -> keys.add(key));
            keys.forEach(key -> engine.removeRecord(table, key));
        }
    }

    private static byte[] chunk(DataInputStream in) throws IOException {
        int length = in.readInt();
        int checksum = in.readInt();
        if (length < 0 || length > CHUNK_BYTES_MAX) {
            throw new IOException("damaged staged state: a chunk of " + length + " bytes");
        }
        byte[] chunk = in.readNBytes(length);
        if (chunk.length != length || checksum(chunk) != checksum) {
            throw new IOException("damaged staged state");
        }
        return chunk;
    }

    private static Engine.Marks marks(DataInputStream in) throws IOException {
        return new Engine.Marks(in.readLong(), in.readLong(), in.readLong(), in.readLong());
    }

    private static int checksum(byte[] chunk) {
        CRC32C crc = new CRC32C();
        crc.update(chunk);
        return (int) crc.getValue();
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Writes one. */
    static final class Writer implements AutoCloseable {
        private final Path folder;
        private final FileChannel file;

        Writer(Path folder) throws IOException {
            this.folder = folder;
            this.file = FileChannel.open(
                    folder.resolve(DRAFT),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
        }

        void write(byte[] chunk) throws IOException {
            if (chunk.length > 0) {
                put(header(chunk.length, checksum(chunk)));
                put(ByteBuffer.wrap(chunk));
            }
        }

        void finish(Engine.Marks marks) throws IOException {
            put(header(0, 0));
            put(ByteBuffer.allocate(4 * Long.BYTES)
                    .putLong(marks.appliedIndex())
                    .putLong(marks.revision())
                    .putLong(marks.compactRevision())
                    .putLong(marks.sweptRevision())
                    .flip());
            file.force(true);
            file.close();
            Files.move(folder.resolve(DRAFT), folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
            sync(folder);
        }

        @Override
        public void close() throws IOException {
            file.close();
            Files.deleteIfExists(folder.resolve(DRAFT));
        }

        private static ByteBuffer header(int length, int checksum) {
            return ByteBuffer.allocate(2 * Integer.BYTES)
                    .putInt(length)
                    .putInt(checksum)
                    .flip();
        }

        private void put(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        }
    }
}
