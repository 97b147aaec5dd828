package io.tholepin.replica;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.Lease;
import io.tholepin.kv.StoreException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What members tell each other beyond Raft, as bytes: numbers big-endian, text and lists with their lengths first. */
final class PeerCodec {
    /** Most elements of a list that is read. */
    private static final int LIST_MAX = 1 << 20;

    private PeerCodec() {}

    /** Writes fields. */
    @FunctionalInterface
    interface Fields {
        /** Writes them in order. */
        void write(DataOutputStream out) throws IOException;
    }

    static PeerBody body(Fields fields) {
        return PeerBody.of(bytes(fields));
    }

    static byte[] bytes(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            fields.write(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** Takes a copy: {@code body} may be gone afterwards. */
    static DataInputStream reader(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    static void putTexts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            out.writeUTF(text);
        }
    }

    static List<String> takeTexts(DataInputStream in) throws IOException {
        int size = size(in);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            texts.add(in.readUTF());
        }
        return texts;
    }

    static void putBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] takeBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("length: " + length);
        }
        return in.readNBytes(length);
    }

    static void putMembers(DataOutputStream out, List<ClusterMember> members) throws IOException {
        out.writeInt(members.size());
        for (ClusterMember member : members) {
            out.writeLong(member.id());
            out.writeUTF(member.name());
            putTexts(out, member.peerUrls());
            putTexts(out, member.clientUrls());
            out.writeBoolean(member.learner());
        }
    }

    static List<ClusterMember> takeMembers(DataInputStream in) throws IOException {
        int size = size(in);
        List<ClusterMember> members = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            members.add(new ClusterMember(in.readLong(), in.readUTF(), takeTexts(in), takeTexts(in), in.readBoolean()));
        }
        return members;
    }

    static void putLease(DataOutputStream out, Lease lease) throws IOException {
        out.writeLong(lease.id());
        out.writeLong(lease.grantedTtlSeconds());
        out.writeLong(lease.remainingTtlSeconds());
        out.writeInt(lease.keys().size());
        for (Bytes key : lease.keys()) {
            putBytes(out, key.array());
        }
    }

    static Lease takeLease(DataInputStream in) throws IOException {
        long id = in.readLong();
        long granted = in.readLong();
        long remaining = in.readLong();
        int size = size(in);
        List<Bytes> keys = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            keys.add(Bytes.wrap(takeBytes(in)));
        }
        return new Lease(id, granted, remaining, keys);
    }

    static void putFailure(DataOutputStream out, StoreException failure) throws IOException {
        out.writeUTF(failure.code().name());
        out.writeUTF(failure.kind().name());
        String text = String.valueOf(failure.getMessage());
        String detail = text.startsWith(failure.code().text() + ": ")
                ? text.substring(failure.code().text().length() + 2)
                : "";
        out.writeUTF(detail);
    }

    static StoreException takeFailure(DataInputStream in) throws IOException {
        StoreException.Code code = StoreException.Code.valueOf(in.readUTF());
        StoreException.Kind kind = StoreException.Kind.valueOf(in.readUTF());
        String detail = in.readUTF();
        if (kind == StoreException.Kind.UNKNOWN && code.kind() != kind) {
            return StoreException.unknown(code, detail, null);
        }
        if (kind == StoreException.Kind.UNAVAILABLE && code.kind() != kind) {
            return StoreException.unavailable(code, detail);
        }
        return detail.isEmpty() ? StoreException.of(code) : StoreException.of(code, detail, null);
    }

    private static int size(DataInputStream in) throws IOException {
        int size = in.readInt();
        if (size < 0 || size > LIST_MAX) {
            throw new IOException("size: " + size);
        }
        return size;
    }
}
