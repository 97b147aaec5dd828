package io.tholepin.apiserver;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The body of one answer on its way to the sink. Up to {@link #HELD_BYTES_MAX} it is held back, so that a small answer
 * carries its length; a larger one is streamed in chunks, compressed when the client takes gzip. What is
 * {@linkplain #share shared} is not copied before it reaches the sink. Source: contract 3.5 (gzip above 128 KiB, level
 * 1).
 */
final class BodyOutput extends OutputStream {
    static final int HELD_BYTES_MAX = 128 * 1024;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int BLOCK_BYTES_MIN = 512;

    private final ResponseSink sink;
    private final int status;
    private final Headers headers;
    private final boolean gzip;
    private final Pieces pieces = new Pieces();
    /** Copies of what was not shared. */
    private byte[] block = new byte[BLOCK_BYTES_MIN];

    private int blockUsed;
    private boolean streaming;
    private @Nullable OutputStream compressed;

    BodyOutput(ResponseSink sink, int status, Headers headers, boolean gzip) {
        this.sink = sink;
        this.status = status;
        this.headers = headers;
        this.gzip = gzip;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        take(bytes, offset, length, false);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Writes to any stream bytes that nobody changes any more. */
    static void share(OutputStream out, byte[] bytes, int offset, int length) throws IOException {
        if (out instanceof BodyOutput body) {
            body.take(bytes, offset, length, true);
        } else {
            out.write(bytes, offset, length);
        }
    }

    /** Writes to any stream an array that nobody changes any more. */
    static void share(OutputStream out, byte[] bytes) throws IOException {
        share(out, bytes, 0, bytes.length);
    }

    /** Writes an array that nobody changes any more. */
    void shareAll(byte[] bytes) {
        try {
            take(bytes, 0, bytes.length, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // sinks throw ClosedException instead
        }
    }

    private void take(byte[] bytes, int offset, int length, boolean shared) throws IOException {
        if (!streaming && pieces.bytes() + length > HELD_BYTES_MAX) {
            beginStreaming();
        }
        if (compressed != null) {
            compressed.write(bytes, offset, length);
        } else if (streaming) {
            stream(bytes, offset, length, shared);
        } else {
            keep(bytes, offset, length, shared);
        }
    }

    private void stream(byte[] bytes, int offset, int length, boolean shared) {
        int end = offset + length;
        for (int from = offset; from < end; ) {
            int part = Math.min(end - from, CHUNK_BYTES - pieces.bytes());
            keep(bytes, from, part, shared);
            from += part;
            if (pieces.bytes() == CHUNK_BYTES) {
                send();
            }
        }
    }

    private void keep(byte[] bytes, int offset, int length, boolean shared) {
        if (shared) {
            pieces.add(bytes, offset, length);
            return;
        }
        if (block.length - blockUsed < length) {
            block = new byte[Math.max(length, Math.min(2 * block.length, CHUNK_BYTES))];
            blockUsed = 0;
        }
        System.arraycopy(bytes, offset, block, blockUsed, length);
        pieces.add(block, blockUsed, length);
        blockUsed += length;
    }

    private void send() {
        if (pieces.bytes() > 0) {
            sink.write(pieces);
            forget();
        }
    }

    private void forget() {
        pieces.clear();
        blockUsed = 0;
    }

    private void beginStreaming() throws IOException {
        streaming = true;
        if (gzip) {
            headers.add("Content-Encoding", "gzip").add("Vary", "Accept-Encoding");
        }
        sink.head(status, headers, -1);
        if (gzip) {
            byte[] before = pieces.joined();
            forget();
            compressed = new FastGzip(new Chunks());
            compressed.write(before);
        } else {
            send();
        }
    }

    /** Ends the body and the answer. Closing alone does not: an answer that failed half-way must not look complete. */
    void finish() {
        try {
            if (compressed != null) {
                compressed.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // sinks throw ClosedException instead
        }
        if (!streaming) {
            sink.head(status, headers, pieces.bytes());
        }
        send();
        sink.end();
    }

    /** Whether bytes have gone out, so that the answer can no longer become another one. */
    boolean streaming() {
        return streaming;
    }

    /** Compressed bytes on their way out. */
    private final class Chunks extends OutputStream {
        @Override
        public void write(byte[] bytes, int offset, int length) {
            stream(bytes, offset, length, false);
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }
    }

    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, 16 * 1024);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
