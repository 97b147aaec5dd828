package io.tholepin.interop;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** The end of a stopped member's log, as a machine leaves it that stops while it writes. */
final class TornLog {
    private static final int FIRST_AT = 64;
    private static final int MARK = 0x7E0C0DED;
    private static final int INDEX_AT = 8;
    private static final int HEAD_BYTES = 32;
    private static final int LENGTH_AT = 20;
    private static final int ALIGNMENT = 8;

    private final Path file;
    private final int record;
    private final int length;

    private TornLog(Path file, int record, int length) {
        this.file = file;
        this.record = record;
        this.length = length;
    }

    /** The newest file that has a record. */
    static Optional<TornLog> newest(Path data) {
        Path folder = data.resolve("raft").resolve("log");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> newestFirst = files.filter(
                            file -> file.getFileName().toString().endsWith(".log"))
                    .sorted(Comparator.reverseOrder())
                    .toList();
            return newestFirst.stream().flatMap(file -> last(file).stream()).findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last record in {@code file} before what an earlier use of the file left: indexes grow by one. */
    private static Optional<TornLog> last(Path file) {
        ByteBuffer whole;
        try {
            whole = ByteBuffer.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int at = FIRST_AT;
        long index = whole.getLong(at + INDEX_AT);
        TornLog last = null;
        while (at <= whole.limit() - HEAD_BYTES
                && whole.getInt(at) == MARK
                && whole.getLong(at + INDEX_AT) == index++) {
            int length = whole.getInt(at + LENGTH_AT);
            last = new TornLog(file, at, length);
            at += HEAD_BYTES + length + (-length & ALIGNMENT - 1);
        }
        return Optional.ofNullable(last);
    }

    /** The last bytes of the last record did not reach the disk. */
    String cutLast(Random random) {
        int cut = 1 + random.nextInt(Math.min(60, length));
        write(record + HEAD_BYTES + length - cut, new byte[cut]);
        return cut + " bytes of " + file.getFileName() + " not written";
    }

    /** A record's head, which announces more bytes than follow. */
    String appendPart(Random random) {
        byte[] part = new byte[HEAD_BYTES + random.nextInt(80)];
        random.nextBytes(part);
        ByteBuffer.wrap(part).putInt(MARK).putInt(LENGTH_AT, 0x200);
        write(record + HEAD_BYTES + length + (-length & ALIGNMENT - 1), part);
        return part.length + " bytes of a record after the last of " + file.getFileName();
    }

    private void write(long at, byte[] bytes) {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.seek(at);
            opened.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
