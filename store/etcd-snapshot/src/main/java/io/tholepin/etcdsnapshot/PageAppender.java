package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** Appends to a file through one buffer, whatever the size of what comes. */
final class PageAppender {
    private static final int BUFFER_BYTES = 1 << 20;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long position;

    PageAppender(FileChannel channel) {
        this.channel = channel;
    }

    /** Bytes appended so far. */
    long position() {
        return position;
    }

    void putShort(int value) throws IOException {
        room(Short.BYTES).putShort((short) value);
    }

    void putInt(int value) throws IOException {
        room(Integer.BYTES).putInt(value);
    }

    void putLong(long value) throws IOException {
        room(Long.BYTES).putLong(value);
    }

    void put(byte[] bytes) throws IOException {
        int done = 0;
        while (done < bytes.length) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int step = Math.min(buffer.remaining(), bytes.length - done);
            buffer.put(bytes, done, step);
            done += step;
            position += step;
        }
    }

    /** Appends zeros until {@link #position} is a multiple of {@code unit}. */
    void pad(int unit) throws IOException {
        int rest = (int) (position % unit);
        if (rest != 0) {
            put(new byte[unit - rest]);
        }
    }

    /** Hands everything to the operating system. */
    void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    private ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        position += bytes;
        return buffer;
    }
}
