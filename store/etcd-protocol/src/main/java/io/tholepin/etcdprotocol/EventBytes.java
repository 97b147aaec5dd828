package io.tholepin.etcdprotocol;

import static io.tholepin.etcdwire.etcdserverpb.WatchResponse.EVENTS_FIELD_NUMBER;
import static io.tholepin.etcdwire.mvccpb.Event.EventType.DELETE_VALUE;
import static io.tholepin.etcdwire.mvccpb.Event.KV_FIELD_NUMBER;
import static io.tholepin.etcdwire.mvccpb.Event.PREV_KV_FIELD_NUMBER;
import static io.tholepin.etcdwire.mvccpb.Event.TYPE_FIELD_NUMBER;
import static io.tholepin.etcdwire.mvccpb.KeyValue.CREATE_REVISION_FIELD_NUMBER;
import static io.tholepin.etcdwire.mvccpb.KeyValue.KEY_FIELD_NUMBER;
import static io.tholepin.etcdwire.mvccpb.KeyValue.LEASE_FIELD_NUMBER;
import static io.tholepin.etcdwire.mvccpb.KeyValue.MOD_REVISION_FIELD_NUMBER;
import static io.tholepin.etcdwire.mvccpb.KeyValue.VALUE_FIELD_NUMBER;
import static io.tholepin.etcdwire.mvccpb.KeyValue.VERSION_FIELD_NUMBER;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
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

    private record Encoded(Event event, byte[] bytes, List<byte[]> alone) {}

    private final AtomicReferenceArray<@Nullable Encoded> remembered = new AtomicReferenceArray<>(REMEMBERED);

    /** The bytes of {@code event}, made now or by an earlier call with the same object. */
    byte[] of(Event event) {
        return encoded(event).bytes;
    }

    /** {@link #of} as the only element of a list, which is shared too. */
    List<byte[]> alone(Event event) {
        return encoded(event).alone;
    }

    @SuppressWarnings("ReferenceEquality")
    private Encoded encoded(Event event) {
        int slot = System.identityHashCode(event) & REMEMBERED - 1;
        Encoded known = remembered.get(slot);
        // The same object: two equal events are as good, but comparing their bytes would cost as much as encoding.
        if (known != null && known.event == event) {
            return known;
        }
        byte[] bytes = encode(event);
        Encoded made = new Encoded(event, bytes, List.of(bytes));
        if (bytes.length <= REMEMBERED_BYTES_MAX) {
            remembered.set(slot, made);
        }
        return made;
    }

    private static byte[] encode(Event event) {
        boolean delete = event.type() == Event.Type.DELETE;
        int kvSize = size(event.kv());
        int previousSize = event.previous() == null ? 0 : size(event.previous());
        int size = (delete ? CodedOutputStream.computeEnumSize(TYPE_FIELD_NUMBER, DELETE_VALUE) : 0)
                + messageSize(KV_FIELD_NUMBER, kvSize)
                + (event.previous() == null ? 0 : messageSize(PREV_KV_FIELD_NUMBER, previousSize));
        byte[] bytes = new byte[messageSize(EVENTS_FIELD_NUMBER, size)];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            begin(out, EVENTS_FIELD_NUMBER, size);
            if (delete) {
                out.writeEnum(TYPE_FIELD_NUMBER, DELETE_VALUE);
            }
            begin(out, KV_FIELD_NUMBER, kvSize);
            write(out, event.kv());
            if (event.previous() != null) {
                begin(out, PREV_KV_FIELD_NUMBER, previousSize);
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
        return sizeOf(KEY_FIELD_NUMBER, kv.key().array())
                + sizeOf(CREATE_REVISION_FIELD_NUMBER, kv.createRevision())
                + sizeOf(MOD_REVISION_FIELD_NUMBER, kv.modRevision())
                + sizeOf(VERSION_FIELD_NUMBER, kv.version())
                + sizeOf(VALUE_FIELD_NUMBER, kv.value().array())
                + sizeOf(LEASE_FIELD_NUMBER, kv.lease());
    }

    private static void write(CodedOutputStream out, KeyValue kv) throws IOException {
        write(out, KEY_FIELD_NUMBER, kv.key().array());
        write(out, CREATE_REVISION_FIELD_NUMBER, kv.createRevision());
        write(out, MOD_REVISION_FIELD_NUMBER, kv.modRevision());
        write(out, VERSION_FIELD_NUMBER, kv.version());
        write(out, VALUE_FIELD_NUMBER, kv.value().array());
        write(out, LEASE_FIELD_NUMBER, kv.lease());
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
