package io.tholepin.apiserver;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * The body of one answer on its way to the sink. Up to {@link #HELD_BYTES_MAX} it is held back, so that a small answer
 * carries its length; a larger one is streamed in chunks, compressed when the client takes gzip. Source: contract 3.5
 * (gzip above 128 KiB, level 1).
 */
final class BodyOutput extends OutputStream {
    static final int HELD_BYTES_MAX = 128 * 1024;
    private static final int CHUNK_BYTES = 64 * 1024;

    private final ResponseSink sink;
    private final int status;
    private final Headers headers;
    private final boolean gzip;
    private byte[] held = new byte[2048];
    private int count;
    private boolean streaming;
    private OutputStream stream = OutputStream.nullOutputStream();

    BodyOutput(ResponseSink sink, int status, Headers headers, boolean gzip) {
        this.sink = sink;
        this.status = status;
        this.headers = headers;
        this.gzip = gzip;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (streaming) {
            stream.write(bytes, offset, length);
            return;
        }
        if (count + length > HELD_BYTES_MAX) {
            beginStreaming();
            stream.write(bytes, offset, length);
            return;
        }
        if (count + length > held.length) {
            held = java.util.Arrays.copyOf(held, Math.max(count + length, Math.min(held.length * 2, HELD_BYTES_MAX)));
        }
        System.arraycopy(bytes, offset, held, count, length);
        count += length;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Writes all bytes. */
    void writeAll(byte[] bytes) {
        try {
            write(bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // sinks throw ClosedException instead
        }
    }

    private void beginStreaming() throws IOException {
        streaming = true;
        if (gzip) {
            headers.add("Content-Encoding", "gzip").add("Vary", "Accept-Encoding");
        }
        sink.head(status, headers, -1);
        OutputStream chunks = new Chunks(sink);
        stream = gzip ? new FastGzip(chunks) : chunks;
        stream.write(held, 0, count);
        held = new byte[0];
    }

    /** Ends the body and the answer. Closing alone does not: an answer that failed half-way must not look complete. */
    void finish() {
        try {
            if (streaming) {
                stream.close();
            } else {
                sink.head(status, headers, count);
                if (count > 0) {
                    sink.write(held, 0, count);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // sinks throw ClosedException instead
        }
        sink.end();
    }

    /** Whether bytes have gone out, so that the answer can no longer become another one. */
    boolean streaming() {
        return streaming;
    }

    private static final class Chunks extends OutputStream {
        private final ResponseSink sink;
        private final byte[] chunk = new byte[CHUNK_BYTES];
        private int count;

        Chunks(ResponseSink sink) {
            this.sink = sink;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            int from = offset;
            int left = length;
            while (left > 0) {
                int part = Math.min(left, chunk.length - count);
                System.arraycopy(bytes, from, chunk, count, part);
                count += part;
                from += part;
                left -= part;
                if (count == chunk.length) {
                    send();
                }
            }
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        private void send() {
            sink.write(chunk, 0, count);
            count = 0;
        }

        @Override
        public void close() {
            if (count > 0) {
                send();
            }
        }
    }

    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, 16 * 1024);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
