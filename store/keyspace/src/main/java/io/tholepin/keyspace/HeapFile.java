package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyValue;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;

/** A heap engine's state as one file in a folder. */
final class HeapFile {
    private static final String FILE = "heap.snapshot";
    private static final int FORMAT = 1;

    private HeapFile() {}

    static void write(Path folder, HeapSnapshot snapshot) {
        try {
            Files.createDirectory(folder);
            Engine.Marks marks = snapshot.marks();
            try (DataOutputStream out =
                    new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(folder.resolve(FILE))))) {
                out.writeInt(FORMAT);
                out.writeLong(marks.appliedIndex());
                out.writeLong(marks.revision());
                out.writeLong(marks.compactRevision());
                out.writeLong(marks.sweptRevision());
                out.writeInt(snapshot.leases().size());
                for (Engine.StoredLease lease : snapshot.leases()) {
                    out.writeLong(lease.id());
                    out.writeLong(lease.ttlSeconds());
                    out.writeLong(lease.remainingSeconds());
                }
                writeTables(out, snapshot.tables());
                snapshot.versions(0, marks.revision(), true, version -> writeVersion(out, version));
                out.writeLong(-1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Engine.Marks read(Path folder, HeapEngine engine) {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(folder.resolve(FILE))))) {
            int format = in.readInt();
            if (format != FORMAT) {
                throw Decoder.corrupt("format of a snapshot: " + format + " (expected: " + FORMAT + ")");
            }
            Engine.Marks marks = new Engine.Marks(in.readLong(), in.readLong(), in.readLong(), in.readLong());
            int leases = in.readInt();
            for (int i = 0; i < leases; i++) {
                engine.putLease(new Engine.StoredLease(in.readLong(), in.readLong(), in.readLong()));
            }
            int records = in.readInt();
            for (int i = 0; i < records; i++) {
                engine.putRecord(in.readByte(), in.readNBytes(in.readInt()), in.readNBytes(in.readInt()));
            }
            Map<Bytes, Version> newest = new HashMap<>();
            for (long revision = in.readLong(); revision >= 0; revision = in.readLong()) {
                Version version = readVersion(in, revision);
                version.previous(newest.put(version.key, version));
                engine.put(version);
            }
            return marks;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeTables(DataOutputStream out, Map<Byte, NavigableMap<Bytes, byte[]>> tables)
            throws IOException {
        out.writeInt(tables.values().stream().mapToInt(Map::size).sum());
        for (Map.Entry<Byte, NavigableMap<Bytes, byte[]>> table : tables.entrySet()) {
            for (Map.Entry<Bytes, byte[]> record : table.getValue().entrySet()) {
                out.writeByte(table.getKey());
                out.writeInt(record.getKey().length());
                out.write(record.getKey().array());
                out.writeInt(record.getValue().length);
                out.write(record.getValue());
            }
        }
    }

    private static boolean writeVersion(DataOutputStream out, Version version) {
        try {
            KeyValue pair = Objects.requireNonNull(version.pair, "a heap version keeps its pair");
            out.writeLong(version.modRevision);
            out.writeInt(version.sub);
            out.writeLong(version.createRevision);
            out.writeLong(version.version);
            out.writeLong(version.lease);
            out.writeInt(version.key.length());
            out.write(version.key.array());
            out.writeInt(pair.value().length());
            out.write(pair.value().array());
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Version readVersion(DataInputStream in, long revision) throws IOException {
        int sub = in.readInt();
        long created = in.readLong();
        long number = in.readLong();
        long lease = in.readLong();
        Bytes key = Bytes.wrap(in.readNBytes(in.readInt()));
        Bytes value = Bytes.wrap(in.readNBytes(in.readInt()));
        Version version = new Version(key, revision, sub, created, number, lease, value.length());
        version.pair = version.withValue(value);
        return version;
    }
}
