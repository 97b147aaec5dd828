package io.tholepin.etcdprotocol;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Events as they stand in a WatchResponse: tag, length, message. The store hands the same event to every watcher, so
 * the bytes of the last few are remembered, and thousands of watchers share one encoding. What is forgotten is encoded
 * again. Thread-safe; the arrays are shared and read only.
 */
final class EventBytes {
    /** Remembered encodings and the largest of them: together at most 16 MiB. */
    private static final int REMEMBERED = 512;

    private static final int REMEMBERED_BYTES_MAX = 32 * 1024;

    // Field numbers of etcd's kv.proto and rpc.proto.
    private static final int EVENTS = 11;
    private static final int EVENT_TYPE = 1;
    private static final int EVENT_KV = 2;
    private static final int EVENT_PREVIOUS = 3;
    private static final int KEY = 1;
    private static final int CREATE_REVISION = 2;
    private static final int MOD_REVISION = 3;
    private static final int VERSION = 4;
    private static final int VALUE = 5;
    private static final int LEASE = 6;
    private static final int DELETE = 1;

    private record Encoded(Event event, byte[] bytes) {}

    private final AtomicReferenceArray<@Nullable Encoded> remembered = new AtomicReferenceArray<>(REMEMBERED);

    /** The bytes of {@code event}, made now or by an earlier call with the same object. */
    @SuppressWarnings("ReferenceEquality")
    byte[] of(Event event) {
        int slot = System.identityHashCode(event) & REMEMBERED - 1;
        Encoded known = remembered.get(slot);
        // The same object: two equal events are as good, but comparing their bytes would cost as much as encoding.
        if (known != null && known.event == event) {
            return known.bytes;
        }
        byte[] bytes = encode(event);
        if (bytes.length <= REMEMBERED_BYTES_MAX) {
            remembered.set(slot, new Encoded(event, bytes));
        }
        return bytes;
    }

    private static byte[] encode(Event event) {
        boolean delete = event.type() == Event.Type.DELETE;
        int kvSize = size(event.kv());
        int previousSize = event.previous() == null ? 0 : size(event.previous());
        int size = (delete ? CodedOutputStream.computeEnumSize(EVENT_TYPE, DELETE) : 0)
                + messageSize(EVENT_KV, kvSize)
                + (event.previous() == null ? 0 : messageSize(EVENT_PREVIOUS, previousSize));
        byte[] bytes = new byte[messageSize(EVENTS, size)];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            begin(out, EVENTS, size);
            if (delete) {
                out.writeEnum(EVENT_TYPE, DELETE);
            }
            begin(out, EVENT_KV, kvSize);
            write(out, event.kv());
            if (event.previous() != null) {
                begin(out, EVENT_PREVIOUS, previousSize);
                write(out, event.previous());
            }
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("an array has no I/O", e);
        }
        return bytes;
    }

    private static int messageSize(int field, int size) {
        return CodedOutputStream.computeTagSize(field) + CodedOutputStream.computeUInt32SizeNoTag(size) + size;
    }

    private static void begin(CodedOutputStream out, int field, int size) throws IOException {
        out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(size);
    }

    private static int size(KeyValue kv) {
        return sizeOf(KEY, kv.key().array())
                + sizeOf(CREATE_REVISION, kv.createRevision())
                + sizeOf(MOD_REVISION, kv.modRevision())
                + sizeOf(VERSION, kv.version())
                + sizeOf(VALUE, kv.value().array())
                + sizeOf(LEASE, kv.lease());
    }

    private static void write(CodedOutputStream out, KeyValue kv) throws IOException {
        write(out, KEY, kv.key().array());
        write(out, CREATE_REVISION, kv.createRevision());
        write(out, MOD_REVISION, kv.modRevision());
        write(out, VERSION, kv.version());
        write(out, VALUE, kv.value().array());
        write(out, LEASE, kv.lease());
    }

    private static int sizeOf(int field, byte[] value) {
        return value.length == 0 ? 0 : CodedOutputStream.computeByteArraySize(field, value);
    }

    private static int sizeOf(int field, long value) {
        return value == 0 ? 0 : CodedOutputStream.computeInt64Size(field, value);
    }

    private static void write(CodedOutputStream out, int field, byte[] value) throws IOException {
        if (value.length > 0) {
            out.writeByteArray(field, value);
        }
    }

    private static void write(CodedOutputStream out, int field, long value) throws IOException {
        if (value != 0) {
            out.writeInt64(field, value);
        }
    }
}
