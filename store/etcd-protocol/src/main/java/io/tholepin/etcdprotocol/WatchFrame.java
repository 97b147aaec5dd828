package io.tholepin.etcdprotocol;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A WatchResponse on its way out. Immutable.
 *
 * @param head everything of the response but its events
 * @param events their encodings, arrays that other frames share
 * @param size bytes of the response
 */
record WatchFrame(byte[] head, List<byte[]> events, int size) {
    /** Only ever writes: this is the server's end. */
    static final MethodDescriptor.Marshaller<WatchFrame> MARSHALLER = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(WatchFrame frame) {
            return new Content(frame);
        }

        @Override
        public WatchFrame parse(InputStream stream) {
            throw new UnsupportedOperationException("a server sends watch responses and receives none");
        }
    };

    /** A response without events. */
    static WatchFrame of(WatchResponse response) {
        byte[] head = response.toByteArray();
        return new WatchFrame(head, List.of(), head.length);
    }

    /** A response of {@code head} and {@code events}, both in their encoded form. */
    static WatchFrame of(byte[] head, List<byte[]> events) {
        int size = head.length;
        for (byte[] event : events) {
            size = Math.addExact(size, event.length);
        }
        return new WatchFrame(head, events, size);
    }

    private void writeTo(OutputStream out) throws IOException {
        out.write(head);
        for (byte[] event : events) {
            out.write(event);
        }
    }

    /** The frame's bytes for gRPC, which drains them; only a transport within the process reads them one by one. */
    private static final class Content extends InputStream implements Drainable, KnownLength {
        private final WatchFrame frame;
        private @Nullable ByteArrayInputStream copy;
        private boolean drained;

        Content(WatchFrame frame) {
            this.frame = frame;
        }

        @Override
        public int drainTo(OutputStream out) throws IOException {
            frame.writeTo(out);
            drained = true;
            return frame.size;
        }

        @Override
        public int available() {
            if (drained) {
                return 0;
            }
            return copy == null ? frame.size : copy.available();
        }

        @Override
        public int read() {
            return copy().read();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            return copy().read(into, offset, length);
        }

        private ByteArrayInputStream copy() {
            ByteArrayInputStream whole = copy;
            if (whole == null) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream(frame.size);
                try {
                    frame.writeTo(bytes);
                } catch (IOException e) {
                    throw new UncheckedIOException("an array has no I/O", e);
                }
                whole = new ByteArrayInputStream(bytes.toByteArray());
                copy = whole;
            }
            return whole;
        }
    }
}
