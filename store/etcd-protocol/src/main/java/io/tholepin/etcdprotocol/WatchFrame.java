package io.tholepin.etcdprotocol;

import com.google.protobuf.CodedOutputStream;
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
 * A WatchResponse on its way out: what thousands of watchers hear alike is encoded once and shared. Immutable.
 *
 * @param head the header field, or a whole response; shared
 * @param id the watch, 0 when {@code head} says it or it is 0
 * @param fragment whether more of the same revision follows
 * @param events their encodings; shared
 * @param size bytes of the response
 */
record WatchFrame(byte[] head, long id, boolean fragment, List<byte[]> events, int size) {
    private static final int ID_TAG = WatchResponse.WATCH_ID_FIELD_NUMBER << 3;
    private static final int FRAGMENT_TAG = WatchResponse.FRAGMENT_FIELD_NUMBER << 3;
    private static final int FRAGMENT_BYTES = 2;
    private static final int VARINT_BITS = 7;
    private static final int VARINT_MORE = 0x80;

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
        return new WatchFrame(head, 0, false, List.of(), head.length);
    }

    /** A response of watch {@code id} with a header and events in their encoded form. */
    static WatchFrame of(byte[] header, long id, boolean fragment, List<byte[]> events) {
        int size = headBytes(header, id, fragment);
        for (byte[] event : events) {
            size = Math.addExact(size, event.length);
        }
        return new WatchFrame(header, id, fragment, events, size);
    }

    /** Bytes of such a response before its events. */
    static int headBytes(byte[] header, long id, boolean fragment) {
        return header.length
                + (id == 0 ? 0 : CodedOutputStream.computeInt64Size(WatchResponse.WATCH_ID_FIELD_NUMBER, id))
                + (fragment ? FRAGMENT_BYTES : 0);
    }

    /** Writes the response, {@link #size} bytes. */
    void writeTo(OutputStream out) throws IOException {
        out.write(head);
        if (id != 0) {
            out.write(ID_TAG);
            writeVarint(out, id);
        }
        if (fragment) {
            out.write(FRAGMENT_TAG);
            out.write(1);
        }
        for (byte[] event : events) {
            out.write(event);
        }
    }

    private static void writeVarint(OutputStream out, long value) throws IOException {
        long left = value;
        while (Long.compareUnsigned(left, VARINT_MORE) >= 0) {
            out.write((int) left | VARINT_MORE);
            left >>>= VARINT_BITS;
        }
        out.write((int) left);
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
